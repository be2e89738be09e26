/* SPDX-License-Identifier: MIT */
#include "lib/engine/model.h"

/* Runs start in the order of their instants, then of their creation. */
static int run_compare(const void *a, const void *b, void *unused)
{
	const struct run_record *left = &((const struct run *)a)->record;
	const struct run_record *right = &((const struct run *)b)->record;
	if (left->run_after != right->run_after)
		return left->run_after < right->run_after ? -1 : 1;
	return (left->id > right->id) - (left->id < right->id);
}

static void instance_init(struct instance *instance, struct run *run, const char *task_id)
{
	instance->run = run;
	instance->retry = (struct wake){.kind = WAKE_RETRY, .owner = instance};
	instance->record = (struct task_record){
		.run = run->record.id,
		.task_id = (char *)task_id,
		.map_index = -1,
		.scheduled_at = INSTANT_NONE,
		.queued_at = INSTANT_NONE,
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.retry_at = INSTANT_NONE,
		.map_length = -1,
		.wait_until = INSTANT_NONE,
		.wait_since = INSTANT_NONE,
	};
}

struct run *run_new(struct engine *engine, struct workflow *workflow,
	const struct run_record *record, struct dag *dag)
{
	struct run *run = g_new0(struct run, 1);
	run->record = run_record_copy(record);
	run->workflow = workflow;
	run->dag = dag ? dag_ref(dag) : NULL;
	run->ready = g_sequence_new(NULL);
	run->timeout = (struct wake){.kind = WAKE_RUN_TIMEOUT, .owner = run};
	run->n_instances = dag ? dag->n_tasks : 0;
	run->n_unfinished = (unsigned)run->n_instances;
	run->instances = g_new0(struct instance, run->n_instances);
	for (size_t i = 0; i < run->n_instances; i++) {
		instance_init(&run->instances[i], run, dag->tasks[i].task_id);
		run->instances[i].task = &dag->tasks[i];
		run->instances[i].record.max_tries = dag->tasks[i].retries;
	}
	g_hash_table_insert(workflow->runs, run->record.run_id, run);
	g_hash_table_insert(engine->by_id, &run->record.id, run);
	return run;
}

void run_free(struct run *run)
{
	g_sequence_free(run->ready);
	for (size_t i = 0; i < run->n_instances; i++)
		g_free(run->instances[i].record.reason);
	g_free(run->instances);
	if (run->by_task)
		g_hash_table_destroy(run->by_task);
	g_free(run->why_not);
	dag_unref(run->dag);
	run_record_clear(&run->record);
	g_free(run);
}

struct run *run_find(const struct workflow *workflow, const char *run_id)
{
	return g_hash_table_lookup(workflow->runs, run_id);
}

static void by_task_free(void *instance)
{
	g_free(((struct instance *)instance)->record.task_id);
	g_free(((struct instance *)instance)->record.reason);
	g_free(instance);
}

struct instance *run_instance_add(struct run *run, const char *task_id)
{
	if (run->dag)
		return run_instance(run, task_id);
	if (!run->by_task)
		run->by_task = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, by_task_free);
	struct instance *instance = g_hash_table_lookup(run->by_task, task_id);
	if (!instance) {
		instance = g_new0(struct instance, 1);
		instance_init(instance, run, g_strdup(task_id));
		g_hash_table_insert(run->by_task, instance->record.task_id, instance);
	}
	return instance;
}

struct instance *run_instance(const struct run *run, const char *task_id)
{
	if (!run->dag)
		return run->by_task ? g_hash_table_lookup(run->by_task, task_id) : NULL;
	const struct task *task = dag_task(run->dag, task_id);
	return task ? &run->instances[task->index] : NULL;
}

void run_changed(struct engine *engine, struct run *run)
{
	if (run->is_changed)
		return;
	run->is_changed = true;
	g_ptr_array_add(engine->changed_runs, run);
}

void run_touch(struct engine *engine, struct run *run)
{
	if (run->is_touched)
		return;
	run->is_touched = true;
	g_ptr_array_add(engine->touched, run);
}

void run_move(struct engine *engine, struct run *run, enum run_state state)
{
	g_assert(run_move_is_allowed(run->record.state, state));
	if (run->record.state == RUN_RUNNING)
		run->workflow->n_running--;
	if (state == RUN_RUNNING)
		run->workflow->n_running++;
	run->record.state = state;
	run->is_finished = run_state_is_finished(state);
	run_changed(engine, run);
}

void run_enqueue(struct run *run)
{
	run->place = g_sequence_insert_sorted(run->workflow->queued, run, run_compare, NULL);
}

static void run_dequeue(struct run *run)
{
	if (run->place)
		g_sequence_remove(run->place);
	run->place = NULL;
}

void run_timeout_set(struct engine *engine, struct run *run)
{
	bool has_timeout = run->dag && run->dag->dagrun_timeout_us > 0 && !run_is_aborted(run);
	wake_set(&engine->wakes, &run->timeout,
		has_timeout ? run->record.started_at + run->dag->dagrun_timeout_us : INSTANT_NEVER);
}

void run_begin(struct engine *engine, struct run *run)
{
	run_dequeue(run);
	run->record.started_at = engine->now;
	run_move(engine, run, RUN_RUNNING);
	run_resume(engine, run);
}

void run_resume(struct engine *engine, struct run *run)
{
	run_timeout_set(engine, run);
	for (size_t i = 0; i < run->n_instances; i++)
		task_evaluate(engine, &run->instances[i]);
	run_touch(engine, run);
}

static void run_finish(struct engine *engine, struct run *run, enum run_state state)
{
	struct workflow *workflow = run->workflow;
	run_dequeue(run);
	run->record.ended_at = engine->now;
	run_move(engine, run, state);
	wake_set(&engine->wakes, &run->timeout, INSTANT_NEVER);
	g_ptr_array_add(engine->finished, run);
	workflow_start_runs(engine, workflow);
	workflow_schedule(engine, workflow);
}

/* The first leaf that did not do its work, in the order of the file; NULL: all did. */
static const struct instance *failed_leaf(const struct run *run)
{
	for (size_t i = 0; i < run->n_instances; i++) {
		const struct instance *instance = &run->instances[i];
		enum task_state state = instance->record.state;
		if (instance->task->n_downstream == 0
			&& (state == TASK_FAILED || state == TASK_UPSTREAM_FAILED))
			return instance;
	}
	return NULL;
}

/* The first task that failed itself; there is one where a leaf failed or lacks its upstream. */
static const char *failed_task(const struct run *run, const struct instance *leaf)
{
	for (size_t i = 0; i < run->n_instances; i++)
		if (run->instances[i].record.state == TASK_FAILED)
			return run->instances[i].record.task_id;
	return leaf->record.task_id;
}

/*
 * As in Airflow, the leaves alone decide how a run ended. A run without DAG has tasks that are not
 * known; it ends only by a user's word.
 */
void run_settle(struct engine *engine, struct run *run)
{
	if (run->record.state != RUN_RUNNING || run->n_unfinished > 0)
		return;
	if (!run->dag && !run_is_aborted(run))
		return;
	const struct instance *leaf = failed_leaf(run);
	if (leaf && !run->record.reason)
		run->record.reason = g_strdup_printf("task \"%s\" failed", failed_task(run, leaf));
	run_finish(engine, run, run->record.reason ? RUN_FAILED : RUN_SUCCESS);
}

static void run_each(struct engine *engine, struct run *run,
	void (*visit)(struct engine *engine, struct instance *instance))
{
	GHashTableIter iter;
	struct instance *instance;
	for (size_t i = 0; i < run->n_instances; i++)
		visit(engine, &run->instances[i]);
	if (!run->by_task)
		return;
	g_hash_table_iter_init(&iter, run->by_task);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&instance))
		visit(engine, instance);
}

static void instance_abort(struct engine *engine, struct instance *instance)
{
	enum task_state state = instance->record.state;
	if (task_state_is_finished(state))
		return;
	if (state == TASK_RUNNING || state == TASK_RESTARTING) {
		task_kill(engine, instance);
		return;
	}
	instance_dequeue(instance);
	wake_set(&engine->wakes, &instance->retry, INSTANT_NEVER);
	instance->record.retry_at = INSTANT_NONE;
	task_reason(instance, g_strdup(instance->run->record.reason));
	task_move(engine, instance, TASK_SKIPPED);
}

bool run_is_aborted(const struct run *run)
{
	return run->record.state == RUN_RUNNING && run->record.reason;
}

void run_abort(struct engine *engine, struct run *run, const char *reason)
{
	g_free(run->record.reason);
	run->record.reason = g_strdup(reason);
	run_changed(engine, run);
	wake_set(&engine->wakes, &run->timeout, INSTANT_NEVER);
	run_each(engine, run, instance_abort);
	if (run->record.state == RUN_QUEUED)
		run_finish(engine, run, RUN_FAILED);
	run_touch(engine, run);
}

/* Its end was decided, but dagd may have died before it killed the process. */
static void instance_kill_again(struct engine *engine, struct instance *instance)
{
	enum task_state state = instance->record.state;
	if (state == TASK_RESTARTING || (state == TASK_RUNNING && run_is_aborted(instance->run)))
		task_kill(engine, instance);
}

void run_recover(struct engine *engine, struct run *run)
{
	if (run->record.state != RUN_RUNNING)
		return;
	run_each(engine, run, instance_kill_again);
	run_resume(engine, run);
}

void run_go_on(struct engine *engine, struct run *run)
{
	if (run_is_aborted(run)) {
		g_clear_pointer(&run->record.reason, g_free);
		run->record.started_at = engine->now;
		run_changed(engine, run);
	}
	run_resume(engine, run);
}

void run_reopen(struct engine *engine, struct run *run)
{
	g_ptr_array_remove_fast(engine->finished, run);
	run_move(engine, run, RUN_QUEUED);
	run->record.queued_at = engine->now;
	run->record.started_at = run->record.ended_at = INSTANT_NONE;
	g_clear_pointer(&run->record.reason, g_free);
	run_enqueue(run);
	workflow_start_runs(engine, run->workflow);
}
