/* SPDX-License-Identifier: MIT */
/* default_args: keys of tasks and arguments of operators, for all tasks around which they stand. */
#include "lib/dag/task.h"

#include "lib/dag/load.h"

const char *const *operator_note(struct loader *loader, const struct operator* which)
{
	const char **names = g_hash_table_lookup(loader->parameter_names, which);
	if (!which || names)
		return names;
	names = arena_array(loader->reading.arena, which->n_parameters + 1, sizeof(*names));
	for (size_t i = 0; i < which->n_parameters; i++)
		names[i] = which->parameters[i].name;
	g_hash_table_insert(loader->parameter_names, (void *)which, names);
	return names;
}

void operators_note(struct loader *loader)
{
	for (size_t i = 0; i < loader->tasks->n; i++)
		operator_note(loader, operation_operator(loader, loader->tasks->items[i]));
}

static bool default_other(void *data, const struct node *key, const struct node *value)
{
	struct loader *loader = data;
	GHashTableIter iter;
	void *names;
	g_hash_table_iter_init(&iter, loader->parameter_names);
	while (g_hash_table_iter_next(&iter, NULL, &names))
		if (g_strv_contains(names, key->text))
			return true;
	return false;
}

static void keys_of_defaults(
	struct loader *loader, const struct node *map, struct task_draft *draft)
{
	g_autoptr(GPtrArray) more = g_ptr_array_new();
	GHashTableIter iter;
	void *names;
	g_hash_table_iter_init(&iter, loader->parameter_names);
	while (g_hash_table_iter_next(&iter, NULL, &names))
		for (char **name = names; *name; name++)
			g_ptr_array_add(more, *name);
	g_ptr_array_add(more, NULL);
	keys_read(&loader->reading, &defaults_set, map, draft, default_other, loader,
		(const char *const *)more->pdata);
}

const struct defaults *defaults_read(
	struct loader *loader, const struct node *map, const struct defaults *outer)
{
	struct defaults *defaults = arena_alloc(loader->reading.arena, sizeof(*defaults));
	defaults->outer = outer;
	defaults->draft = outer ? outer->draft : task_defaults;
	if (!node_is_null(map) && map->kind != NODE_MAP) {
		problem_add(loader->reading.problems, map->place,
			"default_args: expected a map, found %s", node_kind_name(map));
	} else if (!node_is_null(map)) {
		defaults->map = map;
		keys_of_defaults(loader, map, &defaults->draft);
	}
	defaults->draft.defaults = defaults;
	return defaults;
}
