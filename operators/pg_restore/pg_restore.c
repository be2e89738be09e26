/* SPDX-License-Identifier: MIT */
/*
 * Restores a dump of PostgreSQL. Everything that can go wrong without touching the target comes
 * first: the arguments, the program, the server, the fetch, a reading of the whole dump. Only then
 * pg_restore is let loose, with its password in a file that exists in memory only.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/aws/s3_settings.h"
#include "lib/base/instant.h"
#include "operators/connection.h"
#include "operators/dump_files.h"
#include "operators/guard.h"
#include "operators/pg_restore/client.h"
#include "operators/pg_restore/dependents.h"
#include "operators/pg_restore/dump.h"
#include "operators/pg_restore/filled.h"
#include "operators/pg_restore/lock.h"
#include "operators/pg_restore/occupied.h"
#include "operators/pg_restore/options.h"
#include "operators/pg_restore/rehearsal.h"
#include "operators/pg_restore/report.h"
#include "operators/postgres.h"
#include "operators/program.h"
#include "operators/secret_file.h"
#include "operators/tool.h"

static const char application[] = "dagd pg_restore";

struct restore {
	const json_t *arguments;
	struct connection target;
	struct s3_settings *settings;
	GPtrArray *options, *extra;
	struct source_limits limits;
	PGconn *session; /* with the target, holds the lock */
	char *database;  /* as its server names it */
	struct client client;
	char **environment;
	int password_fd;    /* 0: there is no password */
	bool is_empty;      /* the target holds nothing yet */
	const char *sha256; /* that the dump must have; NULL: any */
	struct dump dump;
	struct dump_stamp stamp; /* of the dump when it was read */
	double seconds;          /* that pg_restore took */
	struct report report;
};

static bool arguments_read(struct restore *restore, GError **error)
{
	if (!connection_read(restore->arguments, "postgres_conn_id", postgres_types,
		    &restore->target, error))
		return false;
	if (!restore->target.database) {
		g_set_error_literal(error, LIB_ERROR, 0,
			"no database is named: give database, or a connection that has one "
			"(schema)");
		return false;
	}
	const char *const databases[] = {restore->target.database, NULL};
	if (!guard_check(restore->arguments, &restore->target, databases, error))
		return false;
	restore->settings = s3_settings_read(restore->arguments, "aws_conn_id", error);
	if (!restore->settings)
		return false;
	restore->options = restore_options(restore->arguments, error);
	if (!restore->options)
		return false;
	restore->extra = restore_extra_options(restore->arguments, error);
	return restore->extra && source_limits_read(restore->arguments, &restore->limits, error)
		&& dump_digest_read(restore->arguments, &restore->sha256, error);
}

/* After the fetch, which may take hours, in which the target changes. */
static bool target_look(struct restore *restore, GError **error)
{
	static const char query[] =
		"WITH own AS (SELECT oid FROM pg_namespace"
		" WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')"
		"SELECT NOT EXISTS (SELECT FROM pg_class WHERE relnamespace IN (TABLE own)"
		" UNION ALL SELECT FROM pg_type WHERE typnamespace IN (TABLE own)"
		" UNION ALL SELECT FROM pg_proc WHERE pronamespace IN (TABLE own)"
		" UNION ALL SELECT FROM pg_largeobject_metadata)"
		" AND (SELECT count(*) FROM own) <= 1";
	PGresult *result = PQexec(restore->session, query);
	bool is_told = PQresultStatus(result) == PGRES_TUPLES_OK;
	if (is_told) {
		restore->is_empty = g_str_equal(PQgetvalue(result, 0, 0), "t");
	} else {
		g_autofree char *why = postgres_message(restore->session);
		g_set_error(error, LIB_ERROR, 0,
			"nothing was restored: cannot look at the database: %s", why);
	}
	PQclear(result);
	return is_told;
}

static bool session_set(PGconn *session, const char *settings, GError **error)
{
	PGresult *result = PQexec(session, settings);
	bool is_set = PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	if (is_set)
		return true;
	g_autofree char *why = postgres_message(session);
	g_set_error(error, LIB_ERROR, 0, "cannot use the session: %s", why);
	return false;
}

/*
 * Names are told with their schema, as a dump has them. A table of which policies would hide rows
 * is an error and not empty. What may be done the role may that pg_restore takes.
 */
static bool session_settle(const struct restore *restore, GError **error)
{
	PGconn *session = restore->session;
	g_autofree char *role = restore_role(restore->extra);
	if (!session_set(session, "SET search_path = ''; SET row_security = off", error))
		return false;
	if (!role)
		return true;
	char *name = PQescapeIdentifier(session, role, strlen(role));
	g_autofree char *setting = g_strdup_printf("SET ROLE %s", name ? name : "\"\"");
	PQfreemem(name);
	return session_set(session, setting, error);
}

static bool database_ask(struct restore *restore, GError **error)
{
	PGresult *result = PQexec(restore->session, "SELECT current_database()");
	bool is_told = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;
	if (is_told) {
		restore->database = g_strdup(PQgetvalue(result, 0, 0));
	} else {
		g_autofree char *why = postgres_message(restore->session);
		g_set_error(error, LIB_ERROR, 0, "the server does not name its database: %s", why);
	}
	PQclear(result);
	return is_told;
}

/* Whether the server is there and lets us in; and what its programs are to be told. */
static bool target_open(struct restore *restore, GError **error)
{
	g_autofree char *line = NULL;
	g_autofree char *path = NULL;
	postgres_forget_places();
	PGconn *session = restore->session = postgres_open(&restore->target, application, error);
	if (!session)
		return false;
	bool is_ready = database_ask(restore, error) && session_settle(restore, error)
		&& client_find(PQserverVersion(session), &restore->client, error);
	const char *password = restore->target.password;
	if (is_ready && password) {
		line = postgres_password_line(password, error);
		restore->password_fd = line ? secret_file_make(line, error) : -1;
		is_ready = restore->password_fd >= 0;
		path = inherited_path(restore->password_fd);
	}
	if (is_ready) {
		char **environment =
			postgres_environment(&restore->target, session, application, path);
		/* Its messages are read, so they must not be translated. */
		environment = g_environ_setenv(environment, "LC_ALL", "C.UTF-8", TRUE);
		restore->environment = g_environ_setenv(environment, "TZ", "UTC", TRUE);
		printf("target: database %s on %s, PostgreSQL %s\n", PQdb(session), PQhost(session),
			PQparameterStatus(session, "server_version"));
	}
	if (line)
		explicit_bzero(line, strlen(line));
	return is_ready;
}

/* A pooler may lead to a database that has another name on its server: guards are about that, too.
 */
static bool database_agrees(const struct restore *restore, GError **error)
{
	const char *const databases[] = {restore->target.database, restore->database, NULL};
	return g_str_equal(restore->database, restore->target.database)
		|| guard_check(restore->arguments, &restore->target, databases, error);
}

static bool is_cleaned(const struct restore *restore)
{
	const char *const *words = (const char *const *)restore->options->pdata;
	return g_strv_contains(words, "--clean") || g_strv_contains(words, "-c");
}

/* A large object that is there would be written over from its beginning, and keep its end. */
static bool objects_are_new(const struct restore *restore, GError **error)
{
	const struct dump *dump = &restore->dump;
	GError *why = NULL;
	g_autofree char *object = filled_object(restore->session, dump->large_objects, &why);
	if (object)
		g_set_error(error, LIB_ERROR, 0,
			"nothing was restored: large object %s is in database %s already, and that "
			"of %s would be written into it; give clean: true, or an empty database",
			object, restore->target.database, dump->name);
	else if (why)
		g_propagate_error(error, why);
	return !object && !why;
}

static bool tables_are_empty(const struct restore *restore, GError **error)
{
	const struct dump *dump = &restore->dump;
	GError *why = NULL;
	bool is_told = dump->n_rows >= 0 && filled_names_are_whole(dump->tables);
	g_autofree char *table = is_told
		? filled_table(restore->session, dump->tables, &why)
		: filled_table_made(restore->session, &dump->contents, &why);
	if (table)
		g_set_error(error, LIB_ERROR, 0,
			"nothing was restored: table %s of database %s holds rows, to which those "
			"of %s would be added; give clean: true, or an empty database",
			table, restore->target.database, dump->name);
	else if (why)
		g_propagate_error(error, why);
	return !table && !why;
}

/* Whoever says so in extra_args wants no rows; else such a dump is one by mistake. */
static bool rows_are_replaced(const struct restore *restore, GError **error)
{
	const struct dump *dump = &restore->dump;
	GError *why = NULL;
	if (dump->fills_tables || restore_chooses_rows(restore->extra))
		return true;
	g_autofree char *table = filled_table_made(restore->session, &dump->contents, &why);
	if (table)
		g_set_error(error, LIB_ERROR, 0,
			"nothing was restored: %s holds the rows of no table, but clean would drop "
			"table %s of database %s, which holds some; if that is meant, give "
			"extra_args: [--schema-only], or an empty database",
			dump->name, table, restore->target.database);
	else if (why)
		g_propagate_error(error, why);
	return !table && !why;
}

/*
 * Without clean a table that is there keeps its rows and gets those of the dump besides, though the
 * restore fails: a try that died in the middle would be doubled by the next one. With clean the
 * same comes of a table that cannot be dropped.
 */
static bool nothing_doubles(const struct restore *restore, GError **error)
{
	const struct contents *contents = &restore->dump.contents;
	bool is_clean = is_cleaned(restore);
	/* Who names harmless errors has thought of what else may not be dropped. */
	bool may_fail = json_array_size(restore->report.harmless) > 0;
	if (restore->is_empty)
		return true;
	if (!is_clean && !objects_are_new(restore, error))
		return false;
	if (!restore->dump.makes_tables)
		return true;
	if (!names_are_free(restore->session, contents, error))
		return false;
	return is_clean ? names_may_be_dropped(restore->session, contents, error)
			&& dependents_check(restore->session, contents, error)
			&& (may_fail || dependents_check_others(restore->session, contents, error))
			&& rows_are_replaced(restore, error)
			: tables_are_empty(restore, error);
}

/*
 * Even with --if-exists pg_restore may stumble over what it wants to drop (see report.c). Where
 * the first error is the end, an empty database is better not cleaned.
 */
static bool clean_is_left_out(const struct restore *restore)
{
	return restore->is_empty
		&& (program_boolean(restore->arguments, "exit_on_error", false)
			|| program_boolean(restore->arguments, "single_transaction", false));
}

static bool is_about_clean(const char *option)
{
	return g_str_equal(option, "--clean") || g_str_equal(option, "--if-exists");
}

static GPtrArray *command_line(const struct restore *restore)
{
	const struct connection *target = &restore->target;
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(argv, g_strdup(restore->client.path));
	for (guint i = 0; restore->options->pdata[i]; i++)
		if (!clean_is_left_out(restore) || !is_about_clean(restore->options->pdata[i]))
			g_ptr_array_add(argv, g_strdup(restore->options->pdata[i]));
	g_ptr_array_add(argv, g_strdup("--no-password"));
	/* Of several hosts that on which the lock is. */
	if (target->host)
		g_ptr_array_add(argv, g_strdup_printf("--host=%s", PQhost(restore->session)));
	if (target->port)
		g_ptr_array_add(argv, g_strdup_printf("--port=%d", target->port));
	if (target->user)
		g_ptr_array_add(argv, g_strdup_printf("--username=%s", target->user));
	g_autofree char *database = postgres_database_word(target->database);
	g_ptr_array_add(argv, g_strdup_printf("--dbname=%s", database));
	g_ptr_array_add(argv, g_strdup(restore->dump.path));
	g_ptr_array_add(argv, NULL);
	return argv;
}

static bool target_restore(struct restore *restore, int *status, GError **error)
{
	g_autoptr(GPtrArray) argv = command_line(restore);
	g_autofree char *text = tool_command_text((const char *const *)argv->pdata);
	struct tool tool = {.argv = (const char *const *)argv->pdata,
		.environment = (const char *const *)restore->environment,
		.on_line = report_line,
		.is_shown = true,
		.data = &restore->report,
		.secret_fd = restore->password_fd};
	puts(text);
	gint64 begun = g_get_monotonic_time();
	bool is_run = tool_run(&tool, status, error);
	restore->seconds = (double)(g_get_monotonic_time() - begun) / G_USEC_PER_SEC;
	return is_run;
}

static int failure_tell(const struct restore *restore, int status)
{
	const struct report *report = &restore->report;
	g_autofree char *ended = tool_status_text(status);
	const char *first = report->first_error ? report->first_error : "it gave no reason";
	if (WIFEXITED(status) && report->n_ignored > 0)
		return program_fail("%s was restored into %s, but not all of it (errors ignored on "
				    "restore: %" G_GINT64_FORMAT "); the first: %s",
			restore->dump.name, restore->target.database, report->n_ignored, first);
	return program_fail("pg_restore of %s into %s failed (%s): %s", restore->dump.name,
		restore->target.database, ended, first);
}

/* What a dry run knows, too. */
static json_t *result_make(const struct restore *restore)
{
	const struct dump *dump = &restore->dump;
	json_t *rows = dump->n_rows < 0 ? json_null() : json_integer(dump->n_rows);
	return json_pack("{s:b, s:s, s:I, s:o, s:I, s:f, s:s}", "dry_run", false, "database",
		restore->target.database, "tables", (json_int_t)dump->n_tables, "rows", rows,
		"bytes", (json_int_t)dump->size, "fetch_seconds", dump->fetch_s, "source",
		dump->name);
}

static int result_tell(const struct restore *restore)
{
	json_t *result = result_make(restore);
	json_object_set_new(result, "seconds", json_real(restore->seconds));
	json_object_set_new(result, "errors_ignored", json_integer(restore->report.n_ignored));
	return program_succeed(result);
}

/* All that a restore would do, and what it would find, but no change. */
static int rehearse(struct restore *restore, GError **error)
{
	const struct dump *dump = &restore->dump;
	g_autoptr(GPtrArray) argv = command_line(restore);
	g_autofree char *command = tool_command_text((const char *const *)argv->pdata);
	bool cleans = g_strv_contains((const char *const *)argv->pdata, "--clean");
	json_t *result = result_make(restore);
	rehearsal_print_dump(&dump->contents, dump->name, dump->size, dump->modified_at);
	const struct fates fates = cleans
		? (struct fates){"would be dropped and made anew", "would be dropped"}
		: (struct fates){"would stay, and the rows of the dump be added", NULL};
	bool is_told = rehearsal_run(restore->session, &dump->contents, &fates, result, error);
	json_object_set_new(result, "dry_run", json_true());
	json_object_set_new(result, "command", json_string(command));
	printf("would run: %s\ndry run: nothing was changed\n", command);
	if (is_told && nothing_doubles(restore, error))
		return program_succeed(result);
	json_decref(result);
	return program_fail("%s", (*error)->message);
}

static bool is_success(struct restore *restore, int status)
{
	bool is_harmless = report_is_harmless(&restore->report);
	if (status == 0)
		return true;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 1 || !is_harmless)
		return false;
	printf("the ignored errors are harmless: %" G_GINT64_FORMAT "\n",
		restore->report.n_ignored);
	return true;
}

static bool client_agrees(const struct restore *restore, GError **error)
{
	g_autofree char *warning = client_warning(restore->client.version);
	if (warning)
		printf("warning: %s\n", warning);
	return guard_versions(restore->arguments,
		client_complaint(restore->client.version, PQserverVersion(restore->session)),
		error);
}

static bool dump_agrees(const struct restore *restore, GError **error)
{
	return guard_versions(restore->arguments,
		dump_complaint(&restore->dump.contents, restore->client.version,
			PQserverVersion(restore->session)),
		error);
}

/* What extra_args leave of it may be nothing: a name with a typing error in it, for instance. */
static bool something_is_left(const struct restore *restore, GError **error)
{
	if (restore->dump.contents.n_entries > 0)
		return true;
	g_set_error(error, LIB_ERROR, 0, "nothing in %s would be restored: %s", restore->dump.name,
		restore->extra->pdata[0] ? "it holds nothing that extra_args name"
					 : "it holds nothing");
	return false;
}

static bool names_are_right(const struct restore *restore, GError **error)
{
	return dump_names_check(&restore->dump, &restore->client, restore->extra,
		(const char *const *)restore->environment, error);
}

static bool dump_take(struct restore *restore, GError **error)
{
	struct dump *dump = &restore->dump;
	const json_t *source = json_object_get(restore->arguments, "source");
	if (!dump_fetch(source, restore->settings, &restore->limits, dump, error))
		return false;
	g_autofree char *archive = g_strdup_printf("the archive in %s", dump->name);
	restore->stamp = dump_stamp(dump->name, dump->fd);
	if (!dump_digest_check(dump->name, dump->fd, restore->sha256, error))
		return false;
	printf("reading %s to its end\n", dump->name);
	return dump_read(dump, &restore->client, restore->extra,
		       (const char *const *)restore->environment, error)
		&& source_limits_check(&restore->limits, archive, dump->size,
			contents_made_before(&dump->contents), error);
}

static int restore_run(struct restore *restore)
{
	g_autoptr(GError) error = NULL;
	int status = 0;
	bool is_rehearsal = program_boolean(restore->arguments, "dry_run", false);
	if (!arguments_read(restore, &error))
		return program_fail_for_good("%s", error->message);
	if (!target_open(restore, &error))
		return program_fail("%s", error->message);
	if (!database_agrees(restore, &error) || !client_agrees(restore, &error))
		return program_fail_for_good("%s", error->message);
	if (!is_rehearsal && !lock_take(restore->session, &error))
		return program_fail("%s", error->message);
	if (!dump_take(restore, &error))
		return restore->dump.is_too_new ? program_fail_for_good("%s", error->message)
						: program_fail("%s", error->message);
	if (!dump_agrees(restore, &error) || !something_is_left(restore, &error)
		|| !names_are_right(restore, &error))
		return program_fail_for_good("%s", error->message);
	if (!target_look(restore, &error))
		return program_fail("%s", error->message);
	if (is_rehearsal)
		return rehearse(restore, &error);
	if (!nothing_doubles(restore, &error)
		|| !dump_unread_check(restore->dump.name, restore->dump.fd, &restore->stamp, &error)
		|| !target_restore(restore, &status, &error))
		return program_fail("%s", error->message);
	if (!is_success(restore, status))
		return failure_tell(restore, status);
	if (!lock_check(restore->session, &error)
		|| !dump_stamp_check(restore->dump.name, restore->dump.fd, &restore->stamp, &error))
		return program_fail("%s", error->message);
	return result_tell(restore);
}

int main(void)
{
	json_t *arguments = program_arguments();
	struct restore restore = {.arguments = arguments, .dump = {.fd = -1}};
	report_open(&restore.report, json_object_get(arguments, "harmless_errors"));
	int code = restore_run(&restore);
	dump_clear(&restore.dump);
	connection_clear(&restore.target);
	s3_settings_free(restore.settings);
	g_clear_pointer(&restore.options, g_ptr_array_unref);
	g_clear_pointer(&restore.extra, g_ptr_array_unref);
	client_clear(&restore.client);
	PQfinish(restore.session);
	g_free(restore.database);
	g_strfreev(restore.environment);
	report_close(&restore.report);
	json_decref(arguments);
	return code;
}
