/* SPDX-License-Identifier: MIT */
#include "daemon/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/flow.h"
#include "daemon/journal.h"
#include "daemon/render/mask.h"
#include "daemon/render/render.h"
#include "daemon/report.h"
#include "lib/base/instant.h"

enum { ROOM_MIN_BYTES = 4 << 20 };

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

void launch_fail(struct daemon *daemon, const struct attempt *attempt, const char *why)
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

/* What the machine lacks, not this attempt: it may have it again later. */
static bool is_shortage(int error)
{
	static const int shortages[] = {ENOSPC, EDQUOT, EROFS, EIO, ENOMEM, EAGAIN, EMFILE, ENFILE};
	for (size_t i = 0; i < G_N_ELEMENTS(shortages); i++)
		if (error == shortages[i])
			return true;
	return false;
}

/* The errno; 0: it is there. */
static int log_folder_make(const char *log)
{
	g_autofree char *folder = g_path_get_dirname(log);
	return g_mkdir_with_parents(folder, 0750) == 0 ? 0 : errno;
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
		.masks = mask_words_list(rendered->masks),
	};
	memcpy(order.token, attempt->record.token, sizeof order.token);
	executor_start(daemon->executor, &order);
}

/* Of the secrets those that the run's conf does not hold already. */
static struct mask_words *secrets_looked_up(
	const struct attempt *attempt, const struct rendered *rendered)
{
	g_autoptr(mask_words) known = mask_words_new();
	json_t *conf = attempt->run.conf ? json_loads(attempt->run.conf, 0, NULL) : NULL;
	mask_add_sensitive(known, conf);
	json_decref(conf);
	return mask_words_without(rendered->masks, known);
}

/*
 * What an operator without a process is given becomes part of runs and of what is shown of them.
 * NULL, or the sentence (g_free) that says which argument must not.
 */
static char *secret_given(const struct attempt *attempt, const struct rendered *rendered)
{
	const char *name;
	json_t *value;
	if (attempt->task->operator->run[0])
		return NULL;
	g_autoptr(mask_words) secrets = secrets_looked_up(attempt, rendered);
	json_object_foreach(rendered->arguments, name, value)
	{
		if (json_holds_secret(value, secrets))
			return g_strdup_printf(
				"%s holds a secret, which would be stored and shown: let who needs "
				"it look it up as a variable or a connection",
				name);
	}
	return NULL;
}

/* A line of the log for each secret that is too short to be hidden in it. */
static void unhidden_tell(
	struct daemon *daemon, const struct attempt *attempt, const struct rendered *rendered)
{
	for (guint i = 0; i < rendered->unhidden->len; i++) {
		g_autofree char *line = g_strdup_printf(
			"%s has fewer than 4 bytes: it cannot be hidden in this log]",
			(const char *)rendered->unhidden->pdata[i]);
		attempt_log(daemon, attempt, "[dagd: ", line);
	}
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
	struct report *report = report_new_own(&attempt->record, output, rendered->arguments);
	if (report) {
		turn_add_report(daemon->turn, report);
		return;
	}
	g_autofree char *why = g_strdup_printf("%s is larger than 64 MiB as JSON: leave large data "
					       "in a file and pass its name",
		name);
	launch_fail(daemon, attempt, why);
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
		.sources = &daemon->sources,
		.base_env = daemon->base_env,
	};
}

void launch_prepare(struct daemon *daemon, struct attempt *attempt)
{
	g_autofree char *log = log_path(daemon, attempt);
	attempt->has_log_folder = log_folder_make(log) == 0;
}

/*
 * Claim, result and log of an attempt are small; with less room than this it would begin only to
 * fail. What is left is for those that run.
 */
static bool has_room(const char *folder, GError **error)
{
	struct statvfs disk;
	if (statvfs(folder, &disk) != 0 || disk.f_blocks == 0)
		return true; /* it will be found out */
	uint64_t n_blocks = geteuid() == 0 ? disk.f_bfree : disk.f_bavail;
	if (n_blocks * disk.f_frsize >= ROOM_MIN_BYTES && (disk.f_files == 0 || disk.f_favail > 0))
		return true;
	g_set_error(error, LIB_ERROR, 0, "the disk of %s is full", folder);
	return false;
}

static bool database_is_sound(const struct daemon *daemon, GError **error)
{
	const char *damage = daemon->troubles[TROUBLE_DAMAGE].sentence;
	if (damage)
		g_set_error(error, LIB_ERROR, 0, "%s", damage);
	return !damage;
}

/* Each attempt needs a folder and a worker. False: there is no getting them now. One that has asked
 * for values has its folder. */
static bool means_get(struct daemon *daemon, struct attempt *attempt, const struct answers *answers,
	GError **error)
{
	return database_is_sound(daemon, error) && has_room(daemon->home.state, error)
		&& executor_ready(daemon->executor, error)
		&& (answers_are_used(answers)
			|| executor_prepare(daemon->executor, attempt->record.id, error));
}

/* False: none can be made now. *why is set when this log can never be. */
static bool log_get(
	struct daemon *daemon, struct attempt *attempt, const char *log, char **why, GError **error)
{
	int number = attempt->has_log_folder ? 0 : log_folder_make(log);
	if (number == 0)
		return true;
	g_autofree char *folder = g_path_get_dirname(log);
	g_autofree char *sentence =
		g_strdup_printf("the log folder %s cannot be made: %s", folder, g_strerror(number));
	if (!is_shortage(number)) {
		*why = g_steal_pointer(&sentence);
		return true;
	}
	g_set_error(error, LIB_ERROR, 0, "%s", sentence);
	return false;
}

static enum launched render_and_start(struct daemon *daemon, const struct attempt *attempt,
	const char *log, struct answers *answers)
{
	g_autoptr(GError) error = NULL;
	struct render_request request = launch_request(daemon, attempt);
	struct rendered rendered;
	request.answers = answers;
	bool is_rendered = render_task(&request, &rendered, &error);
	if (!is_rendered && answers_are_wanted(answers))
		return LAUNCHED_ASKS;
	if (!is_rendered) {
		launch_fail(daemon, attempt, error->message);
		return LAUNCHED_ENDED;
	}
	g_autofree char *why = secret_given(attempt, &rendered);
	if (why) {
		launch_fail(daemon, attempt, why);
		rendered_clear(&rendered);
		return LAUNCHED_ENDED;
	}
	rendered_save(daemon, attempt, &rendered);
	unhidden_tell(daemon, attempt, &rendered);
	bool is_over = flow_needs_no_process(attempt->task, &rendered);
	if (is_over)
		end_at_once(daemon, attempt, &rendered);
	else
		start(daemon, attempt, log, &rendered);
	rendered_clear(&rendered);
	return is_over ? LAUNCHED_ENDED : LAUNCHED;
}

enum launched launch(
	struct daemon *daemon, struct attempt *attempt, struct answers *answers, GError **error)
{
	g_autofree char *why = NULL, *log = log_path(daemon, attempt);
	if (!log_get(daemon, attempt, log, &why, error))
		return LAUNCHED_NOT;
	if (why) {
		launch_fail(daemon, attempt, why);
		return LAUNCHED_ENDED;
	}
	if (!means_get(daemon, attempt, answers, error))
		return LAUNCHED_NOT;
	return render_and_start(daemon, attempt, log, answers);
}
