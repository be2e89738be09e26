/* SPDX-License-Identifier: MIT */
/* `tasks clear`: shows which tasks are meant, asks, clears them. */
#include <stdio.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/confirm.h"
#include "cli/dags.h"
#include "cli/instant_option.h"
#include "cli/print.h"
#include "cli/task_path.h"
#include "cli/tasks.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"

const struct option tasks_clear_options[] = {
	{"task-regex", 't', "REGEX", "only tasks whose id has a match of this"},
	{"group", 'g', "GROUP", "only tasks of this group"},
	{"map-index", 0, "N", "only this one of mapped tasks"},
	{"run-id", 0, "RUN", "only in this run"},
	{"past", 0, NULL, "with --run-id: also in all earlier runs"},
	{"future", 0, NULL, "with --run-id: also in all later runs"},
	{"start-date", 's', "TIME", "only in runs of this instant or later"},
	{"end-date", 'e', "TIME", "only in runs of this instant or earlier"},
	{"downstream", 'd', NULL, "also all tasks that come after them"},
	{"upstream", 'u', NULL, "also all tasks that come before them"},
	{"only-failed", 'f', NULL, "only those that failed"},
	{"only-running", 'r', NULL, "only those that run"},
	{"latest-version", 0, NULL, "let the runs go on with the newest version of the DAG"},
	{"dry-run", 0, NULL, "only show which they are"},
	{"yes", 'y', NULL, "do not ask"},
	{NULL},
};

/* The ids that the expression matches; NULL and an error, also when there are none. */
static json_t *matching_ids(
	const struct invocation *invocation, const char *dag_id, const char *regex, GError **error)
{
	g_autoptr(GError) wrong = NULL;
	g_autoptr(GRegex) compiled = g_regex_new(regex, G_REGEX_OPTIMIZE, 0, &wrong);
	size_t i;
	json_t *task;
	if (!compiled) {
		error_say(error, "--task-regex \"%s\" is no regular expression: %s", regex,
			wrong->message);
		return NULL;
	}
	g_autofree char *path = path_of(API "/dags/%s/tasks", dag_id);
	json_auto_t *answer = ask(invocation->address, "GET", path, NULL, error);
	if (!answer)
		return NULL;
	json_auto_t *ids = json_array();
	json_array_foreach(json_object_get(answer, "tasks"), i, task)
	{
		json_t *id = json_object_get(task, "task_id");
		if (json_is_string(id) && g_regex_match(compiled, json_string_value(id), 0, NULL))
			json_array_append(ids, id);
	}
	if (json_array_size(ids) > 0)
		return json_incref(ids);
	error_say(error, "no task of DAG \"%s\" matches \"%s\"", dag_id, regex);
	return NULL;
}

static bool set_instant(const struct invocation *invocation, const char *option, const char *key,
	json_t *body, GError **error)
{
	int64_t at = INSTANT_NONE;
	const struct zone *zone =
		zone_of_dag(invocation, option, invocation_argument(invocation, 0), error);
	if (!zone || !invocation_instant(invocation, option, zone, &at, error))
		return false;
	if (at == INSTANT_NONE)
		return true;
	g_autofree char *iso = instant_iso_z(at);
	json_object_set_new(body, key, json_string(iso));
	return true;
}

/* What is meant: all tasks when neither option is given. False and an error. */
static bool set_tasks(const struct invocation *invocation, json_t *body, GError **error)
{
	const char *regex = invocation_option(invocation, "task-regex");
	const char *group = invocation_option(invocation, "group");
	int64_t index;
	size_t i;
	json_t *id;
	if (!tasks_map_index(invocation, &index, error))
		return false;
	if (regex && group)
		return error_say(error, "--task-regex and --group exclude each other");
	if (!regex && !group && index >= 0)
		return error_say(error, "--map-index needs --task-regex or --group");
	if (!regex && !group)
		return true;
	json_auto_t *ids = regex
		? matching_ids(invocation, invocation_argument(invocation, 0), regex, error)
		: json_pack("[s]", group);
	if (!ids)
		return false;
	json_t *meant = json_array();
	json_array_foreach(ids, i, id) json_array_append_new(
		meant, index < 0 ? json_incref(id) : json_pack("[O, I]", id, (json_int_t)index));
	json_object_set_new(body, "task_ids", meant);
	return true;
}

static bool set_runs(const struct invocation *invocation, json_t *body, GError **error)
{
	const char *run_id = invocation_option(invocation, "run-id");
	bool past = invocation_has(invocation, "past");
	bool future = invocation_has(invocation, "future");
	if (!run_id && (past || future))
		return error_say(error, "--past and --future need --run-id");
	if (run_id)
		json_object_set_new(body, "dag_run_id", json_string(run_id));
	json_object_set_new(body, "include_past", json_boolean(past));
	json_object_set_new(body, "include_future", json_boolean(future));
	return set_instant(invocation, "start-date", "start_date", body, error)
		&& set_instant(invocation, "end-date", "end_date", body, error);
}

/* NULL and an error. */
static json_t *clear_body(const struct invocation *invocation, GError **error)
{
	json_auto_t *body = json_pack("{s:b, s:b, s:b, s:b, s:b, s:b}", "dry_run", 1, "only_failed",
		invocation_has(invocation, "only-failed"), "only_running",
		invocation_has(invocation, "only-running"), "include_upstream",
		invocation_has(invocation, "upstream"), "include_downstream",
		invocation_has(invocation, "downstream"), "run_on_latest_version",
		invocation_has(invocation, "latest-version"));
	if (!set_runs(invocation, body, error) || !set_tasks(invocation, body, error))
		return NULL;
	return json_incref(body);
}

int tasks_clear(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path =
		path_of(API "/dags/%s/clearTaskInstances", invocation_argument(invocation, 0));
	json_auto_t *body = clear_body(invocation, &error);
	json_auto_t *meant = body ? ask(invocation->address, "POST", path, body, &error) : NULL;
	if (!meant)
		return refuse(error);
	size_t n = json_array_size(json_object_get(meant, "task_instances"));
	tasks_print_instances(invocation, json_object_get(meant, "task_instances"));
	if (n == 0 || invocation_has(invocation, "dry-run"))
		return EXIT_OK;
	g_autofree char *question = g_strdup_printf(
		"clear %zu task instance%s, so that they run again?", n, n == 1 ? "" : "s");
	if (!invocation_has(invocation, "yes") && !confirm(question))
		return EXIT_REFUSED;
	json_object_set_new(body, "dry_run", json_false());
	json_auto_t *cleared = ask(invocation->address, "POST", path, body, &error);
	if (!cleared)
		return refuse(error);
	fprintf(stderr, "%zu task instance%s cleared\n", n, n == 1 ? "" : "s");
	return EXIT_OK;
}
