/* SPDX-License-Identifier: MIT */
#include "cli/tasks.h"
#include "cli/task_path.h"

#include <stdio.h>

#include "cli/ask.h"
#include "cli/print.h"

static int tasks_list(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = path_of(API "/dags/%s/tasks", invocation_argument(invocation, 0));
	json_auto_t *answer = ask(invocation->address, "GET", path, NULL, &error);
	size_t i;
	json_t *task;
	if (!answer)
		return refuse(error);
	json_t *list = json_object_get(answer, "tasks");
	if (invocation->output == OUTPUT_JSON || invocation->output == OUTPUT_YAML) {
		print_value(invocation, list);
		return EXIT_OK;
	}
	json_array_foreach(list, i, task)
		print_line(json_string_value(json_object_get(task, "task_id")));
	return EXIT_OK;
}

static bool has_mapped(const json_t *instances)
{
	for (size_t i = 0; i < json_array_size(instances); i++)
		if (json_integer_value(json_object_get(json_array_get(instances, i), "map_index"))
			>= 0)
			return true;
	return false;
}

static int tasks_states(struct invocation *invocation)
{
	static const struct column columns[] = {{"dag_id"}, {"logical_date"}, {"task_id"},
		{"state"}, {"try_number"}, {"start_date"}, {"end_date"}, {"duration"}, {"reason"},
		{NULL}};
	static const struct column mapped_columns[] = {{"dag_id"}, {"logical_date"}, {"task_id"},
		{"map_index"}, {"state"}, {"try_number"}, {"start_date"}, {"end_date"},
		{"duration"}, {"reason"}, {NULL}};
	g_autoptr(GError) error = NULL;
	g_autofree char *path = path_of(API "/dags/%s/dagRuns/%s/taskInstances",
		invocation_argument(invocation, 0), invocation_argument(invocation, 1));
	json_auto_t *list = ask_list(invocation->address, path, "task_instances", &error);
	if (!list)
		return refuse(error);
	print_list(invocation, list, has_mapped(list) ? mapped_columns : columns);
	return EXIT_OK;
}

static int tasks_state(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = task_path(invocation, API, 2, 1, &error);
	if (!path)
		return refuse_usage(invocation, error);
	json_auto_t *task = ask(invocation->address, "GET", path, NULL, &error);
	if (!task)
		return refuse(error);
	const char *state = json_string_value(json_object_get(task, "state"));
	print_text(invocation, state ? state : "none");
	return EXIT_OK;
}

static int tasks_render(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	int64_t index;
	if (!tasks_map_index(invocation, &index, &error))
		return refuse_usage(invocation, error);
	g_autofree char *rendered = path_of(OWN_API "/dags/%s/dagRuns/%s/taskInstances/%s/rendered",
		invocation_argument(invocation, 0), invocation_argument(invocation, 2),
		invocation_argument(invocation, 1));
	g_autofree char *path = g_strdup_printf("%s?map_index=%" G_GINT64_FORMAT, rendered, index);
	json_auto_t *answer = ask(invocation->address, "GET", path, NULL, &error);
	if (!answer)
		return refuse(error);
	print_object(invocation, json_object_get(answer, "fields"));
	return EXIT_OK;
}

static int tasks_failed_deps(struct invocation *invocation)
{
	static const struct column columns[] = {{"dependency", "name"}, {"reason"}, {NULL}};
	g_autoptr(GError) error = NULL;
	g_autofree char *task = task_path(invocation, API, 2, 1, &error);
	g_autofree char *path = task ? g_strconcat(task, "/dependencies", NULL) : NULL;
	if (!path)
		return refuse_usage(invocation, error);
	json_auto_t *answer = ask(invocation->address, "GET", path, NULL, &error);
	if (!answer)
		return refuse(error);
	const json_t *list = json_object_get(answer, "dependencies");
	if (json_array_size(list) == 0 && invocation->output == OUTPUT_TABLE)
		say("nothing holds it");
	else
		print_list(invocation, list, columns);
	return EXIT_OK;
}

static const struct option map_index_options[] = {
	{"map-index", 0, "N", "this one of a mapped task"},
	{NULL},
};

const struct command tasks_commands[] = {
	{"list", "DAG", "List the tasks of a DAG", tasks_list},
	{"states-for-dag-run", "DAG RUN", "The states of all tasks in a run", tasks_states},
	{"state", "DAG TASK RUN", "The state of a task in a run", tasks_state, map_index_options},
	{"logs", "DAG RUN TASK", "What a task has printed", tasks_logs, tasks_logs_options},
	{"render", "DAG TASK RUN", "The arguments of a task in a run, with secrets masked",
		tasks_render, map_index_options},
	{"failed-deps", "DAG TASK RUN", "What a task in a run still waits for", tasks_failed_deps,
		map_index_options},
	{"tries", "DAG RUN TASK", "The tries of a task, how they ended and what they took",
		tasks_tries, map_index_options},
	{"run", "DAG RUN TASK", "Start a task of a run now, whatever comes before it", tasks_run,
		tasks_run_options,
		"Limits hold: max_active_runs, max_active_tasks, pools, workers. Retries of the "
		"task "
		"do not\nwait for what comes before it, either."},
	{"asked", "", "The tasks that wait for an answer", tasks_asked},
	{"answer", "DAG RUN TASK OPTION…", "Answer a task that waits for it", tasks_answer,
		tasks_answer_options,
		"Example:\n  dagctl tasks answer release manual__2026-01-01 ask Approve"},
	{"mark", "DAG RUN TASK success|failed|skipped",
		"Give a task of a run, or a group, another state", tasks_mark, tasks_mark_options,
		"What runs is ended first. Tasks after it follow by their rules; those of them "
		"that had\n"
		"failed begin again. Its callbacks are not run."},
	{"note", "DAG RUN TASK [TEXT]", "Show, write or remove the note on a task of a run",
		tasks_note, tasks_note_options},
	{"clear", "DAG", "Run tasks again, of one run or of many", tasks_clear, tasks_clear_options,
		"Example:\n  dagctl tasks clear nightly --run-id manual__2026-01-01 -t '^load_' "
		"--downstream"},
	{NULL},
};
