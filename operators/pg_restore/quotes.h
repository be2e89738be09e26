/* SPDX-License-Identifier: MIT */
/* Tells what of the SQL of a dump stands in a text, in a quoted name or in a comment. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum quotes_inside {
	INSIDE_NOTHING,
	INSIDE_TEXT,
	INSIDE_NAME,
	INSIDE_DOLLARS,
	INSIDE_COMMENT,
};

enum { QUOTES_TAG_MAX = 64 };

/* All zero: at the beginning. */
struct quotes {
	enum quotes_inside inside;
	char before;              /* the byte that came last, outside of everything */
	char tag[QUOTES_TAG_MAX]; /* `$body$`, of a text in dollars, or what came of it */
	size_t n_tag, n_found;    /* of it: bytes, and how many of them came to end the text */
};

void quotes_add(struct quotes *quotes, const char *bytes, size_t n);

/* Whether what comes next belongs to a text or a name. */
bool quotes_are_open(const struct quotes *quotes);
