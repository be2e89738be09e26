/* SPDX-License-Identifier: MIT */
/*
 * The schedule of a DAG. `last_slot` only ever grows, so whatever the clock does, no slot is run
 * twice.
 *
 * A slot that comes due while max_active_runs runs are unfinished waits; when one of them ends the
 * newest slot that is due then is run (with catchup: true the next one). That is Airflow's rule,
 * and it keeps a DAG that is slower than its schedule from piling up runs.
 */
#include "lib/engine/model.h"

#include <string.h>

/* How far back `catchup: latest` looks where there is no start_date. */
#define LATEST_WINDOW (366 * DAY_US)
/* Runs of tasks without a command end within the step that made them: without a limit, one step
 * would catch up with years. */
enum { SLOTS_PER_STEP_MAX = 100 };

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
	workflow->runs =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)run_free);
	workflow->queued = g_sequence_new(NULL);
	workflow->queues = g_ptr_array_new_with_free_func(dag_queue_free);
	workflow->gates = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, gate_free);
	workflow->slot = (struct wake){.kind = WAKE_SLOT, .owner = workflow};
	g_hash_table_insert(engine->workflows, workflow->record.dag_id, workflow);
	return workflow;
}

void workflow_free(struct workflow *workflow)
{
	g_hash_table_destroy(workflow->runs);
	g_sequence_free(workflow->queued);
	g_ptr_array_unref(workflow->queues);
	g_hash_table_destroy(workflow->gates);
	dag_unref(workflow->dag);
	dag_record_clear(&workflow->record);
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
	return strcmp(schedule_text(old->schedule), schedule_text(new->schedule)) != 0
		|| old->zone != new->zone;
}

bool workflow_load(struct engine *engine, struct dag *dag)
{
	struct workflow *workflow = workflow_get(engine, dag->dag_id);
	if (!workflow)
		workflow = workflow_first_seen(engine, dag);
	struct dag_record *record = &workflow->record;
	struct dag *old = workflow->dag;
	/* Slots that a new schedule would have had in the past are not missed ones. */
	if (old && has_other_schedule(old, dag))
		record->active_since = engine->now;
	workflow->dag = dag_ref(dag);
	dag_unref(old);
	if (g_strcmp0(record->version, dag->hash) != 0)
		effect_add(engine, (struct effect){EFFECT_SAVE_VERSION, .dag = dag});
	if (g_strcmp0(record->version, dag->hash) != 0 || g_strcmp0(record->file, dag->file) != 0
		|| record->is_stale) {
		g_free(record->version);
		g_free(record->file);
		record->version = g_strdup(dag->hash);
		record->file = g_strdup(dag->file);
		record->is_stale = false;
		workflow_changed(engine, workflow);
	}
	workflow_start_runs(engine, workflow);
	workflow_schedule(engine, workflow);
	return true;
}

void workflow_gone(struct engine *engine, struct workflow *workflow)
{
	if (workflow->record.is_stale)
		return;
	workflow->record.is_stale = true;
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
	workflow->record.is_paused = false;
	workflow->record.active_since = engine->now;
	workflow_changed(engine, workflow);
	runs_place(engine, workflow);
	workflow_start_runs(engine, workflow);
	workflow_schedule(engine, workflow);
	return true;
}

void workflow_start_runs(struct engine *engine, struct workflow *workflow)
{
	if (engine->is_recovering || workflow->record.is_paused)
		return;
	while (!g_sequence_is_empty(workflow->queued)) {
		struct run *run = g_sequence_get(g_sequence_get_begin_iter(workflow->queued));
		const struct dag *limits = workflow->dag ? workflow->dag : run->dag;
		if (!limits || workflow->n_running >= limits->max_active_runs)
			return;
		run_begin(engine, run);
	}
}

/* Only slots strictly after this instant may still be run. */
static int64_t slots_after(const struct engine *engine, const struct workflow *workflow)
{
	const struct dag *dag = workflow->dag;
	int64_t after = workflow->record.last_slot;
	if (dag->start_date != INSTANT_NONE)
		after = MAX(after, dag->start_date - 1);
	if (dag->catchup == CATCHUP_FALSE)
		after = MAX(after, workflow->record.active_since - 1);
	if (after == INSTANT_NONE)
		after = dag->catchup == CATCHUP_TRUE ? workflow->record.first_seen_at - 1
						     : engine->now - LATEST_WINDOW;
	return after;
}

/* The slot to run now or next; INSTANT_NEVER: none. */
static int64_t slot_find(const struct engine *engine, const struct workflow *workflow)
{
	const struct dag *dag = workflow->dag;
	int64_t anchor = workflow->record.first_seen_at;
	int64_t after = slots_after(engine, workflow);
	int64_t last = dag->end_date == INSTANT_NONE ? INSTANT_NEVER : dag->end_date;
	int64_t slot = INSTANT_NONE;
	if (dag->catchup != CATCHUP_TRUE)
		slot = schedule_latest(dag->schedule, anchor, MIN(engine->now, last), after);
	if (slot == INSTANT_NONE)
		slot = schedule_next(dag->schedule, anchor, after);
	return slot > last ? INSTANT_NEVER : slot;
}

static bool is_scheduled(const struct engine *engine, const struct workflow *workflow)
{
	return workflow->dag && workflow->dag->schedule && !workflow->record.is_paused
		&& !workflow->record.is_stale && !engine->is_recovering;
}

static void run_at_slot(struct engine *engine, struct workflow *workflow, int64_t slot)
{
	g_autofree char *iso = instant_iso(slot);
	g_autofree char *run_id = g_strconcat(run_type_name(RUN_SCHEDULED), "__", iso, NULL);
	struct run_record record = {
		.id = engine->options.next_run++,
		.dag_id = workflow->record.dag_id,
		.run_id = run_id,
		.type = RUN_SCHEDULED,
		.state = RUN_QUEUED,
		.slot = slot,
		.logical_date = slot,
		.data_interval_start = slot,
		.data_interval_end = slot,
		.run_after = slot,
		.queued_at = engine->now,
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.deadline_at = INSTANT_NONE,
		.version = workflow->record.version,
		.triggered_by = "timetable",
	};
	struct run *run = run_new(engine, workflow, &record, workflow->dag);
	run_changed(engine, run);
	run_enqueue(run);
	workflow->record.last_slot = slot;
	workflow_changed(engine, workflow);
	workflow_start_runs(engine, workflow);
}

void workflow_schedule(struct engine *engine, struct workflow *workflow)
{
	int64_t slot = INSTANT_NEVER;
	while (is_scheduled(engine, workflow)) {
		unsigned n_unfinished =
			workflow->n_running + (unsigned)g_sequence_get_length(workflow->queued);
		slot = INSTANT_NEVER;
		if (n_unfinished >= workflow->dag->max_active_runs)
			break;
		slot = slot_find(engine, workflow);
		if (slot > engine->now)
			break;
		if (engine->n_slots >= SLOTS_PER_STEP_MAX) {
			slot = engine->now + 1; /* goes on with the next step */
			break;
		}
		engine->n_slots++;
		run_at_slot(engine, workflow, slot);
	}
	wake_set(&engine->wakes, &workflow->slot, slot);
}
