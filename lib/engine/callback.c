/* SPDX-License-Identifier: MIT */
/*
 * What is done when something happens to a task or a run. Each callback is an instance of its own,
 * which is there from the first time that it is due. It stands beside the graph: no limit of its
 * run or its DAG holds it, no pause either, and nobody waits for it. A run ends without asking what
 * became of its callbacks, but stays in memory until they have ended.
 *
 * What a callback is told is written down when it is due (task_record.calls, a list): by the time
 * that a worker is free for it, its task may be at its next try. A callback that is due once more
 * before it has ended runs once more.
 */
#include "lib/engine/callback.h"
#include "lib/engine/flow.h"

#include <string.h>

/* Of a task that is tried in no time, while no worker is free for its callbacks. */
enum { CALLS_MAX = 100 };

/* Its id names the task, and no task has a name with this. */
bool task_id_is_callback(const char *task_id)
{
	return strchr(task_id, '@') != NULL;
}

/* ---- those of a run ---- */

static guint name_hash(gconstpointer key)
{
	const struct task_record *record = &((const struct instance *)key)->record;
	return g_str_hash(record->task_id) ^ (guint)record->map_index;
}

static gboolean name_equal(gconstpointer a, gconstpointer b)
{
	const struct task_record *left = &((const struct instance *)a)->record;
	const struct task_record *right = &((const struct instance *)b)->record;
	return left->map_index == right->map_index && strcmp(left->task_id, right->task_id) == 0;
}

struct instance *callback_find(const struct run *run, const char *task_id, int map_index)
{
	struct instance wanted = {.record = {.task_id = (char *)task_id, .map_index = map_index}};
	return run->callbacks ? g_hash_table_lookup(run->callbacks, &wanted) : NULL;
}

void callback_free(void *data)
{
	struct instance *instance = data;
	if (instance->task)
		instance->record.task_id = NULL; /* the DAG's */
	task_record_clear(&instance->record);
	g_free(instance);
}

struct instance *callback_add(
	struct run *run, const struct task *task, const char *task_id, int map_index)
{
	struct instance *instance = callback_find(run, task_id, map_index);
	if (instance)
		return instance;
	instance = g_new0(struct instance, 1);
	instance_init(instance, run, task, map_index);
	instance->is_callback = true;
	if (!task)
		instance->record.task_id = g_strdup(task_id);
	if (!run->callbacks)
		run->callbacks = g_hash_table_new_full(name_hash, name_equal, NULL, callback_free);
	g_hash_table_add(run->callbacks, instance);
	run->n_callbacks++;
	return instance;
}

void run_each_callback(struct engine *engine, struct run *run, instance_visitor *visit)
{
	GHashTableIter iter;
	struct instance *instance;
	if (!run->callbacks)
		return;
	g_hash_table_iter_init(&iter, run->callbacks);
	while (g_hash_table_iter_next(&iter, (void **)&instance, NULL))
		visit(engine, instance);
}

/* ---- what they are told ---- */

static json_t *calls_read(const struct task_record *record)
{
	json_t *calls = record->calls ? json_loads(record->calls, 0, NULL) : NULL;
	if (json_is_array(calls))
		return calls;
	json_decref(calls);
	return json_array();
}

/* Takes the list over. */
static void calls_write(struct task_record *record, json_t *calls)
{
	g_free(record->calls);
	record->calls = NULL;
	if (json_array_size(calls) > 0) {
		char *text = json_dumps(calls, JSON_COMPACT);
		record->calls = g_strdup(text);
		free(text);
	}
	json_decref(calls);
}

/* ---- their way ---- */

/* By the instant at which they were due, so that a restart changes no order. */
static int due_compare(const void *a, const void *b, void *unused)
{
	const struct instance *left = a, *right = b;
	if (left->record.scheduled_at != right->record.scheduled_at)
		return left->record.scheduled_at < right->record.scheduled_at ? -1 : 1;
	if (left->record.run != right->record.run)
		return left->record.run < right->record.run ? -1 : 1;
	if (left->task->index != right->task->index)
		return left->task->index < right->task->index ? -1 : 1;
	return (left->record.map_index > right->record.map_index)
		- (left->record.map_index < right->record.map_index);
}

struct instance *callback_first(const struct engine *engine)
{
	GSequenceIter *first = g_sequence_get_begin_iter(engine->callbacks);
	return g_sequence_iter_is_end(first) ? NULL : g_sequence_get(first);
}

void callback_enqueue(struct engine *engine, struct instance *instance)
{
	instance->place = g_sequence_insert_sorted(engine->callbacks, instance, due_compare, NULL);
}

void callback_succeed(struct engine *engine, struct instance *instance)
{
	task_begin(engine, instance);
	task_move(engine, instance, TASK_SUCCESS);
	callback_ended(engine, instance);
}

void callback_ready(struct engine *engine, struct instance *instance)
{
	if (instance->record.state != TASK_SCHEDULED)
		task_move(engine, instance, TASK_SCHEDULED);
	if (!instance->task)
		return; /* until its DAG can be loaded */
	if (flow_is_instant(instance->task))
		callback_succeed(engine, instance);
	else
		callback_enqueue(engine, instance);
}

static void callback_begin(struct engine *engine, struct instance *instance)
{
	struct task_record *record = &instance->record;
	record->max_tries = record->try_number + (instance->task ? instance->task->retries : 0);
	record->started_at = record->ended_at = INSTANT_NONE;
	task_reason(instance, NULL);
	if (record->state != TASK_NONE)
		task_move(engine, instance, TASK_NONE);
	callback_ready(engine, instance);
}

void callback_ended(struct engine *engine, struct instance *instance)
{
	struct run *run = instance->run;
	json_t *calls = calls_read(&instance->record);
	json_array_remove(calls, 0);
	bool is_due = json_array_size(calls) > 0;
	calls_write(&instance->record, calls);
	instance_changed(engine, instance);
	if (is_due)
		callback_begin(engine, instance);
	else if (run->is_finished && run->n_callbacks == 0)
		run_expire(engine, run);
}

/* Takes what it is told over. */
static void callback_call(struct engine *engine, struct run *run, const struct task *task,
	int map_index, json_t *call)
{
	bool is_new = !callback_find(run, task->task_id, map_index);
	struct instance *instance = callback_add(run, task, task->task_id, map_index);
	bool is_under_way = !is_new && !task_state_is_finished(instance->record.state);
	json_t *calls = calls_read(&instance->record);
	/* The last of too many stands for those that it replaces. */
	if (json_array_size(calls) >= CALLS_MAX)
		json_array_remove(calls, CALLS_MAX - 1);
	json_array_append_new(calls, call);
	calls_write(&instance->record, calls);
	instance_changed(engine, instance);
	if (!is_under_way)
		callback_begin(engine, instance);
}

void task_call(struct engine *engine, struct instance *instance, enum callback_kind kind)
{
	const struct callbacks *callbacks =
		instance->task ? &instance->task->callbacks[kind] : NULL;
	const struct task_record *record = &instance->record;
	for (size_t i = 0; callbacks && i < callbacks->n; i++)
		callback_call(engine, instance->run, &callbacks->tasks[i], record->map_index,
			json_pack("{s:i, s:i, s:I, s:s?}", "try_number", (int)record->try_number,
				"max_tries", (int)record->max_tries, "started_at",
				(json_int_t)record->started_at, "reason", record->reason));
}

void run_call(struct engine *engine, struct run *run, enum callback_kind kind, const char *reason)
{
	const struct callbacks *callbacks = run->dag ? &run->dag->callbacks[kind] : NULL;
	for (size_t i = 0; callbacks && i < callbacks->n; i++)
		callback_call(engine, run, &callbacks->tasks[i], -1,
			json_pack("{s:s, s:s?}", "state", run_state_name(run->record.state),
				"reason", reason));
}
