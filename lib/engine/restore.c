/* SPDX-License-Identifier: MIT */
/*
 * From the store's rows to the model. Only states are durable; queues and counters follow from
 * them. A task that was ready or queued is ready again: being queued held no promise.
 */
#include "lib/engine/assets.h"
#include "lib/engine/callback.h"
#include "lib/engine/flow.h"
#include "lib/engine/past.h"

void engine_restore_pool(struct engine *engine, const struct pool_record *record)
{
	pool_set(engine, record);
}

void engine_restore_dag(struct engine *engine, const struct dag_record *record)
{
	workflow_add(engine, record)->gap = GAP_DOWN;
}

void engine_restore_missed(struct engine *engine, const struct missed_record *record)
{
	struct workflow *workflow = workflow_get(engine, record->dag_id);
	if (!workflow)
		return;
	missed_record_clear(&workflow->missed);
	workflow->missed = missed_record_copy(record);
}

void engine_restore_asset(struct engine *engine, const char *dag_id, const char *asset)
{
	struct workflow *workflow = workflow_get(engine, dag_id);
	if (workflow)
		asset_hear(workflow, asset);
}

void engine_restore_run(struct engine *engine, const struct run_record *record, struct dag *dag,
	const char *why_not)
{
	struct workflow *workflow = workflow_get(engine, record->dag_id);
	g_assert(workflow);
	struct run *run = run_new(engine, workflow, record, dag);
	run->why_not = g_strdup(why_not);
	run->is_finished = run_state_is_finished(record->state);
	run->is_restoring = true;
	g_ptr_array_add(engine->restored, run);
}

static struct instance *restored_instance(
	const struct engine *engine, int64_t run_id, const char *task_id, int map_index)
{
	struct run *run = g_hash_table_lookup(engine->by_id, &run_id);
	return run && run->is_restoring ? run_instance_add(run, task_id, map_index) : NULL;
}

/* Of one of a mapped task it may mean that there are fewer values now. */
static bool is_removed_task(const struct run *run, const struct task_record *record)
{
	return run->dag && record->state == TASK_REMOVED && record->map_index < 0
		&& !task_id_is_callback(record->task_id);
}

void engine_restore_task(struct engine *engine, const struct task_record *record)
{
	struct run *run = g_hash_table_lookup(engine->by_id, &record->run);
	if (!run || !run->is_restoring)
		return;
	struct instance *instance = is_removed_task(run, record)
		? NULL
		: run_instance_add(run, record->task_id, record->map_index);
	if (!instance) {
		run_removed_add(run, record);
		return;
	}
	instance_take_record(instance, record);
}

void engine_restore_attempt(struct engine *engine, const struct attempt_record *record)
{
	struct instance *instance =
		restored_instance(engine, record->run, record->task_id, record->map_index);
	if (instance && instance->record.attempt == record->id)
		g_hash_table_insert(engine->attempts, &instance->record.attempt, instance);
}

/* A mapped task counts how its units stand. */
static void expansion_restored(struct instance *instance)
{
	struct expansion *expansion = instance->expansion;
	if (!expansion)
		return;
	for (unsigned o = 0; o < N_OUTCOMES; o++)
		expansion->n[o] = 0;
	for (unsigned i = 0; i < expansion->units->len; i++) {
		const struct instance *unit = expansion->units->pdata[i];
		expansion->n[outcome_of(unit->record.state)]++;
	}
	expansion->width = expansion->units->len - expansion->n[OUTCOME_REMOVED];
}

static void instance_restored(struct engine *engine, struct instance *instance)
{
	struct run *run = instance->run;
	struct task_record *record = &instance->record;
	if (record->state == TASK_QUEUED) {
		record->state = TASK_SCHEDULED;
		instance_changed(engine, instance);
	}
	/* The run before is to be found first. */
	if (record->state == TASK_SCHEDULED && instance->task && !past_lets(instance)) {
		record->state = TASK_NONE;
		instance_changed(engine, instance);
	}
	if (instance->is_callback)
		run->n_callbacks += !task_state_is_finished(record->state);
	else
		run->n_unfinished += !task_state_is_finished(record->state);
	if (instance->task)
		instance_count(instance, instance->n_upstream);
	instance->n_bars = instance_count_bars(instance);
	instance_count_active(engine, instance, TASK_NONE, record->state);
	switch (record->state) {
	case TASK_SCHEDULED:
		if (instance->task && instance->is_callback)
			callback_enqueue(engine, instance);
		else if (instance->task)
			task_ready(engine, instance);
		return;
	case TASK_UP_FOR_RETRY:
		if (instance->task)
			wake_set(&engine->wakes, &instance->retry, record->retry_at);
		return;
	case TASK_QUEUED:
	case TASK_DEFERRED:
	case TASK_UP_FOR_RESCHEDULE:
		wait_arm(engine, instance);
		return;
	case TASK_RUNNING:
	case TASK_RESTARTING:
	case TASK_NONE:
	case TASK_SUCCESS:
	case TASK_FAILED:
	case TASK_SKIPPED:
	case TASK_UPSTREAM_FAILED:
	case TASK_REMOVED:
	case N_TASK_STATES:
		return;
	}
}

static void tasks_reassemble(struct engine *engine, struct run *run)
{
	run->n_unfinished = 0;
	for (size_t i = 0; i < run->n_instances; i++)
		expansion_restored(&run->instances[i]);
	run_each(engine, run, instance_restored);
}

void run_reassemble(struct engine *engine, struct run *run)
{
	tasks_reassemble(engine, run);
	run->n_callbacks = 0;
	run_each_callback(engine, run, instance_restored);
}

/*
 * Its run was ended while its DAG could not be loaded, or before it began: it has no row. It is
 * found skipped each time that its instances are made; run_reopen() saves it.
 */
static void instance_pass_over(struct engine *engine, struct instance *instance)
{
	if (task_state_is_finished(instance->record.state))
		return;
	instance->record.state = TASK_SKIPPED;
	instance->record.ended_at = instance->run->record.ended_at;
	task_reason(instance, g_strdup(instance->run->record.reason));
}

void run_know(struct engine *engine, struct run *run)
{
	if (run->instances || !run->dag)
		return;
	run_populate(run);
	if (!run->is_finished)
		return;
	run_each(engine, run, instance_pass_over);
	tasks_reassemble(engine, run);
}

static void run_restored(struct engine *engine, struct run *run)
{
	run->is_restoring = false;
	run_part_removed(run);
	/* One that was dropped before it began has no rows, as one that is queued. */
	if (run->record.state == RUN_RUNNING)
		run_populate(run);
	if (!run->is_finished)
		backfill_join(engine, run);
	else
		run_each(engine, run, instance_pass_over);
	run_reassemble(engine, run);
	deadline_restored(engine, run);
	if (run->is_finished) {
		run_expire(engine, run);
	} else if (run->record.state == RUN_QUEUED) {
		run_enqueue(run);
	} else {
		run_count_running(run, 1);
		run_timeout_set(engine, run);
	}
}

void engine_restored(struct engine *engine)
{
	for (unsigned i = 0; i < engine->restored->len; i++)
		run_restored(engine, engine->restored->pdata[i]);
	g_ptr_array_set_size(engine->restored, 0);
}
