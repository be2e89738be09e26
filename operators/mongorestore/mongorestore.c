/* SPDX-License-Identifier: MIT */
/*
 * Restores a dump of MongoDB. The server is asked first, and the dump is read to its end, before
 * mongorestore may drop anything. User and password reach it in a configuration file that exists
 * in memory only. Its exit code 0 does not mean that every document was restored, so its last line
 * is read, and its count compared with the dump's.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/aws/s3_settings.h"
#include "lib/aws/source.h"
#include "lib/base/instant.h"
#include "lib/base/size.h"
#include "operators/connection.h"
#include "operators/dump_files.h"
#include "operators/guard.h"
#include "operators/mongodb.h"
#include "operators/mongorestore/archive.h"
#include "operators/mongorestore/collection.h"
#include "operators/mongorestore/filled.h"
#include "operators/mongorestore/folder.h"
#include "operators/mongorestore/lock.h"
#include "operators/mongorestore/options.h"
#include "operators/mongorestore/patterns.h"
#include "operators/mongorestore/rehearsal.h"
#include "operators/mongorestore/targets.h"
#include "operators/mongorestore/versions.h"
#include "operators/program.h"
#include "operators/secret_file.h"
#include "operators/tool.h"

struct restore {
	const json_t *arguments;
	struct connection target;
	struct s3_settings *settings;
	GPtrArray *options;
	char *uri, *program;
	int config_fd, dump_fd;
	char *folder;       /* of a dump that is no archive, else NULL */
	const char *sha256; /* that the dump must have; NULL: any */
	struct source_info info;
	struct dump_stamp stamp; /* of the dump when it was read */
	struct archive archive;
	struct targets targets;
	struct source_limits limits;
	mongoc_client_t *client; /* of the target */
	char *server_version;
	struct locks locks;
	double seconds; /* that mongorestore took */
	/* From its output: */
	char *first_error;
	int64_t n_restored, n_failed; /* -1: not told */
	int64_t n_collections;
};

static bool folder_choose(struct restore *restore, GError **error)
{
	const json_t *source = json_object_get(restore->arguments, "source");
	const char *path = json_string_value(source);
	bool is_folder = path && g_file_test(path, G_FILE_TEST_IS_DIR);
	if (is_folder != program_boolean(restore->arguments, "archive", true)) {
		/* A link is followed once: what it leads to later is another dump. */
		restore->folder = is_folder ? realpath(path, NULL) : NULL;
		return true;
	}
	g_set_error(error, LIB_ERROR, 0,
		is_folder ? "%s is a folder, not an archive; a folder needs archive: false"
			  : "archive is false, but %s is not a folder of mongodump --out",
		path ? path : "the source");
	return false;
}

static bool arguments_read(struct restore *restore, GError **error)
{
	const json_t *arguments = restore->arguments;
	if (!connection_read(arguments, "mongo_conn_id", mongodb_types, &restore->target, error))
		return false;
	restore->uri =
		mongodb_uri(&restore->target, program_text(arguments, "auth_database"), error);
	static const char *const none[] = {NULL};
	if (!restore->uri || !guard_check(arguments, &restore->target, none, error)
		|| !folder_choose(restore, error))
		return false;
	restore->settings = s3_settings_read(arguments, "aws_conn_id", error);
	if (!restore->settings)
		return false;
	restore->options = restore_options(arguments, error);
	return restore->options && source_limits_read(arguments, &restore->limits, error)
		&& dump_digest_read(arguments, &restore->sha256, error);
}

/* A text in double quotes with JSON's escapes is one of YAML, too. */
static int config_make(const char *uri, GError **error)
{
	json_t *config = json_pack("{s:s}", "uri", uri);
	char *text = json_dumps(config, JSON_COMPACT | JSON_ENSURE_ASCII);
	int fd = secret_file_make(text, error);
	explicit_bzero(text, strlen(text));
	free(text);
	json_decref(config);
	return fd;
}

static bool target_open(struct restore *restore, GError **error)
{
	g_autofree char *place = mongodb_place(&restore->target);
	restore->program =
		tool_find("mongorestore", "it is part of the MongoDB Database Tools", error);
	if (!restore->program)
		return false;
	restore->client =
		mongodb_open(restore->uri, "dagd mongorestore", &restore->server_version, error);
	if (!restore->client)
		return false;
	printf("target: %s, MongoDB %s\n", place, restore->server_version);
	restore->config_fd = config_make(restore->uri, error);
	return restore->config_fd >= 0;
}

static bool gzip_agrees(const struct restore *restore, GError **error)
{
	const json_t *gzip = json_object_get(restore->arguments, "gzip");
	if (!json_is_boolean(gzip) || json_is_true(gzip) == restore->archive.is_gzip)
		return true;
	g_set_error(error, LIB_ERROR, 0, "gzip is %s, but %s is%s compressed with gzip",
		json_is_true(gzip) ? "true" : "false", restore->info.name,
		restore->archive.is_gzip ? "" : " not");
	return false;
}

static bool dump_read(struct restore *restore, GError **error)
{
	GError *why = NULL;
	restore->stamp = dump_stamp(restore->info.name, restore->dump_fd);
	if (!dump_digest_check(restore->info.name, restore->dump_fd, restore->sha256, error))
		return false;
	printf("reading %s to its end\n", restore->info.name);
	if (!(restore->folder ? folder_read(restore->folder, &restore->archive, &why)
			      : archive_read(restore->dump_fd, &restore->archive, &why))) {
		g_set_error(error, LIB_ERROR, 0, "nothing was restored from %s: %s",
			restore->info.name, why->message);
		g_error_free(why);
		return false;
	}
	const struct archive *archive = &restore->archive;
	printf("it holds %" G_GINT64_FORMAT " documents in %" G_GINT64_FORMAT
	       " collections, dumped from MongoDB %s by mongodump %s\n",
		archive->n_documents, archive->n_collections,
		archive->server_version ? archive->server_version : "unknown",
		archive->tool_version ? archive->tool_version : "unknown");
	return gzip_agrees(restore, error);
}

static bool dump_fetch(struct restore *restore, GError **error)
{
	if (restore->folder) {
		struct source_info *info = &restore->info;
		struct dump_stamp stamp = dump_stamp(restore->folder, -1);
		info->name = g_strdup(restore->folder);
		info->size = stamp.n_bytes;
		info->modified_at = stamp.written_at_ns / 1000;
		return source_limits_check(
			       &restore->limits, info->name, info->size, info->modified_at, error)
			&& dump_read(restore, error);
	}
	const json_t *source = json_object_get(restore->arguments, "source");
	restore->dump_fd =
		source_fetch(source, restore->settings, &restore->limits, &restore->info, error);
	if (restore->dump_fd < 0)
		return false;
	fcntl(restore->dump_fd, F_SETFD, 0); /* mongorestore inherits it */
	return dump_read(restore, error);
}

/* `2026-01-01T00:00:00.000+0000<tab>text`: the text. */
static const char *message_of(const char *line)
{
	const char *tab = strchr(line, '\t');
	return tab ? tab + 1 : line;
}

static void line_read(void *data, const char *line)
{
	static const char counts[] = " document(s) restored successfully. ";
	struct restore *restore = data;
	const char *message = message_of(line), *after = strstr(message, counts);
	if (after) {
		restore->n_restored = g_ascii_strtoll(message, NULL, 10);
		restore->n_failed = g_ascii_strtoll(after + strlen(counts), NULL, 10);
	} else if (g_str_has_prefix(message, "finished restoring ")) {
		restore->n_collections++;
	} else if (!restore->first_error
		&& (g_str_has_prefix(message, "Failed: ")
			|| g_str_has_prefix(message, "continuing through error: ")
			|| strstr(message, "error"))) {
		restore->first_error = g_strdup(message);
	}
}

static GPtrArray *command_line(const struct restore *restore)
{
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *dump = inherited_path(restore->dump_fd);
	g_ptr_array_add(argv, g_strdup(restore->program));
	g_ptr_array_add(argv, g_strdup_printf("--config=/proc/self/fd/%d", restore->config_fd));
	for (guint i = 0; i < restore->options->len; i++)
		g_ptr_array_add(argv, g_strdup(restore->options->pdata[i]));
	if (restore->archive.is_gzip)
		g_ptr_array_add(argv, g_strdup("--gzip"));
	if (restore->folder)
		g_ptr_array_add(argv, g_strdup_printf("--dir=%s", restore->folder));
	else
		g_ptr_array_add(argv, g_strdup_printf("--archive=%s", dump));
	g_ptr_array_add(argv, NULL);
	return argv;
}

static bool targets_read(struct restore *restore, GError **error)
{
	g_autoptr(GPtrArray) argv = command_line(restore);
	return targets_find(
		(const char *const *)argv->pdata, restore->config_fd, &restore->targets, error);
}

static bool targets_agree(const struct restore *restore, GError **error)
{
	const char *const *databases = (const char *const *)restore->targets.databases->pdata;
	if (databases[0])
		return patterns_check(restore->arguments, restore->targets.sources, error)
			&& guard_check(restore->arguments, &restore->target, databases, error);
	g_set_error(error, LIB_ERROR, 0, "nothing in %s would be restored: it holds nothing%s",
		restore->info.name,
		restore_is_partial(restore->arguments) ? " that ns_include names" : "");
	return false;
}

static bool versions_agree(const struct restore *restore, GError **error)
{
	const struct archive *archive = &restore->archive;
	g_autofree char *version = mongorestore_version(restore->program);
	return guard_versions(restore->arguments,
		       server_complaint(archive->server_version, restore->server_version), error)
		&& guard_versions(
			restore->arguments, tool_complaint(archive->tool_version, version), error)
		&& guard_versions(restore->arguments,
			series_complaint(archive->plain_series, version), error);
}

static bool brings_documents(const struct restore *restore)
{
	GHashTable *filled = restore->archive.filled;
	return restore_is_partial(restore->arguments)
		? filled_has(filled, (const char *const *)restore->targets.sources->pdata)
		: g_hash_table_size(filled) > 0;
}

/* A dump of nothing but empty collections is hardly the one that was meant. */
static bool documents_are_replaced(const struct restore *restore, GError **error)
{
	GError *why = NULL;
	if (!program_boolean(restore->arguments, "drop", false) || brings_documents(restore))
		return true;
	const char *collection = collection_filled(
		restore->client, (const char *const *)restore->targets.collections->pdata, &why);
	if (collection)
		g_set_error(error, LIB_ERROR, 0,
			"nothing was restored: %s holds the documents of no collection, but drop "
			"would drop %s, which holds some; if that is meant, drop it first, or "
			"restore into an empty database",
			restore->info.name, collection);
	else if (why)
		g_propagate_error(error, why);
	return !collection && !why;
}

static bool target_lock(struct restore *restore, GError **error)
{
	g_autofree char *place = mongodb_place(&restore->target);
	return locks_take(restore->client, place,
		(const char *const *)restore->targets.databases->pdata, &restore->locks, error);
}

static bool target_restore(struct restore *restore, int *status, GError **error)
{
	g_autoptr(GPtrArray) argv = command_line(restore);
	g_autofree char *text = tool_command_text((const char *const *)argv->pdata);
	g_auto(GStrv) environment = g_get_environ();
	struct tool tool = {.argv = (const char *const *)argv->pdata,
		.environment = (const char *const *)environment,
		.on_line = line_read,
		.is_shown = true,
		.data = restore,
		.secret_fd = restore->config_fd};
	puts(text);
	gint64 begun = g_get_monotonic_time();
	bool is_run = tool_run(&tool, status, error);
	restore->seconds = (double)(g_get_monotonic_time() - begun) / G_USEC_PER_SEC;
	return is_run;
}

/* NULL when all that was wanted is there. */
static char *shortfall(const struct restore *restore, int status)
{
	const char *first = restore->first_error ? restore->first_error : "it gave no reason";
	if (status != 0) {
		g_autofree char *ended = tool_status_text(status);
		return g_strdup_printf(
			"mongorestore of %s failed (%s): %s", restore->info.name, ended, first);
	}
	if (restore->n_failed > 0)
		return g_strdup_printf("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
				       " documents of %s failed to restore: %s",
			restore->n_failed, restore->n_failed + restore->n_restored,
			restore->info.name, first);
	if (restore->n_failed < 0)
		return g_strdup("mongorestore did not say how many documents it restored");
	bool is_all = !restore_is_partial(restore->arguments);
	if (is_all && restore->n_restored < restore->archive.n_documents)
		return g_strdup_printf("%s holds %" G_GINT64_FORMAT
				       " documents, but only %" G_GINT64_FORMAT " were restored",
			restore->info.name, restore->archive.n_documents, restore->n_restored);
	return NULL;
}

static int result_tell(const struct restore *restore)
{
	return program_succeed(json_pack("{s:b, s:I, s:I, s:I, s:f, s:f, s:s}", "dry_run", false,
		"documents", (json_int_t)restore->n_restored, "collections",
		(json_int_t)restore->n_collections, "bytes", (json_int_t)restore->info.size,
		"seconds", restore->seconds, "fetch_seconds", restore->info.seconds, "source",
		restore->info.name));
}

static void dump_print(const struct source_info *info)
{
	g_autofree char *size = size_text(info->size);
	g_autofree char *of = source_time_text(info->modified_at);
	printf("dump: %s, %s, %s\n", info->name, size, of);
}

/* All that a restore would do, and what it would find, but no change. */
static int rehearse(struct restore *restore, GError **error)
{
	const struct source_info *info = &restore->info;
	g_autoptr(GPtrArray) argv = command_line(restore);
	g_autofree char *command = tool_command_text((const char *const *)argv->pdata);
	const GPtrArray *collections = restore->targets.collections;
	bool drops = program_boolean(restore->arguments, "drop", false);
	json_t *result = json_pack("{s:b, s:I, s:I, s:I, s:f, s:s, s:s}", "dry_run", true,
		"documents", (json_int_t)restore->archive.n_documents, "collections",
		(json_int_t)collections->len - 1, "bytes", (json_int_t)info->size, "fetch_seconds",
		info->seconds, "source", info->name, "command", command);
	dump_print(info);
	bool is_told = rehearsal_run(restore->client, (const char *const *)collections->pdata,
		drops ? "would be dropped and made anew"
		      : "would stay, and the documents of the dump be added",
		result, error);
	printf("would run: %s\ndry run: nothing was changed\n", command);
	if (is_told && documents_are_replaced(restore, error))
		return program_succeed(result);
	json_decref(result);
	return program_fail("%s", (*error)->message);
}

static int restore_run(struct restore *restore)
{
	g_autoptr(GError) error = NULL;
	int status = 0;
	if (!arguments_read(restore, &error))
		return program_fail_for_good("%s", error->message);
	if (!target_open(restore, &error) || !dump_fetch(restore, &error)
		|| !targets_read(restore, &error))
		return program_fail("%s", error->message);
	if (!targets_agree(restore, &error) || !versions_agree(restore, &error))
		return program_fail_for_good("%s", error->message);
	if (program_boolean(restore->arguments, "dry_run", false))
		return rehearse(restore, &error);
	if (!target_lock(restore, &error) || !documents_are_replaced(restore, &error)
		|| !dump_unread_check(restore->info.name, restore->dump_fd, &restore->stamp, &error)
		|| !target_restore(restore, &status, &error))
		return program_fail("%s", error->message);
	g_autofree char *missing = shortfall(restore, status);
	if (missing)
		return program_fail("%s", missing);
	if (!dump_stamp_check(restore->info.name, restore->dump_fd, &restore->stamp, &error))
		return program_fail("%s", error->message);
	return result_tell(restore);
}

int main(void)
{
	json_t *arguments = program_arguments();
	struct restore restore = {.arguments = arguments,
		.config_fd = -1,
		.dump_fd = -1,
		.n_restored = -1,
		.n_failed = -1};
	int code = restore_run(&restore);
	if (restore.dump_fd >= 0)
		close(restore.dump_fd);
	source_info_clear(&restore.info);
	archive_clear(&restore.archive);
	targets_clear(&restore.targets);
	locks_release(&restore.locks);
	mongodb_close(restore.client);
	g_free(restore.server_version);
	connection_clear(&restore.target);
	s3_settings_free(restore.settings);
	g_clear_pointer(&restore.options, g_ptr_array_unref);
	if (restore.uri)
		explicit_bzero(restore.uri, strlen(restore.uri));
	g_free(restore.uri);
	g_free(restore.program);
	free(restore.folder);
	g_free(restore.first_error);
	json_decref(arguments);
	mongoc_cleanup();
	return code;
}
