/* SPDX-License-Identifier: MIT */
/* What a person says of a whole run: that it ended well, or failed, or is to be queued once more.
 */
#include "lib/engine/model.h"

static bool refuse(const struct run *run, const char *why, GError **error)
{
	g_set_error(error, ENGINE_REFUSAL, REFUSAL_CONFLICT, "run \"%s\" of DAG \"%s\" %s",
		run->record.run_id, run->record.dag_id, why);
	return false;
}

static struct run *run_of(const struct engine *engine, const struct event *event, GError **error)
{
	struct workflow *workflow = workflow_get(engine, event->dag_id);
	struct run *run = workflow ? run_find(workflow, event->run_id) : NULL;
	if (!workflow)
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN, "there is no DAG \"%s\"",
			event->dag_id);
	else if (!run)
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN, "DAG \"%s\" has no run \"%s\"",
			event->dag_id, event->run_id);
	return run;
}

static void run_set(
	struct engine *engine, struct run *run, enum run_state state, const char *reason)
{
	g_free(run->record.reason);
	run->record.reason = g_strdup(reason);
	run_changed(engine, run);
	if (run->record.state != state)
		run_move(engine, run, state);
}

static bool mark_failed(struct engine *engine, struct run *run)
{
	if (!run->is_finished)
		run_abort(engine, run, REASON_MARKED);
	else if (run->record.state != RUN_FAILED)
		run_set(engine, run, RUN_FAILED, REASON_MARKED);
	return true;
}

static void instance_succeed(struct engine *engine, struct instance *instance)
{
	if (instance->record.state != TASK_REMOVED)
		instance_mark(engine, instance, TASK_SUCCESS);
}

static bool mark_success(struct engine *engine, struct run *run, GError **error)
{
	if (!run->dag)
		return refuse(
			run, "cannot succeed: its version of the DAG cannot be loaded", error);
	run_know(engine, run);
	run_each(engine, run, instance_succeed);
	if (run->is_finished)
		run_set(engine, run, RUN_SUCCESS, NULL);
	else if (run->record.state == RUN_QUEUED)
		run_finish(engine, run, RUN_SUCCESS);
	else
		g_clear_pointer(&run->record.reason, g_free);
	run_changed(engine, run);
	return true;
}

static bool mark_queued(struct engine *engine, struct run *run, GError **error)
{
	if (run->record.state == RUN_RUNNING)
		return refuse(
			run, "is running; only one that has ended can be queued again", error);
	if (!run->dag)
		return refuse(run, "cannot begin: its version of the DAG cannot be loaded", error);
	if (run->is_finished)
		run_reopen(engine, run);
	return true;
}

bool run_mark(struct engine *engine, const struct event *event, GError **error)
{
	struct run *run = run_of(engine, event, error);
	if (!run)
		return false;
	switch (event->run_state) {
	case RUN_FAILED:
		return mark_failed(engine, run);
	case RUN_SUCCESS:
		return mark_success(engine, run, error);
	case RUN_QUEUED:
		return mark_queued(engine, run, error);
	case RUN_RUNNING:
	case N_RUN_STATES:
		break;
	}
	g_assert_not_reached();
}

bool run_cancel(struct engine *engine, const struct event *event, GError **error)
{
	struct run *run = run_of(engine, event, error);
	if (!run)
		return false;
	if (run->is_finished)
		return refuse(run, "has ended already", error);
	run_abort(engine, run, REASON_CANCELLED);
	return true;
}

bool run_note(struct engine *engine, const struct event *event, GError **error)
{
	struct run *run = run_of(engine, event, error);
	if (!run)
		return false;
	g_free(run->record.note);
	run->record.note = g_strdup(event->named.text);
	run_changed(engine, run);
	return true;
}

/*
 * Tasks of a run that has ended were marked. What its tasks said of it before they say again; a run
 * that failed for another reason stays as it is.
 */
void run_settle_anew(struct engine *engine, struct run *run, bool had_failed_leaf)
{
	if (run->record.state == RUN_FAILED && !had_failed_leaf)
		return;
	g_autofree char *reason = run_failure(run);
	run_set(engine, run, reason ? RUN_FAILED : RUN_SUCCESS, reason);
}
