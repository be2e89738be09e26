/* SPDX-License-Identifier: MIT */
/* Dependencies as a graph: who waits for whom, in which order. */
#include <string.h>

#include "lib/dag/load.h"

static int compare_edges(const void *a, const void *b)
{
	const struct edge *first = a, *second = b;
	if (first->from != second->from)
		return first->from < second->from ? -1 : 1;
	if (first->to != second->to)
		return first->to < second->to ? -1 : 1;
	return 0;
}

/* The same dependency may be written several times, in several forms: it counts once. */
static bool edges_unite(struct loader *loader)
{
	GArray *edges = loader->edges;
	bool ok = true;
	guint n = 0;
	g_array_sort(edges, compare_edges);
	for (guint i = 0; i < edges->len; i++) {
		const struct edge *edge = &g_array_index(edges, struct edge, i);
		if (edge->from == edge->to) {
			ok = problem_add(loader->reading.problems, edge->place,
				"the task \"%s\" cannot depend on itself",
				loader->dag.tasks[edge->from].task_id);
			continue;
		}

		const struct edge *last = n ? &g_array_index(edges, struct edge, n - 1) : NULL;
		if (!last || compare_edges(last, edge) != 0)
			g_array_index(edges, struct edge, n++) = *edge;
	}
	g_array_set_size(edges, n);
	return ok;
}

static void edges_link(struct dag *dag, const GArray *edges)
{
	for (guint i = 0; i < edges->len; i++) {
		const struct edge *edge = &g_array_index(edges, struct edge, i);
		dag->tasks[edge->from].n_downstream++;
		dag->tasks[edge->to].n_upstream++;
	}
	for (size_t i = 0; i < dag->n_tasks; i++) {
		struct task *task = &dag->tasks[i];
		task->upstream = arena_array(dag->arena, task->n_upstream, sizeof(unsigned));
		task->downstream = arena_array(dag->arena, task->n_downstream, sizeof(unsigned));
		task->n_upstream = task->n_downstream = 0;
	}
	/* Sorted by from, then to: so both lists ascend. */
	for (guint i = 0; i < edges->len; i++) {
		const struct edge *edge = &g_array_index(edges, struct edge, i);
		struct task *from = &dag->tasks[edge->from], *to = &dag->tasks[edge->to];
		from->downstream[from->n_downstream++] = edge->to;
		to->upstream[to->n_upstream++] = edge->from;
	}
}

/* Takes away tasks that wait for nothing until none is left; returns how many were taken. */
static size_t graph_order(struct dag *dag, unsigned *waiting)
{
	size_t n = 0;
	dag->topological = arena_array(dag->arena, dag->n_tasks, sizeof(unsigned));
	for (size_t i = 0; i < dag->n_tasks; i++) {
		waiting[i] = dag->tasks[i].n_upstream;
		if (waiting[i] == 0)
			dag->topological[n++] = i;
	}
	for (size_t i = 0; i < n; i++) {
		struct task *task = &dag->tasks[dag->topological[i]];
		task->position = i;
		for (size_t j = 0; j < task->n_downstream; j++)
			if (--waiting[task->downstream[j]] == 0)
				dag->topological[n++] = task->downstream[j];
	}
	return n;
}

static struct place edge_place(const GArray *edges, unsigned from, unsigned to)
{
	struct edge wanted = {.from = from, .to = to};
	const struct edge *found =
		bsearch(&wanted, edges->data, edges->len, sizeof(struct edge), compare_edges);
	return found->place;
}

/* `path` was walked upstream, so the cycle is told from its end to its begin. */
static void cycle_report(struct loader *loader, const unsigned *path, size_t first, size_t n)
{
	enum { NAMES_MAX = 12 };
	const struct dag *dag = &loader->dag;
	g_autoptr(GString) names = g_string_new(dag->tasks[path[first]].task_id);
	for (size_t i = n; i-- > first;) {
		if (n - first > NAMES_MAX && n - i == NAMES_MAX && i > first) {
			g_string_append_printf(names, " >> … (%zu more)", i - first);
			i = first;
		}
		g_string_append_printf(names, " >> %s", dag->tasks[path[i]].task_id);
	}
	unsigned last = path[n - 1];
	problem_add(loader->reading.problems, edge_place(loader->edges, path[first], last),
		"the dependencies form a cycle: %s", names->str);
}

/*
 * Each of the tasks that are left waits for another of them. Walking upstream from one must come to
 * a task it has seen: in this walk (a cycle), or in an earlier one (whose cycle has been told).
 */
static void cycles_report(struct loader *loader, const unsigned *waiting)
{
	const struct dag *dag = &loader->dag;
	g_autofree unsigned *walk = g_new0(unsigned, dag->n_tasks);
	g_autofree unsigned *step = g_new0(unsigned, dag->n_tasks);
	g_autofree unsigned *path = g_new0(unsigned, dag->n_tasks);
	for (unsigned start = 0; start < dag->n_tasks; start++) {
		size_t n = 0;
		unsigned at = start;
		while (waiting[at] > 0 && walk[at] == 0) {
			walk[at] = start + 1;
			step[at] = n;
			path[n++] = at;
			const struct task *task = &dag->tasks[at];
			for (size_t i = 0; i < task->n_upstream; i++) {
				at = task->upstream[i];
				if (waiting[at] > 0)
					break;
			}
		}
		if (n > 0 && walk[at] == start + 1)
			cycle_report(loader, path, step[at], n);
	}
}

bool graph_build(struct loader *loader)
{
	struct dag *dag = &loader->dag;
	g_autofree unsigned *waiting = g_new0(unsigned, dag->n_tasks);
	bool ok = edges_unite(loader);
	edges_link(dag, loader->edges);
	if (graph_order(dag, waiting) < dag->n_tasks) {
		cycles_report(loader, waiting);
		return false;
	}
	graph_weigh(dag);
	return ok;
}
