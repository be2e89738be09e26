/* SPDX-License-Identifier: MIT */
/* Which dumps are too small or too old to be what is meant: `min_size` and `max_age` of a task. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

struct source_limits {
	int64_t min_size;   /* bytes; 0: any */
	int64_t max_age_us; /* -1: any */
};

/* From the arguments min_size (bytes) and max_age (seconds); an error when they are no such. */
bool source_limits_read(const json_t *arguments, struct source_limits *limits, GError **error);

/* Whether a source of this size, last modified at this instant, is taken (`limits` NULL: it is).
 * One whose instant is INSTANT_NONE is not, where there is a max_age. */
bool source_limits_check(const struct source_limits *limits, const char *name, int64_t size,
	int64_t modified_at, GError **error);

/* For a line about it: `of 2026-11-26T01:00:09Z (9h12m4s ago)`, or that this is not known. */
char *source_time_text(int64_t modified_at);
