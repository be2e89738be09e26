/* SPDX-License-Identifier: MIT */
/*
 * Whatever the bytes are: each problem is one line at a place, and each DAG that loads is whole.
 * Its tasks stand in an order that keeps all dependencies, it can be shown and drawn, and its own
 * text alone gives the same DAG again.
 */
#include <stdint.h>
#include <string.h>

#include "lib/dag/dag.h"
#include "tests/unit/operator_fixture.h"

static const struct operators *operators;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	operators = fixture_operators();
	return 0;
}

static void check_problems(const struct problems *problems, const char *text)
{
	for (unsigned i = 0; i < problems->list->len; i++) {
		const struct problem *problem = problems->list->pdata[i];
		g_assert_true(g_utf8_validate(problem->message, -1, NULL));
		g_assert_null(strchr(problem->message, '\n'));
		g_assert_true(*problem->message);
		if (i < 3) /* the text is searched for the line each time */
			g_free(problem_text(problem, text));
	}
}

static void check_value(const struct value *value)
{
	int n_forms =
		(value->constant != NULL) + (value->template != NULL) + (value->items != NULL);
	g_assert_cmpint(n_forms, ==, 1);
	for (size_t i = 0; i < value->n; i++)
		check_value(&value->items[i]);
}

static void check_mapping(const struct dag *dag, const struct task *task)
{
	const struct mapping *mapping = task->mapping;
	g_assert_true(mapping || task->mapped_group < 0);
	for (size_t i = 0; mapping && i < mapping->n; i++) {
		const struct mapping_source *source = &mapping->sources[i];
		g_assert_true((source->parameter == NULL) == (mapping->kind == MAPPING_KWARGS));
		if (source->constant)
			continue;
		g_assert_cmpuint(source->task, <, dag->n_tasks);
		g_assert_true(dag->tasks[source->task].feeds_mapping);
		g_assert_true(task_is_upstream(dag, &dag->tasks[source->task], task));
	}
}

static void check_setups(const struct dag *dag, const struct task *task)
{
	for (size_t i = 0; i < task->n_setups; i++) {
		const struct task *setup = &dag->tasks[task->setups[i]];
		g_assert_true(setup->is_setup && setup != task);
		g_assert_true(i == 0 || task->setups[i - 1] < task->setups[i]);
		g_assert_true(task_is_upstream(dag, setup, task));
	}
	g_assert_false(task->is_setup && task->is_teardown);
	g_assert_true(task->is_teardown == (task->trigger_rule == RULE_ALL_DONE_SETUP_SUCCESS));
}

static void check_callbacks(const struct dag *dag)
{
	for (size_t i = 0; i < dag->n_callbacks; i++) {
		const struct task *callback = dag->callback_tasks[i];
		g_assert_cmpuint(callback->index, ==, dag->n_tasks + i);
		g_assert_true(callback->is_callback && callback->operator!= NULL);
		g_assert_true(dag_task(dag, callback->task_id) == callback);
	}
	for (size_t i = 0; i < dag->n_groups; i++)
		g_assert_cmpint(dag->groups[i].parent, <, (int)i);
}

static void check_task(const struct dag *dag, const struct task *task)
{
	g_assert_true(dag_task(dag, task->task_id) == task);
	g_assert_cmpuint(dag->topological[task->position], ==, task->index);
	for (size_t i = 0; i < task->n_upstream; i++) {
		const struct task *upstream = &dag->tasks[task->upstream[i]];
		g_assert_cmpuint(upstream->position, <, task->position);
		g_assert_true(i == 0 || task->upstream[i - 1] < task->upstream[i]);
		g_assert_true(task_is_upstream(dag, upstream, task));
	}
	g_assert_cmpint(task->group, <, (int)dag->n_groups);
	check_mapping(dag, task);
	check_setups(dag, task);
	for (size_t i = 0; i < task->n_arguments; i++)
		check_value(&task->arguments[i].value);
	for (size_t i = 0; i < task->n_env; i++)
		check_value(&task->env[i].value);
	json_t *json = task_json(dag, task);
	g_assert_nonnull(json);
	json_decref(json);
}

static void check_again(const struct dag *dag)
{
	struct problems *problems = problems_new();
	g_autoptr(GPtrArray) dags = dag_load(dag->file, dag->text, strlen(dag->text),
		&(struct dag_context){.operators = operators}, problems);
	g_assert_cmpuint(problems->n_errors, ==, 0);
	g_assert_cmpuint(dags->len, ==, 1);
	const struct dag *again = dags->pdata[0];
	json_auto_t *first = dag_json(dag), *second = dag_json(again);
	g_assert_nonnull(first);
	g_assert_true(json_equal(first, second));
	g_assert_cmpuint(again->n_tasks, ==, dag->n_tasks);
	problems_free(problems);
}

static void check_dag(const struct dag *dag)
{
	g_autoptr(GError) error = NULL;
	for (size_t i = 0; i < dag->n_tasks; i++)
		check_task(dag, &dag->tasks[i]);
	check_callbacks(dag);
	g_free(dag_dot(dag));
	json_t *params = dag_params(dag, NULL, &error);
	g_assert_true((params == NULL) == (error != NULL));
	json_decref(params);
	check_again(dag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct problems *problems = problems_new();
	g_autofree char *text = g_strndup((const char *)data, len);
	GPtrArray *dags = dag_load("folder/fuzz.yaml", (const char *)data, len,
		&(struct dag_context){.operators = operators}, problems);
	g_assert_true(dags->len > 0 || problems->n_errors > 0);
	check_problems(problems, text);
	for (unsigned i = 0; i < dags->len && i < 10; i++)
		check_dag(dags->pdata[i]);
	g_ptr_array_unref(dags);
	problems_free(problems);
	return 0;
}
