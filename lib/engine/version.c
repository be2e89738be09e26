/* SPDX-License-Identifier: MIT */
/*
 * A run moves to another version of its DAG: all that is known of its tasks is kept by their names,
 * and the run is put together anew, as after a restart. Tasks that the version does not have are
 * `removed`; their rows and tries stay, and they are there again once a later version has them.
 */
#include "lib/engine/callback.h"
#include "lib/engine/choice.h"
#include "lib/engine/flow.h"
#include "lib/engine/gate.h"
#include "lib/engine/past.h"

struct kept {
	struct task_record record; /* with strings of its own */
	bool was_removed;          /* the version before did not have it */
	bool is_running;
};

static void kept_clear(void *data)
{
	task_record_clear(&((struct kept *)data)->record);
}

/* Nothing has become of it: in another version it begins by the rules of that. */
static bool is_pristine(const struct task_record *record)
{
	return record->state == TASK_NONE && record->try_number == 0 && !record->note
		&& record->wish == WISH_NONE;
}

static void take_down(struct engine *engine, GArray *all, struct instance *instance)
{
	struct kept kept = {.record = task_record_copy(&instance->record)};
	kept.is_running = task_state_is_active(instance->record.state)
		&& g_hash_table_remove(engine->attempts, &instance->record.attempt);
	instance_dequeue(engine, instance);
	wait_leave(engine, instance);
	instance_count_active(engine, instance, instance->record.state, TASK_NONE);
	g_array_append_val(all, kept);
}

/* Each task instance, those of a run without DAG, too, and its callbacks. */
static GPtrArray *run_list(const struct run *run)
{
	GPtrArray *list = g_ptr_array_new();
	GHashTableIter iter;
	void *instance;
	for (size_t i = 0; i < run->n_instances; i++) {
		const struct expansion *expansion = run->instances[i].expansion;
		if (!expansion)
			g_ptr_array_add(list, &run->instances[i]);
		for (unsigned u = 0; expansion && u < expansion->units->len; u++)
			g_ptr_array_add(list, expansion->units->pdata[u]);
	}
	if (run->by_task)
		g_hash_table_iter_init(&iter, run->by_task);
	while (run->by_task && g_hash_table_iter_next(&iter, NULL, &instance))
		g_ptr_array_add(list, instance);
	if (run->callbacks)
		g_hash_table_iter_init(&iter, run->callbacks);
	while (run->callbacks && g_hash_table_iter_next(&iter, &instance, NULL))
		g_ptr_array_add(list, instance);
	return list;
}

/* Array of struct kept; the run has no instances any more. */
static GArray *run_take_down(struct engine *engine, struct run *run)
{
	GArray *all = g_array_new(FALSE, TRUE, sizeof(struct kept));
	g_array_set_clear_func(all, kept_clear);
	g_autoptr(GPtrArray) instances = run_list(run);
	for (unsigned i = 0; i < instances->len; i++)
		take_down(engine, all, instances->pdata[i]);
	for (unsigned i = 0; run->removed && i < run->removed->len; i++) {
		const struct instance *instance = run->removed->pdata[i];
		struct kept kept = {task_record_copy(&instance->record), .was_removed = true};
		g_array_append_val(all, kept);
	}
	gates_forget(engine, run);
	run_instances_free(run);
	return all;
}

static void put_removed(struct engine *engine, struct run *run, struct task_record *record)
{
	struct instance *instance = run_removed_add(run, record);
	bool has_ended = task_state_is_finished(record->state);
	if (record->state == TASK_REMOVED || (has_ended && task_id_is_callback(record->task_id)))
		return;
	instance->record.state = TASK_REMOVED;
	instance->record.retry_at = instance->record.wait_since = INSTANT_NONE;
	wait_forget(&instance->record);
	g_clear_pointer(&instance->record.calls, g_free);
	g_clear_pointer(&instance->record.decision, g_free);
	task_reason(instance, g_strdup("this version of the DAG does not have it"));
	instance_changed(engine, instance);
}

/* It is part of the DAG again; its tries go on where they had ended. */
static void begin_again(struct engine *engine, struct instance *instance)
{
	struct task_record *record = &instance->record;
	if (instance->is_callback)
		return; /* until it is due again */
	record->state = TASK_NONE;
	record->max_tries = record->try_number + instance->task->retries;
	record->scheduled_at = record->queued_at = INSTANT_NONE;
	record->started_at = record->ended_at = record->wait_since = INSTANT_NONE;
	wait_forget(record);
	g_clear_pointer(&record->decision, g_free);
	task_reason(instance, NULL);
	instance_changed(engine, instance);
}

static void put(struct engine *engine, struct run *run, struct kept *kept)
{
	struct task_record *record = &kept->record;
	struct instance *instance = run_instance_add(run, record->task_id, record->map_index);
	if (!instance || (record->map_index < 0 && instance->expansion)) {
		put_removed(engine, run, record);
		return;
	}
	if (is_pristine(record)) {
		/* An attempt of it may have been taken back: its row is to forget that, too. */
		if (instance->record.max_tries != record->max_tries || record->attempt
			|| record->scheduled_at != INSTANT_NONE)
			instance_changed(engine, instance);
		return;
	}
	instance_take_record(instance, record);
	/* What was ready may have others before it now. */
	bool was_ready = record->state == TASK_SCHEDULED || record->state == TASK_QUEUED;
	if (was_ready && !instance->is_callback) {
		instance->record.state = TASK_NONE;
		instance_changed(engine, instance);
	}
	if (kept->was_removed || !wait_fits(record, instance->task))
		begin_again(engine, instance);
	if (kept->is_running)
		g_hash_table_insert(engine->attempts, &instance->record.attempt, instance);
}

/* One of a mapped task makes room for all of them, so these come first. */
static void put_all(struct engine *engine, struct run *run, GArray *all)
{
	for (unsigned i = 0; i < all->len; i++)
		if (g_array_index(all, struct kept, i).record.map_index >= 0)
			put(engine, run, &g_array_index(all, struct kept, i));
	for (unsigned i = 0; i < all->len; i++)
		if (g_array_index(all, struct kept, i).record.map_index < 0)
			put(engine, run, &g_array_index(all, struct kept, i));
}

void run_move_to(struct engine *engine, struct run *run, struct dag *dag)
{
	g_autoptr(GArray) all = run_take_down(engine, run);
	past_end(engine, run);
	dag_ref(dag);
	dag_unref(run->dag);
	run->dag = dag;
	g_clear_pointer(&run->why_not, g_free);
	g_free(run->record.version);
	run->record.version = g_strdup(dag->hash);
	run_changed(engine, run);
	run_populate(run);
	put_all(engine, run, all);
	run_reassemble(engine, run);
	past_recount(engine, run);
	deadline_restored(engine, run);
	if (run->is_finished)
		run_expire(engine, run); /* its callbacks may be no more */
}

static bool has_task(const struct dag *dag, const struct instance *instance)
{
	const struct task *task = dag_task(dag, instance->record.task_id);
	if (!task || instance->is_callback)
		return task != NULL;
	return task->index < dag->n_tasks && (instance->record.map_index < 0 || task->mapping);
}

/* A process goes on only as what it is. */
static bool may_stay(const struct dag *dag, const struct instance *instance)
{
	if (!task_state_is_active(instance->record.state))
		return true;
	const struct task *task = dag_task(dag, instance->record.task_id);
	return has_task(dag, instance) && wait_fits(&instance->record, task)
		&& (instance->record.map_index >= 0) == (task->mapping != NULL);
}

bool run_may_move_to(const struct run *run, const struct dag *dag, GError **error)
{
	g_autoptr(GPtrArray) instances = run_list(run);
	for (unsigned i = 0; i < instances->len; i++) {
		const struct instance *instance = instances->pdata[i];
		if (may_stay(dag, instance))
			continue;
		g_autofree char *name = instance_name(instance);
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_CONFLICT,
			"task \"%s\" of run \"%s\" runs, and the newest version of DAG \"%s\" does "
			"not "
			"have it; end it first",
			name, run->record.run_id, run->record.dag_id);
		return false;
	}
	return true;
}

/* The many that it was in a version before come back in its place. */
static void plan_many(
	const struct run *run, const struct dag *dag, const struct instance *one, GArray *plan)
{
	const struct task *task = dag_task(dag, one->record.task_id);
	bool is_told = false;
	if (!run->removed || !task || !task->mapping || one->is_callback
		|| one->record.map_index >= 0)
		return;
	for (unsigned i = 0; i < run->removed->len; i++) {
		const struct instance *unit = run->removed->pdata[i];
		if (unit->record.map_index < 0
			|| !g_str_equal(unit->record.task_id, one->record.task_id))
			continue;
		plan_add(plan, PLAN_ADD, unit);
		if (!is_told)
			plan_add(plan, PLAN_REMOVE, one);
		is_told = true;
	}
}

void run_plan_move(const struct run *run, const struct dag *dag, GArray *plan)
{
	g_autoptr(GPtrArray) instances = run_list(run);
	for (size_t i = 0; i < dag->n_tasks; i++) {
		struct instance added;
		const struct instance *first = run_instance_of(run, &dag->tasks[i]);
		if (first && (!first->expansion || dag->tasks[i].mapping))
			continue;
		instance_init(&added, (struct run *)run, &dag->tasks[i], -1);
		plan_add(plan, PLAN_ADD, &added);
	}
	for (unsigned i = 0; i < instances->len; i++)
		if (has_task(dag, instances->pdata[i]))
			plan_many(run, dag, instances->pdata[i], plan);
		else
			plan_add(plan, PLAN_REMOVE, instances->pdata[i]);
}
