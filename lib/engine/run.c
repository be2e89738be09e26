/* SPDX-License-Identifier: MIT */
#include "lib/engine/callback.h"
#include "lib/engine/flow.h"
#include "lib/engine/past.h"
#include "lib/engine/scope.h"

/* Runs start in the order of their instants, then of their creation; before them those that others
 * wait for. */
static int run_compare(const void *a, const void *b, void *unused)
{
	bool left_leads = past_has_followers(a), right_leads = past_has_followers(b);
	const struct run_record *left = &((const struct run *)a)->record;
	const struct run_record *right = &((const struct run *)b)->record;
	if (left_leads != right_leads)
		return left_leads ? -1 : 1;
	if (left->run_after != right->run_after)
		return left->run_after < right->run_after ? -1 : 1;
	return (left->id > right->id) - (left->id < right->id);
}

struct run *run_new(struct engine *engine, struct workflow *workflow,
	const struct run_record *record, struct dag *dag)
{
	struct run *run = g_new0(struct run, 1);
	run->record = run_record_copy(record);
	run->workflow = workflow;
	run->dag = dag ? dag_whole(dag) : NULL;
	run->timeout = (struct wake){.kind = WAKE_RUN_TIMEOUT, .owner = run};
	run->deadline = (struct wake){.kind = WAKE_DEADLINE, .owner = run};
	g_hash_table_insert(workflow->runs, run->record.run_id, run);
	g_hash_table_insert(engine->by_id, &run->record.id, run);
	past_enter(engine, run);
	return run;
}

void run_populate(struct run *run)
{
	if (run->instances || !run->dag)
		return;
	run->n_instances = run->dag->n_tasks;
	run->n_unfinished = (unsigned)run->n_instances;
	run->instances = g_new(struct instance, run->n_instances);
	for (size_t i = 0; i < run->n_instances; i++)
		instance_init(&run->instances[i], run, &run->dag->tasks[i], -1);
}

static void instance_free_record(struct instance *instance)
{
	expansion_free(instance->expansion);
	instance->record.task_id = NULL; /* the DAG's */
	task_record_clear(&instance->record);
	g_free(instance->bell);
	g_strfreev(instance->bell_tasks);
}

void run_instances_free(struct run *run)
{
	for (size_t i = 0; i < run->n_instances; i++)
		instance_free_record(&run->instances[i]);
	g_clear_pointer(&run->instances, g_free);
	run->n_instances = 0;
	g_clear_pointer(&run->by_task, g_hash_table_destroy);
	g_clear_pointer(&run->removed, g_ptr_array_unref);
	g_clear_pointer(&run->callbacks, g_hash_table_destroy);
}

void run_free(struct run *run)
{
	run_instances_free(run);
	if (run->queues)
		g_ptr_array_unref(run->queues);
	if (run->processless)
		g_sequence_free(run->processless);
	if (run->followers)
		g_ptr_array_unref(run->followers);
	g_free(run->past.n_ill);
	g_free(run->why_not);
	dag_unref(run->dag);
	run_record_clear(&run->record);
	g_free(run);
}

struct run *run_find(const struct workflow *workflow, const char *run_id)
{
	return g_hash_table_lookup(workflow->runs, run_id);
}

static void by_task_free(void *data)
{
	struct instance *instance = data;
	task_record_clear(&instance->record);
	g_free(instance->bell);
	g_strfreev(instance->bell_tasks);
	g_free(instance);
}

static char *by_task_key(const char *task_id, int map_index)
{
	return g_strdup_printf("%s/%d", task_id, map_index);
}

/* Of a run whose DAG cannot be loaded. */
static struct instance *by_task_add(struct run *run, const char *task_id, int map_index)
{
	g_autofree char *key = by_task_key(task_id, map_index);
	if (!run->by_task)
		run->by_task = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, by_task_free);
	struct instance *instance = g_hash_table_lookup(run->by_task, key);
	if (!instance) {
		instance = g_new0(struct instance, 1);
		instance_init(instance, run, NULL, map_index);
		instance->record.task_id = g_strdup(task_id);
		g_hash_table_insert(run->by_task, g_steal_pointer(&key), instance);
	}
	return instance;
}

static void removed_keep(struct run *run, struct instance *instance)
{
	if (!run->removed)
		run->removed = g_ptr_array_new_with_free_func(by_task_free);
	g_ptr_array_add(run->removed, instance);
}

struct instance *run_removed_add(struct run *run, const struct task_record *record)
{
	struct instance *instance = g_new0(struct instance, 1);
	instance_init(instance, run, NULL, record->map_index);
	instance->record = task_record_copy(record);
	removed_keep(run, instance);
	return instance;
}

/* Names of the mapped tasks that have a unit which is not removed. */
static GHashTable *mapped_by_task(const struct run *run)
{
	GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter iter;
	const struct instance *instance;
	g_hash_table_iter_init(&iter, run->by_task);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&instance))
		if (instance->record.map_index >= 0 && instance->record.state != TASK_REMOVED)
			g_hash_table_add(names, instance->record.task_id);
	return names;
}

void run_part_removed(struct run *run)
{
	if (!run->by_task)
		return;
	g_autoptr(GHashTable) mapped = mapped_by_task(run);
	GHashTableIter iter;
	void *key, *value;
	g_hash_table_iter_init(&iter, run->by_task);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		struct instance *instance = value;
		if (instance->record.state != TASK_REMOVED
			|| (instance->record.map_index >= 0
				&& g_hash_table_contains(mapped, instance->record.task_id)))
			continue;
		g_hash_table_iter_steal(&iter);
		g_free(key);
		removed_keep(run, instance);
	}
}

struct instance *run_instance_add(struct run *run, const char *task_id, int map_index)
{
	bool is_callback = task_id_is_callback(task_id);
	if (!run->dag && is_callback)
		return callback_add(run, NULL, task_id, map_index);
	if (!run->dag)
		return by_task_add(run, task_id, map_index);
	run_populate(run);
	const struct task *task = dag_task(run->dag, task_id);
	if (task && is_callback)
		return callback_add(run, task, task_id, map_index);
	if (!task || (map_index >= 0 && !task->mapping))
		return NULL;
	struct instance *instance = &run->instances[task->index];
	if (map_index < 0)
		return instance;
	if (!instance->expansion || instance->expansion->units->len <= (unsigned)map_index)
		instance_widen(instance, (unsigned)map_index + 1);
	return instance->expansion->units->pdata[map_index];
}

struct instance *run_instance(const struct run *run, const char *task_id, int map_index)
{
	if (task_id_is_callback(task_id))
		return callback_find(run, task_id, map_index);
	if (!run->dag) {
		g_autofree char *key = by_task_key(task_id, map_index);
		return run->by_task ? g_hash_table_lookup(run->by_task, key) : NULL;
	}
	const struct task *task = run->instances ? dag_task(run->dag, task_id) : NULL;
	return task ? run_instance_at(run, task, map_index) : NULL;
}

struct instance *run_instance_at(const struct run *run, const struct task *task, int map_index)
{
	if (task->is_callback)
		return callback_find(run, task->task_id, map_index);
	if (!run->instances)
		return NULL;
	struct instance *instance = &run->instances[task->index];
	if (map_index < 0)
		return instance->expansion ? NULL : instance;
	if (!instance->expansion || instance->expansion->units->len <= (unsigned)map_index)
		return NULL;
	return instance->expansion->units->pdata[map_index];
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

void run_count_running(struct run *run, int n)
{
	if (run->backfill)
		run->backfill->n_running += (unsigned)n;
	else if (!run->record.backfill)
		run->workflow->n_running += (unsigned)n;
}

void run_move(struct engine *engine, struct run *run, enum run_state state)
{
	g_assert(run_move_is_allowed(run->record.state, state));
	if (run->record.state == RUN_RUNNING)
		run_count_running(run, -1);
	if (state == RUN_RUNNING)
		run_count_running(run, 1);
	run->record.state = state;
	run->is_finished = run_state_is_finished(state);
	run_changed(engine, run);
	run_queues_place(engine, run);
}

static int run_compare_backwards(const void *a, const void *b, void *unused)
{
	bool is_about_lead = past_has_followers(a) != past_has_followers(b);
	return is_about_lead ? run_compare(a, b, unused) : run_compare(b, a, unused);
}

void run_enqueue(struct run *run)
{
	const struct backfill *backfill = run->backfill;
	run->place = g_sequence_insert_sorted(backfill ? backfill->queued : run->workflow->queued,
		run,
		backfill && backfill->record.is_backwards ? run_compare_backwards : run_compare,
		NULL);
}

void run_queue(struct engine *engine, struct run *run)
{
	run_changed(engine, run);
	run_enqueue(run);
	deadline_set(engine, run, DEADLINE_QUEUED_AT);
	deadline_set(engine, run, DEADLINE_LOGICAL_DATE);
}

void run_dequeue(struct run *run)
{
	if (run->place)
		g_sequence_remove(run->place);
	run->place = NULL;
}

void run_expire(struct engine *engine, struct run *run)
{
	if (run->is_expiring)
		return;
	run->is_expiring = true;
	g_ptr_array_add(engine->finished, run);
}

void run_forget(struct engine *engine, struct run *run)
{
	if (run->date)
		g_sequence_remove(run->date);
	g_hash_table_remove(engine->by_id, &run->record.id);
	g_hash_table_remove(run->workflow->runs, run->record.run_id);
}

bool run_is_needed(const struct run *run)
{
	return past_has_followers(run) || run->n_callbacks > 0;
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
	run_populate(run);
	run->record.started_at = engine->now;
	run_move(engine, run, RUN_RUNNING);
	deadline_set(engine, run, DEADLINE_START);
	run_resume(engine, run);
}

void run_resume(struct engine *engine, struct run *run)
{
	run_timeout_set(engine, run);
	past_ask(engine, run);
	run_each(engine, run, instance_doubt);
	run_queues_place(engine, run);
	run_touch(engine, run);
}

/* One that never began has nothing to tell. */
static void run_tell_end(struct engine *engine, struct run *run)
{
	bool has_failed = run->record.state == RUN_FAILED;
	if (run->record.started_at == INSTANT_NONE)
		return;
	run_call(engine, run, has_failed ? CALLBACK_FAILURE : CALLBACK_SUCCESS, run->record.reason);
	workflow_count_end(engine, run->workflow, &run->record);
}

void run_finish(struct engine *engine, struct run *run, enum run_state state)
{
	struct workflow *workflow = run->workflow;
	run_dequeue(run);
	run->record.ended_at = engine->now;
	run_move(engine, run, state);
	wake_set(&engine->wakes, &run->timeout, INSTANT_NEVER);
	deadline_off(engine, run);
	past_end(engine, run);
	if (!run->instances)
		past_recount(engine, run);
	run_expire(engine, run);
	bells_run_ended(engine, run);
	backfill_leave(engine, run);
	run_tell_end(engine, run);
	workflow_start_runs(engine, workflow);
	workflow_schedule(engine, workflow);
}

void run_each(struct engine *engine, struct run *run, instance_visitor *visit)
{
	GHashTableIter iter;
	struct instance *instance;
	for (size_t i = 0; i < run->n_instances; i++) {
		const struct expansion *expansion = run->instances[i].expansion;
		if (!expansion)
			visit(engine, &run->instances[i]);
		for (unsigned u = 0; expansion && u < expansion->units->len; u++)
			visit(engine, expansion->units->pdata[u]);
	}
	if (!run->by_task)
		return;
	g_hash_table_iter_init(&iter, run->by_task);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&instance))
		visit(engine, instance);
}

void instance_abort(struct engine *engine, struct instance *instance)
{
	enum task_state state = instance->record.state;
	bool has_begun = instance->run->record.state == RUN_RUNNING;
	bool is_spared = has_begun && !instance_is_ending(instance);
	if (is_spared && state == TASK_SCHEDULED) {
		instance_dequeue(engine, instance);
		task_wait(engine, instance);
	}
	if (is_spared || task_state_is_finished(state))
		return;
	if (state == TASK_RUNNING || state == TASK_RESTARTING) {
		task_kill(engine, instance);
		return;
	}
	instance_dequeue(engine, instance);
	wake_set(&engine->wakes, &instance->retry, INSTANT_NEVER);
	instance->record.retry_at = INSTANT_NONE;
	task_reason(instance, g_strdup(instance->run->record.reason));
	task_move(engine, instance, TASK_SKIPPED);
}

void run_drop(struct engine *engine, struct run *run, const char *reason)
{
	g_assert(run->record.state == RUN_QUEUED);
	if (run->instances || run->by_task) { /* it has run before */
		run_abort(engine, run, reason);
		return;
	}
	g_free(run->record.reason);
	run->record.reason = g_strdup(reason);
	run_finish(engine, run, RUN_FAILED);
}

void run_abort(struct engine *engine, struct run *run, const char *reason)
{
	g_free(run->record.reason);
	run->record.reason = g_strdup(reason);
	run_changed(engine, run);
	wake_set(&engine->wakes, &run->timeout, INSTANT_NEVER);
	run_populate(run);
	run_each(engine, run, instance_abort);
	if (run->record.state == RUN_QUEUED)
		run_finish(engine, run, RUN_FAILED);
	run_touch(engine, run);
}

/* Its end was decided, but dagd may have died before it killed the process. */
static void instance_kill_again(struct engine *engine, struct instance *instance)
{
	enum task_state state = instance->record.state;
	if (state == TASK_RESTARTING
		|| (state == TASK_RUNNING
			&& (instance_is_ending(instance) || instance_is_marked(instance))))
		task_kill(engine, instance);
}

/* It was to be skipped when its run was ended, but that was while its DAG could not be loaded. */
static void instance_abort_again(struct engine *engine, struct instance *instance)
{
	if (instance_is_ending(instance) && !task_state_is_active(instance->record.state))
		instance_abort(engine, instance);
}

void run_recover(struct engine *engine, struct run *run)
{
	if (run->record.state != RUN_RUNNING)
		return;
	run_each(engine, run, instance_kill_again);
	run_each(engine, run, instance_abort_again);
	run_resume(engine, run);
}

void run_go_on(struct engine *engine, struct run *run)
{
	if (run_is_ending(run)) {
		g_clear_pointer(&run->record.reason, g_free);
		run->record.started_at = engine->now;
		run->record.clear_number++;
		run_changed(engine, run);
	}
	run_resume(engine, run);
}

/* What was only found to be skipped has no row; from now on that would mean that it waits. */
static void instance_save_skipped(struct engine *engine, struct instance *instance)
{
	if (instance->record.state == TASK_SKIPPED && instance->record.try_number == 0)
		instance_changed(engine, instance);
}

void run_reopen(struct engine *engine, struct run *run)
{
	if (run->is_expiring)
		g_ptr_array_remove_fast(engine->finished, run);
	run->is_expiring = false;
	run_move(engine, run, RUN_QUEUED);
	past_recount(engine, run);
	run->record.clear_number++;
	run->record.queued_at = engine->now;
	run->record.started_at = run->record.ended_at = INSTANT_NONE;
	g_clear_pointer(&run->record.reason, g_free);
	backfill_join(engine, run);
	if (!run->backfill)
		run->record.backfill = 0;
	run_each(engine, run, instance_save_skipped);
	run_queue(engine, run);
	workflow_start_runs(engine, run->workflow);
}
