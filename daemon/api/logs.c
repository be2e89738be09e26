/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "daemon/api/reply.h"
#include "daemon/api/task_instances.h"
#include "lib/base/ident.h"

/* How much of a log one answer has; the rest comes by its continuation token. */
enum { PART_MAX = 1 << 20 };

/* The next whole lines from an offset (the last one may lack its end); NULL: there is no such file.
 */
static char *part_read(const char *path, int64_t *offset, bool *is_all)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	char *text = g_malloc(PART_MAX + 1);
	ssize_t n = pread(fd, text, PART_MAX, *offset);
	close(fd);
	n = MAX(n, 0);
	*is_all = n < PART_MAX;
	while (!*is_all && n > 0 && text[n - 1] != '\n')
		n--;
	if (n == 0 && !*is_all)
		n = PART_MAX; /* one line that is longer than a part */
	text[n] = '\0';
	*offset += n;
	char *valid = g_utf8_make_valid(text, n);
	g_free(text);
	return valid;
}

static json_t *lines_reply(const char *text)
{
	json_t *lines = json_array();
	while (*text) {
		size_t len = strcspn(text, "\n");
		json_array_append_new(
			lines, json_pack("{s:n, s:s%}", "timestamp", "event", text, len));
		text += len + (text[len] == '\n');
	}
	return lines;
}

/* A log of a finished try ends; of a running one more may come. */
static bool is_running(struct daemon *daemon, const struct run_record *run, const char *task_id,
	int map_index, int64_t try_number)
{
	const struct task_record *task =
		engine_task(daemon->engine, run->dag_id, run->run_id, task_id, map_index);
	return task && (task->state == TASK_RUNNING || task->state == TASK_RESTARTING)
		&& task->try_number == try_number;
}

void task_instances_log(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct run_record run;
	const char *task_id = request_path(request, "task_id");
	const char *number = request_path(request, "try_number");
	int64_t try_number, offset, map_index;
	bool is_all = true;
	g_autoptr(GError) error = NULL;
	/* It becomes part of a path. */
	if (!task_id_check(task_id, &error)) {
		request_refuse(request, 404, "%s", error->message);
		return;
	}
	if (!request_query_integer(request, "token", 0, INT64_MAX, 0, &offset)
		|| !request_query_integer(request, "map_index", -1, INT32_MAX, -1, &map_index)
		|| !request_run(request, daemon, &run))
		return;
	if (!g_ascii_string_to_signed(number, 10, 1, UINT32_MAX, &try_number, NULL)) {
		request_refuse(request, 404, "\"%s\" is not the number of a try", number);
		run_record_clear(&run);
		return;
	}
	g_autofree char *path =
		daemon_log_path(daemon, &run, task_id, (int)map_index, (unsigned)try_number);
	bool goes_on = is_running(daemon, &run, task_id, (int)map_index, try_number);
	g_autofree char *text = part_read(path, &offset, &is_all);
	if (text || goes_on) {
		g_autofree char *token =
			is_all && !goes_on ? NULL : g_strdup_printf("%" G_GINT64_FORMAT, offset);
		request_answer(request, 200,
			json_pack("{s:o, s:s?}", "content", lines_reply(text ? text : ""),
				"continuation_token", token));
	} else {
		request_refuse(request, 404, "task \"%s\" of run \"%s\" has no log of try %s",
			task_id, run.run_id, number);
	}
	run_record_clear(&run);
}
