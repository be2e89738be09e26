/* SPDX-License-Identifier: MIT */
/* Clearing: chosen tasks of a run are to run again, whatever became of them. */
#include "lib/engine/model.h"

static void instance_clear(struct engine *engine, struct instance *instance)
{
	struct task_record *record = &instance->record;
	unsigned max_tries = record->try_number + instance->task->retries;
	if (record->max_tries != max_tries)
		instance_changed(engine, instance);
	record->max_tries = max_tries;
	if (record->state == TASK_RESTARTING || record->state == TASK_NONE
		|| record->state == TASK_REMOVED)
		return;
	if (record->state == TASK_RUNNING) {
		task_move(engine, instance, TASK_RESTARTING);
		task_kill(engine, instance);
		return;
	}
	instance_dequeue(engine, instance);
	wake_set(&engine->wakes, &instance->retry, INSTANT_NEVER);
	record->scheduled_at = record->queued_at = record->retry_at = INSTANT_NONE;
	record->started_at = record->ended_at = INSTANT_NONE;
	task_reason(instance, NULL);
	task_move(engine, instance, TASK_NONE);
}

/* All of a mapped task, or one of it. */
static void task_clear(
	struct engine *engine, const struct run *run, const char *task_id, int map_index)
{
	struct instance *first = &run->instances[dag_task(run->dag, task_id)->index];
	GPtrArray *units = first->expansion ? first->expansion->units : NULL;
	if (!units)
		instance_clear(engine, first);
	for (unsigned i = 0; units && i < units->len; i++)
		if (map_index < 0 || i == (unsigned)map_index)
			instance_clear(engine, units->pdata[i]);
}

static bool refuse_task(const struct event *event, const char *name, GError **error)
{
	g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN,
		"run \"%s\" of DAG \"%s\" has no task \"%s\"", event->run_id, event->dag_id, name);
	return false;
}

static int map_index_of(const struct event *event, unsigned i)
{
	return event->cleared.map_indexes ? event->cleared.map_indexes[i] : -1;
}

static bool tasks_exist(const struct run *run, const struct event *event, GError **error)
{
	const char *const *task_ids = event->cleared.task_ids;
	for (unsigned i = 0; task_ids[i]; i++) {
		int map_index = map_index_of(event, i);
		if (!dag_task(run->dag, task_ids[i]))
			return refuse_task(event, task_ids[i], error);
		if (map_index >= 0 && !run_instance(run, task_ids[i], map_index)) {
			g_autofree char *name = g_strdup_printf("%s[%d]", task_ids[i], map_index);
			return refuse_task(event, name, error);
		}
	}
	return true;
}

bool tasks_clear(struct engine *engine, const struct event *event, GError **error)
{
	struct workflow *workflow = workflow_get(engine, event->dag_id);
	struct run *run = workflow ? run_find(workflow, event->run_id) : NULL;
	if (!run) {
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN, "DAG \"%s\" has no run \"%s\"",
			event->dag_id, event->run_id);
		return false;
	}
	if (!run->dag) {
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_INVALID,
			"the version of DAG \"%s\" that run \"%s\" uses cannot be loaded: %s",
			event->dag_id, event->run_id, run->why_not);
		return false;
	}
	run_populate(run);
	if (!tasks_exist(run, event, error))
		return false;
	for (unsigned i = 0; event->cleared.task_ids[i]; i++)
		task_clear(engine, run, event->cleared.task_ids[i], map_index_of(event, i));
	if (run->is_finished && run->n_unfinished > 0)
		run_reopen(engine, run);
	else if (run->record.state == RUN_RUNNING)
		run_go_on(engine, run);
	return true;
}
