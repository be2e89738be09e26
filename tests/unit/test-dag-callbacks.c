/* SPDX-License-Identifier: MIT */
/* Callbacks and deadlines: what they become, and what is wrong with them. */
#include "tests/unit/wrong_dags.h"

static struct operators *operators;

static struct dag *load(const char *text)
{
	return fixture_dag(operators, text);
}

static void a_callback_is_a_task_beside_the_graph(void)
{
	dag_auto struct dag *dag = load(
		"default_args: {owner: data, retries: 5, cwd: /tmp}\n"
		"env: {STAGE: production}\n"
		"tasks:\n"
		"  - task_id: a\n"
		"    operator: bash\n"
		"    bash_command: x\n"
		"    owner: me\n"
		"    on_failure_callback:\n"
		"      - {operator: bash, bash_command: \"echo {{ reason }} {{ ti.task_id }}\"}\n"
		"      - {operator: BashOperator, bash_command: x, retries: 2, retry_delay: 1s,\n"
		"         execution_timeout: 1m, env: {A: \"{{ exception }}\"}}\n"
		"  - {task_id: b, operator: empty, dependencies: a}\n");
	const struct task *a = dag_task(dag, "a");
	const struct callbacks *callbacks = &a->callbacks[CALLBACK_FAILURE];
	const struct task *first = &callbacks->tasks[0], *second = &callbacks->tasks[1];
	g_assert_cmpuint(callbacks->n, ==, 2);
	g_assert_cmpuint(dag->n_tasks, ==, 2);
	g_assert_cmpuint(dag->n_callbacks, ==, 2);
	g_assert_cmpstr(first->task_id, ==, "a@on_failure_callback");
	g_assert_cmpstr(second->task_id, ==, "a@on_failure_callback.2");
	g_assert_true(dag_task(dag, "a@on_failure_callback.2") == second);
	g_assert_true(dag->callback_tasks[0] == first && dag->callback_tasks[1] == second);
	g_assert_cmpuint(first->index, ==, 2);
	g_assert_cmpuint(second->index, ==, 3);
	g_assert_true(first->is_callback && first->callback_kind == CALLBACK_FAILURE);
	g_assert_true(first->callback_of == a && !a->is_callback);
	g_assert_cmpstr(first->owner, ==, "me");
	/* The default_args are for tasks. */
	g_assert_cmpuint(first->retries, ==, 0);
	g_assert_cmpuint(second->retries, ==, 2);
	g_assert_cmpint(second->retry_delay_us, ==, SECOND_US);
	g_assert_cmpint(second->execution_timeout_us, ==, MINUTE_US);
	for (size_t i = 0; i < first->n_arguments; i++)
		g_assert_cmpstr(first->arguments[i].parameter->name, !=, "cwd");
	g_assert_cmpuint(first->n_env, ==, 1);
	g_assert_cmpuint(second->n_env, ==, 2);
	g_assert_true(exit_codes_have(&first->skip_on, 99));
}

static void callbacks_in_default_args_are_every_tasks_own(void)
{
	dag_auto struct dag *dag =
		load("default_args:\n"
		     "  on_retry_callback: {operator: empty}\n"
		     "  on_skipped_callback: [{operator: empty}]\n"
		     "tasks:\n"
		     "  - {task_id: a, operator: empty}\n"
		     "  - {task_id: b, operator: empty, on_skipped_callback: null}\n");
	g_assert_cmpuint(dag->n_callbacks, ==, 3);
	g_assert_cmpstr(dag->callback_tasks[0]->task_id, ==, "a@on_retry_callback");
	g_assert_cmpstr(dag->callback_tasks[1]->task_id, ==, "a@on_skipped_callback");
	g_assert_cmpstr(dag->callback_tasks[2]->task_id, ==, "b@on_retry_callback");
	g_assert_true(dag->callback_tasks[2]->callback_of == &dag->tasks[1]);
	g_assert_cmpuint(dag->tasks[1].callbacks[CALLBACK_SKIPPED].n, ==, 0);
}

static void one_node_may_be_several_callbacks(void)
{
	dag_auto struct dag *dag =
		load("on_success_callback: &say {operator: bash, bash_command: \"x {{ "
		     "dag_run.state }}\"}\n"
		     "on_failure_callback: *say\n"
		     "tasks: [{task_id: a, operator: empty, on_execute_callback: *say}]\n");
	g_assert_cmpuint(dag->n_callbacks, ==, 3);
	g_assert_cmpstr(dag->callback_tasks[0]->task_id, ==, "@on_success_callback");
	g_assert_cmpstr(dag->callback_tasks[1]->task_id, ==, "@on_failure_callback");
	g_assert_cmpstr(dag->callback_tasks[2]->task_id, ==, "a@on_execute_callback");
	g_assert_true(dag->callback_tasks[1]->callback_kind == CALLBACK_FAILURE);
	g_assert_null(dag->callback_tasks[1]->callback_of);
}

static void a_callback_reads_what_its_task_may_read(void)
{
	dag_auto struct dag *dag = load(
		"on_failure_callback: {operator: bash, bash_command: \"x {{ tasks.b.output }}\"}\n"
		"tasks:\n"
		"  - {task_id: a, operator: empty}\n"
		"  - task_id: b\n"
		"    operator: empty\n"
		"    dependencies: a\n"
		"    on_success_callback: {operator: bash, bash_command: \"x {{ tasks.a.output }} "
		"{{ tasks.b.output }}\"}\n");
	g_assert_cmpuint(dag->n_callbacks, ==, 2);
}

static void a_deadline_has_its_own_callback(void)
{
	static const struct {
		const char *text;
		enum deadline_from from;
		int64_t us;
	} rows[] = {{"after: 2h", DEADLINE_QUEUED_AT, 2 * HOUR_US},
		{"after: -90m, from: logical_date", DEADLINE_LOGICAL_DATE, -90 * MINUTE_US},
		{"after: 30, from: start", DEADLINE_START, 30 * SECOND_US},
		{"after: {days: 1}, from: queued_at", DEADLINE_QUEUED_AT, DAY_US},
		{"after: 0s", DEADLINE_QUEUED_AT, 0}};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text =
			g_strdup_printf("deadline: {%s, callback: {operator: empty}}\n"
					"tasks: [{task_id: a, operator: empty}]\n",
				rows[i].text);
		dag_auto struct dag *dag = load(text);
		g_assert_cmpint(dag->deadline_us, ==, rows[i].us);
		g_assert_cmpint(dag->deadline_from, ==, rows[i].from);
		g_assert_cmpuint(dag->callbacks[CALLBACK_DEADLINE].n, ==, 1);
		g_assert_cmpstr(dag->callback_tasks[0]->task_id, ==, "@deadline");
	}
	dag_auto struct dag *none = load("tasks: [{task_id: a, operator: empty}]\n");
	g_assert_true(none->deadline_us == INSTANT_NONE);
}

#define ONE_TASK "tasks: [{task_id: a, operator: empty}]\n"
#define CALL(text) "on_failure_callback: " text "\n" ONE_TASK
#define CALL_OF_B(kind, text)                                                            \
	"schedule: null\ntasks:\n  - {task_id: a, operator: empty}\n"                    \
	"  - {task_id: b, operator: empty, dependencies: a, " kind ": {operator: bash, " \
	"bash_command: \"" text "\"}}\n  - {task_id: c, operator: empty, dependencies: b}\n"
#define LONG "lllllllllllllllllllllllllllllllllllllllllllllllllllllll"

static const struct wrong wrong_callbacks[] = {
	{CALL("echo"),
		"1:22: on_failure_callback: expected a map or a list of maps, found text | a "
		"callback is an operator with its parameters: {operator: bash, bash_command: ...}"},
	{CALL("[{operator: empty}, x]"),
		"1:42: on_failure_callback: expected a map or a list of maps, found text | a "
		"callback is an operator with its parameters: {operator: bash, bash_command: ...}"},
	{CALL("{bash_command: x}"),
		"1:22: on_failure_callback has no operator | the operators are "
		"bash, empty, probe"},
	{CALL("{operator: bsh}"),
		"1:33: there is no operator \"bsh\"; did you mean \"bash\"? | "
		"the operators are bash, empty, probe"},
	{CALL("{operator: bash}"),
		"1:22: on_failure_callback lacks \"bash_command\", which the operator bash "
		"requires | bash_command: The script. (shell)"},
	{CALL("{operator: empty, pool: x}"),
		"1:40: unknown key \"pool\" | the keys of a callback are operator, retries, "
		"retry_delay, execution_timeout, env"},
	{CALL("{operator: bash, bash_command: x, skip_on_exit_code: x, retries: -1}"),
		"1:75: \"skip_on_exit_code\" is an exit code or a list of them: numbers from 1 to "
		"255 were expected, no template\n1:87: retries: expected a whole number from 0 to "
		"1000000, found -1"},
	{"default_args: {on_retry_callback: {operator: bash}}\ntasks:\n  - {task_id: a, operator: "
	 "empty}\n  - {task_id: b, operator: empty}\n",
		"1:35: on_retry_callback lacks \"bash_command\", which the operator bash requires "
		"| bash_command: The script. (shell)"},
	{"on_retry_callback: {operator: empty}\n" ONE_TASK,
		"1:1: \"on_retry_callback\" is no key of a DAG | write it on a task, or below "
		"default_args for all tasks"},
	{"tasks: [{task_id: " LONG LONG LONG LONG "l, operator: empty, "
	 "on_failure_callback: {operator: empty}}]\n",
		"1:9: the task_id \"llllllllllllllllllll...\" has more than 220 characters, the "
		"most that a task with callbacks may have"},
};

static const struct wrong wrong_names[] = {
	{CALL_OF_B("on_failure_callback", "x {{ resaon }}"),
		"4:110: \"resaon\" is not defined; did you mean \"reason\"?"},
	{CALL_OF_B("on_failure_callback", "x {{ tasks.b.output }}"),
		"4:110: on_failure_callback reads the result of \"b\", which leaves one only when "
		"it succeeds"},
	{CALL_OF_B("on_success_callback", "x {{ tasks.c.output }}"),
		"4:110: a callback of \"b\" reads the result of \"c\", which is not upstream of it "
		"| c runs after b"},
	{CALL_OF_B("env", "x {{ reason }}"), "4:94: \"reason\" is not defined"},
};

static const struct wrong wrong_deadlines[] = {
	{"deadline: 2h\n" ONE_TASK,
		"1:11: deadline: expected a map, found text | deadline: "
		"{after: 2h, from: queued_at, callback: {...}}"},
	{"deadline: {callback: {operator: empty}}\n" ONE_TASK,
		"1:11: the deadline has no \"after\""},
	{"deadline: {after: 2h}\n" ONE_TASK, "1:11: the deadline has no \"callback\""},
	{"deadline: {after: soon, callback: {operator: empty}}\n" ONE_TASK,
		"1:19: after: \"soon\" is not a duration: expected something like 30s, 5m, 1h30m, "
		"2d, PT5M, or a number of seconds"},
	{"deadline: {after: -1h, callback: {operator: empty}}\n" ONE_TASK,
		"1:19: after: a deadline before the queuing of the run has always been missed | "
		"only from: logical_date may have a negative one"},
	{"deadline: {after: 1h, from: start_date, callback: {operator: empty}}\n" ONE_TASK,
		"1:29: from: expected one of queued_at, logical_date, start, found \"start_date\""},
	{"deadline: {after: 1h, form: start, callback: {operator: empty}}\n" ONE_TASK,
		"1:23: unknown key \"form\"; did you mean \"from\"?"},
};

static struct wrong_table tables[] = {
	{"/dag-callbacks/problems/callbacks", wrong_callbacks, G_N_ELEMENTS(wrong_callbacks), NULL},
	{"/dag-callbacks/problems/names", wrong_names, G_N_ELEMENTS(wrong_names), NULL},
	{"/dag-callbacks/problems/deadlines", wrong_deadlines, G_N_ELEMENTS(wrong_deadlines), NULL},
};

#define ADD(test) g_test_add_func("/dag-callbacks/" #test, test)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	operators = fixture_operators();
	ADD(a_callback_is_a_task_beside_the_graph);
	ADD(callbacks_in_default_args_are_every_tasks_own);
	ADD(one_node_may_be_several_callbacks);
	ADD(a_callback_reads_what_its_task_may_read);
	ADD(a_deadline_has_its_own_callback);
	wrong_tables_add(tables, G_N_ELEMENTS(tables), operators);
	int status = g_test_run();
	operators_free(operators);
	return status;
}
