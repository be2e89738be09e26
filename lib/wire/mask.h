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
	size_t shorter; /* 1 + i of the longest other word that this one begins with; 0: none */
};

struct masks {
	struct mask_word *words; /* in the order of their bytes */
	size_t n;
	size_t window;  /* so many bytes of each word are known to `fours` */
	uint8_t *fours; /* by the hash of four bytes: how far no word can end its window, and FIRST
			 */
	unsigned fours_bits;
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

/* The size of the longest word that `text` begins with; 0: none. */
size_t masks_begin(const struct masks *masks, const char *text, size_t size);
/* Whether there is a word in it. */
bool masks_are_in(const struct masks *masks, const char *text, size_t size);

/*
 * masks_apply_last of JSON, so that it stays JSON: a number or a structure in which a word is
 * becomes a text. A text is looked at as what it means, however it is escaped. What is no JSON is
 * masked as any text.
 */
void masks_apply_json(
	const struct masks *masks, const char *text, size_t size, struct wire_buffer *out);
