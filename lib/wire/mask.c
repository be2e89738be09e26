/* SPDX-License-Identifier: MIT */
/*
 * A secret is looked for in many forms, and in all that a task prints. So most bytes are passed by
 * with one look at a bit, for two bytes that no word begins with; where one may begin, its first
 * four bytes tell which few words to compare.
 */
#include "lib/wire/mask.h"

#include <stdlib.h>
#include <string.h>

static void *allocate(size_t n, size_t size)
{
	void *memory = calloc(n, size);
	if (!memory)
		abort();
	return memory;
}

static uint32_t first_two(const char *text)
{
	return (uint32_t)(unsigned char)text[0] | (uint32_t)(unsigned char)text[1] << 8;
}

static size_t place_of(const struct masks *masks, const char *text)
{
	uint32_t four;
	memcpy(&four, text, sizeof(four));
	return (four * 2654435761u >> 12) & (masks->n_first - 1);
}

static void index_make(struct masks *masks)
{
	masks->n_first = 16;
	while (masks->n_first < 2 * masks->n)
		masks->n_first *= 2;
	masks->first = allocate(masks->n_first, sizeof(*masks->first));
	masks->next = allocate(masks->n, sizeof(*masks->next));
	/* From the shortest to the longest, which then is in front. */
	for (size_t i = masks->n; i-- > 0;) {
		uint32_t two = first_two(masks->words[i].text);
		masks->begins[two >> 3] |= (uint8_t)(1u << (two & 7));
		uint32_t *first = &masks->first[place_of(masks, masks->words[i].text)];
		masks->next[i] = *first;
		*first = (uint32_t)i + 1;
	}
}

static int longer_first(const void *a, const void *b)
{
	const struct mask_word *one = a, *other = b;
	return (one->size < other->size) - (one->size > other->size);
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
			masks->words[masks->n++] = (struct mask_word){strdup(words[i]), size};
	}
	for (size_t i = 0; i < masks->n; i++)
		if (!masks->words[i].text)
			abort();
	qsort(masks->words, masks->n, sizeof(*masks->words), longer_first);
	if (masks->n > 0)
		index_make(masks);
}

void masks_clear(struct masks *masks)
{
	for (size_t i = 0; i < masks->n; i++) {
		explicit_bzero(masks->words[i].text, masks->words[i].size);
		free(masks->words[i].text);
	}
	free(masks->words);
	free(masks->first);
	free(masks->next);
	*masks = (struct masks){0};
}

/* May `next` follow: whether there can be more than the text that is there. */
enum reach { REACH_WHOLE, REACH_BEGINNING };

/* How many bytes of a word are there, of `size` of text at most; 0: it is another text. */
static size_t word_match(const struct masks *masks, size_t i, const char *text, size_t size)
{
	const struct mask_word *word = &masks->words[i];
	size_t n = word->size < size ? word->size : size;
	return memcmp(word->text, text, n) == 0 ? n : 0;
}

/*
 * What begins at `text`: the size of a word that is there whole, -1 when it may be the beginning
 * of one that goes on, or 0. A longer word that may still come goes before a shorter one that is
 * there.
 */
static ptrdiff_t match(const struct masks *masks, const char *text, size_t size, enum reach reach)
{
	for (uint32_t at = masks->first[place_of(masks, text)]; at; at = masks->next[at - 1]) {
		size_t whole = masks->words[at - 1].size;
		if (whole > size && reach == REACH_WHOLE)
			continue;
		if (word_match(masks, at - 1, text, size) > 0)
			return whole <= size ? (ptrdiff_t)whole : -1;
	}
	return 0;
}

/* The same of fewer bytes than any word has. */
static ptrdiff_t match_short(
	const struct masks *masks, const char *text, size_t size, enum reach reach)
{
	for (size_t i = 0; reach == REACH_BEGINNING && i < masks->n; i++)
		if (word_match(masks, i, text, size) > 0)
			return -1;
	return 0;
}

static bool may_begin(const struct masks *masks, const char *text)
{
	uint32_t two = first_two(text);
	return masks->begins[two >> 3] & 1u << (two & 7);
}

static size_t apply(const struct masks *masks, const char *text, size_t size,
	struct wire_buffer *out, enum reach reach)
{
	size_t shown = 0, i = 0;
	while (masks->n > 0 && i < size) {
		ptrdiff_t found = 0;
		if (size - i < MASK_WORD_MIN)
			found = match_short(masks, text + i, size - i, reach);
		else if (may_begin(masks, text + i))
			found = match(masks, text + i, size - i, reach);
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

/* ---- JSON ---- */

/* Of a text with its quotes, of a number or a word, else of one byte. */
static size_t token_size(const char *text, size_t size)
{
	size_t n = 1;
	if (text[0] == '"') {
		while (n < size && text[n] != '"')
			n += text[n] == '\\' ? 2 : 1;
		return n + 1 < size ? n + 1 : size;
	}
	if (!strchr("{}[]:, \t\r\n", text[0]))
		while (n < size && !strchr("\"{}[]:, \t\r\n", text[n]))
			n++;
	return n;
}

static bool has_word(const struct masks *masks, const char *text, size_t size)
{
	for (size_t i = 0; i + MASK_WORD_MIN <= size; i++)
		if (may_begin(masks, text + i) && match(masks, text + i, size - i, REACH_WHOLE) > 0)
			return true;
	return false;
}

static void hidden_append(struct wire_buffer *out)
{
	static const char text[] = "\"" MASK_HIDDEN "\"";
	wire_buffer_append(out, text, sizeof(text) - 1);
}

/* Appends what may be shown of what begins at `text`; returns how much that was. */
static size_t token_apply(
	const struct masks *masks, const char *text, size_t size, struct wire_buffer *out)
{
	size_t token = token_size(text, size);
	bool is_structure = *text == '{' || *text == '[';
	ptrdiff_t word =
		is_structure && size >= MASK_WORD_MIN ? match(masks, text, size, REACH_WHOLE) : 0;
	if (word > 0) {
		hidden_append(out);
		return (size_t)word;
	}
	if (*text == '"' && token >= 2) {
		wire_buffer_append(out, "\"", 1);
		masks_apply_last(masks, text + 1, token - 2, out);
		wire_buffer_append(out, text + token - 1, 1);
	} else if (has_word(masks, text, token)) {
		hidden_append(out);
	} else {
		wire_buffer_append(out, text, token);
	}
	return token;
}

void masks_apply_json(
	const struct masks *masks, const char *text, size_t size, struct wire_buffer *out)
{
	if (masks->n == 0) {
		wire_buffer_append(out, text, size);
		return;
	}
	struct wire_buffer parts = {0};
	for (size_t i = 0; i < size;)
		i += token_apply(masks, text + i, size - i, &parts);
	/* A word over the border of two of them: then rather no JSON than the word. */
	masks_apply_last(masks, (const char *)parts.data, parts.size, out);
	if (parts.data)
		explicit_bzero(parts.data, parts.size);
	wire_buffer_clear(&parts);
}
