/* SPDX-License-Identifier: MIT */
/* `tasks logs`: page by page, or as it grows. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/follow.h"
#include "cli/print.h"
#include "cli/task_path.h"
#include "cli/tasks.h"

const struct option tasks_logs_options[] = {
	{"try", 0, "N", "which try (the last one)"},
	{"map-index", 0, "N", "of this one of a mapped task"},
	{"follow", 'f', NULL, "go on until the task has ended"},
	{NULL},
};

struct log {
	const struct invocation *invocation;
	const char *dag_id, *run_id, *task_id;
	int64_t map_index; /* -1: the task is not mapped */
	int64_t try_number;
};

/* The task's own answer says how often it was tried; -1: an error. */
static int64_t last_try(const struct log *log, GError **error)
{
	g_autofree char *path = task_path(log->invocation, API, 1, 2, error);
	json_auto_t *task = ask(log->invocation->address, "GET", path, NULL, error);
	return task ? json_integer_value(json_object_get(task, "try_number")) : -1;
}

static void take_lines(const struct log *log, const json_t *content, json_t *lines)
{
	size_t i;
	json_t *item;
	json_array_foreach((json_t *)content, i, item)
	{
		json_t *event = json_is_object(item) ? json_object_get(item, "event") : item;
		if (lines)
			json_array_append(lines, event);
		else
			print_line(json_string_value(event) ? json_string_value(event) : "");
	}
}

/*
 * Prints all pages, or takes them into `lines` when it is not NULL. A running task always has one
 * more page: an empty one is the end of what there is.
 */
static bool read_pages(const struct log *log, json_t *lines, GError **error)
{
	g_autofree char *path = path_of(API "/dags/%s/dagRuns/%s/taskInstances/%s/logs/",
		log->dag_id, log->run_id, log->task_id);
	g_autofree char *token = NULL;
	for (;;) {
		g_autofree char *query = token ? path_of("&token=%s", token) : g_strdup("");
		g_autofree char *page =
			g_strdup_printf("%s%" G_GINT64_FORMAT "?map_index=%" G_GINT64_FORMAT "%s",
				path, log->try_number, log->map_index, query);
		json_auto_t *answer = ask(log->invocation->address, "GET", page, NULL, error);
		if (!answer)
			return false;
		const json_t *content = json_object_get(answer, "content");
		const char *next = json_string_value(json_object_get(answer, "continuation_token"));
		take_lines(log, content, lines);
		g_free(token);
		token = g_strdup(next);
		if (!next || json_array_size(content) == 0)
			return true;
	}
}

static int print_pages(const struct log *log)
{
	g_autoptr(GError) error = NULL;
	const struct invocation *invocation = log->invocation;
	bool is_text = invocation->output == OUTPUT_TABLE || invocation->output == OUTPUT_PLAIN;
	json_auto_t *lines = is_text ? NULL : json_array();
	if (!read_pages(log, lines, &error))
		return refuse(error);
	if (lines)
		print_value(invocation, lines);
	return EXIT_OK;
}

/* What is followed is a log: how the run ends is no matter of the exit code. */
static int follow_log(const struct log *log, unsigned try_maximum)
{
	struct follow_options options = {
		.address = log->invocation->address,
		.dag_id = log->dag_id,
		.run_id = log->run_id,
		.task_id = log->task_id,
		.map_index = log->map_index < 0 ? NULL : &log->map_index,
		.try_minimum = (unsigned)log->try_number,
		.try_maximum = try_maximum,
		.show = log->invocation->output == OUTPUT_JSON ? FOLLOW_JSON : FOLLOW_LOG,
	};
	int code = follow(&options);
	return code == EXIT_NO_DAEMON ? code : EXIT_OK;
}

int tasks_logs(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	struct log log = {invocation, invocation_argument(invocation, 0),
		invocation_argument(invocation, 1), invocation_argument(invocation, 2), -1, 0};
	bool follows = invocation_has(invocation, "follow");
	if (!tasks_map_index(invocation, &log.map_index, &error)
		|| !invocation_integer(invocation, "try", 1, G_MAXINT32, &log.try_number, &error))
		return refuse_usage(invocation, error);
	unsigned try_maximum = (unsigned)log.try_number;
	int64_t last = last_try(&log, &error);
	if (last < 0)
		return refuse(error);
	if (log.try_number == 0)
		log.try_number = last;
	if (follows)
		return follow_log(&log, try_maximum);
	if (log.try_number == 0) {
		say("task \"%s\" of run \"%s\" has not run yet", log.task_id, log.run_id);
		return EXIT_REFUSED;
	}
	return print_pages(&log);
}
