/* SPDX-License-Identifier: MIT */
/*
 * Joins the pure engine and the world: events go in, all that they decide within one turn of the
 * loop is committed in one transaction, and only then acted on.
 */
#pragma once

#include <glib.h>

#include "daemon/store/store.h"
#include "lib/engine/engine.h"

struct daemon;
struct report;
struct turn;

struct turn *turn_open(struct daemon *daemon);
/* From now on nothing is started or ended any more; what is committed meanwhile is still answered.
 */
void turn_stop(struct turn *turn);
/* After the store is closed. What was not committed is dropped; the next dagd decides it again. */
void turn_close(struct turn *turn);

/*
 * Called on the loop once the event's effects are durable; or with an error when it was refused
 * (ENGINE_REFUSAL) or could not be stored (STORE_ERROR): then nothing has changed.
 */
typedef void turn_done(void *data, const GError *error);

/* Gives the event to the engine. Its `at` is filled in; nothing of it is kept. `done` may be NULL.
 */
void turn_add(struct turn *turn, struct event event, turn_done *done, void *data);

/*
 * The engine is to look at the clock: now, or when what is being committed is durable, so that it
 * makes what is due no faster than the disk takes it.
 */
void turn_tick(struct turn *turn);

/* What became of an attempt; takes the report over. It is acknowledged after the commit. */
void turn_add_report(struct turn *turn, struct report *report);

/* The batch that is gathering, for rows that belong to the event being given. */
struct batch *turn_batch(struct turn *turn);
/* The same for rows that nothing waits for: they are committed with the next decision, or a little
 * later. */
struct batch *turn_lazy_batch(struct turn *turn);

/* How many texts of DAGs it has saved: who looked for unused ones sees whether one came since. */
unsigned turn_n_versions(const struct turn *turn);

/* Why nothing can be decided now: the database cannot be written. NULL: it can. */
const GError *turn_refusal(const struct turn *turn);
