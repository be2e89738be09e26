/* SPDX-License-Identifier: MIT */
/* What waits for the run before: depends_on_past and wait_for_downstream. */
#pragma once

#include "lib/engine/model.h"

/* A run is new, or is in memory again. */
void past_enter(struct engine *engine, struct run *run);
/* Those that look at the run before them look at it from now on, where it is that. */
void past_precede(struct engine *engine, struct run *run);
/* It begins: which run was before it is asked for, if that matters to it. */
void past_ask(struct engine *engine, struct run *run);
bool past_found(struct engine *engine, const struct event *event);
/* It has ended and looks at nothing any more. */
void past_end(struct engine *engine, struct run *run);
bool past_has_followers(const struct run *run);
/* Whether the run before lets a task start whose upstream does. */
bool past_lets(const struct instance *instance);
/* Why it does not (g_free). */
char *past_why(const struct instance *instance);
/* Whether no unit of it keeps those waiting that follow. */
bool past_is_well(const struct instance *instance);
/* The same of its whole task, when its run has followers. */
bool past_stands_well(const struct instance *instance);
/* Its state has changed: tells the followers. */
void past_tell(struct engine *engine, const struct instance *instance, bool was_well);
/* The tasks of the run are others now: its followers count anew. */
void past_recount(struct engine *engine, struct run *run);
/* Asserts that its counts and its place follow from the states. */
void past_check(const struct run *run);
