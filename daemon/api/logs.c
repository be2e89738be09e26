/* SPDX-License-Identifier: MIT */
/* The log of one try: as JSON in parts, as Airflow's clients read it, or as the bytes it is. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "daemon/api/reply.h"
#include "daemon/api/task_instances.h"
#include "lib/base/ident.h"

/* How much of a log one answer in JSON has; the rest comes by its continuation token. */
enum { PART_MAX = 1 << 20 };

static const char text_type[] = "text/plain; charset=utf-8";

/* Of which try; the texts are the request's. */
struct log {
	struct run_record run;
	const char *task_id;
	int64_t map_index, try_number;
};

/* ---- one part ---- */

struct part {
	char *text; /* valid UTF-8 */
	int64_t offset;
	bool is_last;
};

/* The next whole lines from an offset; the last one may lack its end. */
static struct part part_read(int fd, int64_t offset)
{
	char *bytes = g_malloc(PART_MAX);
	ssize_t n = pread(fd, bytes, PART_MAX, offset);
	n = MAX(n, 0);
	bool is_last = n < PART_MAX;
	while (!is_last && n > 0 && bytes[n - 1] != '\n')
		n--;
	if (n == 0 && !is_last)
		n = PART_MAX; /* one line that is longer than a part */
	/* A byte of zero ends no text, but JSON's readers may think so: it becomes U+FFFD, too. */
	struct part part = {g_utf8_make_valid(bytes, n), offset + n, is_last};
	g_free(bytes);
	return part;
}

static json_t *lines_reply(const char *text)
{
	json_t *lines = json_array();
	while (*text) {
		size_t len = strcspn(text, "\n");
		json_t *line = json_object();
		json_object_set_new_nocheck(line, "timestamp", json_null());
		json_object_set_new_nocheck(line, "event", json_stringn_nocheck(text, len));
		json_array_append_new(lines, line);
		text += len + (text[len] == '\n');
	}
	return lines;
}

/* `fd` -1: the log is not there yet. */
static void part_answer(struct request *request, int fd, int64_t offset, bool goes_on)
{
	struct part part = {.offset = offset, .is_last = true};
	if (fd >= 0)
		part = part_read(fd, offset);
	g_autofree char *token =
		part.is_last && !goes_on ? NULL : g_strdup_printf("%" G_GINT64_FORMAT, part.offset);
	request_answer(request, 200,
		json_pack("{s:o, s:s?}", "content", lines_reply(part.text ? part.text : ""),
			"continuation_token", token));
	g_free(part.text);
}

/* ---- which log ---- */

/* A log of a finished try ends; of a running one more may come. */
static bool is_running(struct daemon *daemon, const struct log *log)
{
	const struct task_record *task = engine_task(daemon->engine, log->run.dag_id,
		log->run.run_id, log->task_id, (int)log->map_index);
	return task && (task->state == TASK_RUNNING || task->state == TASK_RESTARTING)
		&& task->try_number == log->try_number;
}

/* Clear its run. False: a refusal has been answered. */
static bool log_find(struct request *request, struct daemon *daemon, struct log *log)
{
	g_autoptr(GError) error = NULL;
	const char *number = request_path(request, "try_number");
	*log = (struct log){.task_id = request_path(request, "task_id")};
	/* It becomes part of a path. */
	if (!task_id_check(log->task_id, &error)) {
		request_refuse(request, 404, "%s", error->message);
		return false;
	}
	if (!g_ascii_string_to_signed(number, 10, 1, UINT32_MAX, &log->try_number, NULL)) {
		request_refuse(request, 404, "\"%s\" is not the number of a try", number);
		return false;
	}
	return request_query_integer(request, "map_index", -1, INT32_MAX, -1, &log->map_index)
		&& request_run(request, daemon, &log->run);
}

static void log_answer(
	struct request *request, struct daemon *daemon, const struct log *log, int64_t offset)
{
	g_autofree char *path = daemon_log_path(
		daemon, &log->run, log->task_id, (int)log->map_index, (unsigned)log->try_number);
	bool goes_on = is_running(daemon, log);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is_text = request_accepts(request, "text/plain");
	if (fd >= 0 && is_text) {
		request_answer_file(request, text_type, fd);
		return;
	}
	if (fd < 0 && !goes_on)
		request_refuse(request, 404,
			"task \"%s\" of run \"%s\" has no log of try %" G_GINT64_FORMAT,
			log->task_id, log->run.run_id, log->try_number);
	else if (is_text)
		request_answer_text(request, 200, text_type, NULL, 0);
	else
		part_answer(request, fd, offset, goes_on);
	if (fd >= 0)
		close(fd);
}

void task_instances_log(struct request *request, void *data)
{
	struct log log;
	int64_t offset;
	if (!request_query_integer(request, "token", 0, INT64_MAX, 0, &offset)
		|| !log_find(request, data, &log))
		return;
	log_answer(request, data, &log, offset);
	run_record_clear(&log.run);
}
