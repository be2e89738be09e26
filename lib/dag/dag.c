/* SPDX-License-Identifier: MIT */
#include "lib/dag/dag.h"

#include <string.h>

const char *const trigger_rules[] = {
	[RULE_ALL_SUCCESS] = "all_success",
	[RULE_ALL_FAILED] = "all_failed",
	[RULE_ALL_DONE] = "all_done",
	[RULE_ALL_DONE_MIN_ONE_SUCCESS] = "all_done_min_one_success",
	[RULE_ALL_SKIPPED] = "all_skipped",
	[RULE_ONE_SUCCESS] = "one_success",
	[RULE_ONE_FAILED] = "one_failed",
	[RULE_ONE_DONE] = "one_done",
	[RULE_NONE_FAILED] = "none_failed",
	[RULE_NONE_FAILED_MIN_ONE_SUCCESS] = "none_failed_min_one_success",
	[RULE_NONE_SKIPPED] = "none_skipped",
	[RULE_ALWAYS] = "always",
	[RULE_ALL_DONE_SETUP_SUCCESS] = "all_done_setup_success",
	[N_TRIGGER_RULES] = NULL,
};

const char *const weight_rules[] = {"downstream", "upstream", "absolute", NULL};

struct dag *dag_ref(const struct dag *dag)
{
	struct dag *shared = (struct dag *)dag;
	g_atomic_int_inc(&shared->references);
	return shared;
}

void dag_unref(struct dag *dag)
{
	if (!dag || !g_atomic_int_dec_and_test(&dag->references))
		return;
	struct dag *head = dag->head, *shelved = dag->shelved;
	if (shelved)
		shelved->whole = NULL;
	/* The DAG itself is in there, too. */
	arena_free(dag->arena);
	dag_unref(head);
	dag_unref(shelved);
}

const struct task *dag_task(const struct dag *dag, const char *task_id)
{
	return g_hash_table_lookup(dag->tasks_by_id, task_id);
}

const json_t *task_constant(const struct task *task, const char *parameter)
{
	for (size_t i = 0; i < task->n_arguments; i++)
		if (strcmp(task->arguments[i].parameter->name, parameter) == 0)
			return task->arguments[i].value.constant;
	return NULL;
}

bool task_constant_boolean(const struct task *task, const char *parameter)
{
	return json_is_true(task_constant(task, parameter));
}

int64_t task_constant_us(const struct task *task, const char *parameter)
{
	return (int64_t)(json_number_value(task_constant(task, parameter)) * (double)SECOND_US);
}

bool group_is_within(const struct dag *dag, int group, int outer)
{
	while (group >= 0 && group != outer)
		group = dag->groups[group].parent;
	return group >= 0;
}

static bool is_direct(const struct task *upstream, const struct task *task)
{
	size_t low = 0, high = task->n_upstream;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (task->upstream[middle] == upstream->index)
			return true;
		if (task->upstream[middle] < upstream->index)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/*
 * Searches from the task towards the beginning, but never past the wanted one: what stands before
 * it in the order cannot come after it.
 */
static bool search(const struct dag *dag, const struct task *upstream, const struct task *task)
{
	g_autofree bool *seen = g_new0(bool, dag->n_tasks);
	g_autofree unsigned *pending = g_new(unsigned, dag->n_tasks);
	size_t n = 0;
	pending[n++] = task->index;
	while (n > 0) {
		const struct task *at = &dag->tasks[pending[--n]];
		for (size_t i = 0; i < at->n_upstream; i++) {
			const struct task *next = &dag->tasks[at->upstream[i]];
			if (next == upstream)
				return true;
			if (seen[next->index] || next->position < upstream->position)
				continue;
			seen[next->index] = true;
			pending[n++] = next->index;
		}
	}
	return false;
}

bool task_is_upstream(const struct dag *dag, const struct task *upstream, const struct task *task)
{
	if (upstream->position >= task->position)
		return false;
	return is_direct(upstream, task) || search(dag, upstream, task);
}
