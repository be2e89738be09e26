/* SPDX-License-Identifier: MIT */
/*
 * A frame is `u32 length, u8 type, fields`, a field `u8 tag, u32 length, bytes`; all numbers are
 * little endian, a text ends with its NUL so that it can be used where it lies. The length counts
 * what follows it. One table for each struct drives both directions, so they cannot differ.
 */
#include "lib/wire/fields.h"

#include <stdlib.h>
#include <string.h>

#define FIELD_HEADER_SIZE 5

static void number_put(uint8_t *out, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t number_get(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;
	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return value;
}

/* Frames that grow too large are given up before they are copied. */
static bool put(struct wire_buffer *out, uint8_t tag, const void *bytes, size_t size)
{
	if (size > WIRE_FRAME_MAX)
		return false;
	uint8_t *to = wire_buffer_reserve(out, FIELD_HEADER_SIZE + size);
	to[0] = tag;
	number_put(to + 1, size, 4);
	if (size)
		memcpy(to + FIELD_HEADER_SIZE, bytes, size);
	out->size += FIELD_HEADER_SIZE + size;
	return true;
}

static bool put_number(struct wire_buffer *out, uint8_t tag, uint64_t value, size_t size)
{
	uint8_t bytes[8];
	number_put(bytes, value, size);
	return put(out, tag, bytes, size);
}

static bool put_list(struct wire_buffer *out, uint8_t tag, const char *const *list)
{
	for (size_t i = 0; list && list[i]; i++)
		if (!put(out, tag, list[i], strlen(list[i]) + 1))
			return false;
	return true;
}

static bool field_put(struct wire_buffer *out, const struct field *field, const void *object)
{
	const char *at = (const char *)object + field->offset;
	switch (field->kind) {
	case FIELD_INTEGER_OR_NONE:
		if (*(const int64_t *)at < 0)
			return true;
		return put_number(out, field->tag, *(const uint64_t *)at, 8);
	case FIELD_INTEGER:
		return put_number(out, field->tag, *(const uint64_t *)at, 8);
	case FIELD_SHORT:
		return put_number(out, field->tag, (uint32_t) * (const int32_t *)at, 4);
	case FIELD_FLAG:
		return put_number(out, field->tag, *(const bool *)at, 1);
	case FIELD_TOKEN:
		return put(out, field->tag, at, WIRE_TOKEN_SIZE);
	case FIELD_TEXT:
	case FIELD_TEXT_OR_NULL: {
		const char *text = *(const char *const *)at;
		return !text || put(out, field->tag, text, strlen(text) + 1);
	}
	case FIELD_BYTES: {
		const void *bytes = *(const void *const *)at;
		size_t size = *(const size_t *)((const char *)object + field->size_offset);
		return !bytes || put(out, field->tag, bytes, size);
	}
	case FIELD_LIST:
		return put_list(out, field->tag, *(const char *const *const *)at);
	}
	return false;
}

bool fields_put(struct wire_buffer *out, const struct field_table *table, const void *object)
{
	size_t start = out->size;
	uint8_t *header = wire_buffer_reserve(out, 5);
	header[4] = (uint8_t)table->type;
	out->size += 5;
	bool fits = true;
	for (size_t i = 0; fits && i < table->n; i++)
		fits = field_put(out, &table->fields[i], object)
			&& out->size - start - 4 <= WIRE_FRAME_MAX;
	size_t length = out->size - start - 4;
	if (!fits) {
		out->size = start;
		return false;
	}
	number_put(out->data + start, length, 4);
	return true;
}

struct cursor {
	const uint8_t *at;
	size_t left;
	uint8_t tag;
	const uint8_t *bytes;
	size_t size;
};

/* 1: the next field; 0: the end; -1: a field that reaches beyond the frame. */
static int cursor_next(struct cursor *cursor)
{
	if (cursor->left == 0)
		return 0;
	if (cursor->left < FIELD_HEADER_SIZE)
		return -1;
	cursor->tag = cursor->at[0];
	cursor->size = number_get(cursor->at + 1, 4);
	cursor->bytes = cursor->at + FIELD_HEADER_SIZE;
	if (cursor->size > cursor->left - FIELD_HEADER_SIZE)
		return -1;
	cursor->at = cursor->bytes + cursor->size;
	cursor->left -= FIELD_HEADER_SIZE + cursor->size;
	return 1;
}

static bool is_text(const struct cursor *cursor)
{
	return cursor->size > 0
		&& memchr(cursor->bytes, 0, cursor->size) == cursor->bytes + cursor->size - 1;
}

static bool number_fits(const struct cursor *cursor, size_t size, uint64_t *value)
{
	if (cursor->size != size)
		return false;
	*value = number_get(cursor->bytes, size);
	return true;
}

/* All but lists, which field_get_list collects at the end. */
static bool field_get(const struct field *field, const struct cursor *cursor, void *object)
{
	char *at = (char *)object + field->offset;
	uint64_t number = 0;
	switch (field->kind) {
	case FIELD_INTEGER:
		return number_fits(cursor, 8, (uint64_t *)at);
	case FIELD_INTEGER_OR_NONE:
		return number_fits(cursor, 8, (uint64_t *)at) && *(int64_t *)at >= 0;
	case FIELD_SHORT:
		if (!number_fits(cursor, 4, &number))
			return false;
		*(int32_t *)at = (int32_t)(uint32_t)number;
		return true;
	case FIELD_FLAG:
		if (!number_fits(cursor, 1, &number) || number > 1)
			return false;
		*(bool *)at = number == 1;
		return true;
	case FIELD_TOKEN:
		if (cursor->size != WIRE_TOKEN_SIZE)
			return false;
		memcpy(at, cursor->bytes, WIRE_TOKEN_SIZE);
		return true;
	case FIELD_TEXT:
	case FIELD_TEXT_OR_NULL:
		*(const char **)at = (const char *)cursor->bytes;
		return is_text(cursor);
	case FIELD_BYTES:
		*(const void **)at = cursor->bytes;
		*(size_t *)((char *)object + field->size_offset) = cursor->size;
		return true;
	case FIELD_LIST:
		return is_text(cursor);
	}
	return false;
}

static const struct field *field_find(const struct field_table *table, uint8_t tag)
{
	for (size_t i = 0; i < table->n; i++)
		if (table->fields[i].tag == tag)
			return &table->fields[i];
	return NULL;
}

/* False: it has to be there. */
static bool field_misses(const struct field *field, void *object)
{
	switch (field->kind) {
	case FIELD_INTEGER_OR_NONE:
		*(int64_t *)((char *)object + field->offset) = -1;
		return true;
	case FIELD_LIST:
	case FIELD_BYTES:
	case FIELD_TEXT_OR_NULL:
		return true;
	case FIELD_INTEGER:
	case FIELD_SHORT:
	case FIELD_FLAG:
	case FIELD_TOKEN:
	case FIELD_TEXT:
		return false;
	}
	return false;
}

/* Reads each field once; *n_texts counts the texts of lists. */
static bool fields_scan(const struct wire_frame *frame, const struct field_table *table,
	void *object, size_t *n_texts)
{
	struct cursor cursor = {.at = frame->fields, .left = frame->size};
	uint32_t seen = 0;
	int next;
	while ((next = cursor_next(&cursor)) > 0) {
		const struct field *field = field_find(table, cursor.tag);
		if (!field)
			continue;
		uint32_t bit = UINT32_C(1) << field->tag;
		if (field->kind == FIELD_LIST)
			*n_texts += 1;
		else if (seen & bit)
			return false;
		seen |= bit;
		if (!field_get(field, &cursor, object))
			return false;
	}
	for (size_t i = 0; i < table->n; i++)
		if (!(seen & UINT32_C(1) << table->fields[i].tag)
			&& !field_misses(&table->fields[i], object))
			return false;
	return next == 0;
}

/* Returns where the next list begins. */
static const char **list_fill(
	const struct wire_frame *frame, const struct field *field, void *object, const char **texts)
{
	*(const char ***)((char *)object + field->offset) = texts;
	struct cursor cursor = {.at = frame->fields, .left = frame->size};
	while (cursor_next(&cursor) > 0)
		if (cursor.tag == field->tag)
			*texts++ = (const char *)cursor.bytes;
	*texts++ = NULL;
	return texts;
}

bool fields_get(
	const struct wire_frame *frame, const struct field_table *table, void *object, void **block)
{
	*block = NULL;
	size_t n_texts = 0, n_lists = 0;
	if (frame->type != table->type || !fields_scan(frame, table, object, &n_texts))
		return false;
	for (size_t i = 0; i < table->n; i++)
		n_lists += table->fields[i].kind == FIELD_LIST;
	if (n_lists == 0)
		return true;
	const char **texts = calloc(n_texts + n_lists, sizeof(*texts));
	if (!texts)
		abort();
	*block = texts;
	for (size_t i = 0; i < table->n; i++)
		if (table->fields[i].kind == FIELD_LIST)
			texts = list_fill(frame, &table->fields[i], object, texts);
	return true;
}
