/* SPDX-License-Identifier: MIT */
/* A DAG is forgotten with all its runs, or a run alone: they must have ended. */
#include "lib/engine/assets.h"
#include "lib/engine/model.h"
#include "lib/engine/past.h"

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
	g_hash_table_replace(engine->deleted_dags, g_strdup(dag_id),
		g_memdup2(&engine->options.next_run, sizeof engine->options.next_run));
	runs_forget(engine, workflow);
	assets_gone(engine, workflow);
	wake_set(&engine->wakes, &workflow->assets, INSTANT_NEVER);
	wake_set(&engine->wakes, &workflow->slot, INSTANT_NEVER);
	g_hash_table_remove(engine->workflows, dag_id);
	return true;
}

static bool is_deleted(const struct engine *engine, const char *dag_id, int64_t id)
{
	const int64_t *first_kept = g_hash_table_lookup(engine->deleted_dags, dag_id);
	return g_hash_table_contains(engine->deleted, &id) || (first_kept && id < *first_kept);
}

bool engine_run_is_deleted(const struct engine *engine, const struct run_record *run)
{
	return is_deleted(engine, run->dag_id, run->id);
}

/* Why a run must stay, besides that it is unfinished: g_free; NULL: it need not. */
static char *run_use(const struct run *run)
{
	if (run->n_callbacks > 0)
		return g_strdup("has callbacks that have not ended");
	if (!past_has_followers(run))
		return NULL;
	const struct run *follower = run->followers->pdata[0];
	return g_strdup_printf(
		"is the run before \"%s\", whose tasks depend on it", follower->record.run_id);
}

bool run_delete(struct engine *engine, const struct event *event, GError **error)
{
	struct workflow *workflow = workflow_get(engine, event->dag_id);
	struct run *run = workflow ? run_find(workflow, event->run_id) : NULL;
	/* Its name may be that of a later run meanwhile. */
	bool is_another = run && run->record.id != event->deleted;
	if (!workflow || is_another || is_deleted(engine, event->dag_id, event->deleted))
		return event_refuse(error, REFUSAL_UNKNOWN, "DAG \"%s\" has no run \"%s\"",
			event->dag_id, event->run_id);
	if (run && !run->is_finished)
		return event_refuse(error, REFUSAL_CONFLICT,
			"run \"%s\" of DAG \"%s\" is unfinished; end it first", event->run_id,
			event->dag_id);
	g_autofree char *use = run ? run_use(run) : NULL;
	if (use)
		return event_refuse(error, REFUSAL_CONFLICT, "run \"%s\" of DAG \"%s\" %s",
			event->run_id, event->dag_id, use);
	g_hash_table_add(engine->deleted, g_memdup2(&event->deleted, sizeof event->deleted));
	effect_add(engine, (struct effect){EFFECT_DELETE_RUN, .deleted = event->deleted});
	if (run) {
		g_ptr_array_remove_fast(engine->finished, run);
		run_forget(engine, run);
	}
	return true;
}
