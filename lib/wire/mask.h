/* SPDX-License-Identifier: MIT */
/* Replaces secret words in bytes: in a stream also where a read cut them in two. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/wire/wire.h"

/* Of shorter ones there would be half of any text hidden: they are left out. */
#define MASK_WORD_MIN 4
/* What stands in the place of a word. */
#define MASK_HIDDEN "***"

struct mask_word {
	char *text;
	size_t size;
};

struct masks {
	struct mask_word *words; /* the longest first */
	size_t n;
	uint32_t *first, *next; /* words that begin alike, the longest first; 0: none, else 1 + i */
	size_t n_first;         /* a power of two */
	uint8_t begins[1 << 13]; /* a bit for each two bytes that a word begins with */
};

/* Copies `n` words, of which some may be NULL or too short. Starts as zeroes; an earlier list is
 * forgotten. */
void masks_set(struct masks *masks, const char *const *words, size_t n);
/* Overwrites the words. */
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
/*
 * The same of JSON, so that it stays JSON: a number or a structure in which a word is becomes a
 * text. What is no JSON is masked as any text.
 */
void masks_apply_json(
	const struct masks *masks, const char *text, size_t size, struct wire_buffer *out);
