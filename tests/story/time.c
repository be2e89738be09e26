/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "lib/base/instant.h"
#include "tests/story/story.h"

/* Reads a date where there is one. */
static const char *date_read(const char *text, struct civil *civil)
{
	int year, month, day, n = 0;
	if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &n) == 3 && n == 10)
		civil->year = year;
	else if (sscanf(text, "%2d-%2d%n", &month, &day, &n) != 2 || n != 5)
		return text;
	civil->month = month;
	civil->day = day;
	text += n;
	return *text == ' ' || *text == 'T' ? text + 1 : text;
}

const char *story_time_read(const char *text, int64_t begins_at, int64_t *at)
{
	struct civil civil = civil_from_wall(begins_at);
	int n = 0;
	civil.second = civil.microsecond = 0;
	text = date_read(text, &civil);
	if (sscanf(text, "%2d:%2d%n", &civil.hour, &civil.minute, &n) != 2 || n != 5)
		return NULL;
	text += n;
	if (sscanf(text, ":%2d%n", &civil.second, &n) == 1 && n == 3)
		text += n;
	if (sscanf(text, ".%6d%n", &civil.microsecond, &n) == 1 && n == 7)
		text += n;
	*at = civil_to_wall(&civil);
	return text + strspn(text, " ");
}

char *story_time_text(int64_t at, int64_t begins_at)
{
	struct civil civil = civil_from_wall(at), begins = civil_from_wall(begins_at);
	GString *text = g_string_new(NULL);
	if (civil.year != begins.year)
		g_string_append_printf(text, "%04d-", civil.year);
	if (civil.year != begins.year || civil.month != begins.month || civil.day != begins.day)
		g_string_append_printf(text, "%02d-%02d ", civil.month, civil.day);
	g_string_append_printf(text, "%02d:%02d", civil.hour, civil.minute);
	if (civil.second || civil.microsecond)
		g_string_append_printf(text, ":%02d", civil.second);
	if (civil.microsecond)
		g_string_append_printf(text, ".%06d", civil.microsecond);
	return g_string_free(text, FALSE);
}
