/* SPDX-License-Identifier: MIT */
#include "lib/wire/wire.h"

#include <stdlib.h>
#include <string.h>

#include "lib/wire/fields.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(tag, kind, type, member)                      \
	{                                                   \
		tag, kind, offsetof(struct type, member), 0 \
	}
#define FIELD_SIZED(tag, type, member, size)                                                 \
	{                                                                                    \
		tag, FIELD_BYTES, offsetof(struct type, member), offsetof(struct type, size) \
	}

static const struct field start_fields[] = {
	FIELD(1, FIELD_INTEGER, wire_start, attempt),
	FIELD(2, FIELD_TOKEN, wire_start, token),
	FIELD(3, FIELD_TEXT, wire_start, folder),
	FIELD(4, FIELD_TEXT, wire_start, log),
	FIELD(5, FIELD_TEXT_OR_NULL, wire_start, cwd),
	FIELD(6, FIELD_LIST, wire_start, argv),
	FIELD(7, FIELD_LIST, wire_start, env),
	FIELD_SIZED(8, wire_start, input, input_size),
	FIELD(9, FIELD_INTEGER, wire_start, timeout_us),
	FIELD(10, FIELD_INTEGER, wire_start, kill_after_us),
	FIELD(11, FIELD_INTEGER, wire_start, output_max),
	FIELD(12, FIELD_LIST, wire_start, masks),
#if WIRE_PROTOCOL >= 2
	FIELD(13, FIELD_TEXT_OR_NULL, wire_start, cgroup),
	FIELD(14, FIELD_INTEGER_OR_NONE, wire_start, log_max),
#endif
};

static const struct field result_fields[] = {
	FIELD(1, FIELD_INTEGER, wire_result, attempt),
	FIELD(2, FIELD_TOKEN, wire_result, token),
	FIELD(3, FIELD_INTEGER, wire_result, started_at),
	FIELD(4, FIELD_INTEGER, wire_result, ended_at),
	FIELD(5, FIELD_SHORT, wire_result, pid),
	FIELD(6, FIELD_SHORT, wire_result, exit_code),
	FIELD(7, FIELD_SHORT, wire_result, signal),
	FIELD(8, FIELD_FLAG, wire_result, timed_out),
	FIELD(9, FIELD_FLAG, wire_result, killed),
	FIELD(10, FIELD_FLAG, wire_result, output_too_large),
	FIELD(11, FIELD_TEXT_OR_NULL, wire_result, error),
	FIELD_SIZED(12, wire_result, output, output_size),
	FIELD(13, FIELD_TEXT_OR_NULL, wire_result, last_line),
#if WIRE_PROTOCOL >= 2
	FIELD(14, FIELD_INTEGER_OR_NONE, wire_result, usage.user_us),
	FIELD(15, FIELD_INTEGER_OR_NONE, wire_result, usage.system_us),
	FIELD(16, FIELD_INTEGER_OR_NONE, wire_result, usage.memory_bytes),
	FIELD(17, FIELD_INTEGER_OR_NONE, wire_result, usage.read_bytes),
	FIELD(18, FIELD_INTEGER_OR_NONE, wire_result, usage.written_bytes),
#endif
};

static const struct field claimed_fields[] = {
	FIELD(1, FIELD_INTEGER, wire_claimed, attempt),
	FIELD(2, FIELD_SHORT, wire_claimed, pid),
};

static const struct field dropped_fields[] = {
	FIELD(1, FIELD_INTEGER, wire_dropped, attempt),
	FIELD(2, FIELD_TEXT, wire_dropped, reason),
};

static const struct field hello_fields[] = {
	FIELD(1, FIELD_SHORT, wire_hello, protocol),
	FIELD(2, FIELD_INTEGER, wire_hello, attempt),
	FIELD(3, FIELD_TOKEN, wire_hello, token),
};

static const struct field order_fields[] = {
	FIELD(1, FIELD_INTEGER, wire_order, attempt),
};

static const struct field_table start_table = {WIRE_START, start_fields, COUNT(start_fields)};
static const struct field_table result_table = {WIRE_RESULT, result_fields, COUNT(result_fields)};
static const struct field_table claimed_table = {
	WIRE_CLAIMED, claimed_fields, COUNT(claimed_fields)};
static const struct field_table dropped_table = {
	WIRE_DROPPED, dropped_fields, COUNT(dropped_fields)};
static const struct field_table hello_table = {WIRE_HELLO, hello_fields, COUNT(hello_fields)};
static const struct field_table acknowledge_table = {
	WIRE_ACKNOWLEDGE, order_fields, COUNT(order_fields)};
static const struct field_table kill_table = {WIRE_KILL, order_fields, COUNT(order_fields)};

void *wire_buffer_reserve(struct wire_buffer *buffer, size_t size)
{
	size_t wanted = buffer->size + size;
	if (wanted > buffer->capacity) {
		size_t capacity = buffer->capacity ? buffer->capacity * 2 : 256;
		buffer->capacity = capacity > wanted ? capacity : wanted;
		buffer->data = realloc(buffer->data, buffer->capacity);
		if (!buffer->data)
			abort();
	}
	return buffer->data + buffer->size;
}

void wire_buffer_append(struct wire_buffer *buffer, const void *data, size_t size)
{
	if (size == 0)
		return;
	memcpy(wire_buffer_reserve(buffer, size), data, size);
	buffer->size += size;
}

void wire_buffer_clear(struct wire_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct wire_buffer){0};
}

bool wire_put_start(struct wire_buffer *out, const struct wire_start *start)
{
	return fields_put(out, &start_table, start);
}

bool wire_put_claimed(struct wire_buffer *out, const struct wire_claimed *claimed)
{
	return fields_put(out, &claimed_table, claimed);
}

bool wire_put_dropped(struct wire_buffer *out, const struct wire_dropped *dropped)
{
	return fields_put(out, &dropped_table, dropped);
}

bool wire_put_result(struct wire_buffer *out, const struct wire_result *result)
{
	return fields_put(out, &result_table, result);
}

bool wire_put_acknowledge(struct wire_buffer *out, int64_t attempt)
{
	return fields_put(out, &acknowledge_table, &(struct wire_order){attempt});
}

bool wire_put_kill(struct wire_buffer *out, int64_t attempt)
{
	return fields_put(out, &kill_table, &(struct wire_order){attempt});
}

bool wire_put_hello(struct wire_buffer *out, const struct wire_hello *hello)
{
	return fields_put(out, &hello_table, hello);
}

bool wire_get_start(const struct wire_frame *frame, struct wire_start *start)
{
	*start = (struct wire_start){.log_max = -1};
	void *lists;
	if (!fields_get(frame, &start_table, start, &lists))
		return false;
	/* argv is the first list, so it is the block itself; a program without a name is none. */
	if (!start->argv[0]) {
		free(lists);
		return false;
	}
	return true;
}

void wire_start_clear(struct wire_start *start)
{
	free((void *)start->argv);
	*start = (struct wire_start){0};
}

/* The frames without lists. */
static bool get(
	const struct wire_frame *frame, const struct field_table *table, void *object, size_t size)
{
	memset(object, 0, size);
	void *lists;
	return fields_get(frame, table, object, &lists);
}

bool wire_get_claimed(const struct wire_frame *frame, struct wire_claimed *claimed)
{
	return get(frame, &claimed_table, claimed, sizeof(*claimed));
}

bool wire_get_dropped(const struct wire_frame *frame, struct wire_dropped *dropped)
{
	return get(frame, &dropped_table, dropped, sizeof(*dropped));
}

bool wire_get_result(const struct wire_frame *frame, struct wire_result *result)
{
	return get(frame, &result_table, result, sizeof(*result));
}

bool wire_get_order(const struct wire_frame *frame, struct wire_order *order)
{
	const struct field_table *table =
		frame->type == WIRE_KILL ? &kill_table : &acknowledge_table;
	return get(frame, table, order, sizeof(*order));
}

bool wire_get_hello(const struct wire_frame *frame, struct wire_hello *hello)
{
	return get(frame, &hello_table, hello, sizeof(*hello));
}
