/* SPDX-License-Identifier: MIT */
/*
 * Joins the pure engine and the world: events go in, all that they decide within one turn of the loop is
 * committed in one transaction, and only then acted on.
 */
#pragma once

#include <glib.h>

#include "lib/engine/engine.h"
#include "lib/wire/wire.h"

struct daemon;
struct turn;

struct turn *turn_open(struct daemon *daemon);
/* Waits for nothing: what is not committed is dropped and decided again by the next dagd. */
void turn_close(struct turn *turn);

/*
 * Called on the loop once the event's effects are durable; or with an error when it was refused
 * (ENGINE_REFUSAL) or could not be stored (STORE_ERROR): then nothing has changed.
 */
typedef void turn_done(void *data, const GError *error);

/* Gives the event to the engine. Its `at` is filled in. `done` may be NULL. Nothing of it is kept. */
void turn_add(struct turn *turn, struct event event, turn_done *done, void *data);

/* The result of an attempt: an event, its values for XCom, and the acknowledgement after the commit. */
void turn_add_result(struct turn *turn, const struct wire_result *result);

/* Whether the store has no space and nothing new is started. */
bool turn_is_degraded(const struct turn *turn);
