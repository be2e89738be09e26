/* SPDX-License-Identifier: MIT */
/* Who waits for which assets, what it has heard of, and the runs that follow. */
#pragma once

#include "lib/engine/model.h"

void asset_free(void *asset);
/* The DAG has another text now; `old`: the one before, or NULL. */
void assets_load(struct engine *engine, struct workflow *workflow, const struct dag *old);
/* The DAG is no more. */
void assets_gone(struct engine *engine, struct workflow *workflow);
void asset_hear(struct workflow *workflow, const char *name);
/* Its success updates its outlets. */
void assets_told_by(struct engine *engine, const struct instance *instance);
bool asset_changed(struct engine *engine, const struct event *event);
bool assets_forgotten(struct engine *engine, const struct event *event, GError **error);
/* Makes the run for which all is there. */
void assets_schedule(struct engine *engine, struct workflow *workflow);
/* What a DAG that is scheduled by assets waits for (g_free). */
char *assets_sentence(const struct workflow *workflow);
/* Asserts that exactly those who wait for an asset are told of it, and that no run is due. */
void assets_check(const struct engine *engine);
