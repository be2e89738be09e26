/* SPDX-License-Identifier: MIT */
#include "cli/dags.h"

#include <stdio.h>

#include "cli/ask.h"
#include "cli/note.h"
#include "cli/print.h"

static int dags_list(struct invocation *invocation)
{
	static const struct column columns[] = {{"dag_id"}, {"schedule", "timetable_summary"},
		{"next_run", "next_dagrun_run_after"}, {"owners"}, {"is_paused"}, {"fileloc"},
		{NULL}};
	g_autoptr(GError) error = NULL;
	json_auto_t *list = ask_list(invocation->address, API "/dags", "dags", &error);
	if (!list)
		return refuse(error);
	print_list(invocation, list, columns);
	return EXIT_OK;
}

static int dags_details(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = path_of(API "/dags/%s/details", invocation_argument(invocation, 0));
	json_auto_t *dag = ask(invocation->address, "GET", path, NULL, &error);
	if (!dag)
		return refuse(error);
	print_object(invocation, dag);
	return EXIT_OK;
}

/* Wrong files as text: each mistake with its line of the file. */
static void print_import_errors(const struct invocation *invocation, const json_t *list)
{
	static const struct column columns[] = {
		{"filepath", "filename"}, {"error", "stack_trace"}, {NULL}};
	size_t i;
	json_t *file;
	if (invocation->output == OUTPUT_JSON || invocation->output == OUTPUT_YAML) {
		print_list(invocation, list, columns);
		return;
	}
	json_array_foreach((json_t *)list, i, file)
	{
		const char *text = json_string_value(json_object_get(file, "stack_trace"));
		g_autofree char *shown = g_strdup(text ? text : "");
		print_line(g_strchomp(shown));
	}
	if (json_array_size(list) == 0)
		fputs("No data found\n", stderr);
}

static int dags_list_import_errors(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *list =
		ask_list(invocation->address, API "/importErrors", "import_errors", &error);
	if (!list)
		return refuse(error);
	print_import_errors(invocation, list);
	return json_array_size(list) > 0 ? EXIT_REFUSED : EXIT_OK;
}

static const struct option list_runs_options[] = {
	{"state", 0, "STATE", "only those in this state: queued, running, success or failed"},
	{"no-backfill", 0, NULL, "without those of backfills"},
	{NULL},
};

static json_t *without_backfills(const json_t *runs)
{
	json_t *rest = json_array(), *run;
	size_t i;
	json_array_foreach(runs, i, run)
	{
		const char *type = json_string_value(json_object_get(run, "run_type"));
		if (g_strcmp0(type, "backfill") != 0)
			json_array_append(rest, run);
	}
	return rest;
}

static int dags_list_runs(struct invocation *invocation)
{
	static const struct column columns[] = {{"dag_id"}, {"run_id", "dag_run_id"}, {"state"},
		{"run_after"}, {"logical_date"}, {"start_date"}, {"end_date"}, {NULL}};
	g_autoptr(GError) error = NULL;
	const char *state = invocation_option(invocation, "state");
	g_autofree char *only = state ? path_of("&state=%s", state) : g_strdup("");
	g_autofree char *runs = path_of(
		API "/dags/%s/dagRuns?order_by=-run_after", invocation_argument(invocation, 0));
	g_autofree char *path = g_strconcat(runs, only, NULL);
	json_auto_t *list = ask_list(invocation->address, path, "dag_runs", &error);
	if (!list)
		return refuse(error);
	json_auto_t *wanted = invocation_has(invocation, "no-backfill") ? without_backfills(list)
									: json_incref(list);
	print_list(invocation, wanted, columns);
	return EXIT_OK;
}

static int dags_state(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = path_of(API "/dags/%s/dagRuns/%s",
		invocation_argument(invocation, 0), invocation_argument(invocation, 1));
	json_auto_t *run = ask(invocation->address, "GET", path, NULL, &error);
	if (!run)
		return refuse(error);
	const char *state = json_string_value(json_object_get(run, "state"));
	print_text(invocation, state ? state : "none");
	return EXIT_OK;
}

static int set_paused(const struct invocation *invocation, json_t *is_paused)
{
	static const struct column columns[] = {{"dag_id"}, {"is_paused"}, {NULL}};
	g_autoptr(GError) error = NULL;
	g_autofree char *path = path_of(API "/dags/%s", invocation_argument(invocation, 0));
	json_auto_t *body = json_pack("{s:o}", "is_paused", is_paused);
	json_auto_t *dag = ask(invocation->address, "PATCH", path, body, &error);
	if (!dag)
		return refuse(error);
	json_auto_t *list = json_pack("[O]", dag);
	print_list(invocation, list, columns);
	return EXIT_OK;
}

static int dags_pause(struct invocation *invocation)
{
	return set_paused(invocation, json_true());
}

static int dags_unpause(struct invocation *invocation)
{
	return set_paused(invocation, json_false());
}

static int dags_show(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path =
		path_of(OWN_API "/dags/%s/graph", invocation_argument(invocation, 0));
	g_autofree char *dot = ask_text(invocation->address, path, &error);
	if (!dot)
		return refuse(error);
	fputs(dot, stdout);
	return EXIT_OK;
}

static char *why_path(const struct invocation *invocation)
{
	const char *dag_id = invocation_argument(invocation, 0);
	const char *run_id = invocation_argument(invocation, 1);
	const char *task_id = invocation_argument(invocation, 2);
	if (task_id)
		return path_of(OWN_API "/dags/%s/dagRuns/%s/taskInstances/%s/why", dag_id, run_id,
			task_id);
	if (run_id)
		return path_of(OWN_API "/dags/%s/dagRuns/%s/why", dag_id, run_id);
	return path_of(OWN_API "/dags/%s/why", dag_id);
}

static int dags_why(struct invocation *invocation)
{
	static const struct column columns[] = {
		{"run_id", "dag_run_id"}, {"task_id"}, {"reason", "sentence"}, {NULL}};
	g_autoptr(GError) error = NULL;
	g_autofree char *path = why_path(invocation);
	json_auto_t *answer = ask(invocation->address, "GET", path, NULL, &error);
	if (!answer)
		return refuse(error);
	print_list(invocation, json_object_get(answer, "reasons"), columns);
	return EXIT_OK;
}

const struct command dags_commands[] = {
	{"list", "", "List the DAGs", dags_list},
	{"details", "DAG", "Everything about one DAG", dags_details},
	{"check", "[FILE…]", "Say what is wrong in DAG files, or in all of the home", dags_check,
		.more = "Needs no daemon. A FILE may be a folder. Exits 1 when there is an error; "
			"warnings alone "
			"are no error."},
	{"list-import-errors", "",
		"Say what is wrong in the files that the daemon has read; exit 1 if "
		"anything is",
		dags_list_import_errors},
	{"list-runs", "DAG", "List the runs of a DAG, the newest first", dags_list_runs,
		list_runs_options},
	{"list-missed", "DAG", "List the slots of the schedule that have no run, and why",
		dags_list_missed},
	{"trigger", "DAG", "Make a run", dags_trigger, dags_trigger_options,
		"Example:\n  dagctl dags trigger nightly -p table=orders -p 'days=[1, 2]' "
		"--follow"},
	{"state", "DAG RUN", "The state of a run", dags_state},
	{"rerun", "DAG RUN", "Make a new run with the conf of an old one, and changes to it",
		dags_rerun, dags_trigger_options,
		"Example:\n  dagctl dags rerun nightly manual__2026-01-01 -p days=2 --follow"},
	{"cancel", "DAG RUN", "End a run: its tasks are ended, and it has failed", dags_cancel},
	{"stop", "DAG RUN", "The same as cancel", dags_cancel},
	{"mark", "DAG RUN success|failed|queued", "Give a run another state", dags_mark,
		dags_mark_options,
		"success: all its tasks are success. failed: what runs is ended, what waits is "
		"skipped.\nqueued: a run that has ended is settled once more."},
	{"note", "DAG RUN [TEXT]", "Show, write or remove the note on a run", dags_note,
		note_options},
	{"delete", "DAG [RUN]", "Delete a DAG with all its runs, or one run", dags_delete,
		dags_delete_options,
		"Refused while a run is unfinished. A run goes with its logs. Of a DAG they stay, "
		"in a folder with the time behind "
		"its name. A DAG whose file is still there "
		"begins "
		"anew."},
	{"why", "DAG [RUN [TASK]]", "Say why a DAG, a run or a task is not running", dags_why},
	{"pause", "DAG", "Stop following the schedule of a DAG", dags_pause},
	{"unpause", "DAG", "Follow the schedule of a DAG", dags_unpause},
	{"next-execution", "DAG|FILE", "When a DAG is due next", dags_next_execution,
		dags_next_options,
		"A FILE is read without a daemon; a DAG is asked of the daemon. Times have the "
		"offset of the "
		"schedule's zone."},
	{"show", "DAG", "The graph in the DOT language of Graphviz", dags_show},
	{"test", "DAG|FILE", "Run a DAG once in the foreground, away from the daemon", dags_test,
		dags_test_options,
		"A private dagd runs it on a temporary home, which is removed at the end. Plugins "
		"and\n"
		"configuration are those of the home; variables and connections, too, if its "
		"daemon runs.\n"
		"Exits 0 when the run succeeds and 1 when it fails."},
	{NULL},
};
