/* SPDX-License-Identifier: MIT */
/*
 * Callbacks: what is to be done when something happens to a task or a run. Each is read as a task
 * is, with fewer keys, and beside the graph: it waits for nothing, and nothing waits for it.
 *
 * What stands in default_args serves many tasks: it is read once, and each task gets a copy.
 */
#include <string.h>

#include "lib/dag/load.h"
#include "lib/dag/task.h"

enum {
	RETRIES_MAX = 1000000,
	CALLBACKS_MAX = 20,
	/* The id of a callback is the name of a folder of logs, too. */
	OWNER_ID_MAX = 220,
};

const char *const callback_names[] = {
	[CALLBACK_EXECUTE] = "on_execute_callback",
	[CALLBACK_SUCCESS] = "on_success_callback",
	[CALLBACK_FAILURE] = "on_failure_callback",
	[CALLBACK_RETRY] = "on_retry_callback",
	[CALLBACK_SKIPPED] = "on_skipped_callback",
	[CALLBACK_DEADLINE] = "deadline",
	[N_CALLBACK_KINDS] = NULL,
};

#define FIELD(name) offsetof(struct task_draft, name)
static const struct key callback_keys[] = {
	{"operator", read_node, FIELD(operator)},
	{"retries", read_unsigned, FIELD(task.retries), 0, RETRIES_MAX},
	{"retry_delay", read_duration, FIELD(task.retry_delay_us)},
	{"execution_timeout", read_duration, FIELD(task.execution_timeout_us)},
	{"env", read_node, FIELD(env)},
};
#undef FIELD
static const struct key_set callback_set = {
	"a callback", callback_keys, G_N_ELEMENTS(callback_keys), NULL};

static bool callback_read(
	struct loader *loader, const struct node *map, enum callback_kind kind, struct task *task)
{
	struct reading *reading = &loader->reading;
	struct task_draft draft = task_defaults;
	if (map->kind != NODE_MAP) {
		problem_add(reading->problems, map->place,
			"%s: expected a map or a list of maps, found %s", callback_names[kind],
			node_kind_name(map));
		problem_hint(reading->problems,
			"a callback is an operator with its parameters: {operator: bash, "
			"bash_command: ...}");
		return false;
	}
	draft.what = callback_names[kind];
	draft.task.place = reading_place(reading, map);
	draft.task.owner = loader->dag.owner;
	draft.task.env = loader->env_entries;
	draft.task.n_env = loader->n_env;
	draft.task.is_callback = true;
	operation_read(loader, &callback_set, map, &draft);
	*task = draft.task;
	return task->operator!= NULL;
}

/* What a node says, as callbacks of nobody yet. An alias may say it of several kinds. */
static const struct callbacks *callbacks_read(
	struct loader *loader, const struct node *node, enum callback_kind kind)
{
	struct callbacks *callbacks = g_hash_table_lookup(loader->callbacks, node);
	if (callbacks)
		return callbacks;
	bool is_list = node->kind == NODE_LIST;
	size_t n = is_list ? node->n : 1;
	callbacks = arena_alloc(loader->reading.arena, sizeof(*callbacks));
	g_hash_table_insert(loader->callbacks, (void *)node, callbacks);
	if (n > CALLBACKS_MAX) {
		problem_add(loader->reading.problems, node->place,
			"%s: %zu callbacks are too many, at most %d are allowed",
			callback_names[kind], n, CALLBACKS_MAX);
		return callbacks;
	}
	callbacks->tasks = arena_array(loader->reading.arena, n, sizeof(*callbacks->tasks));
	for (size_t i = 0; i < n; i++)
		callbacks->n += callback_read(loader, is_list ? node->items[i] : node, kind,
			&callbacks->tasks[callbacks->n]);
	return callbacks;
}

static void callbacks_copy(struct loader *loader, const struct callbacks *read,
	enum callback_kind kind, const struct task *owner, struct callbacks *callbacks)
{
	struct arena *arena = loader->reading.arena;
	const char *owner_id = owner ? owner->task_id : "";
	callbacks->n = read->n;
	callbacks->tasks = arena_array(arena, read->n, sizeof(*callbacks->tasks));
	for (size_t i = 0; i < read->n; i++) {
		struct task *task = &callbacks->tasks[i];
		*task = read->tasks[i];
		const char *name = callback_names[kind];
		task->callback_kind = kind;
		task->callback_of = owner;
		task->task_id = i ? arena_printf(arena, "%s@%s.%zu", owner_id, name, i + 1)
				  : arena_printf(arena, "%s@%s", owner_id, name);
		task->display_name = task->task_id;
		if (owner)
			task->owner = owner->owner;
	}
	loader->dag.n_callbacks += read->n;
}

void callbacks_of(struct loader *loader, const struct node *const *nodes, const struct task *owner,
	struct callbacks *callbacks)
{
	size_t n_before = loader->dag.n_callbacks;
	for (unsigned kind = 0; kind < N_CALLBACK_KINDS; kind++)
		if (!node_is_null(nodes[kind]))
			callbacks_copy(loader, callbacks_read(loader, nodes[kind], kind), kind,
				owner, &callbacks[kind]);
	if (owner && loader->dag.n_callbacks > n_before && strlen(owner->task_id) > OWNER_ID_MAX)
		problem_add(loader->reading.problems, owner->place,
			"the task_id \"%.20s...\" has more than %d characters, the most that a "
			"task with callbacks may have",
			owner->task_id, OWNER_ID_MAX);
}

static void callbacks_number(struct dag *dag, struct callbacks *callbacks)
{
	for (unsigned kind = 0; kind < N_CALLBACK_KINDS; kind++)
		for (size_t i = 0; i < callbacks[kind].n; i++) {
			struct task *task = &callbacks[kind].tasks[i];
			task->index = (unsigned)(dag->n_tasks + dag->n_callbacks);
			task->effective_weight = task->priority_weight;
			dag->callback_tasks[dag->n_callbacks++] = task;
			g_hash_table_insert(dag->tasks_by_id, (char *)task->task_id, task);
		}
}

void callbacks_register(struct loader *loader)
{
	struct dag *dag = &loader->dag;
	dag->callback_tasks =
		arena_array(dag->arena, dag->n_callbacks, sizeof(*dag->callback_tasks));
	dag->n_callbacks = 0;
	callbacks_number(dag, dag->callbacks);
	for (size_t i = 0; i < dag->n_tasks; i++)
		callbacks_number(dag, dag->tasks[i].callbacks);
}
