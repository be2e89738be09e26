/* SPDX-License-Identifier: MIT */
/* Setups, teardowns, and what is in the scope of which. */
#include "tests/unit/wrong_dags.h"

static struct operators *operators;

static struct dag *load(const char *text)
{
	return fixture_dag(operators, text);
}

/* `t: s; work: s1 s2`: each task that has setups, with them. */
static char *scopes(const struct dag *dag)
{
	GString *text = g_string_new(NULL);
	for (size_t i = 0; i < dag->n_tasks; i++) {
		const struct task *task = &dag->tasks[i];
		if (task->n_setups == 0)
			continue;
		g_string_append_printf(text, "%s%s:", text->len ? "; " : "", task->task_id);
		for (size_t j = 0; j < task->n_setups; j++)
			g_string_append_printf(text, " %s", dag->tasks[task->setups[j]].task_id);
	}
	return g_string_free(text, FALSE);
}

#define assert_scopes(text, expected)                     \
	do {                                              \
		dag_auto struct dag *loaded = load(text); \
		g_autofree char *found = scopes(loaded);  \
		g_assert_cmpstr(found, ==, (expected));   \
	} while (0)

#define SETUP(id) "  - {task_id: " id ", operator: empty, setup: true}\n"
#define TEARDOWN(id, of) "  - {task_id: " id ", operator: empty, teardown: " of "}\n"
#define TASK(id) "  - {task_id: " id ", operator: empty}\n"

static void a_teardown_comes_after_its_setup(void)
{
	dag_auto struct dag *dag =
		load("default_args: {trigger_rule: all_done}\n"
		     "tasks:\n" TASK("s") "  - {task_id: t, operator: empty, teardown: s, "
					  "on_failure_fail_dagrun: true}\n" TASK("w"));
	const struct task *s = &dag->tasks[0], *t = &dag->tasks[1];
	g_assert_true(s->is_setup && !s->is_teardown);
	g_assert_true(t->is_teardown && !t->is_setup && t->on_failure_fail_dagrun);
	g_assert_cmpint(t->trigger_rule, ==, RULE_ALL_DONE_SETUP_SUCCESS);
	g_assert_cmpint(dag->tasks[2].trigger_rule, ==, RULE_ALL_DONE);
	g_assert_cmpuint(t->n_upstream, ==, 1);
	g_assert_cmpuint(t->upstream[0], ==, s->index);
	g_assert_cmpuint(t->n_setups, ==, 1);
	g_assert_false(dag->tasks[2].is_setup || dag->tasks[2].is_teardown);
}

static void what_is_between_is_in_scope(void)
{
	assert_scopes("tasks:\n" SETUP("s") TEARDOWN("t", "s") TASK("a") TASK("b") TASK("c")
			      TASK("before") TASK("after") "dependencies: |\n"
							   "  before >> s >> a >> b >> t >> after\n"
							   "  s >> c >> after\n",
		"t: s; a: s; b: s");
}

static void a_setup_without_teardown_is_for_all_that_comes_after_it(void)
{
	assert_scopes("tasks:\n" SETUP("s") TASK("a") TASK("b")
			      TASK("c") "dependencies: |\n  s >> a >> b\n",
		"a: s; b: s");
}

static void scopes_may_be_in_each_other(void)
{
	assert_scopes(
		"tasks:\n" SETUP("s1") SETUP("s2") TEARDOWN("t1", "s1") TEARDOWN("t2", "[s2]")
			TASK("a") TASK("b") "dependencies: |\n  s1 >> s2 >> a >> t2 >> b >> t1\n",
		"s2: s1; t1: s1; t2: s2; a: s1 s2; b: s1");
	assert_scopes("tasks:\n" SETUP("s1") SETUP("s2") TEARDOWN("t", "[s1, s2]")
			      TASK("a") "dependencies: |\n  [s1, s2] >> a >> t\n",
		"t: s1 s2; a: s1 s2");
	assert_scopes("tasks:\n" SETUP("s") TEARDOWN("t1", "s") TEARDOWN("t2", "s") TASK("a")
			      TASK("b") "dependencies: |\n  s >> a >> t1\n  s >> b >> t2\n",
		"t1: s; t2: s; a: s; b: s");
}

static void a_group_ends_before_its_teardowns(void)
{
	dag_auto struct dag *dag = load(
		"task_groups: [{group_id: g}]\n"
		"tasks:\n"
		"  - {task_id: s, operator: empty, task_group: g, setup: true}\n"
		"  - {task_id: w, operator: empty, task_group: g, dependencies: s}\n"
		"  - {task_id: t, operator: empty, task_group: g, teardown: s, dependencies: w}\n"
		"  - {task_id: next, operator: empty, dependencies: g}\n"
		"  - {task_id: before, operator: empty}\n"
		"dependencies: before >> g\n");
	const struct task *next = dag_task(dag, "next"), *s = dag_task(dag, "g.s");
	g_assert_cmpuint(next->n_upstream, ==, 1);
	g_assert_cmpuint(next->upstream[0], ==, dag_task(dag, "g.w")->index);
	g_assert_cmpuint(s->n_upstream, ==, 1);
	g_autofree char *found = scopes(dag);
	g_assert_cmpstr(found, ==, "g.w: g.s; g.t: g.s");
}

static const struct wrong wrong_setups[] = {
	{"tasks:\n  - {task_id: a, operator: empty, setup: true, teardown: true}\n",
		"2:5: the task \"a\" is a setup and a teardown: it can be one of them"},
	{"tasks:\n  - {task_id: a, operator: empty, setup: yes, teardown: off}\n",
		"2:42: setup: expected true or false, but \"yes\" could be the boolean true or the "
		"text \"yes\" | write true\n2:57: teardown: expected true or false, but \"off\" "
		"could be the boolean false or the text \"off\" | write false"},
	{"tasks:\n" TASK("s") TEARDOWN("t", "{a: b}"),
		"3:45: teardown: expected true, the id of a setup, or a list of ids, found a map"},
	{"tasks:\n" TASK("set") TEARDOWN("t", "[set, st]"),
		"3:51: there is no task \"st\"; did you mean \"set\"?"},
	{"task_groups: [{group_id: g}]\ntasks:\n" TASK("s") TEARDOWN("t", "g"),
		"4:45: teardown: \"g\" is a group; a setup is one task"},
	{"tasks:\n" TASK("s") TEARDOWN("t", "s") TEARDOWN("u", "t"),
		"4:45: teardown: \"t\" is a teardown itself, not what is to be torn down"},
	{"tasks:\n  - {task_id: t, operator: empty, teardown: true, trigger_rule: all_done}\n",
		"2:65: trigger_rule: a teardown has a rule of its own, all_done_setup_success"},
	{"tasks:\n  - {task_id: a, operator: empty, on_failure_fail_dagrun: true}\n",
		"2:59: on_failure_fail_dagrun is a key of teardowns: the failure of any other task "
		"fails the run anyway"},
	{"tasks:\n" SETUP("s") TEARDOWN("t", "s") "dependencies: t >> s\n",
		"3:45: the dependencies form a cycle: s >> t >> s"},
};

static struct wrong_table tables[] = {
	{"/dag-setups/problems", wrong_setups, G_N_ELEMENTS(wrong_setups), NULL},
};

#define ADD(test) g_test_add_func("/dag-setups/" #test, test)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	operators = fixture_operators();
	ADD(a_teardown_comes_after_its_setup);
	ADD(what_is_between_is_in_scope);
	ADD(a_setup_without_teardown_is_for_all_that_comes_after_it);
	ADD(scopes_may_be_in_each_other);
	ADD(a_group_ends_before_its_teardowns);
	wrong_tables_add(tables, G_N_ELEMENTS(tables), operators);
	int status = g_test_run();
	operators_free(operators);
	return status;
}
