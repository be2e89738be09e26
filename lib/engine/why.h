/* SPDX-License-Identifier: MIT */
/* The parts of the sentences that say why something does not run. */
#pragma once

#include "lib/engine/model.h"

enum { NAMED_MAX = 5 }; /* so many are named, the rest is counted */

/* Appends `"a", "b" and 3 more`: call for each with its number, then once for the rest. */
void name_append(GString *text, unsigned n, const char *name);
void rest_append(GString *text, unsigned n);

/* Of all that could begin while the engine is recovering. */
char *waits_for_recovery(const struct engine *engine);
/* Of a task that could start: which limit holds it, and who takes that. */
char *waits_for_limit(const struct engine *engine, struct instance *instance);
/* Of one that waits and holds no worker. */
char *waits_without_worker(const struct instance *instance);
