/* SPDX-License-Identifier: MIT */
/* `tasks mark`: shows which tasks are meant, asks, marks them. `tasks run`: starts one now. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/confirm.h"
#include "cli/note.h"
#include "cli/print.h"
#include "cli/task_path.h"
#include "cli/tasks.h"

const struct option tasks_mark_options[] = {
	{"map-index", 0, "N", "only this one of a mapped task"},
	{"downstream", 'd', NULL, "also all tasks that come after it"},
	{"upstream", 'u', NULL, "also all tasks that come before it"},
	{"past", 0, NULL, "also in all earlier runs"},
	{"future", 0, NULL, "also in all later runs"},
	{"dry-run", 0, NULL, "only show which they are"},
	{"yes", 'y', NULL, "do not ask"},
	{NULL},
};
const struct option tasks_run_options[] = {
	{"map-index", 0, "N", "this one of a mapped task"},
	{NULL},
};
const struct option tasks_note_options[] = {
	{"map-index", 0, "N", "this one of a mapped task"},
	{"remove", 0, NULL, "remove the note"},
	{NULL},
};

void tasks_print_instances(const struct invocation *invocation, const json_t *list)
{
	static const struct column columns[] = {{"dag_id"}, {"run_id", "dag_run_id"}, {"task_id"},
		{"map_index"}, {"state"}, {"try_number"}, {NULL}};
	print_list(invocation, list, columns);
	fflush(stdout);
}

static char *mark_question(const json_t *meant, const char *state)
{
	size_t n = json_array_size(json_object_get(meant, "task_instances"));
	size_t n_again = json_array_size(json_object_get(meant, "cleared_task_instances"));
	if (n_again == 0)
		return g_strdup_printf(
			"mark %zu task instance%s as %s?", n, n == 1 ? "" : "s", state);
	return g_strdup_printf("mark %zu task instance%s as %s, and let %zu after %s that failed "
			       "begin again?",
		n, n == 1 ? "" : "s", state, n_again, n == 1 ? "it" : "them");
}

int tasks_mark(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	const char *state = invocation_argument(invocation, 3);
	g_autofree char *path = task_path(invocation, API, 1, 2, &error);
	g_autofree char *dry = path ? g_strconcat(path, "/dry_run", NULL) : NULL;
	if (!path)
		return refuse_usage(invocation, error);
	json_auto_t *body = json_pack("{s:s, s:b, s:b, s:b, s:b}", "new_state", state,
		"include_upstream", invocation_has(invocation, "upstream"), "include_downstream",
		invocation_has(invocation, "downstream"), "include_past",
		invocation_has(invocation, "past"), "include_future",
		invocation_has(invocation, "future"));
	json_auto_t *meant = ask(invocation->address, "PATCH", dry, body, &error);
	if (!meant)
		return refuse(error);
	size_t n = json_array_size(json_object_get(meant, "task_instances"));
	tasks_print_instances(invocation, json_object_get(meant, "task_instances"));
	if (n == 0 || invocation_has(invocation, "dry-run"))
		return EXIT_OK;
	g_autofree char *question = mark_question(meant, state);
	if (!invocation_has(invocation, "yes") && !confirm(question))
		return EXIT_REFUSED;
	json_auto_t *marked = ask(invocation->address, "PATCH", path, body, &error);
	if (!marked)
		return refuse(error);
	fprintf(stderr, "%zu task instance%s marked as %s\n", n, n == 1 ? "" : "s", state);
	return EXIT_OK;
}

int tasks_run(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = task_path(invocation, OWN_API, 1, 2, &error);
	g_autofree char *run = path ? g_strconcat(path, "/run", NULL) : NULL;
	if (!path)
		return refuse_usage(invocation, error);
	json_auto_t *task = ask(invocation->address, "POST", run, NULL, &error);
	if (!task)
		return refuse(error);
	json_auto_t *list = json_pack("[O]", task);
	tasks_print_instances(invocation, list);
	return EXIT_OK;
}

int tasks_note(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = task_path(invocation, API, 1, 2, &error);
	if (!path)
		return refuse_usage(invocation, error);
	return note(invocation, path, invocation_argument(invocation, 3));
}
