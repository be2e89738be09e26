/* SPDX-License-Identifier: MIT */
#include "cli/json_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/json_option.h"
#include "cli/print.h"
#include "lib/base/error.h"
#include "lib/base/problem.h"

bool on_existing_parse(const char *text, enum on_existing *action, GError **error)
{
	static const char *const names[] = {"overwrite", "fail", "skip", NULL};
	for (unsigned i = 0; text && names[i]; i++)
		if (strcmp(names[i], text) == 0) {
			*action = (enum on_existing)i;
			return true;
		}
	if (!text)
		return true;
	return error_say(error, "unknown action \"%s\": overwrite, fail or skip", text);
}

json_t *json_object_of_file(const char *path, const char *form, GError **error)
{
	json_t *file = json_of_file(path, error);
	if (!file || json_is_object(file))
		return file;
	json_decref(file);
	error_say(
		error, "%s is not an object of %s", strcmp(path, "-") == 0 ? "stdin" : path, form);
	return NULL;
}

json_t *json_as_text(const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY);
	json_t *json = json_string(text);
	free(text);
	return json;
}

GHashTable *names_of(const json_t *list, const char *key)
{
	GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);
	size_t i;
	json_t *item;
	json_array_foreach((json_t *)list, i, item)
	{
		const char *name = json_string_value(json_object_get(item, key));
		if (name)
			g_hash_table_add(names, (char *)name);
	}
	return names;
}

bool existing_are_fine(const json_t *file, GHashTable *existing, enum on_existing action,
	const char *what, GError **error)
{
	const char *name;
	json_t *entry;
	json_object_foreach((json_t *)file, name, entry)
	{
		if (action == EXISTING_FAIL && g_hash_table_contains(existing, name))
			return error_say(error, "%s \"%s\" is there already; nothing was imported",
				what, name);
	}
	return true;
}

static bool text_write(const char *path, const char *text)
{
	g_autoptr(GError) error = NULL;
	if (strcmp(path, "-") == 0) {
		puts(text);
		return true;
	}
	g_autofree char *whole = g_strconcat(text, "\n", NULL);
	if (g_file_set_contents_full(path, whole, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
		return true;
	say("%s cannot be written: %s", path, error->message);
	return false;
}

int export_file(const char *path, const json_t *object, const char *what)
{
	bool is_stdout = strcmp(path, "-") == 0;
	if (is_stdout && isatty(STDOUT_FILENO)) {
		say("secrets are not shown on a terminal: name a file, or let a pipe read them");
		return EXIT_REFUSED;
	}
	char *text = json_dumps(object, JSON_INDENT(4) | JSON_SORT_KEYS);
	bool is_written = text_write(path, text);
	free(text);
	if (!is_written)
		return EXIT_REFUSED;
	fflush(stdout);
	fprintf(stderr, "%zu %s written to %s\n", json_object_size(object), what,
		is_stdout ? "stdout" : path);
	return EXIT_OK;
}
