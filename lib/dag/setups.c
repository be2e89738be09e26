/* SPDX-License-Identifier: MIT */
/*
 * Setups, teardowns and what is between them.
 *
 * A teardown comes right after its setups. In the scope of a setup is what comes after it and
 * before one of its teardowns; of a setup without teardown, all that comes after it.
 */
#include <string.h>

#include "lib/dag/groups.h"
#include "lib/yaml/scalar.h"

static bool teardown_is_written(struct loader *loader, const struct node *node, bool *is_teardown)
{
	struct scalar scalar;
	g_autofree char *readings = NULL, *clear = NULL;
	*is_teardown = true;
	if (node_is_null(node)) {
		*is_teardown = false;
		return false;
	}
	bool is_bool = node->kind == NODE_SCALAR
		&& (scalar_read(node, &scalar) == SCALAR_BOOL
			|| scalar_is_ambiguous(node, &readings, &clear));
	if (is_bool)
		node_bool(node, "teardown", is_teardown, loader->reading.problems);
	else if (node->kind == NODE_MAP)
		problem_add(loader->reading.problems, node->place,
			"teardown: expected true, the id of a setup, or a list of ids, found a "
			"map");
	return !is_bool && node->kind != NODE_MAP;
}

void setup_keys_finish(struct loader *loader, struct task_draft *draft)
{
	struct problems *problems = loader->reading.problems;
	struct task *task = &draft->task;
	bool has_names = teardown_is_written(loader, draft->teardown, &task->is_teardown);
	if (has_names)
		draft->setups = draft->teardown;
	if (task->is_setup && task->is_teardown)
		problem_add(problems, task->place,
			"%s is a setup and a teardown: it can be one of "
			"them",
			draft->what);
	if (draft->on_failure_fail_dagrun && !task->is_teardown)
		problem_add(problems, draft->on_failure_fail_dagrun->place,
			"on_failure_fail_dagrun is a key of teardowns: the failure of any other "
			"task fails the run anyway");
	else if (draft->on_failure_fail_dagrun)
		node_bool(draft->on_failure_fail_dagrun, "on_failure_fail_dagrun",
			&task->on_failure_fail_dagrun, problems);
}

void teardown_note(struct loader *loader, const struct task *task, const struct task_draft *draft)
{
	struct pending_teardown pending = {task->index, draft->setups};
	if (draft->setups)
		g_array_append_val(loader->pending_teardowns, pending);
}

/* ---- once all tasks are known ---- */

static void setup_resolve(struct loader *loader, const struct task *teardown, const struct node *id)
{
	struct problems *problems = loader->reading.problems;
	struct edge edge = {.to = teardown->index, .place = reading_place(&loader->reading, id)};
	const char *name;
	if (!node_text(id, "teardown", &name, problems)
		|| !node_resolve(
			loader, group_around(loader, teardown), name, edge.place, &edge.from))
		return;
	struct task *setup = edge.from < loader->dag.n_tasks ? &loader->dag.tasks[edge.from] : NULL;
	if (!setup)
		problem_add(problems, edge.place,
			"teardown: \"%s\" is a group; a setup is one task", name);
	else if (setup->is_teardown)
		problem_add(problems, edge.place,
			"teardown: \"%s\" is a teardown itself, not what is to be torn down",
			setup->task_id);
	if (!setup || setup->is_teardown)
		return;
	setup->is_setup = true;
	g_array_append_val(loader->edges, edge);
}

void teardowns_resolve(struct loader *loader)
{
	for (guint i = 0; i < loader->pending_teardowns->len; i++) {
		const struct pending_teardown *pending =
			&g_array_index(loader->pending_teardowns, struct pending_teardown, i);
		const struct node *node = pending->setups;
		bool is_list = node->kind == NODE_LIST;
		for (size_t j = 0; j < (is_list ? node->n : 1); j++)
			setup_resolve(loader, &loader->dag.tasks[pending->task],
				is_list ? node->items[j] : node);
	}
}

/* ---- scopes, once the order is known ---- */

struct scopes {
	const struct dag *dag;
	unsigned *after;  /* by task: it comes after the setup of this index + 1 */
	unsigned *inside; /* the same: it is in its scope */
	unsigned *pending;
	GArray **setups; /* of each task, those whose scope it is in; NULL: none */
};

static bool is_teardown_of(const struct dag *dag, const struct task *setup, size_t i)
{
	return dag->tasks[setup->downstream[i]].is_teardown;
}

/* The position of its last teardown; without one, of the last task of all. */
static unsigned last_position(const struct dag *dag, const struct task *setup)
{
	unsigned last = 0;
	bool has_teardown = false;
	for (size_t i = 0; i < setup->n_downstream; i++) {
		if (!is_teardown_of(dag, setup, i))
			continue;
		has_teardown = true;
		last = MAX(last, dag->tasks[setup->downstream[i]].position);
	}
	return has_teardown ? last : (unsigned)dag->n_tasks;
}

static void scope_put(struct scopes *scopes, const struct task *task, const struct task *setup)
{
	GArray **setups = &scopes->setups[task->index];
	if (task->is_teardown || task == setup)
		return;
	if (!*setups)
		*setups = g_array_new(FALSE, FALSE, sizeof(unsigned));
	g_array_append_val(*setups, setup->index);
}

/* Marks what comes after the setup, up to a position; without teardowns all of it is in scope. */
static void walk_down(struct scopes *scopes, const struct task *setup, unsigned last, bool is_scope)
{
	const struct dag *dag = scopes->dag;
	unsigned mark = setup->index + 1;
	size_t n = 0;
	scopes->pending[n++] = setup->index;
	while (n > 0) {
		const struct task *task = &dag->tasks[scopes->pending[--n]];
		if (is_scope)
			scope_put(scopes, task, setup);
		for (size_t i = 0; i < task->n_downstream; i++) {
			const struct task *next = &dag->tasks[task->downstream[i]];
			if (scopes->after[next->index] == mark || next->position > last)
				continue;
			scopes->after[next->index] = mark;
			scopes->pending[n++] = next->index;
		}
	}
}

/* What is before a teardown and after the setup. */
static void walk_up(struct scopes *scopes, const struct task *setup, const struct task *teardown)
{
	const struct dag *dag = scopes->dag;
	unsigned mark = setup->index + 1;
	size_t n = 0;
	scopes->pending[n++] = teardown->index;
	while (n > 0) {
		const struct task *task = &dag->tasks[scopes->pending[--n]];
		for (size_t i = 0; i < task->n_upstream; i++) {
			unsigned index = task->upstream[i];
			if (scopes->after[index] != mark || scopes->inside[index] == mark)
				continue;
			scopes->inside[index] = mark;
			scope_put(scopes, &dag->tasks[index], setup);
			scopes->pending[n++] = index;
		}
	}
}

static void scope_find(struct scopes *scopes, const struct task *setup)
{
	const struct dag *dag = scopes->dag;
	unsigned last = last_position(dag, setup);
	bool has_teardown = last < dag->n_tasks;
	walk_down(scopes, setup, last, !has_teardown);
	for (size_t i = 0; i < setup->n_downstream; i++)
		if (is_teardown_of(dag, setup, i))
			walk_up(scopes, setup, &dag->tasks[setup->downstream[i]]);
}

/* A teardown belongs to the setups right before it. */
static void teardown_fill(struct dag *dag, struct task *task)
{
	task->setups = arena_array(dag->arena, task->n_upstream, sizeof(unsigned));
	for (size_t i = 0; i < task->n_upstream; i++)
		if (dag->tasks[task->upstream[i]].is_setup)
			task->setups[task->n_setups++] = task->upstream[i];
}

void setups_fill(struct dag *dag)
{
	struct scopes scopes = {.dag = dag,
		.after = g_new0(unsigned, dag->n_tasks),
		.inside = g_new0(unsigned, dag->n_tasks),
		.pending = g_new(unsigned, dag->n_tasks),
		.setups = g_new0(GArray *, dag->n_tasks)};
	for (size_t i = 0; i < dag->n_tasks; i++)
		if (dag->tasks[i].is_setup)
			scope_find(&scopes, &dag->tasks[i]);
	for (size_t i = 0; i < dag->n_tasks; i++) {
		struct task *task = &dag->tasks[i];
		GArray *setups = scopes.setups[i];
		if (task->is_teardown)
			teardown_fill(dag, task);
		if (!setups)
			continue;
		/* In the order of their indexes, for they were looked at in that. */
		task->n_setups = setups->len;
		task->setups = arena_array(dag->arena, setups->len, sizeof(unsigned));
		memcpy(task->setups, setups->data, setups->len * sizeof(unsigned));
		g_array_unref(setups);
	}
	g_free(scopes.after);
	g_free(scopes.inside);
	g_free(scopes.pending);
	g_free(scopes.setups);
}
