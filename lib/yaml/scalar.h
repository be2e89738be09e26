/* SPDX-License-Identifier: MIT */
/* What a scalar is by the rules of YAML 1.2 core, and where older rules say something else. */
#pragma once

#include "lib/yaml/yaml.h"

enum scalar_kind {
	SCALAR_TEXT,
	SCALAR_NULL,
	SCALAR_BOOL,
	SCALAR_INT,
	SCALAR_FLOAT,
	SCALAR_INT_TOO_LARGE /* an integer beyond 64 bits */
};

struct scalar {
	bool boolean;
	int64_t integer;
	double number; /* may be infinite or not a number */
};

/* As scalar_read() gives SCALAR_NULL, without looking for all else it could be. */
bool scalar_is_null(const struct node *node);
/* Fills the field of `value` that belongs to the kind. */
enum scalar_kind scalar_read(const struct node *node, struct scalar *value);

/*
 * `yes`, `010`, `0o10`, `12:30`, `1_000`: plain scalars that YAML 1.1 reads differently. On true
 * *readings is both readings as the end of a sentence ("could be ...") and *clear what to write for
 * the boolean or number (g_free both).
 */
bool scalar_is_ambiguous(const struct node *node, char **readings, char **clear);
