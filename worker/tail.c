/* SPDX-License-Identifier: MIT */
#include "worker/tail.h"

#include <string.h>

void tail_trim(struct tail *tail)
{
	struct wire_buffer *bytes = &tail->bytes;
	if (bytes->size <= TAIL_SIZE)
		return;
	size_t surplus = bytes->size - TAIL_SIZE;
	memmove(bytes->data, bytes->data + surplus, TAIL_SIZE);
	bytes->size = TAIL_SIZE;
	tail->n_left_out += surplus;
}

void tail_add(struct tail *tail, const void *data, size_t size)
{
	if (size > TAIL_SIZE) {
		tail->n_left_out += size - TAIL_SIZE;
		data = (const char *)data + (size - TAIL_SIZE);
		size = TAIL_SIZE;
	}
	if (tail->bytes.size + size > 2 * TAIL_SIZE)
		tail_trim(tail);
	wire_buffer_append(&tail->bytes, data, size);
}

void tail_clear(struct tail *tail)
{
	wire_buffer_clear(&tail->bytes);
	tail->n_left_out = 0;
}
