/* SPDX-License-Identifier: MIT */
#include "lib/dag/branch.h"

#include <string.h>

struct choice {
	const struct dag *dag;
	const struct task *branch;
	bool *is_followed; /* by task index */
};

static bool is_in_group(const struct dag *dag, const struct task *task, int group)
{
	int at = task->group;
	while (at >= 0 && at != group)
		at = dag->groups[at].parent;
	return at == group;
}

static int group_find(const struct dag *dag, const char *group_id)
{
	for (size_t i = 0; i < dag->n_groups; i++)
		if (strcmp(dag->groups[i].group_id, group_id) == 0)
			return (int)i;
	return -1;
}

/* Follows the task or group of that whole name; false when none such is directly after the branch.
 */
static bool whole_name_follow(struct choice *choice, const char *name)
{
	const struct dag *dag = choice->dag;
	int group = group_find(dag, name);
	bool is_there = false;
	for (size_t i = 0; i < choice->branch->n_downstream; i++) {
		const struct task *task = &dag->tasks[choice->branch->downstream[i]];
		bool is_meant = strcmp(task->task_id, name) == 0
			|| (group >= 0 && is_in_group(dag, task, group));
		choice->is_followed[task->index] |= is_meant;
		is_there |= is_meant;
	}
	return is_there;
}

static bool refuse(const struct choice *choice, const char *name, GError **error)
{
	const struct dag *dag = choice->dag;
	const struct task *branch = choice->branch;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (size_t i = 0; i < branch->n_downstream; i++) {
		const struct task *task = &dag->tasks[branch->downstream[i]];
		g_ptr_array_add(names, (char *)task->task_id);
		for (int at = task->group; at >= 0; at = dag->groups[at].parent)
			if (!is_in_group(dag, branch, at))
				g_ptr_array_add(names, (char *)dag->groups[at].group_id);
	}
	g_ptr_array_add(names, NULL);
	const char *meant = suggest(name, (const char *const *)names->pdata);
	return error_say(error, "\"%s\" is no task or group directly after \"%s\"%s%s%s", name,
		branch->task_id, meant ? "; did you mean \"" : "", meant ? meant : "",
		meant ? "\"?" : "");
}

/* By its whole name, else by what it is called in the groups around the branch, the innermost
 * first. */
static bool name_follow(struct choice *choice, const char *name, GError **error)
{
	const struct dag *dag = choice->dag;
	if (whole_name_follow(choice, name))
		return true;
	for (int at = choice->branch->group; at >= 0; at = dag->groups[at].parent) {
		g_autofree char *whole = g_strconcat(dag->groups[at].group_id, ".", name, NULL);
		if (whole_name_follow(choice, whole))
			return true;
	}
	return refuse(choice, name, error);
}

static bool names_follow(struct choice *choice, const json_t *chosen, GError **error)
{
	size_t n = json_is_array(chosen) ? json_array_size(chosen) : 1;
	if (!chosen || json_is_null(chosen))
		return true;
	for (size_t i = 0; i < n; i++) {
		const char *name = json_string_value(
			json_is_array(chosen) ? json_array_get(chosen, i) : chosen);
		if (!name)
			return error_say(error,
				"a branch follows a task_id, a list of such, or null; it was "
				"given something else");
		/* A template that chooses nothing gives empty text. */
		if (*name && !name_follow(choice, name, error))
			return false;
	}
	return true;
}

/* What comes after a followed task is done, too, though it may also stand directly after the
 * branch. */
static void descendants_follow(struct choice *choice)
{
	const struct dag *dag = choice->dag;
	g_autofree unsigned *pending = g_new(unsigned, dag->n_tasks);
	size_t n = 0;
	for (size_t i = 0; i < dag->n_tasks; i++)
		if (choice->is_followed[i])
			pending[n++] = (unsigned)i;
	while (n > 0) {
		const struct task *task = &dag->tasks[pending[--n]];
		for (size_t i = 0; i < task->n_downstream; i++) {
			unsigned next = task->downstream[i];
			if (choice->is_followed[next])
				continue;
			choice->is_followed[next] = true;
			pending[n++] = next;
		}
	}
}

json_t *branch_follow(
	const struct dag *dag, const struct task *branch, const json_t *chosen, GError **error)
{
	g_autofree bool *is_followed = g_new0(bool, dag->n_tasks);
	struct choice choice = {dag, branch, is_followed};
	if (!names_follow(&choice, chosen, error))
		return NULL;
	descendants_follow(&choice);
	json_t *list = json_array();
	for (size_t i = 0; i < branch->n_downstream; i++)
		if (is_followed[branch->downstream[i]])
			json_array_append_new(
				list, json_string(dag->tasks[branch->downstream[i]].task_id));
	return list;
}
