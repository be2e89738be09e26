/* SPDX-License-Identifier: MIT */
#include "cli/existing.h"

#include <string.h>

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
