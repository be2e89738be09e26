/* SPDX-License-Identifier: MIT */
/* Reads many things on all processors and takes each in its order, as soon as it is read. */
#pragma once

#include <glib.h>

struct ahead_work {
	/* Any thread; of one item at a time, and of each once. */
	void (*load)(void *data, void *item);
	/* The caller's thread; in the order of the items, each after its load(). */
	void (*take)(void *data, void *item);
	void *data;
};

/* Returns when all items are taken. Few items are read by the caller's thread alone. */
void ahead_run(const struct ahead_work *work, GPtrArray *items);
