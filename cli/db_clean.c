/* SPDX-License-Identifier: MIT */
/* `db clean`: removes old runs with their logs. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/confirm.h"
#include "cli/db.h"
#include "cli/instant_option.h"
#include "cli/print.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"

#define PATH OWN_API "/clean"

const struct option db_clean_options[] = {
	{"clean-before-timestamp", 0, "T", "remove runs that ended before; UTC without an offset"},
	{"dry-run", 0, NULL, "only say how much it is"},
	{"yes", 'y', NULL, "do not ask"},
	{"skip-archive", 0, NULL, "as it is anyway: nothing is archived"},
	{NULL},
};

/* Of an answer: how many of something. */
static int64_t number(const json_t *answer, const char *key)
{
	return json_integer_value(json_object_get(answer, key));
}

static json_t *survey(const struct invocation *invocation, json_t *body, GError **error)
{
	json_auto_t *dry = json_copy(body);
	json_object_set_new(dry, "dry_run", json_true());
	return ask(invocation->address, "POST", PATH, dry, error);
}

struct cleaning {
	const struct invocation *invocation;
	json_t *last; /* line; NULL: none came */
	bool shows_progress;
};

static void progress_show(const json_t *line)
{
	fprintf(stderr, "\r%" G_GINT64_FORMAT " runs, %" G_GINT64_FORMAT " logs",
		number(line, "dag_runs"), number(line, "logs"));
	fflush(stderr);
}

static bool on_line(void *data, const char *text)
{
	struct cleaning *cleaning = data;
	json_t *line = json_loads(text, 0, NULL);
	if (!line)
		return true;
	json_decref(cleaning->last);
	cleaning->last = line;
	if (cleaning->shows_progress)
		progress_show(line);
	return true;
}

/* What was removed, also when that was not all. */
static void sums_print(const struct invocation *invocation, json_t *sums)
{
	g_autofree char *bytes = g_format_size((guint64)number(sums, "log_bytes"));
	if (invocation->output != OUTPUT_TABLE) {
		json_object_del(sums, "done");
		json_object_del(sums, "error");
		print_object(invocation, sums);
		return;
	}
	say("removed %" G_GINT64_FORMAT " runs with %" G_GINT64_FORMAT
	    " task instances, %" G_GINT64_FORMAT " logs (%s), %" G_GINT64_FORMAT
	    " other rows, %" G_GINT64_FORMAT " texts of DAGs",
		number(sums, "dag_runs"), number(sums, "task_instances"), number(sums, "logs"),
		bytes, number(sums, "other_rows"), number(sums, "dag_versions"));
}

static int clean(struct cleaning *cleaning, const json_t *body)
{
	g_autoptr(GError) error = NULL;
	struct ask_stream stream = {
		.path = PATH, .method = "POST", .body = body, .on_line = on_line, .data = cleaning};
	bool is_whole = ask_stream(cleaning->invocation->address, &stream, &error);
	if (cleaning->shows_progress)
		fputs("\r\033[K", stderr);
	if (!is_whole)
		return refuse(error);
	/* A copy, since what is printed is the line without it. */
	g_autofree char *why =
		g_strdup(json_string_value(json_object_get(cleaning->last, "error")));
	bool is_done = json_is_true(json_object_get(cleaning->last, "done"));
	if (cleaning->last)
		sums_print(cleaning->invocation, cleaning->last);
	if (!is_done)
		say("not all was removed: %s; the same command goes on with it",
			why ? why : "the daemon has stopped");
	return is_done ? EXIT_OK : EXIT_REFUSED;
}

/* Shows how much it is and asks. */
static bool is_wanted(const struct invocation *invocation, const json_t *sums, const char *before)
{
	g_autofree char *question = g_strdup_printf(
		"remove %" G_GINT64_FORMAT " runs that ended before %s, with %" G_GINT64_FORMAT
		" task instances and their logs?",
		number(sums, "dag_runs"), before, number(sums, "task_instances"));
	return confirm(question);
}

int db_clean(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	int64_t at = INSTANT_NONE;
	if (!invocation_instant(
		    invocation, "clean-before-timestamp", zone_get("UTC", NULL), &at, &error))
		return refuse_usage(invocation, error);
	if (at == INSTANT_NONE) {
		error_say(&error,
			"--clean-before-timestamp T is missing: runs that ended before T are "
			"removed");
		return refuse_usage(invocation, error);
	}
	g_autofree char *before = instant_iso_z(at);
	json_auto_t *body = json_pack("{s:s}", "clean_before_timestamp", before);
	bool is_dry = invocation_has(invocation, "dry-run");
	if (is_dry || !invocation_has(invocation, "yes")) {
		json_auto_t *sums = survey(invocation, body, &error);
		if (!sums)
			return refuse(error);
		if (is_dry)
			print_object(invocation, sums);
		if (is_dry || !is_wanted(invocation, sums, before))
			return is_dry ? EXIT_OK : EXIT_REFUSED;
	}
	struct cleaning cleaning = {invocation, NULL, isatty(STDERR_FILENO)};
	int code = clean(&cleaning, body);
	json_decref(cleaning.last);
	return code;
}
