/* SPDX-License-Identifier: MIT */
/* The instants at which a cron expression is due by the clock of a zone. */
#pragma once

#include "lib/base/instant.h"
#include "lib/schedule/cron.h"
#include "lib/schedule/days.h"
#include "lib/schedule/schedule.h"

/* How far ahead a slot is looked for: a leap day on a given weekday comes every 28 years, or 40. */
#define HORIZON_US (40 * 366 * DAY_US)

struct times {
	const struct cron *cron;
	const struct zone *zone;
	enum dst dst;
	const struct days *days; /* by which times of day are moved; NULL: none is */
};

/* The first instant later than one in the years 1 to 9999; INSTANT_NEVER: none within the horizon.
 */
int64_t times_next(const struct times *times, int64_t after);
/* None is later. */
int64_t times_last(void);

/* The reading of a zone's clock at an instant. */
int64_t wall_at(const struct zone *zone, int64_t at);
