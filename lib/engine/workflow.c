/* SPDX-License-Identifier: MIT */
/* What is known of a DAG: its newest version, whether it is paused, and its runs that wait. */
#include "lib/engine/assets.h"
#include "lib/engine/gate.h"
#include "lib/engine/model.h"
#include "lib/engine/past.h"

#include <string.h>

struct workflow *workflow_get(const struct engine *engine, const char *dag_id)
{
	return g_hash_table_lookup(engine->workflows, dag_id);
}

struct workflow *workflow_add(struct engine *engine, const struct dag_record *record)
{
	struct workflow *workflow = g_new0(struct workflow, 1);
	workflow->record = *record;
	workflow->record.dag_id = g_strdup(record->dag_id);
	workflow->record.file = g_strdup(record->file);
	workflow->record.version = g_strdup(record->version);
	workflow->record.pause_reason = g_strdup(record->pause_reason);
	workflow->runs =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)run_free);
	workflow->queued = g_sequence_new(NULL);
	workflow->queues = g_ptr_array_new_with_free_func(dag_queue_free);
	workflow->gates = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, gate_free);
	workflow->assets_run_at = INSTANT_NONE;
	workflow->assets = (struct wake){.kind = WAKE_ASSETS, .owner = workflow};
	workflow->slot = (struct wake){.kind = WAKE_SLOT, .owner = workflow};
	g_hash_table_insert(engine->workflows, workflow->record.dag_id, workflow);
	return workflow;
}

void workflow_free(struct workflow *workflow)
{
	g_hash_table_destroy(workflow->runs);
	g_sequence_free(workflow->queued);
	if (workflow->dated)
		g_sequence_free(workflow->dated);
	g_ptr_array_unref(workflow->queues);
	g_hash_table_destroy(workflow->gates);
	if (workflow->heard)
		g_hash_table_destroy(workflow->heard);
	dag_unref(workflow->dag);
	dag_record_clear(&workflow->record);
	missed_record_clear(&workflow->missed);
	g_free(workflow);
}

void workflow_changed(struct engine *engine, struct workflow *workflow)
{
	if (workflow->is_changed)
		return;
	workflow->is_changed = true;
	g_ptr_array_add(engine->changed_workflows, workflow);
}

static struct workflow *workflow_first_seen(struct engine *engine, const struct dag *dag)
{
	return workflow_add(engine,
		&(struct dag_record){
			.dag_id = (char *)dag->dag_id,
			.is_paused = dag->is_paused_upon_creation,
			.first_seen_at = engine->now,
			.active_since = engine->now,
			.last_slot = INSTANT_NONE,
		});
}

static bool has_other_schedule(const struct dag *old, const struct dag *new)
{
	if (!old->schedule || !new->schedule)
		return old->schedule != new->schedule;
	return !schedule_equal(old->schedule, new->schedule);
}

static void version_save(struct engine *engine, struct workflow *workflow, struct dag *dag)
{
	struct dag_record *record = &workflow->record;
	bool is_same = g_strcmp0(record->version, dag->hash) == 0
		&& g_strcmp0(record->file, dag->file) == 0;
	/* With the file in which it was found last: it is looked for there after a restart. */
	if (!is_same)
		effect_add(engine, (struct effect){EFFECT_SAVE_VERSION, .dag = dag});
	if (is_same && !record->is_stale)
		return;
	g_free(record->version);
	g_free(record->file);
	record->version = g_strdup(dag->hash);
	record->file = g_strdup(dag->file);
	record->is_stale = false;
	workflow_changed(engine, workflow);
}

bool workflow_load(struct engine *engine, struct dag *dag)
{
	struct workflow *workflow = workflow_get(engine, dag->dag_id);
	bool is_first = workflow == NULL;
	if (is_first)
		workflow = workflow_first_seen(engine, dag);
	struct dag *old = workflow->dag;
	/* Slots that a new schedule would have had in the past are not missed ones. */
	if (old && has_other_schedule(old, dag)) {
		workflow->record.active_since = engine->now;
		workflow->gap = GAP_SCHEDULE;
	}
	workflow->dag = dag_ref(dag);
	assets_load(engine, workflow, old);
	dag_unref(old);
	version_save(engine, workflow, dag);
	if (is_first)
		slots_first_seen(engine, workflow);
	workflow_start_runs(engine, workflow);
	workflow_schedule(engine, workflow);
	return true;
}

void workflow_gone(struct engine *engine, struct workflow *workflow)
{
	if (workflow->record.is_stale)
		return;
	workflow->record.is_stale = true;
	workflow->gap = GAP_FILE;
	workflow_changed(engine, workflow);
	workflow_schedule(engine, workflow);
}

/* Its tasks may start from now on, or may not. */
static void runs_place(struct engine *engine, const struct workflow *workflow)
{
	GHashTableIter runs;
	struct run *run;
	g_hash_table_iter_init(&runs, workflow->runs);
	while (g_hash_table_iter_next(&runs, NULL, (void **)&run)) {
		run_queues_place(engine, run);
		run_touch(engine, run);
	}
}

bool workflow_pause(struct engine *engine, struct workflow *workflow)
{
	if (workflow->record.is_paused)
		return false;
	workflow->record.is_paused = true;
	workflow_changed(engine, workflow);
	runs_place(engine, workflow);
	workflow_schedule(engine, workflow);
	return true;
}

bool workflow_unpause(struct engine *engine, struct workflow *workflow)
{
	if (!workflow->record.is_paused)
		return false;
	int64_t active_since = workflow->record.active_since;
	workflow->record.is_paused = false;
	workflow->record.n_failed_runs = 0;
	g_clear_pointer(&workflow->record.pause_reason, g_free);
	workflow->record.active_since = engine->now;
	workflow_changed(engine, workflow);
	slots_unpaused(engine, workflow, active_since);
	runs_place(engine, workflow);
	workflow_start_runs(engine, workflow);
	workflow_schedule(engine, workflow);
	return true;
}

void workflow_start_runs(struct engine *engine, struct workflow *workflow)
{
	if (engine->is_recovering || workflow->record.is_paused)
		return;
	if (workflow->backfill)
		backfill_start_runs(engine, workflow->backfill);
	while (!g_sequence_is_empty(workflow->queued)) {
		struct run *run = g_sequence_get(g_sequence_get_begin_iter(workflow->queued));
		const struct dag *limits = workflow->dag ? workflow->dag : run->dag;
		if (!limits)
			return;
		if (workflow->n_running >= runs_limit(limits) && !past_has_followers(run))
			return;
		run_begin(engine, run);
	}
}
