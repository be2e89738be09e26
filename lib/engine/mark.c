/* SPDX-License-Identifier: MIT */
/*
 * A person decides how a task ended, that it is to start whatever comes before it, or how a run
 * ended. What runs is ended first: until its process is gone a mark is a wish that is durable, so
 * that nothing after it begins too early. Failed tasks after a marked one begin again, as in
 * Airflow; a run that had ended then goes on, or is settled anew. No callbacks of tasks are run.
 */
#include "lib/engine/choice.h"

static enum wish wish_of(enum task_state state)
{
	return state == TASK_SUCCESS   ? WISH_SUCCESS
		: state == TASK_FAILED ? WISH_FAILED
				       : WISH_SKIPPED;
}

static enum task_state state_of(enum wish wish)
{
	return wish == WISH_SUCCESS   ? TASK_SUCCESS
		: wish == WISH_FAILED ? TASK_FAILED
				      : TASK_SKIPPED;
}

bool instance_is_marked(const struct instance *instance)
{
	return instance->record.wish != WISH_NONE && instance->record.wish != WISH_START;
}

static char *mark_text(enum task_state state)
{
	return g_strdup_printf("marked as %s", task_state_name(state));
}

bool instance_obey(struct engine *engine, struct instance *instance)
{
	if (!instance_is_marked(instance))
		return false;
	enum task_state state = state_of(instance->record.wish);
	task_reason(instance, mark_text(state));
	task_move(engine, instance, state);
	return true;
}

static bool is_marked_as(const struct instance *instance, enum task_state state)
{
	if (task_state_is_active(instance->record.state))
		return instance->record.wish == wish_of(state);
	return instance->record.state == state;
}

void instance_mark(struct engine *engine, struct instance *instance, enum task_state state)
{
	struct task_record *record = &instance->record;
	if (is_marked_as(instance, state))
		return;
	if (task_state_is_active(record->state)) {
		record->wish = wish_of(state);
		task_reason(instance,
			g_strdup_printf("marked as %s; its process is being ended",
				task_state_name(state)));
		instance_changed(engine, instance);
		task_kill(engine, instance);
		return;
	}
	instance_halt(engine, instance);
	task_reason(instance, mark_text(state));
	task_move(engine, instance, state);
}

/* ---- tasks ---- */

struct marking {
	GPtrArray *marked, *again; /* of struct instance */
};

static void marking_clear(struct marking *marking)
{
	g_clear_pointer(&marking->marked, g_ptr_array_unref);
	g_clear_pointer(&marking->again, g_ptr_array_unref);
}

/* Failed tasks somewhere after the marked ones. In a run that is being ended nothing begins. */
static GPtrArray *failed_after(const struct run *run, const struct event *event)
{
	struct choice choice = event->marked.choice;
	choice.with_upstream = false;
	choice.with_downstream = true;
	choice.only_failed = true;
	return run_is_aborted(run)
		? g_ptr_array_new()
		: choice_resolve(
			&(struct choosing){.run = run, .dag = run->dag, .choice = &choice}, NULL);
}

static bool marking_plan(
	const struct run *run, const struct event *event, struct marking *marking, GError **error)
{
	struct choosing choosing = {.run = run, .dag = run->dag, .choice = &event->marked.choice};
	g_autoptr(GPtrArray) meant = choice_resolve(&choosing, error);
	if (!meant)
		return false;
	g_autoptr(GHashTable) is_meant = g_hash_table_new(NULL, NULL);
	marking->marked = g_ptr_array_new();
	for (unsigned i = 0; i < meant->len; i++) {
		g_hash_table_add(is_meant, meant->pdata[i]);
		if (!is_marked_as(meant->pdata[i], event->marked.state))
			g_ptr_array_add(marking->marked, meant->pdata[i]);
	}
	marking->again = marking->marked->len ? failed_after(run, event) : g_ptr_array_new();
	for (unsigned i = 0; i < marking->again->len; i++)
		if (g_hash_table_contains(is_meant, marking->again->pdata[i]))
			g_ptr_array_remove_index(marking->again, i--);
	return true;
}

bool tasks_mark(struct engine *engine, const struct event *event, GError **error)
{
	struct marking marking = {NULL};
	struct run *run = run_to_change(engine, event, error);
	if (!run || !marking_plan(run, event, &marking, error))
		return false;
	g_autofree char *failure = run_failure(run);
	for (unsigned i = 0; i < marking.marked->len; i++)
		instance_mark(engine, marking.marked->pdata[i], event->marked.state);
	for (unsigned i = 0; i < marking.again->len; i++) {
		instance_clear(engine, marking.again->pdata[i]);
		instance_doubt(engine, marking.again->pdata[i]);
	}
	if (run->is_finished && run->n_unfinished > 0)
		run_reopen(engine, run);
	else if (run->is_finished && marking.marked->len > 0)
		run_settle_anew(engine, run, failure != NULL);
	marking_clear(&marking);
	return true;
}

GArray *tasks_mark_plan(struct engine *engine, const struct event *event, GError **error)
{
	struct marking marking = {NULL};
	const struct run *run = run_to_change(engine, event, error);
	if (!run || !marking_plan(run, event, &marking, error))
		return NULL;
	GArray *plan = plan_new();
	for (unsigned i = 0; i < marking.marked->len; i++)
		plan_add(plan, PLAN_MARK, marking.marked->pdata[i]);
	for (unsigned i = 0; i < marking.again->len; i++)
		plan_add(plan, PLAN_CLEAR, marking.again->pdata[i]);
	marking_clear(&marking);
	return plan;
}

/* ---- one task that is to start now ---- */

/* NULL: refused. */
static struct instance *instance_named(
	const struct run *run, const struct event *event, GError **error)
{
	const char *task_id = event->named.task_id;
	const struct task *task = dag_task(run->dag, task_id);
	struct instance *instance = task && task->index < run->n_instances
		? run_instance(run, task_id, event->named.map_index)
		: NULL;
	if (instance)
		return instance;
	if (!task || task->index >= run->n_instances)
		event_refuse(error, REFUSAL_UNKNOWN, "run \"%s\" of DAG \"%s\" has no task \"%s\"",
			event->run_id, event->dag_id, task_id);
	else if (event->named.map_index < 0)
		event_refuse(error, REFUSAL_INVALID,
			"task \"%s\" is mapped: which of its instances is meant (map_index)?",
			task_id);
	else
		event_refuse(error, REFUSAL_UNKNOWN, "task \"%s\" of run \"%s\" has no instance %d",
			task_id, event->run_id, event->named.map_index);
	return NULL;
}

static bool may_be_forced(const struct run *run, const struct instance *instance, GError **error)
{
	const char *task_id = instance->record.task_id;
	if (task_state_is_active(instance->record.state))
		return event_refuse(error, REFUSAL_CONFLICT,
			"task \"%s\" of run \"%s\" runs already", task_id, run->record.run_id);
	if (run_is_aborted(run))
		return event_refuse(
			error, REFUSAL_CONFLICT, "run \"%s\" is being ended", run->record.run_id);
	if (instance->task->mapping && instance->record.map_index < 0)
		return event_refuse(error, REFUSAL_INVALID,
			"it is not known yet what task \"%s\" is mapped over", task_id);
	return true;
}

bool task_force(struct engine *engine, const struct event *event, GError **error)
{
	struct run *run = run_to_change(engine, event, error);
	struct instance *instance = run ? instance_named(run, event, error) : NULL;
	if (!instance || !may_be_forced(run, instance, error))
		return false;
	instance_clear(engine, instance);
	instance->record.wish = WISH_START;
	instance_changed(engine, instance);
	instance_doubt(engine, instance);
	if (run->is_finished)
		run_reopen(engine, run);
	return true;
}

bool task_note(struct engine *engine, const struct event *event, GError **error)
{
	struct run *run = run_to_change(engine, event, error);
	struct instance *instance = run ? instance_named(run, event, error) : NULL;
	if (!instance)
		return false;
	g_free(instance->record.note);
	instance->record.note = g_strdup(event->named.text);
	instance_changed(engine, instance);
	return true;
}
