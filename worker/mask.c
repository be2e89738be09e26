/* SPDX-License-Identifier: MIT */
#include "worker/mask.h"

#include <stdlib.h>
#include <string.h>

#define WORD_SIZE_MIN 5

static void *allocate(size_t n, size_t size)
{
	void *memory = calloc(n, size);
	if (!memory)
		abort();
	return memory;
}

/* Keeps the list sorted, the longest first. */
static void word_add(struct masks *masks, const char *text, size_t size)
{
	size_t at = masks->n;
	for (; at > 0 && masks->sizes[at - 1] < size; at--) {
		masks->words[at] = masks->words[at - 1];
		masks->sizes[at] = masks->sizes[at - 1];
	}
	masks->words[at] = allocate(1, size);
	masks->sizes[at] = size;
	memcpy(masks->words[at], text, size);
	masks->is_first_byte[(unsigned char)text[0]] = true;
	masks->n++;
}

void masks_set(struct masks *masks, const char *const *words)
{
	masks_clear(masks);
	size_t n = 0;
	while (words[n])
		n++;
	if (n == 0)
		return;
	masks->words = allocate(n, sizeof(*masks->words));
	masks->sizes = allocate(n, sizeof(*masks->sizes));
	for (size_t i = 0; i < n; i++) {
		size_t size = strlen(words[i]);
		if (size >= WORD_SIZE_MIN)
			word_add(masks, words[i], size);
	}
}

void masks_clear(struct masks *masks)
{
	for (size_t i = 0; i < masks->n; i++) {
		explicit_bzero(masks->words[i], masks->sizes[i]);
		free(masks->words[i]);
	}
	free(masks->words);
	free(masks->sizes);
	*masks = (struct masks){0};
}

enum match { MATCH_NONE, MATCH_WORD, MATCH_BEGINNING };

/* What begins at `text`. A longer word that may still come goes before a shorter one that is there.
 */
static enum match match_at(
	const struct masks *masks, const char *text, size_t size, size_t *word_size)
{
	for (size_t i = 0; i < masks->n; i++) {
		*word_size = masks->sizes[i];
		size_t n = *word_size < size ? *word_size : size;
		if (memcmp(masks->words[i], text, n) == 0)
			return n == *word_size ? MATCH_WORD : MATCH_BEGINNING;
	}
	return MATCH_NONE;
}

/* The longest word that is there whole, for the end of the text. */
static enum match match_whole_at(
	const struct masks *masks, const char *text, size_t size, size_t *word_size)
{
	for (size_t i = 0; i < masks->n; i++) {
		*word_size = masks->sizes[i];
		if (*word_size <= size && memcmp(masks->words[i], text, *word_size) == 0)
			return MATCH_WORD;
	}
	return MATCH_NONE;
}

typedef enum match matcher(const struct masks *, const char *, size_t, size_t *);

static size_t apply(const struct masks *masks, const char *text, size_t size,
	struct wire_buffer *out, matcher *match)
{
	size_t shown = 0, i = 0;
	while (i < size) {
		size_t word_size;
		enum match found = MATCH_NONE;
		if (masks->is_first_byte[(unsigned char)text[i]])
			found = match(masks, text + i, size - i, &word_size);
		if (found == MATCH_BEGINNING)
			break;
		if (found == MATCH_NONE) {
			i++;
			continue;
		}
		wire_buffer_append(out, text + shown, i - shown);
		wire_buffer_append(out, "***", 3);
		i += word_size;
		shown = i;
	}
	wire_buffer_append(out, text + shown, i - shown);
	return i;
}

size_t masks_apply(
	const struct masks *masks, const char *text, size_t size, struct wire_buffer *out)
{
	return apply(masks, text, size, out, match_at);
}

void masks_apply_last(
	const struct masks *masks, const char *text, size_t size, struct wire_buffer *out)
{
	apply(masks, text, size, out, match_whole_at);
}
