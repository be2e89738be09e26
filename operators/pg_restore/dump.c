/* SPDX-License-Identifier: MIT */
/*
 * The table of contents stands at the front of an archive, so listing it proves nothing about the
 * rest. `pg_restore -f -` decompresses all of it into SQL, whose form is looked at here (script.c):
 * after it exits 0 the whole dump is known to be readable, before the target has lost anything. It
 * also exits 0 where the file with the rows of a table, or with the list of large objects, is
 * empty, so what came is compared with the table of contents.
 */
#include "operators/pg_restore/dump.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/aws/source.h"
#include "lib/base/instant.h"
#include "operators/pg_restore/archive.h"
#include "operators/pg_restore/script.h"
#include "operators/pg_restore/tar.h"
#include "operators/secret_file.h"
#include "operators/tool.h"

enum { HEAD_SIZE = 512, TAR_MAGIC_AT = 257 };

static bool head_has(const unsigned char *head, size_t n, size_t at, const char *magic)
{
	size_t size = strlen(magic);
	return n >= at + size && memcmp(head + at, magic, size) == 0;
}

/* NULL when pg_restore reads it, else what it is. */
static const char *head_refuse(const unsigned char *head, size_t n)
{
	if (head_has(head, n, 0, "PGDMP") || head_has(head, n, TAR_MAGIC_AT, "ustar"))
		return NULL;
	if (n == 0)
		return "empty";
	if (head_has(head, n, 0, "\x1f\x8b"))
		return "compressed with gzip as a whole (unpack it first)";
	if (head_has(head, n, 0, "\x28\xb5\x2f\xfd"))
		return "compressed with zstd as a whole (unpack it first)";
	if (head_has(head, n, 0, "\x04\x22\x4d\x18"))
		return "compressed with lz4 as a whole (unpack it first)";
	if (!memchr(head, '\0', n))
		return "text, perhaps a plain SQL dump";
	return "not an archive of pg_dump";
}

static bool format_check(const struct dump *dump, GError **error)
{
	unsigned char head[HEAD_SIZE];
	ssize_t n = pread(dump->fd, head, sizeof head, 0);
	const char *what = n < 0 ? "not readable" : head_refuse(head, (size_t)n);
	if (what)
		g_set_error(error, LIB_ERROR, 0,
			"%s is %s; wanted is pg_dump's custom (-Fc), directory (-Fd) or tar (-Ft) "
			"format",
			dump->name, what);
	return !what
		&& (!tar_is_one(dump->fd) || tar_check(dump->fd, dump->size, dump->name, error));
}

/* pg_restore takes an empty file of a large object for an empty object. */
static bool is_cut_to_nothing(const char *name, const struct stat *about)
{
	static const char *const compressed[] = {".gz", ".lz4", ".zst"};
	for (size_t i = 0; i < G_N_ELEMENTS(compressed); i++) {
		if (g_str_has_suffix(name, compressed[i]))
			return S_ISREG(about->st_mode) && about->st_size == 0;
	}
	return false;
}

/* Fails where a file is empty that cannot be. */
static bool folder_measure(struct dump *dump, GDir *folder, GError **error)
{
	for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
		g_autofree char *file = g_build_filename(dump->path, name, NULL);
		struct stat about;
		if (stat(file, &about) != 0)
			continue;
		if (is_cut_to_nothing(name, &about)) {
			g_set_error(error, LIB_ERROR, 0,
				"%s is damaged, so nothing was restored: %s is empty, and what is "
				"compressed never is",
				dump->name, name);
			return false;
		}
		dump->size += about.st_size;
		dump->modified_at = MAX(dump->modified_at, about.st_mtim.tv_sec * SECOND_US);
	}
	return true;
}

/* A link is followed once: what it leads to later is another dump. */
static bool folder_open(const char *text, struct dump *dump, GError **error)
{
	g_autofree char *path = g_strdup(text);
	char *resolved = realpath(text, NULL);
	if (resolved) {
		g_free(path);
		path = g_strdup(resolved);
		free(resolved);
	}
	g_autofree char *contents = g_build_filename(path, "toc.dat", NULL);
	g_autoptr(GDir) folder = g_dir_open(path, 0, error);
	if (!folder)
		return false;
	if (!g_file_test(contents, G_FILE_TEST_IS_REGULAR)) {
		g_set_error(error, LIB_ERROR, 0,
			"folder %s holds no toc.dat, so it is no dump of pg_dump -Fd", path);
		return false;
	}
	*dump = (struct dump){.name = g_strdup(path), .path = g_strdup(path), .fd = -1};
	if (folder_measure(dump, folder, error))
		return true;
	dump_clear(dump);
	return false;
}

bool dump_fetch(const json_t *source, const struct s3_settings *settings,
	const struct source_limits *limits, struct dump *dump, GError **error)
{
	const char *text = json_string_value(source);
	if (text && g_file_test(text, G_FILE_TEST_IS_DIR))
		return folder_open(text, dump, error)
			&& source_limits_check(
				limits, dump->name, dump->size, dump->modified_at, error);
	struct source_info info = {0};
	int fd = source_fetch(source, settings, limits, &info, error);
	if (fd < 0)
		return false;
	fcntl(fd, F_SETFD, 0); /* pg_restore inherits it */
	*dump = (struct dump){.name = g_strdup(info.name),
		.path = inherited_path(fd),
		.fd = fd,
		.size = info.size,
		.modified_at = info.modified_at,
		.fetch_s = info.seconds};
	source_info_clear(&info);
	if (format_check(dump, error))
		return true;
	dump_clear(dump);
	return false;
}

struct reading {
	struct dump *dump;
	const struct client *client;
	char *first_error;
	int64_t n_tables, n_data; /* in the table of contents: made, and filled */
	bool has_large_objects;   /* their data */
	struct script script;
};

/* pg_restore repeats what it does not understand, whatever bytes these are. */
static char *printable(const char *text)
{
	GString *out = g_string_new(NULL);
	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		g_string_append_unichar(out, g_unichar_isprint(c) ? c : '?');
	}
	return g_string_free(out, FALSE);
}

static void error_keep(void *data, const char *line)
{
	struct reading *reading = data;
	const char *message = strstr(line, "error: ");
	if (message && !reading->first_error)
		reading->first_error = printable(message + strlen("error: "));
}

/*
 * `215; 1259 16385 TABLE public orders dagd`, `3342; 0 16385 TABLE DATA public orders dagd`,
 * `3408; 0 0 BLOBS - BLOBS`.
 */
static void entry_count(void *data, const char *line)
{
	struct reading *reading = data;
	error_keep(reading, line);
	contents_line(&reading->dump->contents, line);
	g_auto(GStrv) words = g_strsplit(line, " ", 6);
	if (line[0] == ';' || g_strv_length(words) < 6)
		return;
	if (g_str_equal(words[3], "TABLE") && g_str_equal(words[4], "DATA"))
		reading->n_data++;
	else if (g_str_equal(words[3], "TABLE") && !g_str_equal(words[4], "ATTACH"))
		reading->n_tables++;
	else if (g_str_equal(words[3], "BLOBS"))
		reading->has_large_objects = true;
}

static void script_read(void *data, const char *bytes, size_t n)
{
	struct reading *reading = data;
	script_add(&reading->script, bytes, n);
}

/* pg_restore tells no more of it than its format. */
static void versions_read(struct dump *dump)
{
	g_autofree char *contents =
		dump->fd < 0 ? g_build_filename(dump->path, "toc.dat", NULL) : NULL;
	int fd = contents ? open(contents, O_RDONLY | O_CLOEXEC) : dump->fd;
	archive_versions_read(fd, contents || !tar_is_one(fd) ? 0 : HEAD_SIZE, &dump->contents);
	if (contents && fd >= 0)
		close(fd);
}

static bool failure_tell(const struct reading *reading, int status, GError **error)
{
	const char *why = reading->first_error;
	struct dump *dump = reading->dump;
	g_autofree char *ended = tool_status_text(status);
	dump->is_too_new = why && strstr(why, "unsupported version");
	if (dump->is_too_new) {
		versions_read(dump);
		g_autofree char *text =
			dump_too_new_text(dump->name, &dump->contents, reading->client);
		g_set_error_literal(error, LIB_ERROR, 0, text);
	} else {
		g_set_error(error, LIB_ERROR, 0,
			"%s cannot be read to its end, so nothing was restored: %s", dump->name,
			why ? why : ended);
	}
	return false;
}

static bool pass_run(struct reading *reading, const GPtrArray *options,
	const char *const *environment, const char *const *words, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_ptr_array_add(argv, reading->client->path);
	for (guint i = 0; i < options->len && options->pdata[i]; i++)
		g_ptr_array_add(argv, options->pdata[i]);
	for (size_t i = 0; words[i]; i++)
		g_ptr_array_add(argv, (char *)words[i]);
	g_ptr_array_add(argv, reading->dump->path);
	g_ptr_array_add(argv, NULL);
	bool lists = g_str_equal(words[0], "--list");
	struct tool tool = {.argv = (const char *const *)argv->pdata,
		.environment = environment,
		.on_line = lists ? entry_count : error_keep,
		.on_output = lists ? NULL : script_read,
		.data = reading};
	int status = 0;
	if (!tool_run(&tool, &status, error))
		return false;
	return status == 0 || failure_tell(reading, status, error);
}

/* NULL when what came is what the table of contents says. */
static char *damage_text(const struct reading *reading)
{
	const struct script *script = &reading->script;
	if (script->damage)
		return g_strdup(script->damage);
	if (script->n_data != reading->n_data)
		return g_strdup_printf("it should hold the rows of %" G_GINT64_FORMAT
				       " tables, but they run into each other",
			reading->n_data);
	int64_t n_large_objects = script->large_objects->len;
	if (reading->has_large_objects && n_large_objects < script->n_objects)
		return g_strdup_printf("it should hold %" G_GINT64_FORMAT
				       " large objects, but the data of %" G_GINT64_FORMAT
				       " is missing",
			script->n_objects, script->n_objects - n_large_objects);
	return NULL;
}

static bool reading_settle(struct reading *reading, GError **error)
{
	struct dump *dump = reading->dump;
	script_end(&reading->script);
	g_autofree char *damage = damage_text(reading);
	if (damage) {
		g_set_error(error, LIB_ERROR, 0, "%s is damaged, so nothing was restored: %s",
			dump->name, damage);
		return false;
	}
	bool has_inserts = reading->n_data > 0 && reading->script.tables->len == 0;
	dump->makes_tables = reading->n_tables > 0;
	dump->n_tables = MAX(reading->n_tables, reading->n_data);
	dump->n_rows = has_inserts ? -1 : reading->script.n_rows;
	dump->fills_tables = reading->n_data > 0 && dump->n_rows != 0;
	dump->tables = g_ptr_array_ref(reading->script.tables);
	dump->large_objects = g_array_ref(reading->script.large_objects);
	return true;
}

bool dump_read(struct dump *dump, const struct client *client, const GPtrArray *options,
	const char *const *environment, GError **error)
{
	static const char *const list[] = {"--list", NULL}, *const script[] = {"--file=-", NULL};
	struct reading reading = {.dump = dump, .client = client};
	script_open(&reading.script);
	bool is_read = pass_run(&reading, options, environment, list, error)
		&& pass_run(&reading, options, environment, script, error)
		&& reading_settle(&reading, error);
	script_close(&reading.script);
	g_free(reading.first_error);
	return is_read;
}

bool dump_names_check(const struct dump *dump, const struct client *client,
	const GPtrArray *options, const char *const *environment, GError **error)
{
	/* Of one section only, a name whose parts are in the others is right, too. */
	static const char *const strictly[] = {"--list", "--strict-names", "--section=pre-data",
		"--section=data", "--section=post-data", NULL};
	static const char not_found[] = " not found";
	struct dump listed = {.name = dump->name, .path = dump->path, .fd = dump->fd};
	struct reading reading = {.dump = &listed, .client = client};
	GError *failure = NULL;
	bool are_there =
		!options->pdata[0] || pass_run(&reading, options, environment, strictly, &failure);
	const char *why = reading.first_error;
	if (failure && why && g_str_has_suffix(why, not_found)) {
		g_clear_error(&failure);
		g_set_error(error, LIB_ERROR, 0,
			"nothing was restored: %.*s of extra_args is not in %s; write it as "
			"pg_restore --list does, without its schema and without quotes",
			(int)(strlen(why) - strlen(not_found)), why, dump->name);
	} else if (failure) {
		g_propagate_error(error, failure);
	}
	contents_clear(&listed.contents);
	g_free(reading.first_error);
	return are_there;
}

void dump_clear(struct dump *dump)
{
	if (dump->fd >= 0)
		close(dump->fd);
	contents_clear(&dump->contents);
	if (dump->tables)
		g_ptr_array_unref(dump->tables);
	if (dump->large_objects)
		g_array_unref(dump->large_objects);
	g_free(dump->name);
	g_free(dump->path);
	*dump = (struct dump){.fd = -1};
}
