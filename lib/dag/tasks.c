/* SPDX-License-Identifier: MIT */
/* The list of a DAG's tasks. */
#include "lib/base/ident.h"
#include "lib/dag/groups.h"

/* Makes the task known by its id. False: it has none, or another one has it. */
static bool task_register(struct loader *loader, struct task *task)
{
	if (!task->task_id)
		return false;
	const struct task *other = dag_task(&loader->dag, task->task_id);
	const struct group_draft *group = g_hash_table_lookup(loader->groups_by_id, task->task_id);
	if (group)
		return problem_add(loader->reading.problems, task->place,
			"the task_id \"%s\" is already used by the group in line %u", task->task_id,
			group->place.line);
	if (other)
		return problem_add(loader->reading.problems, task->place,
			"the task_id \"%s\" is already used by the task in line %u", task->task_id,
			other->place.line);
	g_hash_table_insert(loader->dag.tasks_by_id, (char *)task->task_id, task);
	g_ptr_array_add(loader->task_ids, (char *)task->task_id);
	return true;
}

/* What a task in a group begins with. */
static struct task_draft draft_begin(struct loader *loader, const struct node *map)
{
	const struct node *name = node_get(map, "task_group");
	if (node_is_null(name))
		return loader->defaults->draft;
	const struct group_draft *group = group_find(loader, "task_group", name);
	struct task_draft draft = group ? group->defaults->draft : loader->defaults->draft;
	if (group)
		draft.prefix = group->prefix;
	else if (name->kind == NODE_SCALAR)
		/* So that what names the task is no further mistake. */
		draft.prefix = arena_printf(loader->reading.arena, "%s.", name->text);
	draft.task.group = group ? (int)group->index : -1;
	if (group && group->mapped) {
		draft.task.mapped_group = (int)group->mapped->index;
		draft.task.mapping = loader->dag.groups[group->mapped->index].mapping;
	}
	return draft;
}

static void task_read(struct loader *loader, const struct node *map, struct task_draft *draft)
{
	struct reading *reading = &loader->reading;
	unsigned n_errors = reading->problems->n_errors;
	g_autoptr(GError) error = NULL;
	*draft = draft_begin(loader, map);
	draft->task.place = reading_place(reading, map);
	operation_read(loader, &task_set, map, draft);
	const char *task_id = draft->task.task_id;
	if (!task_id && !node_get(map, "task_id") && reading->problems->n_errors == n_errors)
		problem_add(reading->problems, map->place, "the task has no task_id");
	if (task_id && draft->prefix && !ident_check("task_id", task_id, &error))
		problem_add(reading->problems, map->place, "%s", error->message);
	if (!draft->task.display_name)
		draft->task.display_name = task_id;
}

/* The defaults of the whole DAG. */
static void dag_defaults(struct loader *loader)
{
	struct defaults *defaults =
		(struct defaults *)defaults_read(loader, loader->default_args, NULL);
	struct task *task = &defaults->draft.task;
	if (!task->owner)
		task->owner = loader->dag.owner ? loader->dag.owner : "airflow";
	task->env = loader->env_entries;
	task->n_env = loader->n_env;
	loader->dag.owner = task->owner;
	loader->defaults = defaults;
}

void tasks_read(struct loader *loader)
{
	struct reading *reading = &loader->reading;
	const struct node *list = loader->tasks;
	if (node_is_null(list) || (list->kind == NODE_LIST && list->n == 0)) {
		problem_add(reading->problems, (struct place){reading->file, loader->dag.line, 1},
			"the DAG has no tasks");
		return;
	}
	if (list->kind != NODE_LIST) {
		problem_add(reading->problems, list->place, "tasks: expected a list, found %s",
			node_kind_name(list));
		problem_hint(reading->problems, "each task begins with `- task_id: NAME`");
		return;
	}
	operators_note(loader);
	dag_defaults(loader);
	groups_read(loader);
	loader->dag.tasks = arena_array(reading->arena, list->n, sizeof(struct task));
	loader->task_dependencies = arena_array(reading->arena, list->n, sizeof(struct node *));
	for (size_t i = 0; i < list->n; i++) {
		struct task_draft draft;
		const struct node *map = list->items[i];
		if (map->kind != NODE_MAP) {
			problem_add(reading->problems, map->place,
				"a task: expected a map, found %s", node_kind_name(map));
			continue;
		}
		task_read(loader, map, &draft);
		struct task *task = &loader->dag.tasks[loader->dag.n_tasks];
		*task = draft.task;
		task->index = loader->dag.n_tasks;
		if (!task_register(loader, task))
			continue;
		loader->task_dependencies[loader->dag.n_tasks++] = draft.dependencies;
		callbacks_of(loader, draft.callbacks, task, task->callbacks);
		teardown_note(loader, task, &draft);
	}
}
