/* SPDX-License-Identifier: MIT */
/* The keys that say when a task may start and what its end means: what they become, and what is
 * wrong with them. */
#include "tests/unit/wrong_dags.h"

static struct operators *operators;

static struct dag *load(const char *text)
{
	return fixture_dag(operators, text);
}

/* The exit codes of a set, with blanks between. */
static char *codes(const struct exit_codes *set)
{
	GString *text = g_string_new(NULL);
	for (int code = 0; code < 256; code++)
		if (exit_codes_have(set, code))
			g_string_append_printf(text, "%s%d", text->len ? " " : "", code);
	return g_string_free(text, FALSE);
}

#define assert_codes(set, expected)                    \
	do {                                           \
		g_autofree char *text = codes(&(set)); \
		g_assert_cmpstr(text, ==, (expected)); \
	} while (0)

static void a_task_has_airflows_limits_and_rules(void)
{
	dag_auto struct dag *dag = load(
		"default_args: {pool: small, trigger_rule: all_done}\n"
		"max_consecutive_failed_dag_runs: 3\n"
		"tasks:\n"
		"  - {task_id: a, operator: empty, pool_slots: 2, weight_rule: absolute,\n"
		"     max_active_tis_per_dag: 4, max_active_tis_per_dagrun: 3}\n"
		"  - {task_id: b, operator: empty, pool: the big one, trigger_rule: one_failed,\n"
		"     max_active_tis_per_dag: null, ignore_first_depends_on_past: false}\n");
	const struct task *a = &dag->tasks[0], *b = &dag->tasks[1];
	g_assert_cmpuint(dag->max_consecutive_failed_dag_runs, ==, 3);
	g_assert_cmpstr(a->pool, ==, "small");
	g_assert_cmpuint(a->pool_slots, ==, 2);
	g_assert_cmpint(a->trigger_rule, ==, RULE_ALL_DONE);
	g_assert_cmpint(a->weight_rule, ==, WEIGHT_ABSOLUTE);
	g_assert_cmpuint(a->max_active_tis_per_dag, ==, 4);
	g_assert_cmpuint(a->max_active_tis_per_dagrun, ==, 3);
	g_assert_true(a->ignore_first_depends_on_past && !b->ignore_first_depends_on_past);
	g_assert_cmpstr(b->pool, ==, "the big one");
	g_assert_cmpuint(b->pool_slots, ==, 1);
	g_assert_cmpint(b->trigger_rule, ==, RULE_ONE_FAILED);
	g_assert_cmpuint(b->max_active_tis_per_dag, ==, 0);
	g_assert_false(dag->has_past || dag->fail_fast);
}

static void every_trigger_rule_is_known_by_airflows_name(void)
{
	for (unsigned rule = 0; rule < RULE_ALL_DONE_SETUP_SUCCESS; rule++) {
		g_autofree char *text = g_strdup_printf(
			"tasks: [{task_id: a, operator: empty, trigger_rule: %s}]\n",
			trigger_rules[rule]);
		dag_auto struct dag *dag = load(text);
		g_assert_cmpuint(dag->tasks[0].trigger_rule, ==, rule);
	}
}

static void waiting_for_downstream_is_waiting_for_the_past(void)
{
	dag_auto struct dag *dag =
		load("tasks:\n"
		     "  - {task_id: a, operator: empty, wait_for_downstream: true}\n"
		     "  - {task_id: b, operator: empty}\n");
	g_assert_true(dag->tasks[0].depends_on_past && dag->tasks[0].wait_for_downstream);
	g_assert_false(dag->tasks[1].depends_on_past);
	g_assert_true(dag->has_past);
}

static void exit_codes_are_one_or_a_list(void)
{
	dag_auto struct dag *dag =
		load("default_args: {retry_on_exit_code: [75, 111], fail_on_exit_code: 2}\n"
		     "tasks:\n"
		     "  - {task_id: a, operator: bash, bash_command: x}\n"
		     "  - {task_id: b, operator: bash, bash_command: x, skip_on_exit_code: [3, 99, "
		     "255],\n"
		     "     fail_on_exit_code: [4, 5], retry_on_exit_code: null}\n"
		     "  - {task_id: c, operator: bash, bash_command: x, skip_on_exit_code: null,\n"
		     "     fail_on_exit_code: 99}\n");
	const struct task *tasks = dag->tasks;
	assert_codes(tasks[0].skip_on, "99");
	assert_codes(tasks[0].retry_on, "75 111");
	assert_codes(tasks[0].fail_on, "2");
	assert_codes(tasks[1].skip_on, "3 99 255");
	assert_codes(tasks[1].fail_on, "4 5");
	assert_codes(tasks[1].retry_on, "");
	assert_codes(tasks[2].skip_on, "");
	assert_codes(tasks[2].fail_on, "99");
}

static void a_weight_follows_the_tasks_own_rule(void)
{
	dag_auto struct dag *dag = load(
		"tasks:\n"
		"  - {task_id: top, operator: empty, priority_weight: 2}\n"
		"  - {task_id: left, operator: empty, priority_weight: 10}\n"
		"  - {task_id: right, operator: empty, priority_weight: 100, weight_rule: "
		"upstream}\n"
		"  - {task_id: end, operator: empty, priority_weight: 1000, weight_rule: "
		"upstream}\n"
		"  - {task_id: own, operator: empty, weight_rule: absolute, dependencies: end}\n"
		"dependencies: |\n"
		"  top >> [left, right] >> end\n");
	static const int expected[] = {1113, 1011, 102, 1112, 1};
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
		g_assert_cmpint(dag->tasks[i].effective_weight, ==, expected[i]);
}

static void a_weight_ends_where_32_bits_do(void)
{
	dag_auto struct dag *dag = load(
		"default_args: {priority_weight: 2147483647}\n"
		"tasks:\n"
		"  - {task_id: a, operator: empty}\n"
		"  - {task_id: b, operator: empty, dependencies: a}\n"
		"  - {task_id: c, operator: empty, priority_weight: -2147483648, dependencies: d}\n"
		"  - {task_id: d, operator: empty, priority_weight: -2}\n");
	g_assert_cmpint(dag->tasks[0].effective_weight, ==, INT32_MAX);
	g_assert_cmpint(dag->tasks[3].effective_weight, ==, INT32_MIN);
}

/* Many ways part here: sums are made of 64 tasks at a time. */
static void a_dense_graph_weighs_each_task_once(void)
{
	enum { LAYERS = 20, WIDTH = 10 };
	for (int is_upstream = 0; is_upstream < 2; is_upstream++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_string_append_printf(text, "default_args: {weight_rule: %s}\ntasks:\n",
			weight_rules[is_upstream]);
		for (int i = 0; i < LAYERS * WIDTH; i++) {
			g_string_append_printf(
				text, "- {task_id: t%d, operator: empty, dependencies: [", i);
			for (int j = 0; i >= WIDTH && j < WIDTH; j++)
				g_string_append_printf(
					text, "%st%d", j ? ", " : "", (i / WIDTH - 1) * WIDTH + j);
			g_string_append(text, "]}\n");
		}
		dag_auto struct dag *dag = load(text->str);
		for (int i = 0; i < LAYERS * WIDTH; i++) {
			int before = i / WIDTH, after = LAYERS - 1 - before;
			g_assert_cmpint(dag->tasks[i].effective_weight, ==,
				1 + WIDTH * (is_upstream ? before : after));
		}
	}
}

/* A start, a group of tasks in pairs, and an end. */
static void a_hundred_thousand_tasks_load(void)
{
	enum { N = 100000 };
	g_autoptr(GString) text = g_string_new("task_groups: [{group_id: g}]\n"
					       "dependencies: start >> g >> end\n"
					       "tasks:\n"
					       "- {task_id: start, operator: empty}\n"
					       "- {task_id: end, operator: empty}\n");
	for (int i = 0; i < N - 2; i += 2) {
		g_string_append_printf(
			text, "- {task_id: t%d, operator: empty, task_group: g}\n", i);
		g_string_append_printf(text,
			"- {task_id: t%d, operator: empty, task_group: g, dependencies: t%d}\n",
			i + 1, i);
	}
	dag_auto struct dag *dag = load(text->str);
	g_assert_cmpuint(dag->n_tasks, ==, N);
	g_assert_cmpuint(dag_task(dag, "start")->n_downstream, ==, N / 2 - 1);
	g_assert_cmpuint(dag_task(dag, "end")->n_upstream, ==, N / 2 - 1);
	g_assert_cmpint(dag_task(dag, "start")->effective_weight, ==, N);
	g_assert_cmpint(dag_task(dag, "g.t0")->effective_weight, ==, 3);
}

static void a_file_of_mistakes_tells_the_first_of_them(void)
{
	g_autoptr(GString) text = g_string_new("tasks:\n");
	for (int i = 0; i < 20000; i++)
		g_string_append_printf(
			text, "- {task_id: t%d, operator: empty, dependencies: x%d}\n", i, i);
	struct problems *problems = problems_new();
	GPtrArray *dags = dag_load("f.yaml", text->str, text->len,
		&(struct dag_context){.operators = operators}, problems);
	g_assert_cmpuint(dags->len, ==, 0);
	g_assert_cmpuint(problems->list->len, ==, 1001);
	const struct problem *last = problems->list->pdata[1000];
	g_assert_cmpstr(last->message, ==, "19000 more mistakes are not told");
	g_ptr_array_unref(dags);
	problems_free(problems);
}

#define ONE_TASK "tasks:\n  - {task_id: a, operator: empty}\n"
#define TASK(keys) "tasks:\n  - {task_id: a, operator: bash, bash_command: x, " keys "}\n"

static const struct wrong wrong_rules[] = {
	{TASK("trigger_rule: dummy"),
		"2:65: trigger_rule: there is no rule \"dummy\" any more; "
		"did you mean \"always\"?"},
	{TASK("trigger_rule: none_failed_or_skipped"),
		"2:65: trigger_rule: there is no rule \"none_failed_or_skipped\" any more; did you "
		"mean \"none_failed_min_one_success\"?"},
	{TASK("trigger_rule: all_sucess"),
		"2:65: trigger_rule: expected one of all_success, all_failed, all_done, "
		"all_done_min_one_success, all_skipped, one_success, one_failed, one_done, "
		"none_failed, none_failed_min_one_success, none_skipped, always, "
		"all_done_setup_success, found \"all_sucess\"; did you mean \"all_success\"?"},
	{TASK("trigger_rule: all_done_setup_success"),
		"2:65: trigger_rule: all_done_setup_success is the rule of teardowns, which have "
		"it without being told"},
	{"fail_fast: true\ndefault_args: {trigger_rule: all_done}\ntasks:\n"
	 "  - {task_id: a, operator: empty}\n  - {task_id: b, operator: empty}\n"
	 "  - {task_id: c, operator: empty, trigger_rule: all_success}\n",
		"2:30: trigger_rule: all_done cannot be obeyed in a DAG with fail_fast, which ends "
		"at the first failure; only all_success can"},
	{"fail_fast: yes\nmax_consecutive_failed_dag_runs: -1\n" ONE_TASK,
		"1:12: fail_fast: expected true or false, but \"yes\" could be the boolean true or "
		"the text \"yes\" | write true\n2:34: max_consecutive_failed_dag_runs: expected a "
		"whole number from 0 to 1000000, found -1"},
};

static const struct wrong wrong_limits[] = {
	{TASK("pool: \"\""), "2:57: \"pool\" is empty"},
	{TASK("pool: [a]"), "2:57: pool: expected text, found a list"},
	{TASK("pool_slots: 0"),
		"2:63: pool_slots: expected a whole number from 1 to 1000000, found 0"},
	{TASK("weight_rule: up"),
		"2:64: weight_rule: expected one of downstream, upstream, "
		"absolute, found \"up\""},
	{TASK("max_active_tis_per_dag: 0, max_active_tis_per_dagrun: many"),
		"2:75: max_active_tis_per_dag: expected a whole number from 1 to 1000000, found "
		"0\n2:105: max_active_tis_per_dagrun: expected a whole number from 1 to 1000000, "
		"found text \"many\""},
	{TASK("depends_on_past: 1, wait_for_downstream: off"),
		"2:68: depends_on_past: expected true or false, found a number \"1\"\n2:92: "
		"wait_for_downstream: expected true or false, but \"off\" could be the boolean "
		"false or the text \"off\" | write false"},
};

static const struct wrong wrong_codes[] = {
	{TASK("fail_on_exit_code: 0"),
		"2:70: fail_on_exit_code: expected a whole number from 1 to 255, found 0"},
	{TASK("retry_on_exit_code: [1, 256, x]"),
		"2:75: retry_on_exit_code: expected a whole number from 1 to 255, found 256\n2:80: "
		"retry_on_exit_code: expected a whole number from 1 to 255, found text \"x\""},
	{TASK("retry_on_exit_code: []"),
		"2:71: retry_on_exit_code: the list is empty | leave the "
		"key out where no exit code is special"},
	{TASK("skip_on_exit_code: [1, 256]"),
		"2:70: \"skip_on_exit_code\" is an exit code or a list of them: numbers from 1 to "
		"255 were expected, no template"},
	{TASK("fail_on_exit_code: [2, 99]"),
		"2:70: fail_on_exit_code: exit code 99 already means \"skipped\""},
	{TASK("skip_on_exit_code: 3, retry_on_exit_code: [2, 3]"),
		"2:93: retry_on_exit_code: exit code 3 already means \"skipped\""},
	{TASK("fail_on_exit_code: [2, 3], retry_on_exit_code: [3, 4]"),
		"2:70: fail_on_exit_code: exit code 3 already means \"another try\""},
};

static struct wrong_table tables[] = {
	{"/dag-language/problems/rules", wrong_rules, G_N_ELEMENTS(wrong_rules), NULL},
	{"/dag-language/problems/limits", wrong_limits, G_N_ELEMENTS(wrong_limits), NULL},
	{"/dag-language/problems/exit_codes", wrong_codes, G_N_ELEMENTS(wrong_codes), NULL},
};

#define ADD(test) g_test_add_func("/dag-language/" #test, test)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	operators = fixture_operators();
	ADD(a_task_has_airflows_limits_and_rules);
	ADD(every_trigger_rule_is_known_by_airflows_name);
	ADD(waiting_for_downstream_is_waiting_for_the_past);
	ADD(exit_codes_are_one_or_a_list);
	ADD(a_weight_follows_the_tasks_own_rule);
	ADD(a_weight_ends_where_32_bits_do);
	ADD(a_dense_graph_weighs_each_task_once);
	ADD(a_hundred_thousand_tasks_load);
	ADD(a_file_of_mistakes_tells_the_first_of_them);
	wrong_tables_add(tables, G_N_ELEMENTS(tables), operators);
	int status = g_test_run();
	operators_free(operators);
	return status;
}
