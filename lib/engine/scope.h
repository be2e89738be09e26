/* SPDX-License-Identifier: MIT */
/* Setups and teardowns, and who is between them. */
#pragma once

#include "lib/engine/model.h"

/* Adds the outcomes of its setups. */
void scope_count(const struct instance *instance, unsigned n[N_OUTCOMES]);
/* What the setups in whose scope it is say to it. */
enum verdict scope_verdict(const struct instance *instance);
/* Why, when they did (g_free); NULL: they did not. */
char *scope_text(const struct instance *instance, enum verdict verdict);
/* For which of them it waits (g_free). */
char *scope_why(const struct instance *instance);
/* A setup counts as another one now: tells those in its scope. */
void scope_tell(struct engine *engine, const struct instance *setup, enum outcome to);
/* A teardown that does not count for how its run ended. */
bool task_is_looked_through(const struct task *task);
/* Whether what became of it decides how its run ended. */
bool task_is_deciding(const struct dag *dag, const struct task *task);
/* It is a teardown of a run that is being ended: it waits until the processes of that are gone. */
bool scope_is_working(const struct instance *instance);
/* The last of them is gone. */
void scope_is_done(struct engine *engine, struct run *run);
