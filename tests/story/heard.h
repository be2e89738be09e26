/* SPDX-License-Identifier: MIT */
/* Which DAG has heard of which asset since its last run by assets. */
#pragma once

#include "lib/engine/engine.h"

/* Array of struct asset_event_record, whose dag_id is who has heard of it. */
GPtrArray *heard_new(void);
void heard_add(GPtrArray *heard, const struct asset_event_record *asset);
/* What the DAG has heard of, of an asset or of all (NULL), has become a run, or is forgotten. */
void heard_take(GPtrArray *heard, const char *dag_id, const char *name);
void heard_restore(const GPtrArray *heard, struct engine *engine);
