/* SPDX-License-Identifier: MIT */
/*
 * A secret is looked for in many forms, and in all that a task prints. So most bytes are not looked
 * at (Wu and Manber): where the last four bytes of a window are not those of any word there, no
 * word begins until they are out of it. What is left is looked up among the words in order: the
 * last one that is not behind the text, or one that it begins with, is the longest that is there;
 * and one that the text is the beginning of comes right after.
 */
#include "lib/wire/mask.h"

#include <stdlib.h>
#include <string.h>

/* A longer window skips more, but knows more fours, of which more are in any text. */
enum { WINDOW_MAX = 12, FOURS_BITS_MIN = 12, FOURS_BITS_MAX = 20, FIRST = 0x80 };

static void *allocate(size_t n, size_t size)
{
	void *memory = calloc(n, size);
	if (!memory)
		abort();
	return memory;
}

static uint8_t *four(const struct masks *masks, const char *text)
{
	uint32_t bytes;
	memcpy(&bytes, text, sizeof(bytes));
	return &masks->fours[bytes * 2654435761u >> (32 - masks->fours_bits)];
}

static void fours_add(struct masks *masks, const char *word)
{
	size_t last = masks->window - MASK_WORD_MIN;
	for (size_t i = 0; i <= last; i++) {
		uint8_t *at = four(masks, word + i);
		uint8_t skip = *at & (FIRST - 1);
		*at = (uint8_t)((*at & FIRST) | (last - i < skip ? last - i : skip));
	}
	*four(masks, word) |= FIRST;
}

static void fours_make(struct masks *masks)
{
	masks->window = WINDOW_MAX;
	for (size_t i = 0; i < masks->n; i++)
		if (masks->words[i].size < masks->window)
			masks->window = masks->words[i].size;
	size_t n = 4 * masks->n * (masks->window - MASK_WORD_MIN + 1);
	masks->fours_bits = FOURS_BITS_MIN;
	while (masks->fours_bits < FOURS_BITS_MAX && (size_t)1 << masks->fours_bits < n)
		masks->fours_bits++;
	masks->fours = allocate((size_t)1 << masks->fours_bits, 1);
	memset(masks->fours, (int)(masks->window - MASK_WORD_MIN + 1),
		(size_t)1 << masks->fours_bits);
	for (size_t i = 0; i < masks->n; i++)
		fours_add(masks, masks->words[i].text);
}

static bool begins_with(const struct mask_word *word, const struct mask_word *shorter)
{
	return shorter->size <= word->size && memcmp(word->text, shorter->text, shorter->size) == 0;
}

static void shorter_link(struct mask_word *words, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		size_t at = i;
		while (at > 0 && !begins_with(&words[i], &words[at - 1]))
			at = words[at - 1].shorter;
		words[i].shorter = at;
	}
}

static int by_bytes(const void *a, const void *b)
{
	const struct mask_word *one = a, *other = b;
	return strcmp(one->text, other->text);
}

void masks_set(struct masks *masks, const char *const *words, size_t n)
{
	masks_clear(masks);
	if (n == 0)
		return;
	masks->words = allocate(n, sizeof(*masks->words));
	for (size_t i = 0; i < n; i++) {
		size_t size = words[i] ? strlen(words[i]) : 0;
		if (size >= MASK_WORD_MIN)
			masks->words[masks->n++] = (struct mask_word){strdup(words[i]), size, 0};
	}
	for (size_t i = 0; i < masks->n; i++)
		if (!masks->words[i].text)
			abort();
	if (masks->n == 0)
		return;
	qsort(masks->words, masks->n, sizeof(*masks->words), by_bytes);
	shorter_link(masks->words, masks->n);
	fours_make(masks);
}

void masks_clear(struct masks *masks)
{
	for (size_t i = 0; i < masks->n; i++) {
		explicit_bzero(masks->words[i].text, masks->words[i].size);
		free(masks->words[i].text);
	}
	free(masks->words);
	free(masks->fours);
	*masks = (struct masks){0};
}

/* May `next` follow: whether there can be more than the text that is there. */
enum reach { REACH_WHOLE, REACH_BEGINNING };

/* How many words are not behind the text; one that goes on where the text ends is. */
static size_t words_before(const struct masks *masks, const char *text, size_t size)
{
	size_t begin = 0, end = masks->n;
	while (begin < end) {
		size_t middle = begin + (end - begin) / 2;
		const struct mask_word *word = &masks->words[middle];
		int order = memcmp(word->text, text, word->size < size ? word->size : size);
		if (order < 0 || (order == 0 && word->size <= size))
			begin = middle + 1;
		else
			end = middle;
	}
	return begin;
}

static bool goes_on(const struct masks *masks, size_t i, const char *text, size_t size)
{
	return i < masks->n && masks->words[i].size > size
		&& memcmp(masks->words[i].text, text, size) == 0;
}

/*
 * What begins at `text`: the size of a word that is there whole, -1 when it may be the beginning
 * of one that goes on, or 0. A longer word that may still come goes before a shorter one that is
 * there.
 */
static ptrdiff_t match(const struct masks *masks, const char *text, size_t size, enum reach reach)
{
	if (size < MASK_WORD_MIN ? reach == REACH_WHOLE : !(*four(masks, text) & FIRST))
		return 0;
	size_t at = words_before(masks, text, size);
	if (reach == REACH_BEGINNING && goes_on(masks, at, text, size))
		return -1;
	for (; at > 0; at = masks->words[at - 1].shorter) {
		const struct mask_word *word = &masks->words[at - 1];
		if (word->size <= size && memcmp(word->text, text, word->size) == 0)
			return (ptrdiff_t)word->size;
	}
	return 0;
}

/* From `i` on, the first place where a word may begin. */
static size_t next_place(const struct masks *masks, const char *text, size_t size, size_t i)
{
	const char *window_end = text + masks->window - MASK_WORD_MIN;
	while (i + masks->window <= size) {
		uint8_t skip = *four(masks, window_end + i) & (FIRST - 1);
		if (skip == 0)
			break;
		i += skip;
	}
	return i;
}

static size_t apply(const struct masks *masks, const char *text, size_t size,
	struct wire_buffer *out, enum reach reach)
{
	size_t shown = 0, i = 0;
	while (masks->n > 0 && (i = next_place(masks, text, size, i)) < size) {
		ptrdiff_t found = match(masks, text + i, size - i, reach);
		if (found < 0)
			break;
		if (found == 0) {
			i++;
			continue;
		}
		wire_buffer_append(out, text + shown, i - shown);
		wire_buffer_append(out, MASK_HIDDEN, strlen(MASK_HIDDEN));
		i += (size_t)found;
		shown = i;
	}
	size_t end = masks->n > 0 ? i : size;
	wire_buffer_append(out, text + shown, end - shown);
	return end;
}

size_t masks_apply(
	const struct masks *masks, const char *text, size_t size, struct wire_buffer *out)
{
	return apply(masks, text, size, out, REACH_BEGINNING);
}

void masks_apply_last(
	const struct masks *masks, const char *text, size_t size, struct wire_buffer *out)
{
	apply(masks, text, size, out, REACH_WHOLE);
}

size_t masks_begin(const struct masks *masks, const char *text, size_t size)
{
	return masks->n > 0 ? (size_t)match(masks, text, size, REACH_WHOLE) : 0;
}

bool masks_are_in(const struct masks *masks, const char *text, size_t size)
{
	for (size_t i = 0; masks->n > 0 && (i = next_place(masks, text, size, i)) < size; i++)
		if (match(masks, text + i, size - i, REACH_WHOLE) > 0)
			return true;
	return false;
}
