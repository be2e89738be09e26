/* SPDX-License-Identifier: MIT */
/* `tasks logs`: as it is, or as it grows. */
#include <stdio.h>
#include <unistd.h>

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

/* ---- what there is ---- */

static bool on_bytes(void *data, const char *bytes, size_t size)
{
	return fwrite(bytes, 1, size, stdout) == size;
}

static bool on_line(void *data, const char *line)
{
	print_line(line);
	return true;
}

static bool on_listed(void *data, const char *line)
{
	g_autofree char *valid = g_utf8_make_valid(line, -1);
	json_array_append_new(data, json_string(valid));
	return true;
}

/* A file gets the bytes of the log, a terminal only what cannot command it. */
static int print_log(const struct log *log)
{
	g_autoptr(GError) error = NULL;
	const struct invocation *invocation = log->invocation;
	bool is_text = invocation->output == OUTPUT_TABLE || invocation->output == OUTPUT_PLAIN;
	json_auto_t *lines = json_array();
	g_autofree char *folder = path_of(API "/dags/%s/dagRuns/%s/taskInstances/%s/logs/",
		log->dag_id, log->run_id, log->task_id);
	g_autofree char *path =
		g_strdup_printf("%s%" G_GINT64_FORMAT "?map_index=%" G_GINT64_FORMAT, folder,
			log->try_number, log->map_index);
	struct ask_stream stream = {.path = path, .accept = "text/plain", .data = lines};
	if (!is_text)
		stream.on_line = on_listed;
	else if (isatty(STDOUT_FILENO))
		stream.on_line = on_line;
	else
		stream.on_bytes = on_bytes;
	if (!ask_stream(invocation->address, &stream, &error))
		return refuse(error);
	if (!is_text)
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
	return print_log(&log);
}
