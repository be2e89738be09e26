/* SPDX-License-Identifier: MIT */
#include "tests/schedule/walk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

enum { DAY_S = 86400, MOVES_MAX = 31 };

int64_t walk_reading(const struct walk_clock *clock, int64_t at_s)
{
	size_t i = 0;
	while (i + 1 < clock->n && clock->offsets[i + 1].from_s <= at_s)
		i++;
	return at_s + clock->offsets[i].offset_s;
}

/* ---- the expression ---- */

static int number(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

static void read_item(const char *item, bool *table, int least, int most)
{
	char *at = (char *)item; /* as strtol() wants it; nothing is written */
	int first = least, last = most, step = 1;
	if (*at == '*') {
		at++;
	} else {
		first = last = (int)strtol(at, &at, 10);
		if (*at == '-')
			last = (int)strtol(at + 1, &at, 10);
		else if (*at == '/')
			last = most;
	}
	if (*at == '/')
		step = (int)strtol(at + 1, &at, 10);
	assert(!*at && step > 0);
	for (int value = first; value <= last; value += step)
		table[value] = true;
}

static void read_day_item(const char *item, struct walk_pattern *pattern)
{
	if (strcmp(item, "L") == 0)
		pattern->last_day = true;
	else if (strcmp(item, "LW") == 0)
		pattern->last_workday = true;
	else if (item[strlen(item) - 1] == 'W')
		pattern->workday_near = number(item);
	else
		read_item(item, pattern->day, 1, 31);
}

static void read_weekday_item(const char *item, struct walk_pattern *pattern)
{
	const char *hash = strchr(item, '#');
	if (*item == 'L') {
		pattern->last_weekday = number(item + 1);
	} else if (hash) {
		pattern->nth_weekday = number(item);
		pattern->nth = number(hash + 1);
	} else {
		read_item(item, pattern->weekday, 0, 6);
	}
}

static void read_field(int field, const char *text, struct walk_pattern *pattern)
{
	g_auto(GStrv) items = g_strsplit(text, ",", -1);
	for (int i = 0; items[i]; i++) {
		if (field == 0)
			read_item(items[i], pattern->second, 0, 59);
		else if (field == 1)
			read_item(items[i], pattern->minute, 0, 59);
		else if (field == 2)
			read_item(items[i], pattern->hour, 0, 23);
		else if (field == 3)
			read_day_item(items[i], pattern);
		else if (field == 4)
			read_item(items[i], pattern->month, 1, 12);
		else
			read_weekday_item(items[i], pattern);
	}
}

void walk_read(const char *expression, struct walk_pattern *pattern)
{
	g_auto(GStrv) fields = g_strsplit(expression, " ", -1);
	int n = (int)g_strv_length(fields);
	memset(pattern, 0, sizeof *pattern);
	pattern->workday_near = pattern->last_weekday = pattern->nth_weekday = -1;
	assert(n == 5 || n == 6);
	pattern->is_time_of_day = true;
	for (int i = 0; i < n - 3; i++)
		pattern->is_time_of_day = pattern->is_time_of_day && fields[i][0] != '*';
	pattern->any_day = strcmp(fields[n - 3], "*") == 0;
	pattern->any_weekday = strcmp(fields[n - 1], "*") == 0;
	pattern->second[0] = n == 5;
	for (int i = 0; i < n; i++)
		read_field(6 - n + i, fields[i], pattern);
}

/* ---- the calendar ---- */

struct date {
	int year, month, day, weekday, n_days;
};

static int days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

/* Counted day by day from 1970-01-01, a Thursday; what was found last is kept. */
static struct date date_of(int64_t day)
{
	static int64_t last_day = -1;
	static struct date last;
	if (day != last_day) {
		int64_t left = day;
		struct date date = {1970, 1, 1, (int)((day + 4) % 7), 31};
		while (left >= days_in(date.year, date.month)) {
			left -= days_in(date.year, date.month);
			date.year += date.month == 12;
			date.month = date.month % 12 + 1;
		}
		date.day = (int)left + 1;
		date.n_days = days_in(date.year, date.month);
		last = date;
		last_day = day;
	}
	return last;
}

static bool is_workday(const struct date *date, int day)
{
	int weekday = ((date->weekday + day - date->day) % 7 + 7) % 7;
	return day >= 1 && day <= date->n_days && weekday != 0 && weekday != 6;
}

/* The day from Monday to Friday that is nearest to one, not leaving the month. */
static int workday_near(const struct date *date, int day)
{
	if (day > date->n_days)
		return -1;
	for (int distance = 0;; distance++) {
		if (is_workday(date, day - distance))
			return day - distance;
		if (is_workday(date, day + distance))
			return day + distance;
	}
}

static bool day_of_month_matches(const struct walk_pattern *pattern, const struct date *date)
{
	int last_workday = date->n_days;
	while (!is_workday(date, last_workday))
		last_workday--;
	return pattern->day[date->day] || (pattern->last_day && date->day == date->n_days)
		|| (pattern->last_workday && date->day == last_workday)
		|| (pattern->workday_near > 0
			&& date->day == workday_near(date, pattern->workday_near));
}

static bool weekday_matches(const struct walk_pattern *pattern, const struct date *date)
{
	return pattern->weekday[date->weekday]
		|| (pattern->last_weekday == date->weekday && date->day + 7 > date->n_days)
		|| (pattern->nth_weekday == date->weekday
			&& (date->day - 1) / 7 + 1 == pattern->nth);
}

static bool day_matches(const struct walk_pattern *pattern, int64_t day)
{
	struct date date = date_of(day);
	if (!pattern->month[date.month])
		return false;
	if (pattern->any_weekday)
		return pattern->any_day || day_of_month_matches(pattern, &date);
	if (pattern->any_day)
		return weekday_matches(pattern, &date);
	return day_of_month_matches(pattern, &date) || weekday_matches(pattern, &date);
}

static bool is_excluded(const struct walk_pattern *pattern, int64_t day)
{
	return pattern->excluded[(day + 4) % 7];
}

/* Its own slot, or one that came from the days before it that are left out. */
static bool moved_matches(const struct walk_pattern *pattern, int64_t day)
{
	if (is_excluded(pattern, day))
		return false;
	if (day_matches(pattern, day))
		return true;
	for (int i = 1; i <= MOVES_MAX; i++) {
		int64_t other = day - i * pattern->moves;
		if (!is_excluded(pattern, other))
			return false;
		if (day_matches(pattern, other))
			return true;
	}
	return false;
}

static bool reading_matches(const struct walk_pattern *pattern, int64_t reading)
{
	int64_t day = reading / DAY_S;
	int second = (int)(reading % DAY_S);
	if (!pattern->second[second % 60] || !pattern->minute[second / 60 % 60]
		|| !pattern->hour[second / 3600])
		return false;
	return pattern->moves ? moved_matches(pattern, day) : day_matches(pattern, day);
}

/* ---- the walk ---- */

void walk_begin(struct walk *walk, int64_t from_s)
{
	walk->at_s = from_s;
	walk->highest_reading = 0;
	for (int64_t at_s = from_s - 50 * 3600; at_s < from_s; at_s += walk->step_s)
		if (walk_reading(walk->clock, at_s) > walk->highest_reading)
			walk->highest_reading = walk_reading(walk->clock, at_s);
}

/* A time of day is due when its reading, or a later one, is shown for the first time. */
static bool time_of_day_is_due(const struct walk *walk, int64_t reading)
{
	for (int64_t new = walk->highest_reading + walk->step_s; new <= reading;
		new += walk->step_s) {
		bool is_skipped = new < reading;
		if (is_skipped && walk->pattern->gap == WALK_NOT_AT_ALL)
			continue;
		if (reading_matches(walk->pattern, new))
			return true;
	}
	return false;
}

bool walk_step(struct walk *walk)
{
	int64_t reading = walk_reading(walk->clock, walk->at_s);
	bool is_due = walk->pattern->is_time_of_day ? time_of_day_is_due(walk, reading)
						    : reading_matches(walk->pattern, reading);
	/* Not even a slot of an allowed day that the clocks skip as a whole, as Apia's in 2011. */
	if (is_due && is_excluded(walk->pattern, reading / DAY_S))
		is_due = false;
	if (reading > walk->highest_reading)
		walk->highest_reading = reading;
	walk->at_s += walk->step_s;
	return is_due;
}
