/* SPDX-License-Identifier: MIT */
#include "lib/schedule/days.h"

#include <string.h>

#include "lib/base/instant.h"

int32_t day_of_wall(int64_t wall_us)
{
	return (int32_t)(wall_us / DAY_US - (wall_us % DAY_US < 0));
}

bool days_are_restricted(const struct days *days)
{
	return days->has_only || days->exclude.weekdays || days->exclude.n;
}

static bool has_date(const struct day_set *set, int32_t day)
{
	size_t low = 0, high = set->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (set->dates[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->n && set->dates[low] == day;
}

static bool has_day(const struct day_set *set, int32_t day)
{
	int weekday = ((day + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
	return set->weekdays >> weekday & 1 || has_date(set, day);
}

bool days_allow(const struct days *days, int32_t day)
{
	return !has_day(&days->exclude, day) && (!days->has_only || has_day(&days->only, day));
}

int32_t days_next(const struct days *days, int32_t day, int32_t last)
{
	while (day <= last && !days_allow(days, day))
		day++;
	return day;
}

static bool set_equal(const struct day_set *a, const struct day_set *b)
{
	return a->weekdays == b->weekdays && a->n == b->n
		&& (a->n == 0 || memcmp(a->dates, b->dates, a->n * sizeof(*a->dates)) == 0);
}

bool days_equal(const struct days *a, const struct days *b)
{
	return a->has_only == b->has_only && a->shift == b->shift
		&& set_equal(&a->exclude, &b->exclude) && set_equal(&a->only, &b->only);
}

struct days days_copy(const struct days *days)
{
	struct days copy = *days;
	copy.exclude.dates =
		g_memdup2(days->exclude.dates, days->exclude.n * sizeof(*copy.exclude.dates));
	copy.only.dates = g_memdup2(days->only.dates, days->only.n * sizeof(*copy.only.dates));
	return copy;
}

void days_clear(struct days *days)
{
	g_clear_pointer(&days->exclude.dates, g_free);
	g_clear_pointer(&days->only.dates, g_free);
}
