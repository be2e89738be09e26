/* SPDX-License-Identifier: MIT */
/* A DAG is forgotten with all its runs, which must have ended. */
#include "lib/engine/assets.h"
#include "lib/engine/model.h"

static const struct run *unfinished_run(const struct workflow *workflow)
{
	GHashTableIter iter;
	const struct run *run;
	g_hash_table_iter_init(&iter, workflow->runs);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&run))
		if (!run->is_finished || run->n_callbacks > 0)
			return run;
	return NULL;
}

static void runs_forget(struct engine *engine, const struct workflow *workflow)
{
	for (unsigned i = 0; i < engine->finished->len; i++) {
		struct run *run = engine->finished->pdata[i];
		if (run->workflow != workflow)
			continue;
		g_hash_table_remove(engine->by_id, &run->record.id);
		g_ptr_array_remove_index_fast(engine->finished, i--);
	}
}

bool workflow_delete(struct engine *engine, const struct event *event, GError **error)
{
	struct workflow *workflow = workflow_get(engine, event->dag_id);
	const struct run *run = workflow ? unfinished_run(workflow) : NULL;
	if (!workflow)
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN, "there is no DAG \"%s\"",
			event->dag_id);
	else if (run)
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_CONFLICT,
			"run \"%s\" of DAG \"%s\" %s; a DAG can be deleted when all its runs have "
			"ended",
			run->record.run_id, event->dag_id,
			run->is_finished ? "has callbacks that have not ended" : "is unfinished");
	else if (workflow->backfill)
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_CONFLICT,
			"a backfill of DAG \"%s\" goes on; cancel it first", event->dag_id);
	if (!workflow || run || workflow->backfill)
		return false;
	char *dag_id = g_strdup(event->dag_id);
	g_ptr_array_add(engine->reasons, dag_id);
	effect_add(engine, (struct effect){EFFECT_DELETE_DAG, .dag_id = dag_id});
	runs_forget(engine, workflow);
	assets_gone(engine, workflow);
	wake_set(&engine->wakes, &workflow->assets, INSTANT_NEVER);
	wake_set(&engine->wakes, &workflow->slot, INSTANT_NEVER);
	g_hash_table_remove(engine->workflows, dag_id);
	return true;
}
