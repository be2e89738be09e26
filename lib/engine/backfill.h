/* SPDX-License-Identifier: MIT */
/* What a backfill does with each slot: known before it is made. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "lib/engine/record.h"
#include "lib/schedule/schedule.h"

struct engine;

enum { BACKFILL_SLOTS_MAX = 10000, BACKFILL_ACTIVE_RUNS = 10 };

/* A run that a slot has already. */
struct backfill_past {
	int64_t logical_date;
	const char *run_id;
	enum run_state state;
};

/* All with a logical date among those that are wanted, as the store has them. */
struct backfill_pasts {
	const struct backfill_past *list;
	size_t n;
};

enum backfill_what {
	BACKFILL_NEW,   /* a run is made */
	BACKFILL_AGAIN, /* the run that is there is run again */
	BACKFILL_LEFT,  /* the run that is there is left alone */
};

struct backfill_slot {
	struct slot slot;
	enum backfill_what what;
	char *run_id;
};

/*
 * Array of struct backfill_slot, oldest first; NULL and an error of ENGINE_REFUSAL when there can
 * be no such backfill. Of `wanted` the id and the instants of its life do not count.
 */
GArray *engine_backfill_plan(const struct engine *engine, const struct backfill_record *wanted,
	const struct backfill_pasts *pasts, int64_t now, GError **error);
