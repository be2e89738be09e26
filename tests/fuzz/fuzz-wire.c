/* SPDX-License-Identifier: MIT */
/*
 * Whatever comes, however it is cut: the reader finds the same frames, and a frame that was
 * understood is understood the same when it is written again.
 */
#include <string.h>

#include <glib.h>

#include "lib/wire/wire.h"

/* Writes what was understood; false: it was not. */
static bool rewrite(const struct wire_frame *frame, struct wire_buffer *out)
{
	switch (frame->type) {
	case WIRE_START: {
		struct wire_start start;
		if (!wire_get_start(frame, &start))
			return false;
		bool written = wire_put_start(out, &start);
		wire_start_clear(&start);
		return written;
	}
	case WIRE_CLAIMED: {
		struct wire_claimed claimed;
		return wire_get_claimed(frame, &claimed) && wire_put_claimed(out, &claimed);
	}
	case WIRE_DROPPED: {
		struct wire_dropped dropped;
		return wire_get_dropped(frame, &dropped) && wire_put_dropped(out, &dropped);
	}
	case WIRE_RESULT: {
		struct wire_result result;
		return wire_get_result(frame, &result) && wire_put_result(out, &result);
	}
	case WIRE_ACKNOWLEDGE: {
		struct wire_order order;
		return wire_get_order(frame, &order) && wire_put_acknowledge(out, order.attempt);
	}
	case WIRE_KILL: {
		struct wire_order order;
		return wire_get_order(frame, &order) && wire_put_kill(out, order.attempt);
	}
	case WIRE_HELLO: {
		struct wire_hello hello;
		return wire_get_hello(frame, &hello) && wire_put_hello(out, &hello);
	}
	}
	return false;
}

static void check_frame(const struct wire_frame *frame)
{
	struct wire_buffer once = {0}, twice = {0};
	if (rewrite(frame, &once)) {
		struct wire_reader reader = {.data = once.data, .end = once.size};
		struct wire_frame again;
		g_assert_cmpint(wire_reader_next(&reader, &again), ==, WIRE_FRAME);
		g_assert_true(rewrite(&again, &twice));
		g_assert_cmpmem(once.data, once.size, twice.data, twice.size);
	}
	wire_buffer_clear(&once);
	wire_buffer_clear(&twice);
}

/* How many frames there are when at most `step` bytes come at once. */
static size_t frames_count(const uint8_t *data, size_t size, size_t step)
{
	struct wire_reader reader = {0};
	size_t n = 0;
	enum wire_next next = WIRE_MORE;
	while (size > 0 && next != WIRE_CORRUPT) {
		size_t room, part = MIN(step, size);
		void *to = wire_reader_room(&reader, &room);
		part = MIN(part, room);
		memcpy(to, data, part);
		wire_reader_add(&reader, part);
		data += part;
		size -= part;
		struct wire_frame frame;
		while ((next = wire_reader_next(&reader, &frame)) == WIRE_FRAME) {
			check_frame(&frame);
			n++;
		}
		wire_reader_wipe(&reader);
	}
	wire_reader_clear(&reader);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* Lengths that are announced and never come only cost memory. */
	if (len >= 4 && data[3] != 0)
		return 0;
	size_t n = frames_count(data, len, len);
	g_assert_cmpuint(frames_count(data, len, 1), ==, n);
	struct wire_frame frame;
	if (wire_unseal(data, len, &frame))
		check_frame(&frame);
	return 0;
}
