/* SPDX-License-Identifier: MIT */
/* The search goes by months, then by the set of days that match in one, never by minutes. */
#include "lib/base/instant.h"
#include "lib/schedule/cron.h"

enum { YEAR_MAX = 9999 };

/* The days of a month that the weekday field allows; `first` is the weekday of the 1st. */
static uint32_t weekday_days(const struct cron *cron, int first, int n_days)
{
	uint32_t days = 0;
	for (int day = 1; day <= n_days; day++) {
		int bit = 1 << (first + day - 1) % 7;
		bool matches = (cron->weekdays & bit) || (cron->nth_weekdays[(day - 1) / 7] & bit)
			|| (day + 7 > n_days && (cron->last_weekdays & bit));
		days |= (uint32_t)matches << day;
	}
	return days;
}

/* The day from Monday to Friday that is nearest to one of the month, in the month. */
static int workday_near(int day, int first, int n_days)
{
	int weekday = (first + day - 1) % 7;
	if (weekday == 6)
		return day > 1 ? day - 1 : day + 2;
	if (weekday == 0)
		return day < n_days ? day + 1 : day - 2;
	return day;
}

static uint32_t workdays(const struct cron *cron, int first, int n_days)
{
	int last = (first + n_days - 1) % 7; /* the weekday of the last day */
	uint32_t days = (uint32_t)cron->last_workday << (n_days
				- (last == 6                ? 1
						: last == 0 ? 2
							    : 0));
	for (int day = 1; day <= n_days; day++)
		if (cron->workdays_near & UINT32_C(1) << day)
			days |= UINT32_C(1) << workday_near(day, first, n_days);
	return days;
}

/* The days of a month that match: either field, when both are restricted. */
static uint32_t month_days(const struct cron *cron, int year, int month)
{
	int n_days = civil_days_in_month(year, month);
	uint32_t all = (uint32_t)((UINT64_C(2) << n_days) - 2);
	uint32_t by_day = (cron->days | (uint32_t)cron->last_day << n_days) & all;
	int first = civil_weekday(&(struct civil){.year = year, .month = month, .day = 1});
	if (cron->workdays_near || cron->last_workday)
		by_day |= workdays(cron, first, n_days);
	if (cron->any_weekday)
		return cron->any_day ? all : by_day;
	uint32_t by_weekday = weekday_days(cron, first, n_days);
	return cron->any_day ? by_weekday : by_day | by_weekday;
}

/* The lowest bit that is set at `from` or above it; -1 when there is none. */
static int next_bit(uint64_t bits, int from)
{
	bits = from < 64 ? bits >> from << from : 0;
	return bits ? __builtin_ctzll(bits) : -1;
}

/*
 * The first matching time of a day at or after the one given; false when there is none. Like a
 * clock: what is later in a greater hand begins with the first of the lesser ones.
 */
static bool find_time(const struct cron *cron, struct civil *civil)
{
	int hour = next_bit(cron->hours, civil->hour);
	int minute = next_bit(cron->minutes, civil->minute);
	int second = next_bit(cron->seconds, civil->second);
	if (hour == civil->hour && minute == civil->minute && second >= 0) {
		civil->second = second;
		return true;
	}
	civil->second = next_bit(cron->seconds, 0);
	if (minute == civil->minute)
		minute = next_bit(cron->minutes, minute + 1);
	if (hour == civil->hour && minute >= 0) {
		civil->minute = minute;
		return true;
	}
	civil->minute = next_bit(cron->minutes, 0);
	civil->hour = hour == civil->hour ? next_bit(cron->hours, hour + 1) : hour;
	return civil->hour >= 0;
}

/* The first match in the month of `civil`, from its day and time on. */
static bool find_in_month(const struct cron *cron, struct civil *civil)
{
	if (!(cron->months & 1 << civil->month))
		return false;
	uint32_t days = month_days(cron, civil->year, civil->month);
	int day = next_bit(days, civil->day);
	if (day == civil->day) {
		if (find_time(cron, civil))
			return true;
		day = next_bit(days, day + 1);
	}
	if (day < 0)
		return false;
	*civil = (struct civil){.year = civil->year, .month = civil->month, .day = day};
	return find_time(cron, civil);
}

int64_t cron_match(const struct cron *cron, int64_t from_wall, int64_t until_wall)
{
	int64_t past_second = (from_wall % SECOND_US + SECOND_US) % SECOND_US;
	int64_t rounded = from_wall - past_second + (past_second ? SECOND_US : 0);
	struct civil civil = civil_from_wall(rounded);
	int last_year = MIN(civil_from_wall(until_wall).year, YEAR_MAX);
	while (civil.year <= last_year) {
		if (find_in_month(cron, &civil)) {
			int64_t wall = civil_to_wall(&civil);
			return wall < until_wall ? wall : INSTANT_NEVER;
		}
		bool december = civil.month == 12;
		civil = (struct civil){.year = civil.year + december,
			.month = december ? 1 : civil.month + 1,
			.day = 1};
	}
	return INSTANT_NEVER;
}
