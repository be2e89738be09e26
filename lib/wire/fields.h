/* SPDX-License-Identifier: MIT */
/* How a struct becomes the fields of a frame and back, described by a table. */
#pragma once

#include "lib/wire/wire.h"

enum field_kind {
	FIELD_INTEGER,         /* int64_t or uint64_t */
	FIELD_INTEGER_OR_NONE, /* int64_t, never negative; -1: missing */
	FIELD_SHORT,           /* int32_t */
	FIELD_FLAG,            /* bool */
	FIELD_TOKEN,           /* uint8_t[WIRE_TOKEN_SIZE] */
	FIELD_TEXT,            /* const char *, never NULL */
	FIELD_TEXT_OR_NULL,
	FIELD_BYTES, /* const void * or NULL, and a size_t */
	FIELD_LIST,  /* const char *const *, NULL-terminated; one field for each of its texts */
};

struct field {
	uint8_t tag; /* 1 to 31, never used again for something else */
	enum field_kind kind;
	size_t offset;
	size_t size_offset; /* of the size of FIELD_BYTES */
};

struct field_table {
	enum wire_type type;
	const struct field *fields;
	size_t n;
};

/* Appends `object` as a whole frame. False, and nothing appended: too large. */
bool fields_put(struct wire_buffer *out, const struct field_table *table, const void *object);

/*
 * Fills `object` from a frame. Lists are pointers into one block of memory, which *block returns
 * (NULL when the table has none) and the caller frees.
 */
bool fields_get(const struct wire_frame *frame, const struct field_table *table, void *object,
	void **block);
