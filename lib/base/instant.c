/* SPDX-License-Identifier: MIT */
#include "lib/base/instant.h"

#include <string.h>

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int civil_days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	g_assert(month >= 1 && month <= 12);
	return days[month - 1] + (month == 2 && is_leap(year));
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * Days since 1970-01-01. Years are counted from March, so that the leap day is the last of its
 * year, and grouped in cycles of 400 years, which all have 146,097 days.
 */
static int64_t days_from_civil(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t cycle = floor_div(year, 400);
	int64_t year_of_cycle = year - cycle * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_cycle =
		year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
	return cycle * 146097 + day_of_cycle - 719468;
}

int64_t civil_to_wall(const struct civil *civil)
{
	int64_t seconds = days_from_civil(civil->year, civil->month, civil->day) * 86400
		+ civil->hour * 3600 + civil->minute * 60 + civil->second;
	return seconds * SECOND_US + civil->microsecond;
}

struct civil civil_from_wall(int64_t wall_us)
{
	int64_t days = floor_div(wall_us, DAY_US);
	int64_t in_day = wall_us % DAY_US + (wall_us % DAY_US < 0 ? DAY_US : 0);
	days += 719468;
	int64_t cycle = floor_div(days, 146097);
	int64_t day = days - cycle * 146097;
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
	int month_from_march = (5 * day_of_year + 2) / 153;
	int month = month_from_march + (month_from_march < 10 ? 3 : -9);
	return (struct civil){
		.year = year + cycle * 400 + (month <= 2),
		.month = month,
		.day = day_of_year - (153 * month_from_march + 2) / 5 + 1,
		.hour = in_day / HOUR_US,
		.minute = in_day / MINUTE_US % 60,
		.second = in_day / SECOND_US % 60,
		.microsecond = in_day % SECOND_US,
	};
}

int civil_weekday(const struct civil *civil)
{
	int64_t days = days_from_civil(civil->year, civil->month, civil->day);
	return (days + 4) - floor_div(days + 4, 7) * 7; /* 1970-01-01 was a Thursday */
}

/* Exactly `n` digits at *at, which moves behind them. */
static bool read_digits(const char **at, int n, int *out)
{
	*out = 0;
	for (int i = 0; i < n; i++, (*at)++) {
		if (!g_ascii_isdigit(**at))
			return false;
		*out = *out * 10 + g_ascii_digit_value(**at);
	}
	return true;
}

static bool read_char(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* `.5` to `.123456789`; what is finer than a microsecond is cut off. */
static bool read_fraction(const char **at, int *microsecond)
{
	int n = 0;
	*microsecond = 0;
	for (; g_ascii_isdigit(**at); (*at)++, n++)
		if (n < 6)
			*microsecond = *microsecond * 10 + g_ascii_digit_value(**at);
	for (int i = n; i < 6; i++)
		*microsecond *= 10;
	return n >= 1 && n <= 9;
}

static bool read_date(const char **at, struct civil *civil)
{
	return read_digits(at, 4, &civil->year) && read_char(at, '-')
		&& read_digits(at, 2, &civil->month) && read_char(at, '-')
		&& read_digits(at, 2, &civil->day);
}

static bool read_time(const char **at, struct civil *civil)
{
	if (!read_digits(at, 2, &civil->hour) || !read_char(at, ':')
		|| !read_digits(at, 2, &civil->minute))
		return false;
	if (!read_char(at, ':'))
		return true;
	if (!read_digits(at, 2, &civil->second))
		return false;
	return !read_char(at, '.') || read_fraction(at, &civil->microsecond);
}

/* `Z`, `+02:00`, `+0200`, `+02`; `hour` and `minute` are left as written, for the range check. */
static bool read_offset(const char **at, int *sign, int *hour, int *minute)
{
	*sign = 1;
	*hour = *minute = 0;
	if (read_char(at, 'Z') || read_char(at, 'z'))
		return true;
	if (read_char(at, '-'))
		*sign = -1;
	else if (!read_char(at, '+'))
		return false;
	if (!read_digits(at, 2, hour))
		return false;
	if (read_char(at, ':') || g_ascii_isdigit(**at))
		return read_digits(at, 2, minute);
	return true;
}

static bool check_ranges(const char *text, const struct civil *civil, GError **error)
{
	if (civil->year < 1 || civil->month < 1 || civil->month > 12 || civil->day < 1
		|| civil->day > civil_days_in_month(civil->year, civil->month)) {
		return error_say(error, "\"%s\" is not a date: there is no %04d-%02d-%02d", text,
			civil->year, civil->month, civil->day);
	}
	if (civil->hour > 23 || civil->minute > 59 || civil->second > 59) {
		return error_say(error,
			"\"%s\" is not a time: hours go to 23, minutes and seconds to 59", text);
	}
	return true;
}

/* Python knows no others, and so no client in it. */
static bool is_of_years_known(int64_t at)
{
	const struct civil first = {.year = 1, .month = 1, .day = 1};
	const struct civil end = {.year = 10000, .month = 1, .day = 1};
	return at >= civil_to_wall(&first) && at < civil_to_wall(&end);
}

bool instant_parse(
	const char *text, int64_t *wall_us, bool *has_offset, int *offset_s, GError **error)
{
	struct civil civil = {0};
	int sign = 1, hour = 0, minute = 0;
	const char *at = text;
	bool ok = read_date(&at, &civil);
	*has_offset = false;
	if (ok && (read_char(&at, 'T') || read_char(&at, 't') || read_char(&at, ' '))) {
		ok = read_time(&at, &civil);
		*has_offset = ok && *at;
		ok = ok && (!*at || read_offset(&at, &sign, &hour, &minute));
	}
	if (!ok || *at) {
		return error_say(error,
			"\"%s\" is not an instant: expected 2026-01-31, 2026-01-31T03:00 or "
			"2026-01-31T03:00:00+02:00",
			text);
	}
	if (!check_ranges(text, &civil, error))
		return false;
	if (hour > 23 || minute > 59) {
		return error_say(error, "\"%s\" has an offset beyond 23:59", text);
	}
	*wall_us = civil_to_wall(&civil);
	*offset_s = sign * (hour * 3600 + minute * 60);
	if (!is_of_years_known(*wall_us - *offset_s * SECOND_US))
		return error_say(error, "\"%s\" is outside of the years 1 to 9999 in UTC", text);
	return true;
}

static GString *wall_text(int64_t wall_us)
{
	struct civil civil = civil_from_wall(wall_us);
	GString *text = g_string_new(NULL);
	g_string_printf(text, "%04d-%02d-%02dT%02d:%02d:%02d", civil.year, civil.month, civil.day,
		civil.hour, civil.minute, civil.second);
	if (civil.microsecond)
		g_string_append_printf(text, ".%06d", civil.microsecond);
	return text;
}

char *instant_iso_offset(int64_t at, int offset_s)
{
	GString *text = wall_text(at + offset_s * SECOND_US);
	int seconds = ABS(offset_s);
	g_string_append_printf(
		text, "%c%02d:%02d", offset_s < 0 ? '-' : '+', seconds / 3600, seconds / 60 % 60);
	if (seconds % 60) /* local mean time, before there were zones */
		g_string_append_printf(text, ":%02d", seconds % 60);
	return g_string_free(text, FALSE);
}

char *instant_iso(int64_t at)
{
	return instant_iso_offset(at, 0);
}

char *instant_iso_z(int64_t at)
{
	GString *text = wall_text(at);
	g_string_append_c(text, 'Z');
	return g_string_free(text, FALSE);
}
