/* SPDX-License-Identifier: MIT */
/*
 * What --nsFrom and --nsTo make of a name only mongorestore knows for sure, so it is asked: with
 * --dryRun and -v it says for each collection where it would go. A line that can be read in two
 * ways, for the name of a collection may hold anything, is an error: guards rely on it.
 */
#include "operators/mongorestore/targets.h"

#include <string.h>

#include "lib/base/instant.h"
#include "operators/tool.h"

static const char found[] = "found collection ", leads_to[] = " to restore to ";
static const char of_options[] = "metadata from ", of_documents[] = " bson";

struct dry_run {
	GHashTable *collections, *databases, *sources; /* sets of owned texts */
	char *unclear, *first_error;
	bool is_completed;
};

/* `db.collection`, as it is or in quotes or backquotes. */
static char *name_bare(const char *text)
{
	size_t n = strlen(text);
	bool is_quoted = n > 1 && strchr("\"`", text[0]) && text[n - 1] == text[0];
	return is_quoted ? g_strndup(text + 1, n - 2) : g_strdup(text);
}

/* `found collection metadata from a.b to ...`, `found collection a.b bson to ...`, up to `end`. */
static char *source_name(const char *message, const char *end)
{
	const char *begin = message + strlen(found);
	bool is_options = g_str_has_prefix(begin, of_options);
	begin += is_options ? strlen(of_options) : 0;
	g_autofree char *text = g_strndup(begin, (gsize)(end - begin));
	if (!is_options && g_str_has_suffix(text, of_documents))
		text[strlen(text) - strlen(of_documents)] = '\0';
	return name_bare(text);
}

static void target_add(struct dry_run *run, const char *message)
{
	const char *at = strstr(message, leads_to);
	g_autofree char *name = at ? name_bare(at + strlen(leads_to)) : NULL;
	const char *dot = name ? strchr(name, '.') : NULL;
	if (!dot || dot == name || strstr(at + 1, leads_to)) {
		if (!run->unclear)
			run->unclear = g_strdup(message);
		return;
	}
	g_hash_table_add(run->sources, source_name(message, at));
	g_hash_table_add(run->databases, g_strndup(name, (gsize)(dot - name)));
	g_hash_table_add(run->collections, g_steal_pointer(&name));
}

static void line_read(void *data, const char *line)
{
	struct dry_run *run = data;
	const char *tab = strchr(line, '\t');
	const char *message = tab ? tab + 1 : line;
	if (g_str_has_prefix(message, found))
		target_add(run, message);
	else if (g_str_has_prefix(message, "dry run completed"))
		run->is_completed = true;
	else if (!run->first_error && g_str_has_prefix(message, "Failed: "))
		run->first_error = g_strdup(message);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Takes the texts over. */
static GPtrArray *sorted(GHashTable *set)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iterator;
	gpointer text;
	g_hash_table_iter_init(&iterator, set);
	while (g_hash_table_iter_next(&iterator, &text, NULL)) {
		g_hash_table_iter_steal(&iterator);
		g_ptr_array_add(list, text);
	}
	g_ptr_array_sort(list, by_name);
	g_ptr_array_add(list, NULL);
	return list;
}

static bool tool_ask(const char *const *argv, int config_fd, struct dry_run *run, GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	g_auto(GStrv) environment = g_get_environ();
	int status = 0;
	for (size_t i = 0; argv[i]; i++)
		g_ptr_array_add(words, (char *)argv[i]);
	g_ptr_array_add(words, "--dryRun");
	g_ptr_array_add(words, "-v");
	g_ptr_array_add(words, NULL);
	struct tool tool = {.argv = (const char *const *)words->pdata,
		.environment = (const char *const *)environment,
		.on_line = line_read,
		.data = run,
		.secret_fd = config_fd};
	if (!tool_run(&tool, &status, error))
		return false;
	if (status == 0 && run->is_completed && !run->unclear)
		return true;
	g_autofree char *ended = tool_status_text(status);
	if (run->unclear)
		g_set_error(error, LIB_ERROR, 0,
			"cannot tell which collection mongorestore would write: it says \"%s\"",
			run->unclear);
	else
		g_set_error(error, LIB_ERROR, 0, "mongorestore --dryRun failed (%s): %s", ended,
			run->first_error ? run->first_error : "it gave no reason");
	return false;
}

bool targets_find(const char *const *argv, int config_fd, struct targets *targets, GError **error)
{
	struct dry_run run = {
		.collections = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.databases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.sources = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
	bool is_told = tool_ask(argv, config_fd, &run, error);
	if (is_told)
		*targets = (struct targets){.collections = sorted(run.collections),
			.databases = sorted(run.databases),
			.sources = sorted(run.sources)};
	g_hash_table_unref(run.collections);
	g_hash_table_unref(run.databases);
	g_hash_table_unref(run.sources);
	g_free(run.unclear);
	g_free(run.first_error);
	return is_told;
}

void targets_clear(struct targets *targets)
{
	g_clear_pointer(&targets->collections, g_ptr_array_unref);
	g_clear_pointer(&targets->databases, g_ptr_array_unref);
	g_clear_pointer(&targets->sources, g_ptr_array_unref);
}
