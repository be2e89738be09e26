/* SPDX-License-Identifier: MIT */
/*
 * task_groups: read in the file's order, then made whole from the outside to the inside, since the
 * id of a group and its default_args follow from those around it.
 */
#include "lib/dag/groups.h"

#include <string.h>

#include "lib/base/ident.h"

enum { DEPTH_MAX = 32, GROUP_RETRIES_MAX = 1000 };

#define FIELD(name) offsetof(struct group_draft, name)
static const struct key group_keys[] = {
	{"group_id", read_ident, FIELD(own_id)},
	{"group_display_name", read_text, FIELD(display_name)},
	{"tooltip", read_optional, FIELD(tooltip)},
	{"parent_group", read_node, FIELD(parent)},
	{"prefix_group_id", read_boolean, FIELD(prefixes)},
	{"default_args", read_node, FIELD(default_args)},
	{"dependencies", read_node, FIELD(dependencies)},
	{"retries", read_unsigned, FIELD(retries), 0, GROUP_RETRIES_MAX},
	{"retry_delay", read_duration, FIELD(retry_delay_us)},
	{"expand", read_node, FIELD(mapping.product)},
	{"expand_zip", read_node, FIELD(mapping.zip)},
	{"expand_kwargs", read_node, FIELD(mapping.kwargs)},
};
#undef FIELD
static const struct key_set group_set = {
	"a group", group_keys, G_N_ELEMENTS(group_keys), NULL, &defaults_set};

/* NULL-terminated: the ids by which groups may be named. */
static const char *const *group_names(const struct loader *loader)
{
	const char **names =
		arena_array(loader->reading.arena, loader->n_groups + 1, sizeof(*names));
	size_t n = 0;
	for (size_t i = 0; i < loader->n_groups; i++) {
		const struct group_draft *draft = &loader->groups[i];
		const char *name = draft->group_id ? draft->group_id : draft->own_id;
		if (name)
			names[n++] = name;
	}
	return names;
}

static bool group_resolve(struct loader *loader, struct group_draft *draft);

/* Those of this own id; more than one, where they are in different groups. */
static struct group_draft *groups_called(const struct loader *loader, const char *own_id)
{
	return g_hash_table_lookup(loader->groups_by_own_id, own_id);
}

/* The group of this whole id: its own id is the end of that, behind a dot or all of it. */
static struct group_draft *find_by_id(struct loader *loader, const char *group_id)
{
	for (const char *end = group_id; end; end = strchr(end, '.')) {
		end += *end == '.';
		struct group_draft *draft = groups_called(loader, end);
		for (; draft; draft = draft->next_of_own_id)
			/* One that is being made whole asks for the group around it. */
			if (draft->state != GROUP_RESOLVING && group_resolve(loader, draft)
				&& strcmp(draft->group_id, group_id) == 0)
				return draft;
	}
	return NULL;
}

struct group_draft *group_find(struct loader *loader, const char *what, const struct node *node)
{
	const char *name;
	if (!node_text(node, what, &name, loader->reading.problems))
		return NULL;
	struct group_draft *draft = groups_called(loader, name);
	if (draft && !draft->next_of_own_id)
		return group_resolve(loader, draft) ? draft : NULL;
	struct group_draft *whole = find_by_id(loader, name);
	if (whole)
		return whole;
	if (draft) {
		problem_add(loader->reading.problems, node->place,
			"%s: there are several groups \"%s\"", what, name);
		if (draft->group_id && draft->next_of_own_id->group_id)
			problem_hint(loader->reading.problems,
				"write the whole id, such as %s or %s",
				draft->next_of_own_id->group_id, draft->group_id);
		return NULL;
	}
	g_autofree char *message = g_strdup_printf("%s: there is no group \"%s\"", what, name);
	reading_refuse(&loader->reading, node->place, name, group_names(loader), message);
	return NULL;
}

/* Its parent is one that is being made whole because of it. */
static bool cycle_refuse(struct loader *loader, const struct group_draft *draft)
{
	return problem_add(loader->reading.problems, draft->place,
		"the group \"%s\" is inside of itself, by way of its parent_group", draft->own_id);
}

static bool parent_resolve(
	struct loader *loader, struct group_draft *draft, struct group_draft **parent)
{
	*parent = NULL;
	if (node_is_null(draft->parent))
		return true;
	*parent = group_find(loader, "parent_group", draft->parent);
	if (*parent && (*parent)->depth == DEPTH_MAX) {
		problem_add(loader->reading.problems, draft->place,
			"the group \"%s\" is the %dth one inside another, at most %d are allowed",
			draft->own_id, DEPTH_MAX + 1, DEPTH_MAX);
		return false;
	}
	return *parent != NULL;
}

static bool group_register(struct loader *loader, struct group_draft *draft)
{
	g_autoptr(GError) error = NULL;
	if (!ident_check("group_id", draft->group_id, &error))
		return problem_add(loader->reading.problems, draft->place, "%s", error->message);
	const struct group_draft *other =
		g_hash_table_lookup(loader->groups_by_id, draft->group_id);
	if (other)
		return problem_add(loader->reading.problems, draft->place,
			"the group_id \"%s\" is already used by the group in line %u",
			draft->group_id, other->place.line);
	g_hash_table_insert(loader->groups_by_id, (char *)draft->group_id, draft);
	return true;
}

static void group_add(struct loader *loader, struct group_draft *draft)
{
	const struct group_draft *parent = draft->parent_draft;
	struct dag *dag = &loader->dag;
	draft->index = (unsigned)dag->n_groups++;
	if (draft->parent_draft) {
		draft->next_sibling = draft->parent_draft->first_child;
		draft->parent_draft->first_child = draft;
	}
	loader->groups_by_index[draft->index] = draft;
	dag->groups[draft->index] = (struct group){.group_id = draft->group_id,
		.display_name = draft->display_name,
		.tooltip = draft->tooltip,
		.place = draft->place,
		.retries = draft->retries,
		.retry_delay_us = draft->retry_delay_us,
		.parent = parent ? (int)parent->index : -1};
}

/* Whose tries would count where one is inside the other? */
static bool retries_check(
	struct loader *loader, const struct group_draft *draft, const struct group_draft *parent)
{
	if (draft->retries == 0)
		return true;
	while (parent && parent->retries == 0)
		parent = parent->parent_draft;
	return !parent
		|| problem_add(loader->reading.problems, draft->place,
			"the group \"%s\" has retries, and so has \"%s\" around it: only one of "
			"them may",
			draft->own_id, parent->own_id);
}

static void group_map(struct loader *loader, struct group_draft *draft)
{
	const struct group_draft *parent = draft->parent_draft;
	struct mapping_owner owner = {.place = draft->place,
		.what = arena_printf(loader->reading.arena, "the group \"%s\"", draft->group_id)};
	draft->mapped = parent ? parent->mapped : NULL;
	if (!mapping_is_written(&draft->mapping))
		return;
	if (draft->mapped) {
		problem_add(loader->reading.problems, draft->place,
			"the group \"%s\" cannot be mapped inside the group \"%s\", which is",
			draft->group_id, draft->mapped->group_id);
		return;
	}
	draft->mapped = draft;
	loader->dag.groups[draft->index].mapping = mapping_read(loader, &draft->mapping, &owner);
}

static bool group_resolve(struct loader *loader, struct group_draft *draft)
{
	struct arena *arena = loader->reading.arena;
	struct group_draft *parent;
	if (draft->state == GROUP_RESOLVING)
		return cycle_refuse(loader, draft);
	if (draft->state != GROUP_READ)
		return draft->state == GROUP_RESOLVED;
	draft->state = GROUP_RESOLVING;
	bool ok = parent_resolve(loader, draft, &parent);
	draft->state = GROUP_WRONG;
	if (!ok || !retries_check(loader, draft, parent))
		return false;
	const char *outer = parent ? parent->prefix : "";
	draft->parent_draft = parent;
	draft->depth = parent ? parent->depth + 1 : 1;
	draft->group_id = arena_printf(arena, "%s%s", outer, draft->own_id);
	draft->prefix = draft->prefixes ? arena_printf(arena, "%s.", draft->group_id) : "";
	if (!group_register(loader, draft))
		return false;
	draft->defaults = defaults_read(
		loader, draft->default_args, parent ? parent->defaults : loader->defaults);
	group_add(loader, draft);
	group_map(loader, draft);
	draft->state = GROUP_RESOLVED;
	return true;
}

static void group_read(struct loader *loader, const struct node *map, struct group_draft *draft)
{
	struct problems *problems = loader->reading.problems;
	unsigned n_errors = problems->n_errors;
	*draft = (struct group_draft){
		.state = GROUP_WRONG, .prefixes = true, .retry_delay_us = 5 * MINUTE_US};
	if (map->kind != NODE_MAP) {
		problem_add(problems, map->place, "a group: expected a map, found %s",
			node_kind_name(map));
		return;
	}
	draft->place = reading_place(&loader->reading, map);
	keys_read(&loader->reading, &group_set, map, draft, NULL, NULL, NULL);
	if (!draft->own_id) {
		if (problems->n_errors == n_errors)
			problem_add(problems, map->place, "the group has no group_id");
		return;
	}
	draft->state = GROUP_READ;
	draft->next_of_own_id = groups_called(loader, draft->own_id);
	g_hash_table_insert(loader->groups_by_own_id, (char *)draft->own_id, draft);
}

void groups_read(struct loader *loader)
{
	const struct node *list = loader->task_groups;
	if (node_is_null(list))
		return;
	if (list->kind != NODE_LIST) {
		problem_add(loader->reading.problems, list->place,
			"task_groups: expected a list, found %s", node_kind_name(list));
		problem_hint(loader->reading.problems, "each group begins with `- group_id: NAME`");
		return;
	}
	struct arena *arena = loader->reading.arena;
	loader->n_groups = list->n;
	loader->groups = arena_array(arena, list->n, sizeof(*loader->groups));
	loader->groups_by_index = arena_array(arena, list->n, sizeof(*loader->groups_by_index));
	loader->dag.groups = arena_array(arena, list->n, sizeof(*loader->dag.groups));
	for (size_t i = 0; i < list->n; i++)
		group_read(loader, list->items[i], &loader->groups[i]);
	for (size_t i = 0; i < list->n; i++)
		group_resolve(loader, &loader->groups[i]);
}

bool group_member_guess(struct loader *loader, const char *name, char **id)
{
	enum { GUESSES_MAX = 50 };
	unsigned node;
	/* A mistake in every line must not cost all groups each. */
	if (loader->dag.n_groups == 0 || loader->n_guesses++ >= GUESSES_MAX)
		return false;
	for (size_t i = 0; i < loader->dag.n_groups; i++) {
		g_autofree char *inner =
			g_strconcat(loader->groups_by_index[i]->prefix, name, NULL);
		if (!node_find(loader, inner, &node))
			continue;
		*id = g_steal_pointer(&inner);
		return true;
	}
	return false;
}

struct group_draft *group_around(const struct loader *loader, const struct task *task)
{
	return task->group < 0 ? NULL : loader->groups_by_index[task->group];
}
