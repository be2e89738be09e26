/* SPDX-License-Identifier: MIT */
/*
 * When cron expressions are due, found without any search: a walk along the time line that looks at
 * each second or minute. It shares no code with lib/schedule; what the clocks of a zone show it is
 * told.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Seconds east of UTC from an instant on; instants are seconds here. */
struct walk_offset {
	int64_t from_s;
	int offset_s;
};

struct walk_clock {
	size_t n;
	struct walk_offset *offsets; /* ascending; the first one holds for all time before, too */
};

int64_t walk_reading(const struct walk_clock *clock, int64_t at_s);

enum walk_gap { WALK_AT_JUMP, WALK_NOT_AT_ALL };

struct walk_pattern {
	bool second[60], minute[60], hour[24], day[32], month[13], weekday[7];
	bool any_day, any_weekday, last_day, last_workday;
	int workday_near, last_weekday, nth_weekday, nth; /* -1: none */
	bool is_time_of_day;
	enum walk_gap gap;
	bool excluded[7]; /* weekdays */
	int moves;        /* where a slot of such a day goes: 0 nowhere, 1 forwards, -1 back */
};

/* Five fields, or six of which the first one is seconds. */
void walk_read(const char *expression, struct walk_pattern *pattern);

struct walk {
	const struct walk_clock *clock;
	const struct walk_pattern *pattern;
	int64_t step_s, at_s;
	int64_t highest_reading; /* of all instants before */
};

/* The next step to take is at `from_s`. */
void walk_begin(struct walk *walk, int64_t from_s);
/* Whether the expression is due at `at_s`; then it goes on by a step. */
bool walk_step(struct walk *walk);
