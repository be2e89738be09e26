/* SPDX-License-Identifier: MIT */
/* A cron expression as sets of minutes, hours and days, and the search through the calendar with
 * it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct cron {
	uint64_t minutes;
	uint32_t hours;
	uint32_t days;             /* of the month, bits 1 to 31 */
	uint16_t months;           /* bits 1 to 12 */
	uint8_t weekdays;          /* bits 0 to 6, 0 is Sunday */
	uint8_t last_weekdays;     /* `L5`: the last Friday of the month */
	uint8_t nth_weekdays[5];   /* `5#2`: the second Friday is bit 5 of [1] */
	bool last_day;             /* `L` */
	bool any_day, any_weekday; /* the field is `*` */
	/* Neither minute nor hour begin with `*`: a time of day, not a rhythm. */
	bool fixed;
};

/*
 * Parses five fields or a preset. *warning is set (g_free) when it is legal but other crons read it
 * differently, or it is never due.
 */
bool cron_parse(const char *expression, struct cron *cron, char **warning, GError **error);

/*
 * The first matching minute at or after a wall clock reading (without zone: every day has 24 hours)
 * and before another; INSTANT_NEVER when there is none.
 */
int64_t cron_match(const struct cron *cron, int64_t from_wall, int64_t until_wall);
