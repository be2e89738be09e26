/* SPDX-License-Identifier: MIT */
/* The last bytes of a stream, in memory of a fixed size; how many came before them. */
#pragma once

#include "lib/wire/wire.h"

/* How many bytes are kept. */
#define TAIL_SIZE (64u << 10)

/* Starts as zeroes. */
struct tail {
	struct wire_buffer bytes; /* up to twice as many, so that few are moved */
	uint64_t n_left_out;
};

void tail_add(struct tail *tail, const void *data, size_t size);
/* Leaves no more than TAIL_SIZE of them. */
void tail_trim(struct tail *tail);
void tail_clear(struct tail *tail);
