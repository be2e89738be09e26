/* SPDX-License-Identifier: MIT */
/* A cron expression as sets of minutes, hours and days, and the search through the calendar with
 * it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct cron {
	uint64_t seconds; /* bit 0 alone where there are five fields */
	uint64_t minutes;
	uint32_t hours;
	uint32_t days;             /* of the month, bits 1 to 31 */
	uint16_t months;           /* bits 1 to 12 */
	uint8_t weekdays;          /* bits 0 to 6, 0 is Sunday */
	uint8_t last_weekdays;     /* `L5`: the last Friday of the month */
	uint8_t nth_weekdays[5];   /* `5#2`: the second Friday is bit 5 of [1] */
	bool last_day;             /* `L` */
	uint32_t workdays_near;    /* `15W`: the weekday from Monday to Friday nearest to it */
	bool last_workday;         /* `LW` */
	bool any_day, any_weekday; /* the field is `*` */
	/* No field of the time begins with `*`: a time of day, not a rhythm. */
	bool fixed;
};

/* Five fields, or six that begin with the seconds. */
enum cron_form { CRON_MINUTES, CRON_SECONDS };

/*
 * Parses the fields of a form, or a preset. *warning is set (g_free) when it is legal but other
 * crons read it differently, or it is never due.
 */
bool cron_parse(const char *expression, enum cron_form form, struct cron *cron, char **warning,
	GError **error);
/* Whether a word is one of the presets, with its `@` or without. */
bool cron_is_preset(const char *word);

/*
 * The first matching second at or after a wall clock reading (without zone: every day has 24 hours)
 * and before another; INSTANT_NEVER when there is none.
 */
int64_t cron_match(const struct cron *cron, int64_t from_wall, int64_t until_wall);
