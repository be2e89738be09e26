/* SPDX-License-Identifier: MIT */
/* When a DAG is due: slots on the time line, computed from cron expressions or fixed durations. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct zone; /* an IANA time zone; kept for the life of the process */

/* NULL and an error for a name that tzdata does not have; never UTC silently. */
const struct zone *zone_get(const char *name, GError **error);
const struct zone *zone_utc(void);
const char *zone_name(const struct zone *zone);
/* Seconds east of UTC at an instant. */
int zone_offset_s(const struct zone *zone, int64_t at);
/* What a wall clock reading means: itself, the first of two, or (in a gap) the first valid instant
 * after it. */
int64_t zone_instant(const struct zone *zone, int64_t wall_us);

struct schedule;

/*
 * A cron expression of five fields, or a preset (`@daily` or `daily`, hourly, weekly, monthly,
 * quarterly, yearly, annually, midnight). DST by the rules of docs/dag-file.md. *warning is set
 * (g_free) when the expression is legal but means something else to other crons, or can never be
 * due.
 */
struct schedule *schedule_new_cron(
	const char *expression, const struct zone *zone, char **warning, GError **error);

/*
 * Every `every_us` (at least a second) of elapsed time, counted from `anchor`: the anchor itself is
 * the first slot. INSTANT_NONE: from the anchor that is given when asking (the instant the DAG was
 * first seen).
 */
struct schedule *schedule_new_every(int64_t every_us, int64_t anchor, GError **error);

void schedule_free(struct schedule *schedule);

/*
 * The first slot strictly after an instant; INSTANT_NEVER when there is none (within 40 years).
 * `anchor` counts only for an `every` schedule without an anchor of its own.
 */
int64_t schedule_next(const struct schedule *schedule, int64_t anchor, int64_t after);
/* The last slot at or before `at_most` and strictly after `floor`; INSTANT_NONE: there is none. */
int64_t schedule_latest(
	const struct schedule *schedule, int64_t anchor, int64_t at_most, int64_t floor);
/* For people: `0 3 * * *`, `1d`. */
const char *schedule_text(const struct schedule *schedule);
