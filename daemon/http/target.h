/* SPDX-License-Identifier: MIT */
/* The target of a request, taken apart: `/dags/a%2Fb?limit=5` is the segments `dags`, `a/b` and a
 * query. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "lib/base/arena.h"

struct query_pair {
	const char *name;
	const char *value;
};

/* All of it lives in the arena it was parsed into. */
struct target {
	const char *path;               /* as sent, without the query */
	const char *const *segments;    /* decoded, valid UTF-8; NULL-terminated; none for `/` */
	const struct query_pair *query; /* decoded, in the order sent */
	size_t n_query;
};

/*
 * Splits first and decodes then, so that an encoded slash is a character of its segment and never a
 * separator. What decodes to NUL, to invalid UTF-8, to `.` or `..` is refused, as are characters
 * that a request line may not hold. False: *why says what is wrong.
 */
bool target_parse(struct target *target, struct arena *arena, const char *raw, const char **why);
