/* SPDX-License-Identifier: MIT */
/* `db backup FILE`: the daemon copies its database, checks the copy, and says how far it is. */
#include <stdio.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/db.h"
#include "cli/print.h"
#include "lib/base/error.h"

const struct option db_backup_options[] = {
	{"force", 'f', NULL, "replace a backup that is there"},
	{NULL},
};

struct copying {
	json_t *last; /* line; NULL: none came */
	bool shows_progress;
};

static void progress_show(const json_t *line)
{
	int64_t n_pages = json_integer_value(json_object_get(line, "pages"));
	int64_t n_done = json_integer_value(json_object_get(line, "done_pages"));
	if (n_pages == 0)
		return;
	if (n_done < n_pages)
		fprintf(stderr, "\r%" G_GINT64_FORMAT " %%", n_done * 100 / n_pages);
	else
		fputs("\rchecking the copy", stderr);
	fflush(stderr);
}

static bool on_line(void *data, const char *text)
{
	struct copying *copying = data;
	json_t *line = json_loads(text, 0, NULL);
	if (!line)
		return true;
	json_decref(copying->last);
	copying->last = line;
	if (copying->shows_progress)
		progress_show(line);
	return true;
}

static void made_print(const struct invocation *invocation, json_t *made)
{
	int64_t n_bytes = json_integer_value(json_object_get(made, "bytes"));
	g_autofree char *size = g_format_size((guint64)n_bytes);
	json_object_del(made, "done");
	if (invocation->output == OUTPUT_TABLE)
		say("\"%s\" has the whole database (%s); its variables and connections can be read "
		    "with the file `key` of the state folder only: keep that, too, elsewhere",
			json_string_value(json_object_get(made, "path")), size);
	else
		print_object(invocation, made);
}

int db_backup(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	/* It is the daemon that writes it, with its own working directory and its own rights. */
	g_autofree char *path = g_canonicalize_filename(invocation_argument(invocation, 0), NULL);
	json_auto_t *body = json_pack(
		"{s:s, s:b}", "path", path, "replace", (int)invocation_has(invocation, "force"));
	if (!body) {
		error_say(&error, "\"%s\" is no UTF-8", path);
		return refuse(error);
	}
	struct copying copying = {NULL, isatty(STDERR_FILENO)};
	struct ask_stream stream = {.path = OWN_API "/backup",
		.method = "POST",
		.body = body,
		.on_line = on_line,
		.data = &copying};
	bool is_answered = ask_stream(invocation->address, &stream, &error);
	json_auto_t *last = copying.last;
	if (copying.shows_progress)
		fputs("\r\033[K", stderr);
	if (!is_answered)
		return refuse(error);
	const char *why = json_string_value(json_object_get(last, "error"));
	bool is_made = json_is_true(json_object_get(last, "done"));
	if (is_made)
		made_print(invocation, last);
	else
		say("there is no backup: %s", why ? why : "the daemon has stopped");
	return is_made ? EXIT_OK : EXIT_REFUSED;
}
