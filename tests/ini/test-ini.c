/* SPDX-License-Identifier: MIT */
/* Reads the files that stand on stdin, a JSON object a line, and prints a line of JSON for each:
 * the values of the profile, null when it is not there, false when the file is refused. */
#include <stdio.h>
#include <stdlib.h>

#include <glib.h>
#include <jansson.h>

#include "lib/aws/ini.h"

static json_t *values_of(GHashTable *values)
{
	json_t *object = json_object();
	GHashTableIter each;
	gpointer key, value;
	g_hash_table_iter_init(&each, values);
	while (g_hash_table_iter_next(&each, &key, &value))
		json_object_set_new(object, key, json_string(value));
	return object;
}

static void read_file(const json_t *asked)
{
	g_autoptr(GHashTable) values =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr(GError) error = NULL;
	const char *text = json_string_value(json_object_get(asked, "text"));
	const char *name = json_string_value(json_object_get(asked, "profile"));
	bool is_found = aws_ini_section(text, "profile", name, values, &error);
	json_t *said = error ? json_false() : is_found ? values_of(values) : json_null();
	json_dumpf(said, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	putchar('\n');
	json_decref(said);
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;
	while (getline(&line, &size, stdin) != -1) {
		json_t *asked = json_loads(line, 0, NULL);
		g_assert_nonnull(asked);
		read_file(asked);
		json_decref(asked);
	}
	free(line);
	return 0;
}
