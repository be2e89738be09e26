/* SPDX-License-Identifier: MIT */
/* Replaces secret words in a stream of bytes, also where a read cut them in two. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/wire/wire.h"

struct masks {
	char **words; /* the longest first */
	size_t *sizes;
	size_t n;
	bool is_first_byte[256];
};

/* Copies the words of a NULL-terminated list; shorter ones than 5 bytes hide nothing and are left
 * out. */
void masks_set(struct masks *masks, const char *const *words);
void masks_clear(struct masks *masks);

/*
 * Appends what may be shown of `text`. Returns how many bytes of it are done with; the others may
 * be the beginning of a word and have to come again in front of what follows.
 */
size_t masks_apply(
	const struct masks *masks, const char *text, size_t size, struct wire_buffer *out);
/* The same where nothing follows. */
void masks_apply_last(
	const struct masks *masks, const char *text, size_t size, struct wire_buffer *out);
