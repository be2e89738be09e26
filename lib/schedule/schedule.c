/* SPDX-License-Identifier: MIT */
/*
 * Slots on the time line. A cron expression matches readings of a wall clock, and around clock
 * changes those are not instants. A time of day (`30 2 * * *`) is meant once a day: a reading that
 * is skipped is due at the jump, a repeated one the first time. A rhythm (a minute or hour that
 * begins with `*`) is due at each instant whose reading matches: through a repeated hour twice, not
 * at all in a skipped one.
 */
#include "lib/schedule/schedule.h"

#include "lib/base/instant.h"
#include "lib/schedule/cron.h"
#include "lib/schedule/zone.h"

/* How far ahead a slot is looked for: a leap day on a given weekday comes every 28 years, or 40. */
#define HORIZON_US (40 * 366 * DAY_US)
/* No zone ever moved its clocks by more than a day; an hour more to find the change for sure. */
#define LARGEST_CHANGE_US (25 * HOUR_US)

struct schedule {
	char *text;
	const struct zone *zone; /* NULL: every `every_us` */
	struct cron cron;
	int64_t every_us, anchor;
};

struct schedule *schedule_new_cron(
	const char *expression, const struct zone *zone, char **warning, GError **error)
{
	struct cron cron;
	*warning = NULL;
	if (!cron_parse(expression, &cron, warning, error))
		return NULL;
	struct schedule *schedule = g_new0(struct schedule, 1);
	schedule->text = g_strstrip(g_strdup(expression));
	schedule->zone = zone;
	schedule->cron = cron;
	return schedule;
}

struct schedule *schedule_new_every(int64_t every_us, int64_t anchor, GError **error)
{
	g_autofree char *text = duration_text(every_us);
	if (every_us < SECOND_US) {
		error_say(error, "an interval of %s is too short, at least 1s was expected", text);
		return NULL;
	}
	struct schedule *schedule = g_new0(struct schedule, 1);
	schedule->text = g_steal_pointer(&text);
	schedule->every_us = every_us;
	schedule->anchor = anchor;
	return schedule;
}

void schedule_free(struct schedule *schedule)
{
	if (!schedule)
		return;
	g_free(schedule->text);
	g_free(schedule);
}

const char *schedule_text(const struct schedule *schedule)
{
	return schedule->text;
}

static int64_t wall_at(const struct zone *zone, int64_t at)
{
	return at + zone_offset_s(zone, at) * SECOND_US;
}

/* Readings of the wall clock and the instants they mean are in the same order: the first one later
 * than `after` is it. */
static int64_t next_fixed(const struct schedule *schedule, int64_t after)
{
	int64_t wall = wall_at(schedule->zone, after) + 1, until = wall + HORIZON_US;
	while ((wall = cron_match(&schedule->cron, wall, until)) != INSTANT_NEVER) {
		int64_t at = zone_instant(schedule->zone, wall);
		if (at > after)
			return at;
		wall++;
	}
	return INSTANT_NEVER;
}

/*
 * The first instant at or after `from` whose reading matches. It goes from one clock change to the
 * next where one is near; where none is, no reading can come back, and the search may leap.
 */
static int64_t next_rhythm(const struct schedule *schedule, int64_t from)
{
	const struct zone *zone = schedule->zone;
	int64_t until = from + HORIZON_US;
	for (;;) {
		int64_t start = wall_at(zone, from), offset_us = start - from;
		int64_t wall = cron_match(&schedule->cron, start, until + offset_us);
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

static int64_t next_every(const struct schedule *schedule, int64_t anchor, int64_t after)
{
	int64_t every_us = schedule->every_us, passed, next;
	if (after < anchor)
		return anchor;
	if (__builtin_sub_overflow(after, anchor, &passed)
		|| __builtin_add_overflow(anchor, passed / every_us * every_us, &next)
		|| __builtin_add_overflow(next, every_us, &next))
		return INSTANT_NEVER;
	return next;
}

static int64_t latest_every(
	const struct schedule *schedule, int64_t anchor, int64_t at_most, int64_t floor)
{
	int64_t passed;
	if (at_most < anchor || __builtin_sub_overflow(at_most, anchor, &passed))
		return INSTANT_NONE;
	int64_t latest = anchor + passed / schedule->every_us * schedule->every_us;
	return latest > floor ? latest : INSTANT_NONE;
}

static int64_t anchor_of(const struct schedule *schedule, int64_t anchor)
{
	if (schedule->anchor != INSTANT_NONE)
		anchor = schedule->anchor;
	g_assert(anchor != INSTANT_NONE);
	return anchor;
}

/* The calendar is searched from the year 1 to the year 9999, some days less for the zones. */
static int64_t calendar_clamp(int64_t at)
{
	int64_t first = civil_to_wall(&(struct civil){.year = 1, .month = 1, .day = 3});
	int64_t last = civil_to_wall(&(struct civil){.year = 9999, .month = 12, .day = 29});
	return CLAMP(at, first, last);
}

int64_t schedule_next(const struct schedule *schedule, int64_t anchor, int64_t after)
{
	if (!schedule->zone)
		return next_every(schedule, anchor_of(schedule, anchor), after);
	int64_t from = calendar_clamp(after);
	if (from < after)
		return INSTANT_NEVER;
	return schedule->cron.fixed ? next_fixed(schedule, from) : next_rhythm(schedule, from + 1);
}

/* Halves the time between a slot and `at_most` until no other slot is left in it. */
static int64_t latest_cron(const struct schedule *schedule, int64_t at_most, int64_t floor)
{
	int64_t high = at_most = calendar_clamp(at_most);
	int64_t latest = schedule_next(schedule, INSTANT_NONE, MAX(floor, high - HORIZON_US));
	if (latest > at_most)
		return INSTANT_NONE;
	/* Clocks change at whole seconds: two slots are at least one apart. */
	while (high - latest >= SECOND_US) {
		int64_t middle = latest + (high - latest) / 2;
		int64_t next = schedule_next(schedule, INSTANT_NONE, middle);
		if (next <= at_most)
			latest = next;
		else
			high = middle;
	}
	return latest;
}

int64_t schedule_latest(
	const struct schedule *schedule, int64_t anchor, int64_t at_most, int64_t floor)
{
	if (!schedule->zone)
		return latest_every(schedule, anchor_of(schedule, anchor), at_most, floor);
	return latest_cron(schedule, at_most, floor);
}
