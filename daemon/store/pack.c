/* SPDX-License-Identifier: MIT */
#include "daemon/store/pack.h"

#include <string.h>

#include <sodium.h>

#include "lib/base/instant.h"

#define BATCH_BYTES_MIN 256

struct batch *batch_new(void)
{
	return g_new0(struct batch, 1);
}

void batch_free(struct batch *batch)
{
	if (batch == NULL)
		return;
	if (batch->has_secrets)
		sodium_memzero(batch->bytes, batch->size);
	g_free(batch->bytes);
	g_clear_error(&batch->error);
	g_free(batch);
}

bool batch_is_empty(const struct batch *batch)
{
	return batch->len == 0;
}

/* Not realloc: it may leave a copy of a secret behind. */
static void batch_grow(struct batch *batch, size_t size)
{
	size_t doubled = MAX(batch->size * 2, BATCH_BYTES_MIN);
	size_t new_size = MAX(doubled, size);
	uint8_t *bytes = g_malloc(new_size);
	if (batch->len > 0)
		memcpy(bytes, batch->bytes, batch->len);
	if (batch->has_secrets)
		sodium_memzero(batch->bytes, batch->size);
	g_free(batch->bytes);
	batch->bytes = bytes;
	batch->size = new_size;
}

static void put(struct batch *batch, const void *bytes, size_t len)
{
	if (batch->size - batch->len < len)
		batch_grow(batch, batch->len + len);
	memcpy(batch->bytes + batch->len, bytes, len);
	batch->len += len;
}

static void put_byte(struct batch *batch, unsigned byte)
{
	uint8_t narrow = (uint8_t)byte;
	put(batch, &narrow, 1);
}

void pack_statement(struct batch *batch, enum write_statement statement, unsigned n_parameters)
{
	put_byte(batch, statement);
	put_byte(batch, n_parameters);
}

void pack_integer(struct batch *batch, int64_t value)
{
	put_byte(batch, PARAMETER_INTEGER);
	put(batch, &value, sizeof value);
}

void pack_instant(struct batch *batch, int64_t at)
{
	if (at == INSTANT_NONE)
		put_byte(batch, PARAMETER_NULL);
	else
		pack_integer(batch, at);
}

void pack_unless(struct batch *batch, int64_t value, int64_t usual)
{
	if (value == usual)
		put_byte(batch, PARAMETER_NULL);
	else
		pack_integer(batch, value);
}

void pack_bytes(struct batch *batch, enum parameter_kind kind, const void *bytes, size_t len)
{
	put_byte(batch, kind);
	put(batch, &len, sizeof len);
	put(batch, bytes, len);
}

void pack_text(struct batch *batch, const char *text)
{
	if (text == NULL)
		put_byte(batch, PARAMETER_NULL);
	else
		pack_bytes(batch, PARAMETER_TEXT, text, strlen(text));
}

void pack_secret(struct batch *batch, const char *text)
{
	batch->has_secrets = true;
	pack_bytes(batch, PARAMETER_SECRET, text, strlen(text));
}

void pack_task_key(struct batch *batch, const struct task_key *task)
{
	pack_integer(batch, task->run);
	pack_text(batch, task->task_id);
	pack_integer(batch, task->map_index);
}

struct batch_cursor batch_cursor(const struct batch *batch)
{
	return (struct batch_cursor){.at = batch->bytes, .end = batch->bytes + batch->len};
}

static void take(struct batch_cursor *cursor, void *bytes, size_t len)
{
	g_assert((size_t)(cursor->end - cursor->at) >= len);
	memcpy(bytes, cursor->at, len);
	cursor->at += len;
}

bool batch_next(
	struct batch_cursor *cursor, enum write_statement *statement, unsigned *n_parameters)
{
	uint8_t head[2];
	if (cursor->at == cursor->end)
		return false;
	take(cursor, head, sizeof head);
	*statement = (enum write_statement)head[0];
	*n_parameters = head[1];
	return true;
}

struct parameter batch_parameter(struct batch_cursor *cursor)
{
	struct parameter parameter = {.kind = PARAMETER_NULL};
	uint8_t kind;
	take(cursor, &kind, 1);
	parameter.kind = (enum parameter_kind)kind;
	switch (parameter.kind) {
	case PARAMETER_NULL:
		break;
	case PARAMETER_INTEGER:
		take(cursor, &parameter.integer, sizeof parameter.integer);
		break;
	case PARAMETER_TEXT:
	case PARAMETER_BLOB:
	case PARAMETER_SECRET:
		take(cursor, &parameter.len, sizeof parameter.len);
		g_assert((size_t)(cursor->end - cursor->at) >= parameter.len);
		parameter.bytes = (const char *)cursor->at;
		cursor->at += parameter.len;
		break;
	}
	return parameter;
}
