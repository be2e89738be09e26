/* SPDX-License-Identifier: MIT */
/*
 * wait.external_task: what became of a run of another DAG, or of tasks of it. Of runs that are not
 * finished the engine knows more than the store; the others are in the store alone.
 */
#include <string.h>

#include "daemon/flow.h"
#include "lib/base/instant.h"
#include "lib/base/json_field.h"

struct look {
	struct daemon *daemon;
	const struct task *task;
	const char *dag_id;
	int64_t date;
	GPtrArray *task_ids; /* of char *, NULL-terminated; only the NULL: the run is meant */
	struct flow_outcome *outcome;
	/* The run that is meant. */
	bool is_found, is_in_engine;
	struct run_record run;
	GArray *rows; /* of struct task_record: of a run that is not in the engine */
};

/* ---- what is waited for ---- */

/* A failure, which soft_fail makes a skip. Always false. */
static bool refuse(struct look *look, char *sentence)
{
	if (task_constant_boolean(look->task, "soft_fail"))
		look->outcome->end.skipped = flow_keep(look->outcome, sentence);
	else
		look->outcome->error = sentence;
	return false;
}

static bool is_in_group(const struct dag *dag, const struct task *task, const char *group_id)
{
	for (int at = task->group; at >= 0; at = dag->groups[at].parent)
		if (strcmp(dag->groups[at].group_id, group_id) == 0)
			return true;
	return false;
}

static void group_add(struct look *look, const char *group_id)
{
	const struct dag *dag = engine_dag(look->daemon->engine, look->dag_id);
	for (size_t i = 0; dag && i < dag->n_tasks; i++)
		if (is_in_group(dag, &dag->tasks[i], group_id))
			g_ptr_array_add(look->task_ids, g_strdup(dag->tasks[i].task_id));
}

static bool exists(struct look *look, const char *group_id)
{
	const struct dag *dag = engine_dag(look->daemon->engine, look->dag_id);
	if (!dag)
		return refuse(look, g_strdup_printf("there is no DAG \"%s\"", look->dag_id));
	if (group_id && look->task_ids->len == 0)
		return refuse(look,
			g_strdup_printf("DAG \"%s\" has no group \"%s\"", look->dag_id, group_id));
	for (unsigned i = 0; i < look->task_ids->len; i++)
		if (!dag_task(dag, look->task_ids->pdata[i]))
			return refuse(look,
				g_strdup_printf("DAG \"%s\" has no task \"%s\"", look->dag_id,
					(char *)look->task_ids->pdata[i]));
	return true;
}

/* False: it is settled already, for something that must be there is not. */
static bool wish_read(struct look *look, const json_t *arguments)
{
	const char *task_id = json_field_text(arguments, "external_task_id");
	const char *group_id = json_field_text(arguments, "external_task_group_id");
	const json_t *list = json_object_get(arguments, "external_task_ids");
	if (task_id)
		g_ptr_array_add(look->task_ids, g_strdup(task_id));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *one = json_string_value(json_array_get(list, i));
		if (!one)
			return refuse(look, g_strdup("external_task_ids: each is a text"));
		g_ptr_array_add(look->task_ids, g_strdup(one));
	}
	if (group_id)
		group_add(look, group_id);
	if (json_is_true(json_object_get(arguments, "check_existence")) && !exists(look, group_id))
		return false;
	/* A group that nothing is known of yet: no task of it can have ended. */
	if (group_id && look->task_ids->len == 0)
		g_ptr_array_add(look->task_ids, g_strdup(group_id));
	return true;
}

/* ---- how it stands ---- */

/* What cannot be read is neither a yes nor a no: that fails, and is nothing that soft_fail is for.
 */
static void run_find(struct look *look)
{
	const struct daemon *daemon = look->daemon;
	struct listing listing = listing_all;
	const struct run_record *run = engine_run_at(daemon->engine, look->dag_id, look->date);
	look->is_in_engine = look->is_found = run != NULL;
	if (run) {
		look->run = run_record_copy(run);
		return;
	}
	g_autoptr(GError) error = NULL;
	listing.dag_id = look->dag_id;
	listing.logical_date_gte = listing.logical_date_lte = look->date;
	listing.limit = 1;
	g_autoptr(GArray) runs = reader_runs(daemon->reader, &listing, NULL, &error);
	look->is_found = runs && runs->len > 0;
	if (look->is_found)
		look->run = run_record_copy(&g_array_index(runs, struct run_record, 0));
	if (look->is_found && look->task_ids->len > 0)
		look->rows = reader_tasks_of_run(daemon->reader, look->run.id, &error);
	if (error)
		flow_fail(look->outcome, "%s", error->message);
}

/* Calls `visit` with the state of each instance of the task. */
static void instances_visit(const struct look *look, const char *task_id,
	void (*visit)(void *data, enum task_state state), void *data)
{
	const struct engine *engine = look->daemon->engine;
	int n = look->is_in_engine
		? engine_task_width(engine, look->dag_id, look->run.run_id, task_id)
		: 0;
	for (int i = n < 0 ? -1 : 0; look->is_in_engine && i < MAX(n, 0); i++) {
		const struct task_record *record =
			engine_task(engine, look->dag_id, look->run.run_id, task_id, i);
		visit(data, record ? record->state : TASK_NONE);
	}
	for (unsigned i = 0; look->rows && i < look->rows->len; i++) {
		const struct task_record *row = &g_array_index(look->rows, struct task_record, i);
		if (strcmp(row->task_id, task_id) == 0)
			visit(data, row->state);
	}
}

struct states {
	const struct look *look;
	unsigned n, n_allowed;
	const char *failed, *skipped, *other; /* the names of such states, or NULL */
};

static bool list_names(const struct look *look, const char *parameter, const char *name)
{
	size_t i;
	json_t *one;
	json_array_foreach(task_constant(look->task, parameter), i,
		one) if (strcmp(json_string_value(one), name) == 0) return true;
	return false;
}

static void state_add(struct states *states, const char *name)
{
	states->n++;
	if (list_names(states->look, "failed_states", name))
		states->failed = name;
	else if (list_names(states->look, "skipped_states", name))
		states->skipped = name;
	else if (list_names(states->look, "allowed_states", name))
		states->n_allowed++;
	else
		states->other = name;
}

static void on_instance(void *data, enum task_state state)
{
	state_add(data, task_state_name(state));
}

/* True: that is all that was waited for of this (`name`), and nothing is wrong. */
static bool states_judge(struct look *look, const struct states *states, const char *name)
{
	if (states->failed)
		return refuse(look, g_strdup_printf("%s is %s", name, states->failed));
	if (states->skipped) {
		look->outcome->end.skipped = flow_keep(
			look->outcome, g_strdup_printf("%s is %s", name, states->skipped));
		return false;
	}
	if (states->n > 0 && states->n_allowed == states->n)
		return true;
	g_free(look->outcome->line);
	look->outcome->line =
		g_strdup_printf("not yet: %s is %s", name, states->other ? states->other : "none");
	return false;
}

static bool is_settled(const struct look *look)
{
	return look->outcome->error || look->outcome->end.skipped;
}

static bool run_look(struct look *look)
{
	struct states states = {.look = look};
	g_autofree char *name =
		g_strdup_printf("run \"%s\" of DAG \"%s\"", look->run.run_id, look->dag_id);
	state_add(&states, run_state_name(look->run.state));
	return states_judge(look, &states, name);
}

/* All are looked at: one that failed decides, wherever it stands in the list. */
static bool tasks_look(struct look *look)
{
	bool are_done = true;
	for (unsigned i = 0; i < look->task_ids->len && !is_settled(look); i++) {
		struct states states = {.look = look};
		const char *task_id = look->task_ids->pdata[i];
		g_autofree char *name = g_strdup_printf("task \"%s\" of run \"%s\" of DAG \"%s\"",
			task_id, look->run.run_id, look->dag_id);
		instances_visit(look, task_id, on_instance, &states);
		are_done &= states_judge(look, &states, name);
	}
	return are_done;
}

static void not_yet(struct look *look)
{
	struct flow_outcome *outcome = look->outcome;
	outcome->exit_code = EXIT_NOT_YET;
	outcome->end.watch.dag_id = flow_keep(outcome, g_strdup(look->dag_id));
	outcome->end.watch.date = look->date;
	g_ptr_array_add(look->task_ids, NULL);
	outcome->end.watch.task_ids = (const char *const *)look->task_ids->pdata;
	if (outcome->line)
		return;
	g_autofree char *iso = instant_iso(look->date);
	outcome->line =
		g_strdup_printf("not yet: DAG \"%s\" has no run of the date %s", look->dag_id, iso);
}

static void look_make(struct look *look, const json_t *arguments)
{
	if (!wish_read(look, arguments))
		return;
	run_find(look);
	if (is_settled(look))
		return;
	bool is_done =
		look->is_found && (look->task_ids->len > 0 ? tasks_look(look) : run_look(look));
	if (!is_done && !is_settled(look))
		not_yet(look);
}

void flow_look(struct daemon *daemon, const struct attempt *attempt, const json_t *arguments,
	struct flow_outcome *outcome)
{
	const struct run_record *run = &attempt->run;
	double delta_s = json_number_value(json_object_get(arguments, "execution_delta"));
	struct look look = {
		.daemon = daemon,
		.task = attempt->task,
		.dag_id = json_field_text(arguments, "external_dag_id"),
		.date = run->logical_date == INSTANT_NONE ? run->run_after : run->logical_date,
		.task_ids = g_ptr_array_new_with_free_func(g_free),
		.outcome = outcome,
	};
	look.date -= (int64_t)(delta_s * (double)SECOND_US);
	/* The outcome names them for the engine. */
	outcome->tasks = look.task_ids;
	if (look.dag_id)
		look_make(&look, arguments);
	else
		flow_fail(outcome, "external_dag_id is empty");
	run_record_clear(&look.run);
	if (look.rows)
		g_array_unref(look.rows);
}
