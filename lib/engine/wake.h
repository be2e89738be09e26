/* SPDX-License-Identifier: MIT */
/* A heap of instants at which something is to be looked at again. */
#pragma once

#include <stdint.h>

#include <glib.h>

enum wake_kind { WAKE_SLOT, WAKE_RETRY, WAKE_RUN_TIMEOUT, WAKE_DEADLINE, WAKE_ASSETS };

/* Lives inside its owner; zeroed: not set. */
struct wake {
	int64_t at;
	unsigned place; /* in the heap, counted from 1; 0: not in it */
	enum wake_kind kind;
	void *owner;
};

struct wakes {
	GPtrArray *heap; /* of struct wake */
};

void wakes_init(struct wakes *wakes);
void wakes_clear(struct wakes *wakes);
/* Sets or moves it; INSTANT_NEVER takes it out. */
void wake_set(struct wakes *wakes, struct wake *wake, int64_t at);
/* The earliest one, or NULL; it stays in the heap. */
struct wake *wakes_first(const struct wakes *wakes);
