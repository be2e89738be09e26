/* SPDX-License-Identifier: MIT */
/*
 * Instants are int64_t microseconds since 1970-01-01 UTC, durations int64_t microseconds; text only
 * at the edges.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "lib/base/error.h"

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

/* No instant; sorts before all others. */
#define INSTANT_NONE INT64_MIN
/* Never; sorts after all others. */
#define INSTANT_NEVER INT64_MAX

/* A date and time of day in the proleptic Gregorian calendar, without zone. */
struct civil {
	int year, month, day, hour, minute, second, microsecond;
};

/* Wall-clock microseconds of a civil time, as if it were UTC; fields must be in range. */
int64_t civil_to_wall(const struct civil *civil);
struct civil civil_from_wall(int64_t wall_us);
/* 0 is Sunday. */
int civil_weekday(const struct civil *civil);
int civil_days_in_month(int year, int month);

/*
 * Parses ISO 8601: a date, or a date and time with optional fraction and optional offset (`Z`,
 * `+02:00`, `+0200`, `+02`). On success *wall_us is the wall clock as written, *offset_s its
 * offset, and *has_offset whether one was written. Years 1 to 9999.
 */
bool instant_parse(
	const char *text, int64_t *wall_us, bool *has_offset, int *offset_s, GError **error);

/* `2026-11-24T03:00:00+00:00`, with `.123456` when there are microseconds, as Airflow writes it in
 * run ids. */
char *instant_iso(int64_t at);
/* The same with `Z` for the offset, as Airflow's API answers. */
char *instant_iso_z(int64_t at);
/* With the given offset from UTC in seconds: `2026-03-08T02:30:00-05:00`. */
char *instant_iso_offset(int64_t at, int offset_s);

/*
 * Durations: `30s 5m 1h30m 2d 100ms`, ISO 8601 `PT5M` `P1DT2H` (no years or months), a bare integer
 * or decimal = seconds. Negative ones are refused.
 */
bool duration_parse(const char *text, int64_t *duration_us, GError **error);
/* The shortest of the first form: `1h30m`, `0s`, `1.5s`. */
char *duration_text(int64_t duration_us);
