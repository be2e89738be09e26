/* SPDX-License-Identifier: MIT */
/*
 * JSON has many spellings of one text, and whoever reads it gets the text: so that is what words
 * are looked for in, and only a text that holds one is written anew.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/wire/mask.h"

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

/* ---- texts ---- */

/* The number that four hexadecimal digits are; -1: they are none. */
static int32_t digits_read(const char *text, size_t size)
{
	int32_t number = 0;
	if (size < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		static const char digits[] = "00112233445566778899aAbBcCdDeEfF";
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
		if (!digit)
			return -1;
		number = number * 16 + (int32_t)(digit - digits) / 2;
	}
	return number;
}

/* Half of a character beyond 16 bits is none. */
static bool utf8_append(struct wire_buffer *out, uint32_t c)
{
	char bytes[4] = {(char)c};
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n; n > 1 && i-- > 0; c >>= 6)
		bytes[i] = (char)(i > 0 ? 0x80 | (c & 0x3f) : (0xf00u >> n) | c);
	if (n == 3 && (unsigned char)bytes[0] == 0xed && (unsigned char)bytes[1] >= 0xa0)
		return false;
	wire_buffer_append(out, bytes, n);
	return true;
}

/* How much of `text`, what follows `\u`, was read; 0: it means nothing. */
static size_t character_read(const char *text, size_t size, struct wire_buffer *out)
{
	int32_t c = digits_read(text, size), low = -1;
	if (c >= 0xd800 && c < 0xdc00 && size >= 10 && text[4] == '\\' && text[5] == 'u')
		low = digits_read(text + 6, size - 6);
	if (low >= 0xdc00 && low < 0xe000)
		return utf8_append(out,
			       0x10000u + ((uint32_t)(c - 0xd800) << 10) + (uint32_t)(low - 0xdc00))
			? 10
			: 0;
	return c >= 0 && utf8_append(out, (uint32_t)c) ? 4 : 0;
}

/* The same of what follows a backslash. */
static size_t escape_read(const char *text, size_t size, struct wire_buffer *out)
{
	static const char letters[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	size_t n = 0;
	if (size == 0)
		return 0;
	if (*text == 'u') {
		n = character_read(text + 1, size - 1, out);
		return n > 0 ? n + 1 : 0;
	}
	for (const char *letter = letters; *letter; letter += 2)
		if (*letter == *text) {
			wire_buffer_append(out, letter + 1, 1);
			return 1;
		}
	return 0;
}

/* What the inside of a text means; false: nothing. */
static bool text_read(const char *text, size_t size, struct wire_buffer *out)
{
	for (size_t i = 0; i < size;) {
		const char *escape = memchr(text + i, '\\', size - i);
		size_t plain = escape ? (size_t)(escape - text) - i : size - i;
		wire_buffer_append(out, text + i, plain);
		i += plain;
		if (!escape)
			break;
		size_t n = escape_read(text + i + 1, size - i - 1, out);
		if (n == 0)
			return false;
		i += 1 + n;
	}
	return true;
}

static void text_write(const char *text, size_t size, struct wire_buffer *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];
		char escape[] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
		if (c < ' ')
			wire_buffer_append(out, escape, sizeof(escape));
		else if (c == '"' || c == '\\')
			wire_buffer_append(out, (char[]){'\\', (char)c}, 2);
		else
			wire_buffer_append(out, text + i, 1);
	}
}

static void buffer_forget(struct wire_buffer *buffer)
{
	if (buffer->data)
		explicit_bzero(buffer->data, buffer->size);
	wire_buffer_clear(buffer);
}

/* False: it means nothing, or nothing in it is hidden, and so nothing was appended. */
static bool meaning_apply(
	const struct masks *masks, const char *text, size_t size, struct wire_buffer *out)
{
	struct wire_buffer meaning = {0}, shown = {0};
	if (!memchr(text, '\\', size))
		return false;
	wire_buffer_reserve(&meaning, size); /* what it would grow out of would stay in memory */
	bool has_word = text_read(text, size, &meaning)
		&& masks_are_in(masks, (const char *)meaning.data, meaning.size);
	if (has_word) {
		masks_apply_last(masks, (const char *)meaning.data, meaning.size, &shown);
		text_write((const char *)shown.data, shown.size, out);
	}
	buffer_forget(&meaning);
	buffer_forget(&shown);
	return has_word;
}

/* ---- all ---- */

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
	size_t word = is_structure ? masks_begin(masks, text, size) : 0;
	if (word > 0) {
		hidden_append(out);
		return word;
	}
	if (*text == '"' && token >= 2) {
		wire_buffer_append(out, "\"", 1);
		if (!meaning_apply(masks, text + 1, token - 2, out))
			masks_apply_last(masks, text + 1, token - 2, out);
		wire_buffer_append(out, text + token - 1, 1);
	} else if (masks_are_in(masks, text, token)) {
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
	wire_buffer_reserve(&parts, size);
	for (size_t i = 0; i < size;)
		i += token_apply(masks, text + i, size - i, &parts);
	/* A word over the border of two of them: then rather no JSON than the word. */
	masks_apply_last(masks, (const char *)parts.data, parts.size, out);
	buffer_forget(&parts);
}
