/* SPDX-License-Identifier: MIT */
/* The environment of a task's process: the DAG's variables, and over them the task's own. */
#include <string.h>

#include "lib/dag/load.h"
#include "lib/dag/value.h"

/* Each task that has variables of its own keeps a copy of the DAG's. */
enum { ENV_MAX = 256 };

static bool env_name_check(struct reading *reading, const struct node *key)
{
	const char *name = key->text;
	bool ok = g_ascii_isalpha(*name) || *name == '_';
	for (const char *at = name; *at; at++)
		ok &= g_ascii_isalnum(*at) || *at == '_';
	if (!ok)
		return problem_add(reading->problems, key->place,
			"\"%s\" is no name for an environment variable: letters, digits and \"_\" "
			"were expected, no digit first",
			name);
	if (g_str_has_prefix(name, "DAGD_") || g_str_has_prefix(name, "AIRFLOW_CTX_"))
		return problem_add(reading->problems, key->place,
			"\"%s\" cannot be set: names that begin with DAGD_ or AIRFLOW_CTX_ are set "
			"for each task",
			name);
	return true;
}

json_t *env_json(struct loader *loader, const struct node *map)
{
	struct env_entry *entries = NULL;
	size_t n = 0;
	unsigned n_errors = loader->reading.problems->n_errors;
	env_read(loader, map, NULL, 0, &entries, &n);
	if (loader->reading.problems->n_errors > n_errors)
		return NULL;
	json_t *json = json_object();
	for (size_t i = 0; i < n; i++)
		json_object_set(json, entries[i].name, entries[i].value.constant);
	return json;
}

void env_read(struct loader *loader, const struct node *map, const struct env_entry *base,
	size_t n_base, struct env_entry **entries, size_t *n_entries)
{
	struct reading *reading = &loader->reading;
	if (node_is_null(map))
		return;
	if (map->kind != NODE_MAP) {
		problem_add(reading->problems, map->place, "env: expected a map, found %s",
			node_kind_name(map));
		return;
	}
	if (n_base + map->n > ENV_MAX) {
		problem_add(reading->problems, map->place,
			"env: %zu variables are too many, at most %d are allowed", n_base + map->n,
			ENV_MAX);
		return;
	}
	size_t n = 0;
	struct env_entry *merged = arena_array(reading->arena, n_base + map->n, sizeof(*merged));
	for (size_t i = 0; i < n_base; i++)
		if (!node_get(map, base[i].name))
			merged[n++] = base[i];
	for (size_t i = 0; i < map->n; i++) {
		const struct node *key = map->pairs[i].key;
		struct env_entry *entry = &merged[n];
		entry->name = arena_strdup(reading->arena, key->text);
		if (env_name_check(reading, key)
			&& value_read_env(reading, entry->name, map->pairs[i].value, &entry->value))
			n++;
	}
	*entries = merged;
	*n_entries = n;
}
