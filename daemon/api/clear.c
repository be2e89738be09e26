/* SPDX-License-Identifier: MIT */
/* Clearing tasks: which ones are meant is worked out here, the engine does the rest. */
#include <string.h>

#include "daemon/api/reply.h"
#include "daemon/api/task_instances.h"
#include "lib/base/instant.h"

enum { RUNS_MAX = 1000 };

struct choice {
	const char *dag_id, *run_id;
	int64_t from, to; /* of run_after, when no run is named */
	json_t *task_ids; /* borrowed; NULL: all */
	bool is_dry, only_failed, only_running, with_upstream, with_downstream;
};

struct clearing {
	struct request *request;
	struct daemon *daemon;
	json_t *cleared; /* the answer's list */
	unsigned n_waiting;
	GError *error; /* the first one */
};

static void clearing_free(void *data)
{
	struct clearing *clearing = data;
	json_decref(clearing->cleared);
	g_clear_error(&clearing->error);
	g_free(clearing);
}

static bool choice_read(struct request *request, const json_t *body, struct choice *choice)
{
	static const char *const known[] = {"dry_run", "start_date", "end_date", "only_failed",
		"only_running", "reset_dag_runs", "task_ids", "dag_run_id", "include_upstream",
		"include_downstream", "include_future", "include_past", NULL};
	bool resets, future, past;
	choice->task_ids = json_object_get(body, "task_ids");
	if (json_is_null(choice->task_ids))
		choice->task_ids = NULL;
	if (!body_has_only(request, body, known)
		|| !body_text(request, body, "dag_run_id", &choice->run_id)
		|| !body_instant(request, body, "start_date", &choice->from)
		|| !body_instant(request, body, "end_date", &choice->to)
		|| !body_boolean(request, body, "dry_run", true, &choice->is_dry)
		|| !body_boolean(request, body, "only_failed", true, &choice->only_failed)
		|| !body_boolean(request, body, "only_running", false, &choice->only_running)
		|| !body_boolean(request, body, "include_upstream", false, &choice->with_upstream)
		|| !body_boolean(
			request, body, "include_downstream", false, &choice->with_downstream)
		|| !body_boolean(request, body, "reset_dag_runs", true, &resets)
		|| !body_boolean(request, body, "include_future", false, &future)
		|| !body_boolean(request, body, "include_past", false, &past))
		return false;
	if (!future && !past && resets)
		return true;
	request_refuse(request, 400,
		"include_future, include_past and reset_dag_runs: false are not supported; name "
		"the runs "
		"by start_date and end_date");
	return false;
}

/* Marks the named tasks; false: one of them does not exist, which has been answered. */
static bool tasks_mark(
	struct request *request, const struct dag *dag, const struct choice *choice, bool *is_meant)
{
	size_t i;
	json_t *item;
	for (size_t t = 0; t < dag->n_tasks; t++)
		is_meant[t] = choice->task_ids == NULL;
	json_array_foreach(choice->task_ids, i, item)
	{
		/* Airflow also takes [task_id, map_index]. */
		const char *task_id =
			json_string_value(json_is_array(item) ? json_array_get(item, 0) : item);
		const struct task *task = task_id ? dag_task(dag, task_id) : NULL;
		if (!task) {
			request_refuse_task(request, dag, choice->run_id, task_id ? task_id : "?");
			return false;
		}
		is_meant[task->index] = true;
	}
	return true;
}

/* All that come before (in reverse topological order) or after the marked ones. */
static void tasks_spread(const struct dag *dag, const struct choice *choice, bool *is_meant)
{
	g_autofree bool *named = g_memdup2(is_meant, dag->n_tasks * sizeof(bool));
	g_autofree bool *reached = g_memdup2(named, dag->n_tasks * sizeof(bool));
	for (size_t i = dag->n_tasks; choice->with_upstream && i-- > 0;) {
		const struct task *task = &dag->tasks[dag->topological[i]];
		for (size_t u = 0; reached[task->index] && u < task->n_upstream; u++)
			reached[task->upstream[u]] = is_meant[task->upstream[u]] = true;
	}
	memcpy(reached, named, dag->n_tasks * sizeof(bool));
	for (size_t i = 0; choice->with_downstream && i < dag->n_tasks; i++) {
		const struct task *task = &dag->tasks[dag->topological[i]];
		for (size_t d = 0; reached[task->index] && d < task->n_downstream; d++)
			reached[task->downstream[d]] = is_meant[task->downstream[d]] = true;
	}
}

static bool state_is_meant(const struct choice *choice, enum task_state state)
{
	bool is_failed = state == TASK_FAILED || state == TASK_UPSTREAM_FAILED;
	if (choice->only_failed || choice->only_running)
		return (choice->only_failed && is_failed)
			|| (choice->only_running && state == TASK_RUNNING);
	return true;
}

static void clearing_answer(struct clearing *clearing)
{
	json_int_t n = (json_int_t)json_array_size(clearing->cleared);
	if (clearing->error)
		request_fail(clearing->request, clearing->error);
	else
		request_answer(clearing->request, 200,
			json_pack("{s:O, s:I}", "task_instances", clearing->cleared,
				"total_entries", n));
}

static void on_cleared(void *data, const GError *error)
{
	struct clearing *clearing = data;
	if (error && !clearing->error)
		clearing->error = g_error_copy(error);
	if (--clearing->n_waiting == 0)
		clearing_answer(clearing);
}

/* What is to be cleared of one run. */
struct plan {
	const struct run_record *run; /* borrowed */
	struct dag *dag;
	GPtrArray *task_ids; /* of char *, of the DAG */
};

static void plan_clear(void *data)
{
	struct plan *plan = data;
	g_clear_pointer(&plan->task_ids, g_ptr_array_unref);
	dag_unref(plan->dag);
}

/* False: a refusal has been answered. */
static bool run_plan(struct clearing *clearing, const struct choice *choice, struct plan *plan)
{
	const struct run_record *run = plan->run;
	const struct dag *dag = plan->dag = run_dag(clearing->daemon, run);
	plan->task_ids = g_ptr_array_new();
	if (!dag) {
		request_refuse(clearing->request, 400,
			"the version of DAG \"%s\" that run \"%s\" used cannot be loaded",
			run->dag_id, run->run_id);
		return false;
	}
	g_autofree bool *is_meant = g_new0(bool, dag->n_tasks + 1);
	if (!tasks_mark(clearing->request, dag, choice, is_meant))
		return false;
	tasks_spread(dag, choice, is_meant);
	g_autoptr(GArray) records = run_instances(clearing->daemon, run, dag);
	for (size_t i = 0; i < dag->n_tasks; i++) {
		const struct task_record *record = &g_array_index(records, struct task_record, i);
		if (!is_meant[i] || !state_is_meant(choice, record->state))
			continue;
		g_ptr_array_add(plan->task_ids, (char *)dag->tasks[i].task_id);
		json_array_append_new(clearing->cleared, instance_reply(run, record, dag));
	}
	return true;
}

static void run_clear(struct clearing *clearing, const struct plan *plan)
{
	struct daemon *daemon = clearing->daemon;
	const struct run_record *run = plan->run;
	if (plan->task_ids->len == 0 || clearing->error
		|| !daemon_restore_run(daemon, run->dag_id, run->run_id, &clearing->error))
		return;
	g_ptr_array_add(plan->task_ids, NULL);
	clearing->n_waiting++;
	turn_add(daemon->turn,
		(struct event){.kind = EVENT_TASKS_CLEARED,
			.dag_id = run->dag_id,
			.run_id = run->run_id,
			.cleared = {(const char *const *)plan->task_ids->pdata}},
		on_cleared, clearing);
}

/* All runs are planned before any is cleared: what is refused has changed nothing. */
static bool runs_clear(struct clearing *clearing, const struct choice *choice, const GArray *runs)
{
	g_autoptr(GArray) plans = g_array_new(FALSE, TRUE, sizeof(struct plan));
	g_array_set_clear_func(plans, plan_clear);
	g_array_set_size(plans, runs->len);
	for (unsigned i = 0; i < runs->len; i++) {
		struct plan *plan = &g_array_index(plans, struct plan, i);
		plan->run = &g_array_index(runs, struct run_record, i);
		if (!run_plan(clearing, choice, plan))
			return false;
	}
	for (unsigned i = 0; i < plans->len && !choice->is_dry; i++)
		run_clear(clearing, &g_array_index(plans, struct plan, i));
	return true;
}

/* The runs that are meant: array of run_record; NULL: a refusal has been answered. */
static GArray *runs_choose(
	struct request *request, struct daemon *daemon, const struct choice *choice)
{
	g_autoptr(GError) error = NULL;
	struct listing listing = listing_all;
	listing.dag_id = choice->dag_id;
	listing.run_id = choice->run_id;
	listing.run_after_gte = choice->from;
	listing.run_after_lte = choice->to;
	listing.order_by = "run_after";
	listing.limit = RUNS_MAX;
	GArray *runs = reader_runs(daemon->reader, &listing, NULL, &error);
	if (!runs)
		request_fail(request, error);
	else if (choice->run_id && runs->len == 0) {
		request_refuse_run(request, choice->dag_id, choice->run_id);
		g_clear_pointer(&runs, g_array_unref);
	}
	return runs;
}

void task_instances_clear(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct choice choice = {.dag_id = request_path(request, "dag_id")};
	json_t *body = request_body(request);
	if (!body || !choice_read(request, body, &choice))
		return;
	if (!engine_dag_record(daemon->engine, choice.dag_id)) {
		request_refuse_dag(request, daemon, choice.dag_id);
		return;
	}
	g_autoptr(GArray) runs = runs_choose(request, daemon, &choice);
	if (!runs)
		return;
	struct clearing *clearing = g_new0(struct clearing, 1);
	clearing->request = request;
	clearing->daemon = daemon;
	clearing->cleared = json_array();
	/* One more is counted until all runs have been given, so that the answer comes once. */
	clearing->n_waiting = 1;
	if (!runs_clear(clearing, &choice, runs)) {
		clearing_free(clearing);
		return;
	}
	request_set_data(request, clearing, clearing_free);
	on_cleared(clearing, NULL);
}
