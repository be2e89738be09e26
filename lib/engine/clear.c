/* SPDX-License-Identifier: MIT */
/*
 * Clearing: chosen tasks of a run are to run again, whatever became of them. With the newest
 * version of the DAG the names and edges of that count, and the run moves to it first.
 */
#include "lib/engine/choice.h"

#include <string.h>

void instance_halt(struct engine *engine, struct instance *instance)
{
	instance_dequeue(engine, instance);
	wake_set(&engine->wakes, &instance->retry, INSTANT_NEVER);
	instance->record.retry_at = INSTANT_NONE;
}

void instance_clear(struct engine *engine, struct instance *instance)
{
	struct task_record *record = &instance->record;
	unsigned max_tries = record->try_number + instance->task->retries;
	if (record->max_tries != max_tries || record->wish != WISH_NONE)
		instance_changed(engine, instance);
	record->max_tries = max_tries;
	if (instance_is_marked(instance))
		task_reason(instance, NULL);
	record->wish = WISH_NONE;
	if (record->state == TASK_NONE && record->wait_since != INSTANT_NONE)
		instance_changed(engine, instance);
	record->wait_since = INSTANT_NONE;
	if (record->state == TASK_RESTARTING || record->state == TASK_NONE
		|| record->state == TASK_REMOVED)
		return;
	if (record->state == TASK_RUNNING) {
		task_move(engine, instance, TASK_RESTARTING);
		task_kill(engine, instance);
		return;
	}
	instance_halt(engine, instance);
	record->scheduled_at = record->queued_at = INSTANT_NONE;
	record->started_at = record->ended_at = INSTANT_NONE;
	task_reason(instance, NULL);
	task_move(engine, instance, TASK_NONE);
}

struct run *run_to_change(struct engine *engine, const struct event *event, GError **error)
{
	struct workflow *workflow = workflow_get(engine, event->dag_id);
	struct run *run = workflow ? run_find(workflow, event->run_id) : NULL;
	bool moves = event->kind == EVENT_TASKS_CLEARED && event->cleared.to_newest;
	if (!run) {
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN, "DAG \"%s\" has no run \"%s\"",
			event->dag_id, event->run_id);
		return NULL;
	}
	if (!run->dag && !moves) {
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_INVALID,
			"the version of DAG \"%s\" that run \"%s\" uses cannot be loaded: %s",
			event->dag_id, event->run_id, run->why_not);
		return NULL;
	}
	run_know(engine, run);
	return run;
}

/* ---- what is meant ---- */

struct clearing {
	struct run *run;
	struct dag *dag;   /* the version that it will use, owned */
	GPtrArray *chosen; /* of struct instance */
};

static bool newest_is_there(const struct run *run, GError **error)
{
	const struct workflow *workflow = run->workflow;
	if (workflow->dag && !workflow->record.is_stale)
		return true;
	g_set_error(error, ENGINE_REFUSAL, REFUSAL_INVALID,
		"DAG \"%s\" has no file that can be loaded now: there is no newest version",
		run->record.dag_id);
	return false;
}

static bool may_run(const struct clearing *clearing, GError **error)
{
	for (unsigned i = 0; i < clearing->chosen->len; i++) {
		const struct instance *instance = clearing->chosen->pdata[i];
		if (!task_state_is_active(instance->record.state))
			continue;
		g_autofree char *name = instance_name(instance);
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_CONFLICT,
			"task \"%s\" of run \"%s\" is running", name, clearing->run->record.run_id);
		return false;
	}
	return true;
}

static bool clearing_plan(
	struct engine *engine, const struct event *event, struct clearing *clearing, GError **error)
{
	struct run *run = clearing->run = run_to_change(engine, event, error);
	if (!run || (event->cleared.to_newest && !newest_is_there(run, error)))
		return false;
	bool moves = event->cleared.to_newest
		&& strcmp(run->record.version, run->workflow->dag->hash) != 0;
	struct dag *dag = moves || !run->dag ? run->workflow->dag : run->dag;
	clearing->dag = dag ? dag_whole(dag) : NULL;
	if (clearing->dag != run->dag && !run_may_move_to(run, clearing->dag, error))
		return false;
	clearing->chosen = choice_resolve(&(struct choosing){.run = run,
						  .dag = clearing->dag,
						  .choice = &event->cleared.choice,
						  .with_scopes = true},
		error);
	return clearing->chosen && (!event->cleared.refuses_running || may_run(clearing, error));
}

static void clearing_clear(struct clearing *clearing)
{
	g_clear_pointer(&clearing->chosen, g_ptr_array_unref);
	g_clear_pointer(&clearing->dag, dag_unref);
}

/* ---- doing it ---- */

/* The move makes the instances anew, so they are kept by name. */
static void move(struct engine *engine, struct clearing *clearing)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) indexes = g_array_new(FALSE, FALSE, sizeof(int));
	GPtrArray *chosen = clearing->chosen;
	for (unsigned i = 0; i < chosen->len; i++) {
		const struct task_record *record = &((struct instance *)chosen->pdata[i])->record;
		g_ptr_array_add(names, g_strdup(record->task_id));
		g_array_append_val(indexes, record->map_index);
	}
	g_ptr_array_set_size(chosen, 0);
	run_move_to(engine, clearing->run, clearing->dag);
	for (unsigned i = 0; i < names->len; i++) {
		struct instance *instance = run_instance(
			clearing->run, names->pdata[i], g_array_index(indexes, int, i));
		if (instance)
			g_ptr_array_add(chosen, instance);
	}
}

/* The newer word counts: what was to be ended goes on. */
static void run_follow(struct engine *engine, struct run *run, bool had_failed_leaf, bool did_move)
{
	if (run->is_finished && run->n_unfinished > 0)
		run_reopen(engine, run);
	else if (run->is_finished && did_move)
		run_settle_anew(engine, run, had_failed_leaf);
	else if (run->record.state == RUN_RUNNING)
		run_go_on(engine, run);
	else if (run->record.state == RUN_QUEUED && did_move)
		workflow_start_runs(engine, run->workflow); /* it may have had no DAG */
}

bool tasks_clear(struct engine *engine, const struct event *event, GError **error)
{
	struct clearing clearing = {NULL};
	bool is_planned = clearing_plan(engine, event, &clearing, error);
	struct run *run = clearing.run;
	if (is_planned) {
		g_autofree char *failure = run->dag ? run_failure(run) : NULL;
		bool moves = clearing.dag != run->dag;
		if (moves)
			move(engine, &clearing);
		for (unsigned i = 0; i < clearing.chosen->len; i++) {
			((struct instance *)clearing.chosen->pdata[i])->record.group_tries = 0;
			instance_clear(engine, clearing.chosen->pdata[i]);
		}
		run_follow(engine, run, failure != NULL, moves);
	}
	clearing_clear(&clearing);
	return is_planned;
}

static bool may_move_to_newest(const struct run *run, GError **error)
{
	dag_auto struct dag *newest = dag_whole(run->workflow->dag);
	return run_may_move_to(run, newest, error);
}

bool run_may_clear(const struct run *run, GError **error)
{
	return run->dag || may_move_to_newest(run, error);
}

/* What still runs of it are callbacks; where these keep its version it runs with that again. */
void run_clear(struct engine *engine, struct run *run)
{
	struct event event = {.kind = EVENT_TASKS_CLEARED,
		.dag_id = run->record.dag_id,
		.run_id = run->record.run_id};
	event.cleared.to_newest = may_move_to_newest(run, NULL);
	bool is_taken = tasks_clear(engine, &event, NULL);
	g_assert(is_taken);
}

/* ---- what it would do ---- */

static void planned_clear(void *planned)
{
	task_record_clear(&((struct planned *)planned)->record);
}

GArray *plan_new(void)
{
	GArray *plan = g_array_new(FALSE, TRUE, sizeof(struct planned));
	g_array_set_clear_func(plan, planned_clear);
	return plan;
}

void plan_add(GArray *plan, enum plan_change change, const struct instance *instance)
{
	struct planned planned = {change, task_record_copy(&instance->record)};
	g_array_append_val(plan, planned);
}

static GArray *tasks_clear_plan(struct engine *engine, const struct event *event, GError **error)
{
	struct clearing clearing = {NULL};
	GArray *plan = NULL;
	if (clearing_plan(engine, event, &clearing, error)) {
		plan = plan_new();
		for (unsigned i = 0; i < clearing.chosen->len; i++)
			plan_add(plan, PLAN_CLEAR, clearing.chosen->pdata[i]);
		if (clearing.dag != clearing.run->dag)
			run_plan_move(clearing.run, clearing.dag, plan);
	}
	clearing_clear(&clearing);
	return plan;
}

GArray *engine_plan(struct engine *engine, const struct event *event, GError **error)
{
	return event->kind == EVENT_TASKS_MARKED ? tasks_mark_plan(engine, event, error)
						 : tasks_clear_plan(engine, event, error);
}
