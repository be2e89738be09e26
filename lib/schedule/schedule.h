/* SPDX-License-Identifier: MIT */
/*
 * When a DAG is due: slots on the time line, computed from cron expressions, fixed durations or
 * lists of instants.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

struct cron;
struct days;
struct zone; /* an IANA time zone; kept for the life of the process, whatever its rules become */

/* NULL and an error for a name that tzdata does not have; never UTC silently. */
const struct zone *zone_get(const char *name, GError **error);
const struct zone *zone_utc(void);
const char *zone_name(const struct zone *zone);
/* Seconds east of UTC at an instant. */
int zone_offset_s(const struct zone *zone, int64_t at);
/* The same by the rules that held before the last zones_reread(). */
int zone_offset_before_s(const struct zone *zone, int64_t at);
/* What a wall clock reading means: itself, the first of two, or (in a gap) the first valid instant
 * after it. */
int64_t zone_instant(const struct zone *zone, int64_t wall_us);
/* Where tzdata has its files. */
const char *tzdata_folder(void);
/*
 * Takes the new rules of those zones whose files have changed: a list of these zones. No other
 * thread may use a zone meanwhile.
 */
GPtrArray *zones_reread(void);

enum schedule_kind {
	SCHEDULE_CRON,
	SCHEDULE_EVERY,      /* so much elapsed time; its first slot is the start, or the anchor */
	SCHEDULE_AT,         /* a list of instants */
	SCHEDULE_ONCE,       /* at the start, or the anchor */
	SCHEDULE_CONTINUOUS, /* when the last run has ended: the time line has no slots of it */
};

/* What becomes of a time of day that the clocks skip. */
enum dst {
	DST_CRON, /* it is due at the jump */
	DST_SKIP, /* it is not due on that day */
};

struct schedule_spec {
	enum schedule_kind kind;
	const char *text;        /* for people: `0 3 * * *`, `1d` */
	const struct zone *zone; /* of crons and days */
	size_t n_crons;
	const struct cron *crons;
	enum dst dst;
	int64_t every_us; /* at least a second */
	size_t n_instants;
	const int64_t *instants;
	/* No slot whose logical date is before or after them; INSTANT_NONE: no bound. */
	int64_t start, end;
	bool has_interval; /* logical date: the slot before; it is due when that interval ends */
	const struct days *days; /* NULL: all */
	int64_t jitter_us;       /* runs begin later by up to so much, by the hash of dag_id */
	const char *dag_id;
};

struct schedule;

/* Copies all of it. */
struct schedule *schedule_new(const struct schedule_spec *spec);
void schedule_free(struct schedule *schedule);

/* An instant at which a DAG is due, and what its run is told. */
struct slot {
	int64_t at; /* names it: whatever moves runs, this stays */
	int64_t logical_date, interval_start, interval_end;
	int64_t run_after; /* `at`, and the jitter */
};

/*
 * All take and give a slot by its `at`. `anchor` is the instant the DAG was first seen; it counts
 * where a schedule without a start needs one.
 *
 * The first slot strictly after an instant; INSTANT_NEVER when there is none (within 40 years).
 */
int64_t schedule_next(const struct schedule *schedule, int64_t anchor, int64_t after);
/* The last slot at or before `at_most` and strictly after `floor`; INSTANT_NONE: there is none. */
int64_t schedule_latest(
	const struct schedule *schedule, int64_t anchor, int64_t at_most, int64_t floor);
/* How many slots are after one instant and up to another, counted up to `max`. */
unsigned schedule_count(const struct schedule *schedule, int64_t anchor, int64_t after,
	int64_t at_most, unsigned max);
struct slot schedule_slot(const struct schedule *schedule, int64_t anchor, int64_t at);
/* The interval of a run with a logical date that is no slot's: the last one that had ended then. */
void schedule_interval(const struct schedule *schedule, int64_t anchor, int64_t logical_date,
	int64_t *start, int64_t *end);
/* The next ones whose runs begin after an instant; returns how many of the `n` there are. */
size_t schedule_preview(const struct schedule *schedule, int64_t anchor, int64_t after, size_t n,
	struct slot *slots);

enum schedule_kind schedule_kind(const struct schedule *schedule);
/* By whose clock crons and days are read. */
const struct zone *schedule_zone(const struct schedule *schedule);
bool schedule_has_interval(const struct schedule *schedule);
/* How much later than its slot a run begins. */
int64_t schedule_delay(const struct schedule *schedule);
const char *schedule_text(const struct schedule *schedule);
/* They have the same slots, as long as none is after their end. */
bool schedule_equal(const struct schedule *a, const struct schedule *b);
