/* SPDX-License-Identifier: MIT */
/*
 * A cron expression matches readings of a wall clock, and around clock changes those are not
 * instants. A time of day (`30 2 * * *`) is meant once a day: a reading that is skipped is due at
 * the jump, a repeated one the first time. A rhythm (a field of the time that begins with `*`) is
 * due at each instant whose reading matches: through a repeated hour twice, not at all in a skipped
 * one.
 */
#include "lib/schedule/times.h"

#include "lib/base/instant.h"
#include "lib/schedule/zone.h"

/* No zone ever moved its clocks by more than a day; an hour more to find the change for sure. */
#define LARGEST_CHANGE_US (25 * HOUR_US)

int64_t wall_at(const struct zone *zone, int64_t at)
{
	return at + zone_offset_s(zone, at) * SECOND_US;
}

/*
 * The earliest time of day, at or after one, that comes to an allowed day: its own, and those of
 * the days beside it that are left out. INSTANT_NEVER: none does.
 */
static int64_t time_on_day(const struct times *times, int32_t day, int64_t from_us)
{
	int step = times->days->shift == SHIFT_NEXT ? -1 : 1;
	int64_t earliest = INSTANT_NEVER;
	int32_t other = day;
	do {
		int64_t midnight = other * DAY_US;
		int64_t wall = cron_match(times->cron, midnight + from_us, midnight + DAY_US);
		if (wall != INSTANT_NEVER)
			earliest = MIN(earliest, wall - midnight);
		other += step;
	} while (!days_allow(times->days, other) && ABS(other - day) <= SHIFT_DAYS_MAX);
	return earliest;
}

/* As cron_match(), with what is moved from days that are left out. */
static int64_t match_moved(const struct times *times, int64_t from_wall, int64_t until_wall)
{
	int32_t last = day_of_wall(until_wall);
	int32_t day = days_next(times->days, day_of_wall(from_wall), last);
	for (; day <= last; day = days_next(times->days, day + 1, last)) {
		int64_t midnight = day * DAY_US;
		int64_t time = time_on_day(times, day, MAX(from_wall - midnight, 0));
		if (time != INSTANT_NEVER)
			return midnight + time < until_wall ? midnight + time : INSTANT_NEVER;
	}
	return INSTANT_NEVER;
}

/* Readings of the wall clock and the instants they mean are in the same order: the first one later
 * than `after` is it. */
static int64_t next_fixed(const struct times *times, int64_t after)
{
	int64_t wall = wall_at(times->zone, after) + 1, until = wall + HORIZON_US;
	for (;; wall++) {
		bool in_gap;
		wall = times->days ? match_moved(times, wall, until)
				   : cron_match(times->cron, wall, until);
		if (wall == INSTANT_NEVER)
			return INSTANT_NEVER;
		int64_t at = zone_resolve(times->zone, wall, &in_gap);
		if (at > after && !(in_gap && times->dst == DST_SKIP))
			return at;
	}
}

/*
 * The first instant at or after `from` whose reading matches. It goes from one clock change to the
 * next where one is near; where none is, no reading can come back, and the search may leap.
 */
static int64_t next_rhythm(const struct times *times, int64_t from)
{
	const struct zone *zone = times->zone;
	int64_t until = from + HORIZON_US;
	for (;;) {
		int64_t start = wall_at(zone, from), offset_us = start - from;
		int64_t wall = cron_match(times->cron, start, until + offset_us);
		int64_t change = zone_transition(zone, from, from + LARGEST_CHANGE_US);
		bool near = wall <= start + LARGEST_CHANGE_US, in_gap = false;
		if (change != INSTANT_NONE) {
			if (near && wall - offset_us < change)
				return wall - offset_us;
			from = change;
			continue;
		}
		if (wall == INSTANT_NEVER)
			return INSTANT_NEVER;
		if (near)
			return wall - offset_us;
		from = zone_resolve(zone, wall, &in_gap);
		if (!in_gap)
			return from;
	}
}

/* The calendar is searched from the year 1 to the year 9999, some days less for the zones. */
static int64_t times_first(void)
{
	return civil_to_wall(&(struct civil){.year = 1, .month = 1, .day = 3});
}

int64_t times_last(void)
{
	return civil_to_wall(&(struct civil){.year = 9999, .month = 12, .day = 29});
}

int64_t times_next(const struct times *times, int64_t after)
{
	if (after > times_last())
		return INSTANT_NEVER;
	after = MAX(after, times_first());
	return times->cron->fixed ? next_fixed(times, after) : next_rhythm(times, after + 1);
}
