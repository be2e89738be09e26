/* SPDX-License-Identifier: MIT */
/*
 * Dependencies of groups as dependencies of tasks: what comes after a group comes after its leaves,
 * what comes before it before its roots.
 *
 * A root of a group is a task with nothing before it in that group. Which groups hold both ends of
 * an edge follows from the depth of the innermost one. So of each task only the greatest depth
 * among its edges is kept: it is a root of the groups that are deeper. Edges of groups are worked
 * off from the inside to the outside, for the ends of a group follow from the edges in it.
 *
 * A group without tasks passes on what comes before it to what comes after it.
 */
#include "lib/dag/groups.h"

enum { EDGES_MAX = 10000000 };

struct ends {
	GArray *roots, *leaves; /* indexes of tasks; NULL: not asked for yet */
};

struct resolving {
	struct loader *loader;
	GArray *edges;                  /* of tasks */
	unsigned *depth_in, *depth_out; /* of a task: the depths of its edges, the greatest + 1 */
	unsigned *n_tasks;              /* in each group, those in groups inside it included */
	GArray **members;               /* of each group, the tasks that are directly in it */
	struct ends *ends;
};

static bool is_group(const struct resolving *resolving, unsigned node)
{
	return node >= resolving->loader->dag.n_tasks;
}

static const struct group_draft *group_of(const struct resolving *resolving, unsigned node)
{
	const struct loader *loader = resolving->loader;
	return loader->groups_by_index[node - loader->dag.n_tasks];
}

/* The group around a task or a group. */
static const struct group_draft *around(const struct resolving *resolving, unsigned node)
{
	const struct loader *loader = resolving->loader;
	if (is_group(resolving, node))
		return group_of(resolving, node)->parent_draft;
	return group_around(loader, &loader->dag.tasks[node]);
}

/* The depth of the innermost group that holds both; 0: only the DAG does. */
static unsigned common_depth(const struct resolving *resolving, const struct edge *edge)
{
	const struct group_draft *a = around(resolving, edge->from);
	const struct group_draft *b = around(resolving, edge->to);
	while (a != b) {
		unsigned depth_a = a ? a->depth : 0, depth_b = b ? b->depth : 0;
		if (depth_a >= depth_b)
			a = a->parent_draft;
		if (depth_b >= depth_a)
			b = b->parent_draft;
	}
	return a ? a->depth : 0;
}

static void edge_add(struct resolving *resolving, const struct edge *edge, unsigned depth)
{
	const struct dag *dag = &resolving->loader->dag;
	g_array_append_val(resolving->edges, *edge);
	resolving->depth_in[edge->to] = MAX(resolving->depth_in[edge->to], depth + 1);
	/* What is torn down afterwards is no work: the group ends before it. */
	if (!dag->tasks[edge->to].is_teardown)
		resolving->depth_out[edge->from] = MAX(resolving->depth_out[edge->from], depth + 1);
}

/* ---- the ends of a group ---- */

static bool is_leaf(
	const struct resolving *resolving, const struct task *task, const struct group_draft *group)
{
	return !task->is_teardown && resolving->depth_out[task->index] <= group->depth;
}

/* A group of nothing but setups and teardowns ends with its setups. */
static void ends_find(struct resolving *resolving, const struct group_draft *group,
	const struct group_draft *inside, struct ends *ends)
{
	const struct loader *loader = resolving->loader;
	const GArray *members = resolving->members[inside->index];
	for (guint i = 0; members && i < members->len; i++) {
		const struct task *task = &loader->dag.tasks[g_array_index(members, unsigned, i)];
		if (resolving->depth_in[task->index] <= group->depth)
			g_array_append_val(ends->roots, task->index);
		if (is_leaf(resolving, task, group))
			g_array_append_val(ends->leaves, task->index);
	}
	for (const struct group_draft *child = inside->first_child; child;
		child = child->next_sibling)
		ends_find(resolving, group, child, ends);
}

static const struct ends *ends_of(struct resolving *resolving, const struct group_draft *group)
{
	struct ends *ends = &resolving->ends[group->index];
	if (ends->roots)
		return ends;
	ends->roots = g_array_new(FALSE, FALSE, sizeof(unsigned));
	ends->leaves = g_array_new(FALSE, FALSE, sizeof(unsigned));
	ends_find(resolving, group, group, ends);
	return ends;
}

/* ---- edges ---- */

struct nodes {
	const unsigned *indexes;
	guint n;
};

static struct nodes nodes_of(struct resolving *resolving, const unsigned *node, bool is_from)
{
	if (!is_group(resolving, *node))
		return (struct nodes){node, 1};
	const struct ends *ends = ends_of(resolving, group_of(resolving, *node));
	const GArray *tasks = is_from ? ends->leaves : ends->roots;
	return (struct nodes){(const unsigned *)tasks->data, tasks->len};
}

static bool edge_resolve(struct resolving *resolving, const struct edge *edge, unsigned depth)
{
	struct nodes from = nodes_of(resolving, &edge->from, true);
	struct nodes to = nodes_of(resolving, &edge->to, false);
	if ((uint64_t)from.n * to.n + resolving->edges->len > EDGES_MAX) {
		problem_add(resolving->loader->reading.problems, edge->place,
			"the groups have more than %d dependencies between their tasks", EDGES_MAX);
		problem_hint(resolving->loader->reading.problems,
			"put an empty task between two groups with many ends");
		return false;
	}
	for (guint i = 0; i < from.n; i++)
		for (guint j = 0; j < to.n; j++)
			edge_add(resolving,
				&(struct edge){from.indexes[i], to.indexes[j], edge->place}, depth);
	return true;
}

/* Whether one of them is in the other. */
static bool contains_refuse(const struct resolving *resolving, const struct edge *edge)
{
	struct problems *problems = resolving->loader->reading.problems;
	const struct dag *dag = &resolving->loader->dag;
	for (int i = 0; i < 2; i++) {
		unsigned outer = i ? edge->to : edge->from, inner = i ? edge->from : edge->to;
		const struct group_draft *group =
			is_group(resolving, outer) ? group_of(resolving, outer) : NULL;
		const struct group_draft *at = around(resolving, inner);
		if (is_group(resolving, inner) && inner == outer)
			return problem_add(problems, edge->place,
				"the group \"%s\" cannot depend on itself", group->group_id);
		while (group && at && at != group)
			at = at->parent_draft;
		if (group && at)
			return problem_add(problems, edge->place,
				"\"%s\" is in the group \"%s\": neither can come before the other",
				is_group(resolving, inner) ? group_of(resolving, inner)->group_id
							   : dag->tasks[inner].task_id,
				group->group_id);
	}
	return true;
}

static bool is_empty(const struct resolving *resolving, unsigned node)
{
	return is_group(resolving, node)
		&& resolving->n_tasks[group_of(resolving, node)->index] == 0;
}

/* Takes an empty group out of the edges: what was before it is now before what is after it. */
static void empty_pass(GArray *edges, unsigned node)
{
	g_autoptr(GArray) before = g_array_new(FALSE, FALSE, sizeof(struct edge));
	g_autoptr(GArray) after = g_array_new(FALSE, FALSE, sizeof(struct edge));
	guint n = 0;
	for (guint i = 0; i < edges->len; i++) {
		struct edge edge = g_array_index(edges, struct edge, i);
		if (edge.to == node)
			g_array_append_val(before, edge);
		else if (edge.from == node)
			g_array_append_val(after, edge);
		else
			g_array_index(edges, struct edge, n++) = edge;
	}
	g_array_set_size(edges, n);
	for (guint i = 0; i < before->len; i++)
		for (guint j = 0; j < after->len; j++) {
			struct edge made = g_array_index(after, struct edge, j);
			made.from = g_array_index(before, struct edge, i).from;
			g_array_append_val(edges, made);
		}
}

static void empties_pass(const struct resolving *resolving, GArray *edges)
{
	const struct dag *dag = &resolving->loader->dag;
	for (size_t i = 0; i < dag->n_groups; i++)
		if (is_empty(resolving, (unsigned)(dag->n_tasks + i)))
			empty_pass(edges, (unsigned)(dag->n_tasks + i));
}

struct group_edge {
	struct edge edge;
	unsigned depth;
	guint place; /* among them, so that their order is the file's */
};

static int compare_inner_first(const void *a, const void *b)
{
	const struct group_edge *first = a, *second = b;
	if (first->depth != second->depth)
		return first->depth > second->depth ? -1 : 1;
	return first->place < second->place ? -1 : 1;
}

static bool edges_resolve(struct resolving *resolving, const GArray *edges)
{
	g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(struct group_edge));
	bool ok = true;
	for (guint i = 0; i < edges->len; i++) {
		const struct edge *edge = &g_array_index(edges, struct edge, i);
		struct group_edge made = {*edge, common_depth(resolving, edge), i};
		g_array_append_val(sorted, made);
	}
	g_array_sort(sorted, compare_inner_first);
	for (guint i = 0; ok && i < sorted->len; i++) {
		const struct group_edge *made = &g_array_index(sorted, struct group_edge, i);
		ok = edge_resolve(resolving, &made->edge, made->depth);
	}
	return ok;
}

static void members_count(struct resolving *resolving)
{
	const struct loader *loader = resolving->loader;
	for (size_t i = 0; i < loader->dag.n_tasks; i++) {
		const struct task *task = &loader->dag.tasks[i];
		GArray **members = task->group < 0 ? NULL : &resolving->members[task->group];
		if (members && !*members)
			*members = g_array_new(FALSE, FALSE, sizeof(unsigned));
		if (members)
			g_array_append_val(*members, task->index);
		for (const struct group_draft *at = group_around(loader, task); at;
			at = at->parent_draft)
			resolving->n_tasks[at->index]++;
	}
}

static void resolving_open(struct resolving *resolving, struct loader *loader)
{
	const struct dag *dag = &loader->dag;
	*resolving = (struct resolving){.loader = loader,
		.edges = g_array_new(FALSE, FALSE, sizeof(struct edge)),
		.depth_in = g_new0(unsigned, dag->n_tasks),
		.depth_out = g_new0(unsigned, dag->n_tasks),
		.n_tasks = g_new0(unsigned, dag->n_groups),
		.members = g_new0(GArray *, dag->n_groups),
		.ends = g_new0(struct ends, dag->n_groups)};
	members_count(resolving);
}

static void resolving_close(struct resolving *resolving)
{
	for (size_t i = 0; i < resolving->loader->dag.n_groups; i++) {
		g_clear_pointer(&resolving->members[i], g_array_unref);
		g_clear_pointer(&resolving->ends[i].roots, g_array_unref);
		g_clear_pointer(&resolving->ends[i].leaves, g_array_unref);
	}
	g_free(resolving->depth_in);
	g_free(resolving->depth_out);
	g_free(resolving->n_tasks);
	g_free(resolving->members);
	g_free(resolving->ends);
}

bool groups_resolve_edges(struct loader *loader)
{
	struct resolving resolving;
	bool ok = true;
	if (loader->dag.n_groups == 0)
		return true;
	resolving_open(&resolving, loader);
	g_autoptr(GArray) of_groups = g_array_new(FALSE, FALSE, sizeof(struct edge));
	for (guint i = 0; i < loader->edges->len; i++) {
		const struct edge *edge = &g_array_index(loader->edges, struct edge, i);
		if (!is_group(&resolving, edge->from) && !is_group(&resolving, edge->to))
			edge_add(&resolving, edge, common_depth(&resolving, edge));
		else if (contains_refuse(&resolving, edge))
			g_array_append_val(of_groups, *edge);
		else
			ok = false;
	}
	empties_pass(&resolving, of_groups);
	ok = edges_resolve(&resolving, of_groups) && ok;
	g_array_unref(loader->edges);
	loader->edges = g_steal_pointer(&resolving.edges);
	resolving_close(&resolving);
	return ok;
}
