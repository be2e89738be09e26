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

/* The days of a month that match: either field, when both are restricted. */
static uint32_t month_days(const struct cron *cron, int year, int month)
{
	int n_days = civil_days_in_month(year, month);
	uint32_t all = (uint32_t)((UINT64_C(2) << n_days) - 2);
	uint32_t by_day = (cron->days | (uint32_t)cron->last_day << n_days) & all;
	if (cron->any_weekday)
		return cron->any_day ? all : by_day;
	int first = civil_weekday(&(struct civil){.year = year, .month = month, .day = 1});
	uint32_t by_weekday = weekday_days(cron, first, n_days);
	return cron->any_day ? by_weekday : by_day | by_weekday;
}

/* The lowest bit that is set at `from` or above it; -1 when there is none. */
static int next_bit(uint64_t bits, int from)
{
	bits = from < 64 ? bits >> from << from : 0;
	return bits ? __builtin_ctzll(bits) : -1;
}

/* The first matching minute of a day at or after the one given; false when there is none. */
static bool find_minute(const struct cron *cron, struct civil *civil)
{
	int hour = next_bit(cron->hours, civil->hour);
	if (hour == civil->hour) {
		int minute = next_bit(cron->minutes, civil->minute);
		if (minute >= 0) {
			civil->minute = minute;
			return true;
		}
		hour = next_bit(cron->hours, civil->hour + 1);
	}
	if (hour < 0)
		return false;
	civil->hour = hour;
	civil->minute = next_bit(cron->minutes, 0);
	return true;
}

/* The first match in the month of `civil`, from its day and time on. */
static bool find_in_month(const struct cron *cron, struct civil *civil)
{
	if (!(cron->months & 1 << civil->month))
		return false;
	uint32_t days = month_days(cron, civil->year, civil->month);
	int day = next_bit(days, civil->day);
	if (day == civil->day && find_minute(cron, civil))
		return true;
	if (day == civil->day)
		day = next_bit(days, day + 1);
	if (day < 0)
		return false;
	*civil = (struct civil){.year = civil->year, .month = civil->month, .day = day};
	return find_minute(cron, civil);
}

int64_t cron_match(const struct cron *cron, int64_t from_wall, int64_t until_wall)
{
	int64_t past_minute = (from_wall % MINUTE_US + MINUTE_US) % MINUTE_US;
	int64_t rounded = from_wall - past_minute + (past_minute ? MINUTE_US : 0);
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
