/* SPDX-License-Identifier: MIT */
/*
 * Slots are found in three layers: the instants that a form has (`next_raw`), less those on days
 * that are left out (`next_allowed`), less those outside of the bounds (`schedule_next`). All go
 * forward only; the latest slot before an instant is found by halving the time in which it must be.
 */
#include "lib/schedule/schedule.h"

#include <string.h>

#include "lib/base/instant.h"
#include "lib/schedule/cron.h"
#include "lib/schedule/days.h"
#include "lib/schedule/times.h"

struct schedule {
	struct schedule_spec spec; /* its arrays and texts are the schedule's own */
	struct days days;
	bool is_restricted, is_moved; /* by days; by days with a shift */
	int64_t delay_us;
};

/* FNV-1a: the same on each machine and in each version. */
static uint64_t hash(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
	return hash ^ hash >> 32;
}

/* Whole seconds, from none up to all of the jitter. */
static int64_t delay_of(const struct schedule_spec *spec)
{
	uint64_t most_s = (uint64_t)(spec->jitter_us / SECOND_US);
	return most_s ? (int64_t)(hash(spec->dag_id) % (most_s + 1)) * SECOND_US : 0;
}

static int instant_compare(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
	return (left > right) - (left < right);
}

struct schedule *schedule_new(const struct schedule_spec *spec)
{
	struct schedule *schedule = g_new0(struct schedule, 1);
	g_assert(spec->kind != SCHEDULE_EVERY || spec->every_us >= SECOND_US);
	schedule->spec = *spec;
	schedule->spec.text = g_strdup(spec->text);
	schedule->spec.dag_id = NULL;
	schedule->spec.crons = g_memdup2(spec->crons, spec->n_crons * sizeof(*spec->crons));
	int64_t *instants = g_memdup2(spec->instants, spec->n_instants * sizeof(*instants));
	if (instants)
		qsort(instants, spec->n_instants, sizeof(*instants), instant_compare);
	schedule->spec.instants = instants;
	if (spec->days)
		schedule->days = days_copy(spec->days);
	schedule->spec.days = &schedule->days;
	schedule->is_restricted = days_are_restricted(&schedule->days);
	schedule->is_moved = schedule->is_restricted && schedule->days.shift != SHIFT_NONE;
	schedule->delay_us = delay_of(spec);
	return schedule;
}

void schedule_free(struct schedule *schedule)
{
	if (!schedule)
		return;
	g_free((char *)schedule->spec.text);
	g_free((struct cron *)schedule->spec.crons);
	g_free((int64_t *)schedule->spec.instants);
	days_clear(&schedule->days);
	g_free(schedule);
}

const char *schedule_text(const struct schedule *schedule)
{
	return schedule->spec.text;
}

enum schedule_kind schedule_kind(const struct schedule *schedule)
{
	return schedule->spec.kind;
}

const struct zone *schedule_zone(const struct schedule *schedule)
{
	return schedule->spec.zone;
}

bool schedule_has_interval(const struct schedule *schedule)
{
	return schedule->spec.has_interval;
}

int64_t schedule_delay(const struct schedule *schedule)
{
	return schedule->delay_us;
}

bool schedule_equal(const struct schedule *a, const struct schedule *b)
{
	const struct schedule_spec *left = &a->spec, *right = &b->spec;
	return left->kind == right->kind && strcmp(left->text, right->text) == 0
		&& left->zone == right->zone && left->dst == right->dst
		&& left->start == right->start && left->has_interval == right->has_interval
		&& left->n_instants == right->n_instants
		&& (left->n_instants == 0
			|| memcmp(left->instants, right->instants,
				   left->n_instants * sizeof(*left->instants))
				== 0)
		&& days_equal(&a->days, &b->days);
}

static int64_t start_or(const struct schedule *schedule, int64_t anchor)
{
	if (schedule->spec.start != INSTANT_NONE)
		anchor = schedule->spec.start;
	g_assert(anchor != INSTANT_NONE);
	return anchor;
}

static int64_t next_every(const struct schedule *schedule, int64_t anchor, int64_t after)
{
	int64_t every_us = schedule->spec.every_us, passed, next;
	if (after < anchor)
		return anchor;
	if (__builtin_sub_overflow(after, anchor, &passed)
		|| __builtin_add_overflow(anchor, passed / every_us * every_us, &next)
		|| __builtin_add_overflow(next, every_us, &next))
		return INSTANT_NEVER;
	return next;
}

static int64_t next_cron(const struct schedule *schedule, int64_t after)
{
	const struct schedule_spec *spec = &schedule->spec;
	int64_t next = INSTANT_NEVER;
	for (size_t i = 0; i < spec->n_crons; i++) {
		struct times times = {&spec->crons[i], spec->zone, spec->dst,
			schedule->is_moved ? &schedule->days : NULL};
		next = MIN(next, times_next(&times, after));
	}
	return next;
}

static int64_t next_in_list(const struct schedule *schedule, int64_t after)
{
	size_t low = 0, high = schedule->spec.n_instants;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (schedule->spec.instants[middle] <= after)
			low = middle + 1;
		else
			high = middle;
	}
	return low < schedule->spec.n_instants ? schedule->spec.instants[low] : INSTANT_NEVER;
}

/* As if all days were allowed and there were no bounds. */
static int64_t next_raw(const struct schedule *schedule, int64_t anchor, int64_t after)
{
	switch (schedule->spec.kind) {
	case SCHEDULE_CRON:
		return next_cron(schedule, after);
	case SCHEDULE_EVERY:
		return next_every(schedule, start_or(schedule, anchor), after);
	case SCHEDULE_AT:
		return next_in_list(schedule, after);
	case SCHEDULE_ONCE:
		anchor = start_or(schedule, anchor);
		return after < anchor ? anchor : INSTANT_NEVER;
	case SCHEDULE_CONTINUOUS:
		return INSTANT_NEVER;
	}
	g_assert_not_reached();
}

/* What is moved has been moved by the crons already; a slot never is on a day that is left out. */
static int64_t next_allowed(const struct schedule *schedule, int64_t anchor, int64_t after)
{
	const struct zone *zone = schedule->spec.zone;
	int64_t next = next_raw(schedule, anchor, after);
	if (!schedule->is_restricted)
		return next;
	int64_t until = next > INSTANT_NEVER - HORIZON_US ? next : next + HORIZON_US;
	while (next < until) {
		int32_t day = day_of_wall(wall_at(zone, next));
		if (days_allow(&schedule->days, day))
			return next;
		int32_t last = day + (int32_t)(HORIZON_US / DAY_US);
		day = days_next(&schedule->days, day + 1, last);
		if (day > last)
			return INSTANT_NEVER;
		next = next_raw(schedule, anchor, zone_instant(zone, day * DAY_US) - 1);
	}
	return INSTANT_NEVER;
}

/* From where the latest slot is looked for at all. */
static int64_t search_floor(const struct schedule *schedule, int64_t at_most, int64_t floor)
{
	bool is_far = schedule->spec.kind == SCHEDULE_CRON || schedule->is_restricted;
	return is_far && at_most > INSTANT_NONE + HORIZON_US ? MAX(floor, at_most - HORIZON_US)
							     : floor;
}

/* A slot in the time after `floor` and up to `at_most`, from the end of it if it may be;
 * INSTANT_NEVER: none is there. */
static int64_t near_slot(
	const struct schedule *schedule, int64_t anchor, int64_t at_most, int64_t floor)
{
	for (int64_t span = SECOND_US; span < HORIZON_US; span *= 8) {
		if (at_most < INSTANT_NONE + span || at_most - span <= floor)
			break;
		int64_t slot = next_allowed(schedule, anchor, at_most - span);
		if (slot <= at_most)
			return slot;
	}
	int64_t slot = next_allowed(schedule, anchor, floor);
	return slot <= at_most ? slot : INSTANT_NEVER;
}

/* Halves the time between a slot and `at_most` until no other slot is left in it. */
static int64_t latest_allowed(
	const struct schedule *schedule, int64_t anchor, int64_t at_most, int64_t floor)
{
	at_most = MIN(
		at_most, schedule->spec.kind == SCHEDULE_CRON ? times_last() : INSTANT_NEVER - 1);
	int64_t slot = near_slot(schedule, anchor, at_most, search_floor(schedule, at_most, floor));
	if (slot == INSTANT_NEVER)
		return INSTANT_NONE;
	for (int64_t high = at_most;;) {
		int64_t next = next_allowed(schedule, anchor, slot);
		if (next > at_most)
			return slot;
		slot = next;
		int64_t middle = slot + (high - slot) / 2;
		next = next_allowed(schedule, anchor, middle);
		if (next <= at_most)
			slot = next;
		else
			high = middle;
	}
}

/* The slots are those after it: the first one of an interval schedule ends its first interval. */
static int64_t lower_bound(const struct schedule *schedule, int64_t anchor)
{
	const struct schedule_spec *spec = &schedule->spec;
	int64_t start = spec->start;
	if (spec->has_interval && spec->kind == SCHEDULE_EVERY)
		start = start_or(schedule, anchor);
	if (start == INSTANT_NONE)
		return INSTANT_NONE;
	return spec->has_interval ? next_allowed(schedule, anchor, start - 1) : start - 1;
}

/* The logical date of a slot. */
static int64_t logical_of(const struct schedule *schedule, int64_t anchor, int64_t at)
{
	if (!schedule->spec.has_interval)
		return at;
	int64_t before = latest_allowed(schedule, anchor, at - 1, INSTANT_NONE);
	return before == INSTANT_NONE ? at : before;
}

static bool is_after_end(const struct schedule *schedule, int64_t anchor, int64_t at)
{
	int64_t end = schedule->spec.end;
	return end != INSTANT_NONE && at > end
		&& (!schedule->spec.has_interval || logical_of(schedule, anchor, at) > end);
}

int64_t schedule_next(const struct schedule *schedule, int64_t anchor, int64_t after)
{
	int64_t bound = lower_bound(schedule, anchor);
	if (bound == INSTANT_NEVER)
		return INSTANT_NEVER;
	int64_t next = next_allowed(schedule, anchor, MAX(after, bound));
	return next == INSTANT_NEVER || is_after_end(schedule, anchor, next) ? INSTANT_NEVER : next;
}

/* The last one of all: with an interval it begins at or before the end, and is the next slot. */
static int64_t upper_bound(const struct schedule *schedule, int64_t anchor, int64_t at_most)
{
	int64_t end = schedule->spec.end;
	if (end == INSTANT_NONE || at_most <= end)
		return at_most;
	return schedule->spec.has_interval ? MIN(at_most, next_allowed(schedule, anchor, end))
					   : end;
}

int64_t schedule_latest(
	const struct schedule *schedule, int64_t anchor, int64_t at_most, int64_t floor)
{
	floor = MAX(floor, lower_bound(schedule, anchor));
	at_most = upper_bound(schedule, anchor, at_most);
	return floor < at_most ? latest_allowed(schedule, anchor, at_most, floor) : INSTANT_NONE;
}

unsigned schedule_count(const struct schedule *schedule, int64_t anchor, int64_t after,
	int64_t at_most, unsigned max)
{
	unsigned n = 0;
	while (n < max && (after = schedule_next(schedule, anchor, after)) <= at_most)
		n++;
	return n;
}

struct slot schedule_slot(const struct schedule *schedule, int64_t anchor, int64_t at)
{
	int64_t logical = logical_of(schedule, anchor, at);
	return (struct slot){at, logical, logical, at, at + schedule->delay_us};
}

void schedule_interval(const struct schedule *schedule, int64_t anchor, int64_t logical_date,
	int64_t *start, int64_t *end)
{
	*start = *end = logical_date;
	if (!schedule->spec.has_interval)
		return;
	int64_t last = latest_allowed(schedule, anchor, logical_date, INSTANT_NONE);
	if (last == INSTANT_NONE)
		return;
	*end = last;
	*start = logical_of(schedule, anchor, last);
}

size_t schedule_preview(const struct schedule *schedule, int64_t anchor, int64_t after, size_t n,
	struct slot *slots)
{
	size_t found = 0;
	for (int64_t at = after - schedule->delay_us; found < n; found++) {
		at = schedule_next(schedule, anchor, at);
		if (at == INSTANT_NEVER)
			break;
		slots[found] = schedule_slot(schedule, anchor, at);
	}
	return found;
}
