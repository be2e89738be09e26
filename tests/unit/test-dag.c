/* SPDX-License-Identifier: MIT */
/* What DAG files become. */
#include "tests/unit/operator_fixture.h"

static struct operators *operators;

static struct dag *load(const char *text)
{
	return fixture_dag(operators, text);
}

static const struct value *argument(const struct task *task, const char *name)
{
	for (size_t i = 0; i < task->n_arguments; i++)
		if (g_str_equal(task->arguments[i].parameter->name, name))
			return &task->arguments[i].value;
	return NULL;
}

/* Ids of the given indexes, with blanks between. */
static char *ids(const struct dag *dag, const unsigned *indexes, size_t n)
{
	GString *text = g_string_new(NULL);
	for (size_t i = 0; i < n; i++)
		g_string_append_printf(text, "%s%s", i ? " " : "", dag->tasks[indexes[i]].task_id);
	return g_string_free(text, FALSE);
}

static void assert_json(const json_t *json, const char *expected)
{
	char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	g_assert_cmpstr(text, ==, expected);
	free(text);
}

static void the_first_example_of_the_manual_loads(void)
{
	dag_auto struct dag *dag = load(
		"dag_id: hello_world\n"
		"schedule: 1d\n"
		"start_date: 2026-01-01\n"
		"catchup: false\n"
		"default_args: {owner: data, retries: 1, retry_delay: 5m}\n"
		"tasks:\n"
		"  - task_id: print_date\n"
		"    operator: bash\n"
		"    bash_command: date\n"
		"  - {task_id: sleep, operator: BashOperator, bash_command: sleep 5, retries: 3}\n"
		"dependencies: |\n"
		"  print_date >> sleep\n");
	const struct task *first = dag_task(dag, "print_date"), *second = dag_task(dag, "sleep");
	g_assert_cmpstr(dag->dag_id, ==, "hello_world");
	g_assert_cmpstr(dag->owner, ==, "data");
	g_assert_cmpstr(schedule_text(dag->schedule), ==, "1d");
	g_assert_cmpint(dag->start_date, ==, INT64_C(1767225600) * SECOND_US);
	g_assert_cmpuint(dag->n_tasks, ==, 2);
	g_assert_cmpuint(first->retries, ==, 1);
	g_assert_cmpuint(second->retries, ==, 3);
	g_assert_cmpint(second->retry_delay_us, ==, 5 * MINUTE_US);
	g_assert_true(exit_codes_have(&second->skip_on, 99));
	g_assert_true(first->operator== second->operator);
	g_assert_true(task_is_upstream(dag, first, second));
	g_assert_false(task_is_upstream(dag, second, first));
	g_assert_cmpint(first->effective_weight, ==, 2);
}

static void what_is_not_written_has_airflows_defaults(void)
{
	dag_auto struct dag *dag = load("tasks: [{task_id: a, operator: empty}]\n");
	const struct task *task = &dag->tasks[0];
	g_assert_cmpstr(dag->dag_id, ==, "stem");
	g_assert_cmpstr(dag->display_name, ==, "stem");
	g_assert_cmpstr(dag->owner, ==, "airflow");
	g_assert_null(dag->schedule);
	g_assert_null(dag->tags[0]);
	g_assert_true(dag->start_date == INSTANT_NONE && dag->end_date == INSTANT_NONE);
	g_assert_cmpuint(dag->max_active_runs, ==, 16);
	g_assert_cmpuint(dag->max_active_tasks, ==, 16);
	g_assert_cmpint(dag->catchup, ==, CATCHUP_FALSE);
	g_assert_cmpuint(task->retries, ==, 0);
	g_assert_cmpint(task->retry_delay_us, ==, 5 * MINUTE_US);
	g_assert_cmpint(task->priority_weight, ==, 1);
	g_assert_true(task->do_xcom_push);
	g_assert_cmpint(task->on_lost, ==, ON_LOST_RETRY);
	g_assert_true(exit_codes_have(&task->skip_on, 99));
}

static void keys_of_later_versions_may_say_what_is_so_anyway(void)
{
	dag_auto struct dag *dag = load(
		"fail_fast: false\n"
		"on_failure_callback:\n"
		"task_groups: []\n"
		"default_args: {depends_on_past: false, email_on_failure: false}\n"
		"tasks:\n"
		"  - {task_id: a, operator: empty, trigger_rule: all_success, pool: default_pool,\n"
		"     pool_slots: 1, weight_rule: downstream, setup: false, run_as_user: null}\n");
	g_assert_cmpuint(dag->n_tasks, ==, 1);
}

static void a_naive_date_is_in_the_zone_of_the_dag(void)
{
	dag_auto struct dag *dag =
		load("timezone: Europe/Berlin\n"
		     "start_date: 2026-07-01\n"
		     "end_date: 2026-07-02T00:00:00Z\n"
		     "schedule: {cron: \"0 3 * * *\", timezone: America/New_York}\n"
		     "tasks: [{task_id: a, operator: empty}]\n");
	g_assert_cmpint(dag->end_date - dag->start_date, ==, 26 * HOUR_US);
	g_assert_cmpstr(zone_name(dag->zone), ==, "Europe/Berlin");
	/* 03:00 in New York is 07:00 UTC in summer. */
	g_assert_cmpint(
		schedule_next(dag->schedule, INSTANT_NONE, dag->start_date) - dag->start_date, ==,
		9 * HOUR_US);
}

static void schedules_have_many_forms(void)
{
	static const struct {
		const char *written, *text;
	} rows[] = {
		{"null", NULL},
		{"\"@daily\"", "@daily"},
		{"daily", "daily"},
		{"0 3 * * MON", "0 3 * * MON"},
		{"90m", "1h30m"},
		{"PT5M", "5m"},
		{"60", "1m"},
		{"{days: 1, hours: 12}", "1d12h"},
		{"{every: 1h}", "1h"},
		{"{cron: \"@weekly\", timezone: UTC}", "@weekly"},
		{"[0 3 * * *, \"@weekly\"]", "0 3 * * *, @weekly"},
		{"{cron: [0 3 * * *, 0 4 * * *], interval: true}", "0 3 * * *, 0 4 * * *"},
		{"{cron: \"*/10 * * * * *\", seconds: true}", "*/10 * * * * *"},
		{"{cron: 0 3 * * *, exclude: [sat, sun], dst: skip}", "0 3 * * * but not sat, sun"},
		{"{cron: 0 3 * * *, only: {days: MONDAY, shift: next}, jitter: 5m}",
			"0 3 * * * only MONDAY (else the next day)"},
		{"{at: [2026-01-01]}", "2026-01-01"},
		{"{at: [2026-01-01, 2026-01-02T03:00], timezone: Asia/Tokyo}",
			"2026-01-01 and 1 more"},
		{"{seconds: 90}", "1m30s"},
		{"{minutes: 1, seconds: 30}", "1m30s"},
		{"\"@once\"", "@once"},
		{"once", "once"},
		{"\"@continuous\"", "@continuous"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strdup_printf(
			"schedule: %s\ntasks: [{task_id: a, operator: empty}]\n", rows[i].written);
		dag_auto struct dag *dag = load(text);
		g_assert_cmpstr(
			dag->schedule ? schedule_text(dag->schedule) : NULL, ==, rows[i].text);
	}
}

static void arguments_have_the_types_of_the_manifest(void)
{
	static const struct {
		const char *name, *written, *json;
	} rows[] = {
		{"text", "1.10", "\"1.10\""},
		{"text", "2026-01-01", "\"2026-01-01\""},
		{"choice", "gzip", "\"gzip\""},
		{"integer", "-7", "-7"},
		{"number", "2.5", "2.5"},
		{"number", "3", "3"},
		{"boolean", "true", "true"},
		{"duration", "1h30m", "5400"},
		{"duration", "500ms", "0.5"},
		{"size", "1.5KiB", "1536"},
		{"size", "2 MB", "2000000"},
		{"size", "512", "512"},
		{"list", "[1, a, {b: null}]", "[1,\"a\",{\"b\":null}]"},
		{"map", "{a: [true]}", "{\"a\":[true]}"},
		{"any", "7", "7"},
		{"connection", "my_pg", "\"my_pg\""},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text =
			g_strdup_printf("tasks:\n  - {task_id: a, operator: probe, %s: %s}\n",
				rows[i].name, rows[i].written);
		dag_auto struct dag *dag = load(text);
		assert_json(argument(&dag->tasks[0], rows[i].name)->constant, rows[i].json);
	}
}

static void arguments_stand_in_the_manifests_order_with_its_defaults(void)
{
	dag_auto struct dag *dag =
		load("tasks: [{task_id: a, operator: probe, map: {}, integer: 1, size: null}]\n");
	const struct task *task = &dag->tasks[0];
	g_autoptr(GString) names = g_string_new(NULL);
	for (size_t i = 0; i < task->n_arguments; i++)
		g_string_append_printf(names, "%s ", task->arguments[i].parameter->name);
	g_assert_cmpstr(names->str, ==, "choice integer boolean duration map ");
	assert_json(argument(task, "duration")->constant, "300");
	/* Null takes a default away. */
	g_assert_null(argument(task, "size"));
	g_assert_cmpint(task->on_lost, ==, ON_LOST_FAIL);
}

static void only_what_holds_templates_is_kept_as_such(void)
{
	dag_auto struct dag *dag = load("tasks:\n"
					"  - task_id: a\n"
					"    operator: probe\n"
					"    integer: \"{{ params.n }}\"\n"
					"    any: {a: [1, \"{{ ds }}\"], b: {c: d}}\n"
					"params: {n: 1}\n");
	const struct value *any = argument(&dag->tasks[0], "any");
	g_assert_nonnull(argument(&dag->tasks[0], "integer")->template);
	g_assert_true(any->is_map && !any->constant);
	g_assert_cmpuint(any->n, ==, 2);
	g_assert_cmpstr(any->keys[0], ==, "a");
	assert_json(any->items[0].items[0].constant, "1");
	g_assert_nonnull(any->items[0].items[1].template);
	assert_json(any->items[1].constant, "{\"c\":\"d\"}");
}

static void the_environment_of_a_task_covers_the_dags(void)
{
	dag_auto struct dag *dag =
		load("env: {A: 1.10, B: old}\n"
		     "tasks:\n"
		     "  - {task_id: a, operator: empty}\n"
		     "  - {task_id: b, operator: empty, env: {B: new, C: yes}}\n");
	const struct task *plain = &dag->tasks[0], *own = &dag->tasks[1];
	g_assert_cmpuint(plain->n_env, ==, 2);
	assert_json(plain->env[0].value.constant, "\"1.10\"");
	g_assert_cmpuint(own->n_env, ==, 3);
	g_assert_cmpstr(own->env[0].name, ==, "A");
	g_assert_cmpstr(own->env[1].name, ==, "B");
	assert_json(own->env[1].value.constant, "\"new\"");
	assert_json(own->env[2].value.constant, "\"yes\"");
}

static void default_args_hold_arguments_of_operators(void)
{
	dag_auto struct dag *dag = load(
		"default_args: {cwd: /srv, on_lost: fail}\n"
		"tasks:\n"
		"  - {task_id: a, operator: bash, bash_command: x}\n"
		"  - {task_id: b, operator: bash, bash_command: x, cwd: /own, on_lost: retry}\n"
		"  - {task_id: c, operator: empty}\n");
	assert_json(argument(&dag->tasks[0], "cwd")->constant, "\"/srv\"");
	assert_json(argument(&dag->tasks[1], "cwd")->constant, "\"/own\"");
	g_assert_cmpuint(dag->tasks[2].n_arguments, ==, 0);
	g_assert_cmpint(dag->tasks[0].on_lost, ==, ON_LOST_FAIL);
	g_assert_cmpint(dag->tasks[1].on_lost, ==, ON_LOST_RETRY);
}

static void dependencies_have_many_forms(void)
{
	static const struct {
		const char *written, *upstream_of_d;
	} rows[] = {
		{"dependencies: a >> d\n", "a"},
		{"dependencies: d << [a, b]\n", "a b"},
		{"dependencies: |\n  # first\n  a >> b >> d # then\n\n  [a, c] >> d\n", "a b c"},
		{"dependencies: |\n  [a,\n   b, # two\n  ] >> d\n", "a b"},
		{"dependencies: |\n  a >>\n  d\n  b\n  >> d\n", "a b"},
		{"dependencies: |\n  a >> d << c\n", "a c"},
		{"dependencies: |\n  'a' >> \"d\"\n  a >> d\n", "a"},
		{"dependencies: [a >> d, b >> d]\n", "a b"},
		{"dependencies: {d: [b, a]}\n", "a b"},
		{"dependencies: {d: c}\n", "c"},
		{"dependencies: |\n  [] >> d\n", ""},
		{"dependencies:\n", ""},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text =
			g_strdup_printf("tasks:\n"
					"  - {task_id: a, operator: empty}\n"
					"  - {task_id: b, operator: empty}\n"
					"  - {task_id: c, operator: empty, dependencies: []}\n"
					"  - {task_id: d, operator: empty}\n%s",
				rows[i].written);
		dag_auto struct dag *dag = load(text);
		const struct task *d = dag_task(dag, "d");
		g_autofree char *upstream = ids(dag, d->upstream, d->n_upstream);
		g_assert_cmpstr(upstream, ==, rows[i].upstream_of_d);
	}
}

static void a_weight_counts_each_descendant_once(void)
{
	dag_auto struct dag *dag = load(
		"tasks:\n"
		"  - {task_id: top, operator: empty}\n"
		"  - {task_id: left, operator: empty, dependencies: top, priority_weight: 5}\n"
		"  - {task_id: right, operator: empty, dependencies: [top], priority_weight: -2}\n"
		"  - {task_id: end, operator: empty, dependencies: [left, right]}\n");
	g_autofree char *order = ids(dag, dag->topological, dag->n_tasks);
	g_assert_cmpstr(order, ==, "top left right end");
	g_assert_cmpint(dag_task(dag, "top")->effective_weight, ==, 5);
	g_assert_cmpint(dag_task(dag, "left")->effective_weight, ==, 6);
	g_assert_cmpint(dag_task(dag, "right")->effective_weight, ==, -1);
	g_assert_true(task_is_upstream(dag, dag_task(dag, "top"), dag_task(dag, "end")));
	g_assert_false(task_is_upstream(dag, dag_task(dag, "left"), dag_task(dag, "right")));
}

static void a_long_chain_loads(void)
{
	enum { N = 10000 };
	g_autoptr(GString) text = g_string_new("tasks:\n- {task_id: t0, operator: empty}\n");
	for (int i = 1; i < N; i++)
		g_string_append_printf(text,
			"- {task_id: t%d, operator: bash, bash_command: \"x {{ tasks.t0.output "
			"}}\", "
			"dependencies: t%d}\n",
			i, i - 1);
	dag_auto struct dag *dag = load(text->str);
	g_assert_cmpuint(dag->n_tasks, ==, N);
	g_assert_cmpint(dag->tasks[0].effective_weight, ==, N);
	g_assert_cmpuint(dag->tasks[N - 1].position, ==, N - 1);
}

static void a_task_that_many_read_must_come_before_each(void)
{
	enum { N = 200 };
	struct problems *problems = problems_new();
	g_autoptr(GString) text = g_string_new("tasks:\n- {task_id: t0, operator: empty}\n");
	/* Every second one depends on what it reads. */
	for (int i = 1; i <= N; i++)
		g_string_append_printf(text,
			"- {task_id: t%d, operator: probe, text: \"{{ tasks.t0.output }}\", "
			"dependencies: [%s]}\n",
			i, i % 2 ? "t0" : "");
	GPtrArray *dags = dag_load("f.yaml", text->str, text->len,
		&(struct dag_context){.operators = operators}, problems);
	g_assert_cmpuint(dags->len, ==, 0);
	g_assert_cmpuint(problems->n_errors, ==, N / 2);
	g_ptr_array_unref(dags);
	problems_free(problems);
}

static void each_document_is_a_version_of_its_own(void)
{
	static const char text[] = "# above\n"
				   "dag_id: one\n"
				   "tasks: [{task_id: a, operator: empty}]\n"
				   "---\n"
				   "dag_id: two\n"
				   "tasks: [{task_id: a, operator: empty}]\n"
				   "---\n"
				   "dag_id: wrong\n"
				   "---\n";
	struct problems *problems = problems_new();
	GPtrArray *dags = dag_load("f.yaml", text, strlen(text),
		&(struct dag_context){.operators = operators}, problems);
	g_assert_cmpuint(problems->n_errors, ==, 1);
	g_assert_cmpuint(dags->len, ==, 2);
	const struct dag *one = dags->pdata[0], *two = dags->pdata[1];
	g_assert_cmpstr(
		one->text, ==, "# above\ndag_id: one\ntasks: [{task_id: a, operator: empty}]\n");
	g_assert_cmpstr(two->text, ==, "dag_id: two\ntasks: [{task_id: a, operator: empty}]\n");
	g_assert_cmpuint(two->line, ==, 5);
	g_assert_cmpuint(strlen(one->hash), ==, 64);
	g_assert_cmpstr(one->hash, !=, two->hash);
	/* The text of one alone is the same DAG again: so it is kept in the store. */
	dag_auto struct dag *again = load(two->text);
	g_assert_cmpstr(again->hash, ==, two->hash);
	g_ptr_array_unref(dags);
	problems_free(problems);
}

static void the_api_gets_airflows_fields(void)
{
	dag_auto struct dag *dag =
		load("dag_id: d\n"
		     "schedule: \"@daily\"\n"
		     "dagrun_timeout: 1d2h\n"
		     "tags: [x]\n"
		     "params: {limit: {type: integer, default: 5, description: How many}}\n"
		     "tasks:\n"
		     "  - {task_id: a, operator: bash, bash_command: x, execution_timeout: 90s}\n"
		     "  - {task_id: b, operator: empty, dependencies: a, owner: me}\n");
	json_t *json = dag_json(dag);
	assert_json(json_object_get(json, "tags"), "[{\"dag_id\":\"d\",\"name\":\"x\"}]");
	assert_json(json_object_get(json, "owners"), "[\"airflow\",\"me\"]");
	assert_json(json_object_get(json, "dag_run_timeout"), "\"P1DT2H\"");
	assert_json(json_object_get(json, "timetable_summary"), "\"@daily\"");
	assert_json(
		json_object_get(json_object_get(json_object_get(json, "params"), "limit"), "value"),
		"5");
	json_decref(json);
	json = task_json(dag, &dag->tasks[0]);
	assert_json(json_object_get(json, "downstream_task_ids"), "[\"b\"]");
	assert_json(json_object_get(json, "execution_timeout"),
		"{\"__type\":\"TimeDelta\",\"days\":0,\"microseconds\":0,\"seconds\":90}");
	assert_json(json_object_get(json, "class_ref"),
		"{\"class_name\":\"BashOperator\",\"module_path\":"
		"\"airflow.providers.standard.operators.bash\"}");
	json_decref(json);
}

static void the_graph_can_be_drawn(void)
{
	dag_auto struct dag *dag = load("dag_display_name: say \"hi\"\n"
					"tasks:\n"
					"  - {task_id: a, operator: empty}\n"
					"  - {task_id: b.c, operator: empty, dependencies: a}\n");
	g_autofree char *dot = dag_dot(dag);
	g_assert_cmpstr(dot, ==,
		"digraph \"stem\" {\n\trankdir=LR;\n\tlabel=\"say \\\"hi\\\"\";\n"
		"\tnode [shape=box, style=rounded];\n"
		"\t\"a\" [label=\"a\"];\n\t\"b.c\" [label=\"b.c\"];\n\t\"a\" -> \"b.c\";\n}\n");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{"/dag/the_first_example_of_the_manual_loads",
			the_first_example_of_the_manual_loads},
		{"/dag/what_is_not_written_has_airflows_defaults",
			what_is_not_written_has_airflows_defaults},
		{"/dag/keys_of_later_versions_may_say_what_is_so_anyway",
			keys_of_later_versions_may_say_what_is_so_anyway},
		{"/dag/a_naive_date_is_in_the_zone_of_the_dag",
			a_naive_date_is_in_the_zone_of_the_dag},
		{"/dag/schedules_have_many_forms", schedules_have_many_forms},
		{"/dag/arguments_have_the_types_of_the_manifest",
			arguments_have_the_types_of_the_manifest},
		{"/dag/arguments_stand_in_the_manifests_order_with_its_defaults",
			arguments_stand_in_the_manifests_order_with_its_defaults},
		{"/dag/only_what_holds_templates_is_kept_as_such",
			only_what_holds_templates_is_kept_as_such},
		{"/dag/the_environment_of_a_task_covers_the_dags",
			the_environment_of_a_task_covers_the_dags},
		{"/dag/default_args_hold_arguments_of_operators",
			default_args_hold_arguments_of_operators},
		{"/dag/dependencies_have_many_forms", dependencies_have_many_forms},
		{"/dag/a_weight_counts_each_descendant_once", a_weight_counts_each_descendant_once},
		{"/dag/a_long_chain_loads", a_long_chain_loads},
		{"/dag/a_task_that_many_read_must_come_before_each",
			a_task_that_many_read_must_come_before_each},
		{"/dag/each_document_is_a_version_of_its_own",
			each_document_is_a_version_of_its_own},
		{"/dag/the_api_gets_airflows_fields", the_api_gets_airflows_fields},
		{"/dag/the_graph_can_be_drawn", the_graph_can_be_drawn},
	};
	g_test_init(&argc, &argv, NULL);
	operators = fixture_operators();
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	int status = g_test_run();
	operators_free(operators);
	return status;
}
