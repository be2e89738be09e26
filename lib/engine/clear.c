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
	if (record->state == TASK_RESTARTING || record->state == TASK_NONE)
		return;
	if (record->state == TASK_RUNNING) {
		task_move(engine, instance, TASK_RESTARTING);
		task_kill(engine, instance);
		return;
	}
	instance_dequeue(instance);
	wake_set(&engine->wakes, &instance->retry, INSTANT_NEVER);
	record->scheduled_at = record->queued_at = record->retry_at = INSTANT_NONE;
	record->started_at = record->ended_at = INSTANT_NONE;
	task_reason(instance, NULL);
	task_move(engine, instance, TASK_NONE);
}

/* What was ready because it had ended waits for it again. */
static void downstream_hold(struct engine *engine, const struct instance *instance)
{
	for (size_t i = 0; i < instance->task->n_downstream; i++) {
		struct instance *downstream =
			&instance->run->instances[instance->task->downstream[i]];
		enum task_state state = downstream->record.state;
		if (state != TASK_SCHEDULED && state != TASK_QUEUED)
			continue;
		instance_dequeue(downstream);
		task_move(engine, downstream, TASK_NONE);
	}
}

static bool tasks_exist(const struct run *run, const struct event *event, GError **error)
{
	for (const char *const *id = event->cleared.task_ids; *id; id++) {
		if (dag_task(run->dag, *id))
			continue;
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN,
			"run \"%s\" of DAG \"%s\" has no task \"%s\"", event->run_id, event->dag_id,
			*id);
		return false;
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
	if (!tasks_exist(run, event, error))
		return false;
	for (const char *const *id = event->cleared.task_ids; *id; id++) {
		struct instance *instance = run_instance(run, *id);
		instance_clear(engine, instance);
		downstream_hold(engine, instance);
	}
	if (run->is_finished && run->n_unfinished > 0)
		run_reopen(engine, run);
	else if (run->record.state == RUN_RUNNING)
		run_go_on(engine, run);
	return true;
}
