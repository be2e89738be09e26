/* SPDX-License-Identifier: MIT */
/* Clearing tasks: of many runs, or of one. */
#include "daemon/api/dag_runs.h"
#include "daemon/api/manual.h"
#include "daemon/api/selection.h"
#include "daemon/api/task_instances.h"

struct clearing {
	struct selection selection;
	bool is_dry, resets, refuses_running, to_newest;
};

static bool clearing_read(struct request *request, const json_t *body, struct clearing *clearing)
{
	static const char *const known[] = {"dry_run", "start_date", "end_date", "only_failed",
		"only_running", "reset_dag_runs", "task_ids", "dag_run_id", "include_upstream",
		"include_downstream", "include_future", "include_past", "run_on_latest_version",
		"prevent_running_task", NULL};
	struct selection *selection = &clearing->selection;
	struct choice *choice = &selection->choice;
	return body_has_only(request, body, known)
		&& body_text(request, body, "dag_run_id", &selection->run_id)
		&& body_instant(request, body, "start_date", &selection->from)
		&& body_instant(request, body, "end_date", &selection->to)
		&& body_boolean(request, body, "dry_run", true, &clearing->is_dry)
		&& body_boolean(request, body, "only_failed", true, &choice->only_failed)
		&& body_boolean(request, body, "only_running", false, &choice->only_running)
		&& body_boolean(request, body, "reset_dag_runs", true, &clearing->resets)
		&& body_boolean(request, body, "run_on_latest_version", false, &clearing->to_newest)
		&& body_boolean(
			request, body, "prevent_running_task", false, &clearing->refuses_running)
		&& selection_read_spread(request, selection, body)
		&& selection_read_tasks(request, selection, body);
}

static bool clearing_makes_sense(struct request *request, const struct clearing *clearing)
{
	const struct selection *selection = &clearing->selection;
	const char *sentence = NULL;
	if (!clearing->resets)
		sentence =
			"reset_dag_runs: false would leave cleared tasks in runs that have ended, "
			"where nothing begins them";
	else if (!selection->run_id && (selection->with_past || selection->with_future))
		sentence = "include_past and include_future need dag_run_id";
	if (sentence)
		request_refuse(request, 400, "%s", sentence);
	return !sentence;
}

static void clear_runs(struct request *request, struct daemon *daemon,
	const struct clearing *clearing, request_handler *answer)
{
	g_autoptr(GArray) runs = selection_runs(request, daemon, &clearing->selection);
	if (!runs)
		return;
	struct event event = {.kind = EVENT_TASKS_CLEARED};
	event.cleared.choice = clearing->selection.choice;
	event.cleared.to_newest = clearing->to_newest;
	event.cleared.refuses_running = clearing->refuses_running;
	struct manual *manual = manual_plan(request, daemon, runs, event);
	if (manual && clearing->is_dry)
		manual_show(manual);
	else if (manual)
		manual_do(manual, answer);
}

void task_instances_clear(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct clearing clearing = {
		.selection = selection_of(request_path(request, "dag_id"), NULL)};
	json_t *body = request_body(request);
	if (body && clearing_read(request, body, &clearing)
		&& clearing_makes_sense(request, &clearing)) {
		if (engine_dag_record(daemon->engine, clearing.selection.dag_id))
			clear_runs(request, daemon, &clearing, NULL);
		else
			request_refuse_dag(request, daemon, clearing.selection.dag_id);
	}
	selection_clear(&clearing.selection);
}

void dag_runs_clear(struct request *request, void *data)
{
	static const char *const known[] = {
		"dry_run", "only_failed", "only_new", "run_on_latest_version", NULL};
	static const char *const none[] = {NULL};
	struct daemon *daemon = data;
	struct run_record run;
	bool only_new;
	struct clearing clearing = {.selection = selection_of(NULL, NULL)};
	struct choice *choice = &clearing.selection.choice;
	json_t *body = request_body(request);
	if (!body || !body_has_only(request, body, known)
		|| !body_boolean(request, body, "dry_run", true, &clearing.is_dry)
		|| !body_boolean(request, body, "only_failed", false, &choice->only_failed)
		|| !body_boolean(request, body, "only_new", false, &only_new)
		|| !body_boolean(request, body, "run_on_latest_version", false, &clearing.to_newest)
		|| !request_run(request, daemon, &run))
		return;
	if (only_new)
		choice->task_ids = none;
	clearing.to_newest |= only_new;
	clearing.selection.dag_id = run.dag_id;
	clearing.selection.run_id = run.run_id;
	clear_runs(request, daemon, &clearing, dag_runs_get);
	run_record_clear(&run);
}
