/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "lib/wire/wire.h"

#define HEADER_SIZE 5
#define ROOM_MIN 4096
/* More than this is given back once it is empty. */
#define KEPT_MAX (64u << 10)

static uint32_t frame_length(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16
		| (uint32_t)bytes[3] << 24;
}

static bool length_is_valid(uint32_t length)
{
	return length >= 1 && length <= WIRE_FRAME_MAX;
}

/* How many bytes from `begin` on have to fit: the frame that has begun, or some. */
static size_t size_wanted(const struct wire_reader *reader)
{
	size_t size = reader->end - reader->begin;
	size_t wanted = size + ROOM_MIN;
	if (size < 4)
		return wanted;
	uint32_t length = frame_length(reader->data + reader->begin);
	if (length_is_valid(length) && length + 4 > wanted)
		return length + 4;
	return wanted;
}

void *wire_reader_room(struct wire_reader *reader, size_t *room)
{
	size_t size = reader->end - reader->begin;
	if (reader->begin > 0 && size > 0)
		memmove(reader->data, reader->data + reader->begin, size);
	reader->begin = 0;
	reader->end = size;
	size_t wanted = size_wanted(reader);
	if (wanted > reader->capacity) {
		reader->capacity = wanted;
		reader->data = realloc(reader->data, wanted);
		if (!reader->data)
			abort();
	}
	*room = reader->capacity - reader->end;
	return reader->data + reader->end;
}

void wire_reader_add(struct wire_reader *reader, size_t size)
{
	reader->end += size;
}

static enum wire_next frame_next(struct wire_reader *reader, struct wire_frame *frame)
{
	const uint8_t *bytes = reader->data + reader->begin;
	size_t size = reader->end - reader->begin;
	if (size < 4)
		return WIRE_MORE;
	uint32_t length = frame_length(bytes);
	if (!length_is_valid(length))
		return WIRE_CORRUPT;
	if (size < HEADER_SIZE)
		return WIRE_MORE;
	if (bytes[4] < WIRE_START || bytes[4] > WIRE_TYPE_MAX)
		return WIRE_CORRUPT;
	if (size - 4 < length)
		return WIRE_MORE;
	*frame = (struct wire_frame){
		.type = bytes[4], .fields = bytes + HEADER_SIZE, .size = length - 1};
	reader->begin += 4 + (size_t)length;
	return WIRE_FRAME;
}

enum wire_next wire_reader_next(struct wire_reader *reader, struct wire_frame *frame)
{
	enum wire_next found;
	do
		found = frame_next(reader, frame);
	while (found == WIRE_FRAME && frame->type > WIRE_HELLO);
	return found;
}

void wire_reader_wipe(struct wire_reader *reader)
{
	if (reader->begin == 0)
		return;
	explicit_bzero(reader->data, reader->begin);
	if (reader->begin == reader->end && reader->capacity > KEPT_MAX)
		wire_reader_clear(reader);
}

void wire_reader_clear(struct wire_reader *reader)
{
	free(reader->data);
	*reader = (struct wire_reader){0};
}
