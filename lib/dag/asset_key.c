/* SPDX-License-Identifier: MIT */
/* Assets as files name them: what a task updates and reads, and for which of them a DAG waits. */
#include <string.h>

#include "lib/dag/load.h"

enum { ASSET_NAME_MAX = 1500, CONDITION_DEPTH_MAX = 8 };

static bool name_read(
	struct reading *reading, const char *what, const struct node *node, const char **name)
{
	const char *text;
	if (!node_text(node, what, &text, reading->problems))
		return false;
	if (!*text || strlen(text) > ASSET_NAME_MAX)
		return problem_add(reading->problems, node->place,
			"%s: the name of an asset has from 1 to %d bytes", what, ASSET_NAME_MAX);
	*name = arena_strdup(reading->arena, text);
	return true;
}

static bool is_new(struct reading *reading, const char *what, const struct node *node,
	const struct asset_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (g_str_equal(names->names[i], names->names[names->n]))
			return problem_add(reading->problems, node->place,
				"%s: \"%s\" is named twice", what, names->names[i]);
	return true;
}

bool read_assets(
	struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	struct asset_names *names = field;
	*names = (struct asset_names){0};
	if (node_is_null(node))
		return true;
	if (node->kind == NODE_MAP)
		return problem_add(reading->problems, node->place,
			"%s: expected the name or URI of an asset, or a list of them, found %s",
			key->name, node_kind_name(node));
	size_t n = node->kind == NODE_LIST ? node->n : 1;
	bool ok = true;
	names->names = arena_array(reading->arena, n, sizeof(*names->names));
	for (size_t i = 0; i < n; i++) {
		const struct node *item = node->kind == NODE_LIST ? node->items[i] : node;
		if (name_read(reading, key->name, item, &names->names[names->n])
			&& is_new(reading, key->name, item, names))
			names->n++;
		else
			ok = false;
	}
	return ok;
}

static bool condition_read(struct reading *reading, const struct node *node,
	struct asset_condition *condition, unsigned depth);

static bool items_read(struct reading *reading, const struct node *list,
	enum asset_condition_kind kind, struct asset_condition *condition, unsigned depth)
{
	if (list->kind != NODE_LIST)
		return problem_add(reading->problems, list->place,
			"assets: expected a list, found %s", node_kind_name(list));
	if (list->n == 0)
		return problem_add(reading->problems, list->place,
			"assets: the list is empty, at least one was expected");
	struct asset_condition *items = arena_array(reading->arena, list->n, sizeof(*items));
	*condition = (struct asset_condition){.kind = kind, .n = list->n, .items = items};
	bool ok = true;
	for (size_t i = 0; i < list->n; i++)
		ok &= condition_read(reading, list->items[i], &items[i], depth + 1);
	return ok;
}

static bool condition_read(struct reading *reading, const struct node *node,
	struct asset_condition *condition, unsigned depth)
{
	*condition = (struct asset_condition){.kind = ASSET_ONE};
	if (depth > CONDITION_DEPTH_MAX)
		return problem_add(reading->problems, node->place,
			"assets: a condition may have at most %d others around it",
			CONDITION_DEPTH_MAX);
	if (node->kind == NODE_SCALAR)
		return name_read(reading, "assets", node, &condition->asset);
	if (node->kind == NODE_LIST)
		return items_read(reading, node, ASSET_ALL, condition, depth);
	const struct node *all = node_get(node, "all"), *any = node_get(node, "any");
	if (node->n != 1 || (!all && !any)) {
		problem_add(reading->problems, node->place,
			"assets: expected a name, a list, or a map with \"all\" or \"any\" alone");
		problem_hint(reading->problems,
			"{any: [a, {all: [b, c]}]} is met by a, or by b and c together");
		return false;
	}
	return items_read(reading, all ? all : any, all ? ASSET_ALL : ASSET_ANY, condition, depth);
}

void assets_read(struct loader *loader, const struct node *node)
{
	struct asset_condition *condition = arena_alloc(loader->reading.arena, sizeof(*condition));
	if (condition_read(&loader->reading, node, condition, 0))
		loader->dag.assets = condition;
}

static bool is_updated(const struct dag *dag, const char *asset)
{
	for (size_t i = 0; i < dag->n_tasks; i++)
		for (size_t k = 0; k < dag->tasks[i].outlets.n; k++)
			if (g_str_equal(dag->tasks[i].outlets.names[k], asset))
				return true;
	return false;
}

static bool is_met_by_itself(const struct dag *dag, const struct asset_condition *condition)
{
	if (condition->kind == ASSET_ONE)
		return is_updated(dag, condition->asset);
	for (size_t i = 0; i < condition->n; i++)
		if (is_met_by_itself(dag, &condition->items[i]) == (condition->kind == ASSET_ANY))
			return condition->kind == ASSET_ANY;
	return condition->kind == ASSET_ALL;
}

void assets_warn_if_endless(const struct loader *loader)
{
	const struct dag *dag = &loader->dag;
	if (!dag->assets || !is_met_by_itself(dag, dag->assets))
		return;
	problem_warn(loader->reading.problems, node_get(loader->schedule, "assets")->place,
		"assets: the DAG updates all that it waits for: each of its runs makes the next "
		"one, without end");
}
