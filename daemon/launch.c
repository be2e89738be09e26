/* SPDX-License-Identifier: MIT */
#include "daemon/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "daemon/flow.h"
#include "daemon/journal.h"
#include "daemon/render/mask.h"
#include "daemon/render/render.h"
#include "daemon/report.h"
#include "lib/base/instant.h"

static char *log_path(const struct daemon *daemon, const struct attempt *attempt)
{
	return daemon_log_path(daemon, &attempt->run, attempt->record.task_id,
		attempt->record.map_index, attempt->record.try_number);
}

void attempt_log(
	struct daemon *daemon, const struct attempt *attempt, const char *prefix, const char *line)
{
	g_autofree char *text = g_strdup_printf("%s%s\n", prefix, line);
	g_autofree char *log = log_path(daemon, attempt);
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		journal(JOURNAL_WARNING, "%s cannot be written: %s", log, g_strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* An attempt that ends before it had a worker: the sentence becomes its log and its reason. */
static void fail(struct daemon *daemon, const struct attempt *attempt, const char *why)
{
	attempt_log(daemon, attempt, "error: ", why);
	struct wire_result result = {
		.attempt = attempt->record.id,
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.exit_code = -1,
		.error = why,
		.usage = WIRE_USAGE_NONE,
	};
	memcpy(result.token, attempt->record.token, sizeof result.token);
	turn_add_report(daemon->turn, report_new_ended(&result));
}

static bool log_folder_make(const char *log, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(log);
	if (g_mkdir_with_parents(folder, 0750) == 0)
		return true;
	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
		"the log folder %s cannot be made: %s", folder, g_strerror(errno));
	return false;
}

static void rendered_save(
	struct daemon *daemon, const struct attempt *attempt, const struct rendered *rendered)
{
	g_autofree char *fields = json_dumps(rendered->shown, JSON_COMPACT | JSON_ENCODE_ANY);
	struct task_key key = {
		attempt->record.run, attempt->record.task_id, attempt->record.map_index};
	batch_rendered(turn_lazy_batch(daemon->turn), &key, fields);
}

static void start(struct daemon *daemon, const struct attempt *attempt, const char *log,
	const struct rendered *rendered)
{
	struct wire_start order = {
		.attempt = attempt->record.id,
		.log = log,
		.cwd = rendered->cwd,
		.argv = (const char *const *)rendered->argv->pdata,
		.env = (const char *const *)rendered->env->pdata,
		.input = rendered->input,
		.input_size = rendered->input_size,
		.timeout_us = attempt->task->execution_timeout_us,
		.kill_after_us = daemon->config.killed_task_cleanup_us,
		.output_max = (uint64_t)daemon->config.max_xcom_bytes,
		.log_max = daemon->config.max_log_bytes > 0 ? daemon->config.max_log_bytes : -1,
		.masks = (const char *const *)rendered->masks->pdata,
	};
	memcpy(order.token, attempt->record.token, sizeof order.token);
	executor_start(daemon->executor, &order);
}

/* What no process is needed for has its result at once. */
static void end_at_once(
	struct daemon *daemon, const struct attempt *attempt, const struct rendered *rendered)
{
	const char *name = attempt->task->operator->value_parameter;
	const json_t *value = name ? json_object_get(rendered->arguments, name) : NULL;
	json_t *output = value
		? json_pack("{s:o}", "return_value", json_masked(value, rendered->masks))
		: NULL;
	turn_add_report(
		daemon->turn, report_new_own(&attempt->record, output, rendered->arguments));
}

struct render_request launch_request(const struct daemon *daemon, const struct attempt *attempt)
{
	return (struct render_request){
		.dag = attempt->dag,
		.task = attempt->task,
		.run = &attempt->run,
		.map_index = attempt->record.map_index,
		.try_number = attempt->record.try_number,
		.max_tries = attempt->task->retries,
		.started_at = attempt->record.launched_at,
		.reader = daemon->reader,
		.base_env = daemon->base_env,
	};
}

void launch_prepare(struct daemon *daemon, struct attempt *attempt)
{
	g_autofree char *log = log_path(daemon, attempt);
	attempt->has_log_folder = log_folder_make(log, NULL);
}

void launch(struct daemon *daemon, struct attempt *attempt)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *log = log_path(daemon, attempt);
	struct render_request request = launch_request(daemon, attempt);
	struct rendered rendered;
	bool has_folder = attempt->has_log_folder || log_folder_make(log, &error);
	bool is_full = g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
	if (!has_folder && !is_full) {
		fail(daemon, attempt, error->message);
		return;
	}
	if (!has_folder || !executor_prepare(daemon->executor, attempt->record.id, &error)) {
		journal(JOURNAL_WARNING, "%s", error->message);
		turn_add_report(
			daemon->turn, report_new_taken_back(attempt->record.id, error->message));
		return;
	}
	if (!render_task(&request, &rendered, &error)) {
		fail(daemon, attempt, error->message);
		return;
	}
	rendered_save(daemon, attempt, &rendered);
	if (flow_needs_no_process(attempt->task, &rendered))
		end_at_once(daemon, attempt, &rendered);
	else
		start(daemon, attempt, log, &rendered);
	rendered_clear(&rendered);
}
