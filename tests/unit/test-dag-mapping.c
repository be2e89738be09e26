/* SPDX-License-Identifier: MIT */
/* Mapped tasks and groups: what they are mapped over, and what is wrong with it. */
#include "tests/unit/wrong_dags.h"

static struct operators *operators;

static struct dag *load(const char *text)
{
	return fixture_dag(operators, text);
}

/* A mapping in one line: `product: text=["a"], any=@up`. */
static char *mapping_text(const struct dag *dag, const struct mapping *mapping)
{
	static const char *const kinds[] = {"product", "zip", "kwargs"};
	GString *text = g_string_new(kinds[mapping->kind]);
	for (size_t i = 0; i < mapping->n; i++) {
		const struct mapping_source *source = &mapping->sources[i];
		char *json = source->constant ? json_dumps(source->constant, JSON_COMPACT) : NULL;
		g_string_append_printf(text, "%s%s%s%s%s", i ? ", " : ": ",
			source->parameter ? source->parameter : "", source->parameter ? "=" : "",
			json ? "" : "@", json ? json : dag->tasks[source->task].task_id);
		free(json);
	}
	return g_string_free(text, FALSE);
}

#define UP "  - {task_id: up, operator: empty}\n"
#define PROBE(keys) "tasks:\n" UP "  - {task_id: a, operator: probe, dependencies: up, " keys "}\n"

static void lists_and_outputs_are_sources(void)
{
	static const struct {
		const char *keys, *mapping;
	} rows[] = {
		{"expand: {text: [a, b]}", "product: text=[\"a\",\"b\"]"},
		{"expand: {duration: [5m, 30], integer: []}",
			"product: duration=[300,30], integer=[]"},
		{"expand: {any: {x: 1, y: [2]}}", "product: any={\"x\":1,\"y\":[2]}"},
		{"expand: {text: '{{ tasks.up.output }}', list: [[1], []]}",
			"product: text=@up, list=[[1],[]]"},
		{"expand: {text: \"{{ tasks['up'].output }}\"}", "product: text=@up"},
		{"expand: {env: [{A: 1, B: x}, {}]}",
			"product: env=[{\"A\":\"1\",\"B\":\"x\"},{}]"},
		{"expand: {own: [1, {a: b}, null]}, text: '{{ expand.own }}'",
			"product: own=[1,{\"a\":\"b\"},null]"},
		{"expand_zip: {text: [a, b], size: [1KiB, 2], any: '{{tasks.up.output}}'}",
			"zip: text=[\"a\",\"b\"], size=[1024,2], any=@up"},
		{"expand_kwargs: [{text: a}, {integer: 2, env: {A: x}}]",
			"kwargs: [{\"text\":\"a\"},{\"integer\":2,\"env\":{\"A\":\"x\"}}]"},
		{"expand_kwargs: '{{ tasks.up.output }}'", "kwargs: @up"},
		{"expand: {code: [one, two]}, partial: {list: [1], text: x}",
			"product: code=[\"one\",\"two\"]"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strdup_printf(PROBE("%s"), rows[i].keys);
		dag_auto struct dag *dag = load(text);
		const struct task *task = dag_task(dag, "a");
		g_autofree char *mapping = mapping_text(dag, task->mapping);
		g_assert_cmpstr(mapping, ==, rows[i].mapping);
		g_assert_cmpint(task->mapped_group, ==, -1);
		g_assert_true(dag->tasks[0].feeds_mapping == (strstr(mapping, "@up") != NULL));
	}
}

static const struct argument *argument(const struct task *task, const char *name)
{
	for (size_t i = 0; i < task->n_arguments; i++)
		if (g_str_equal(task->arguments[i].parameter->name, name))
			return &task->arguments[i];
	return NULL;
}

static void what_is_expanded_is_no_argument_of_the_task_itself(void)
{
	dag_auto struct dag *dag = load(
		"default_args: {choice: gzip}\n"
		"tasks:\n"
		"  - {task_id: a, operator: bash, expand: {bash_command: [date, uptime]}}\n"
		"  - {task_id: b, operator: probe, expand: {choice: [plain]}, partial: {text: x}}\n"
		"  - {task_id: c, operator: probe, expand_kwargs: [{integer: 1}, {choice: "
		"plain}]}\n"
		"  - {task_id: d, operator: bash, expand_kwargs: [{bash_command: x}]}\n");
	g_assert_null(argument(&dag->tasks[0], "bash_command"));
	g_assert_null(argument(&dag->tasks[1], "choice"));
	g_assert_nonnull(argument(&dag->tasks[1], "text"));
	/* Some have one of their own, the others the default. */
	g_assert_nonnull(argument(&dag->tasks[2], "choice"));
	g_assert_null(argument(&dag->tasks[3], "bash_command"));
}

static void all_tasks_of_a_mapped_group_are_mapped_together(void)
{
	dag_auto struct dag *dag = load(
		"task_groups:\n"
		"  - {group_id: g, expand: {file: '{{ tasks.list.output }}'}}\n"
		"  - {group_id: in, parent_group: g}\n"
		"tasks:\n"
		"  - {task_id: list, operator: empty}\n"
		"  - {task_id: a, operator: bash, task_group: g, bash_command: 'echo {{ "
		"expand.file "
		"}}'}\n"
		"  - {task_id: b, operator: bash, task_group: in, dependencies: a,\n"
		"     bash_command: 'echo {{ tasks.g.a.output }} {{ map_index }} {{ ti.map_index "
		"}}',\n"
		"     map_index_template: 'file {{ expand.file }}: {{ tasks.g.in.b.output }}'}\n"
		"  - {task_id: c, operator: empty, dependencies: g}\n");
	const struct task *a = dag_task(dag, "g.a"), *b = dag_task(dag, "g.in.b");
	g_assert_true(dag->groups[0].mapping == a->mapping && a->mapping == b->mapping);
	g_assert_null(dag->groups[1].mapping);
	g_assert_cmpint(a->mapped_group, ==, 0);
	g_assert_cmpint(b->mapped_group, ==, 0);
	g_assert_null(dag_task(dag, "c")->mapping);
	g_assert_cmpint(dag_task(dag, "c")->mapped_group, ==, -1);
	g_assert_true(dag->tasks[0].feeds_mapping);
	g_assert_nonnull(b->map_index_template.template);
	/* Its source comes before its roots. */
	g_assert_cmpuint(a->n_upstream, ==, 1);
	g_assert_cmpuint(a->upstream[0], ==, 0);
	g_assert_cmpuint(b->n_upstream, ==, 1);
	g_assert_cmpuint(b->upstream[0], ==, a->index);
}

#define A(keys) "tasks:\n" UP "  - {task_id: a, operator: bash, dependencies: up, " keys "}\n"
#define X "bash_command: x, "

static const struct wrong wrong_sources[] = {
	{A("expand: [1]"), "3:60: expand: expected a map of names to lists, found a list"},
	{A(X "expand: {}"), "3:77: expand: expected a map of names to lists, found an empty one"},
	{A(X "expand: {cwd: /tmp}"),
		"3:83: cwd: expected a list, a map or \"{{ tasks.ID.output }}\", found \"/tmp\""},
	{A(X "expand: {cwd: '{{ params.x }}'}"),
		"3:83: cwd: expected a list, a map or \"{{ tasks.ID.output }}\", found \"{{ "
		"params.x }}\""},
	{A(X "expand: {cwd: }"),
		"3:83: cwd: expected a list, a map or \"{{ tasks.ID.output }}\", found null"},
	{A(X "expand: {cwd: ['{{ ds }}']}"),
		"3:84: no template may stand in a list that is expanded | expand a name of your "
		"own "
		"and write a template around {{ expand.NAME }}"},
	{A(X "expand: {cwd: [[1]]}"), "3:84: cwd: expected text, found a list"},
	{A(X "expand: {cwd: {a: b}}"),
		"3:83: cwd: each value of a map is a pair [key, value], which it cannot be | write "
		"a list of values"},
	{A("expand: {bash_comand: [x]}"),
		"3:5: the task \"a\" lacks \"bash_command\", which the operator bash requires | "
		"bash_command: The script. (shell)\n3:61: the operator bash has no parameter "
		"\"bash_comand\"; did you mean \"bash_command\"? | a name of your own has to be "
		"read in a template: {{ expand.bash_comand }}"},
	{A(X "expand: {retries: [1]}"),
		"3:78: \"retries\" cannot be expanded: it is a key of the "
		"task, no argument of its operator"},
	{A(X "expand: {skip_on_exit_code: [1]}"),
		"3:78: \"skip_on_exit_code\" cannot be expanded: it is needed before anything is "
		"rendered"},
	{A(X "expand: {a-b: [1]}"),
		"3:78: \"a-b\" is no name: letters, digits and \"_\" were expected"},
	{A(X "expand: {bash_command: [y]}"),
		"3:66: the task \"a\" has \"bash_command\" twice: it is expanded and given"},
	{A(X "expand_kwargs: [{bash_command: y}, {}]"),
		"3:66: the task \"a\" has \"bash_command\" twice: it is expanded and given"},
	{A("expand_kwargs: [{bash_command: y}, {}]"),
		"3:5: the task \"a\" lacks \"bash_command\", which the operator bash requires | "
		"bash_command: The script. (shell)"},
	{A(X "expand_kwargs: [{cdw: y}, x]"),
		"3:86: the operator bash has no parameter \"cdw\"; did you mean \"cwd\"?\n3:95: "
		"expand_kwargs: expected a map, found text"},
	{A(X "expand_kwargs: {a: b}"),
		"3:84: expand_kwargs: expected a list of maps or \"{{ "
		"tasks.ID.output }}\", found a map"},
	{A(X "expand_zip: {cwd: [a, b], env: [{}]}"),
		"3:100: expand_zip: env has 1 values, but cwd has 2"},
	{A(X "expand: {cwd: [a]}, expand_zip: {env: [{}]}"),
		"3:5: the task \"a\" has more than one of expand, expand_zip and expand_kwargs"},
	{A(X "expand: {env: [{1A: x}, y]}"),
		"3:85: \"1A\" is no name for an environment variable: letters, digits and \"_\" "
		"were expected, no digit first\n3:93: env: expected a map, found text"},
	{A(X "partial: {cwd: x}"),
		"3:78: partial: the task \"a\" has no expand, whose other "
		"arguments these would be"},
	{A(X "expand: {cwd: [x]}, partial: {bash_command: y, cdw: z}"),
		"3:99: \"bash_command\" stands below partial and beside it\n3:116: the operator "
		"bash has no parameter \"cdw\"; did you mean \"cwd\"?"},
	{A(X "map_index_template: 'x'"), "3:89: map_index_template: the task \"a\" is not mapped"},
};

static const struct wrong wrong_outputs[] = {
	{A("expand: {bash_command: '{{ tasks.up.output }}'}"),
		"3:75: bash_command: what another task has left cannot be code | expand a name of "
		"your own, as in expand: {item: \"{{ tasks.ID.output }}\"}, and use its value: "
		"env: {ITEM: \"{{ expand.item }}\"}"},
	{A(X "expand: {env: '{{ tasks.up.output }}'}"),
		"3:83: env: what another task has left cannot name variables | expand a name of "
		"your own, as in expand: {item: \"{{ tasks.ID.output }}\"}, and use its value: "
		"env: {ITEM: \"{{ expand.item }}\"}"},
	{A(X "expand: {cwd: '{{ tasks.upp.output }}'}"),
		"3:78: there is no task \"upp\"; did you mean \"up\"?"},
	{A(X "expand: {cwd: '{{ tasks.a.output }}'}"),
		"3:78: the task \"a\" cannot be mapped over its own output"},
	{"tasks:\n" UP
	 "  - {task_id: a, operator: probe, expand: {any: '{{ tasks.up.output }}'}}\n",
		"3:44: the task \"a\" is mapped over the output of \"up\", which is not upstream "
		"of "
		"it | add up >> a to the dependencies"},
	{"tasks:\n  - {task_id: up, operator: empty, dependencies: a}\n"
	 "  - {task_id: a, operator: probe, expand: {any: '{{ tasks.up.output }}'}}\n",
		"3:44: the task \"a\" is mapped over the output of \"up\", which is not upstream "
		"of "
		"it | up runs after a"},
	{"tasks:\n  - {task_id: up, operator: empty, do_xcom_push: false}\n"
	 "  - {task_id: a, operator: probe, dependencies: up, expand: {any: '{{ tasks.up.output "
	 "}}'}}\n",
		"3:62: the task \"up\" leaves nothing to be mapped over: it has do_xcom_push: "
		"false"},
	{A(X "trigger_rule: always, expand: {cwd: '{{ tasks.up.output }}'}"),
		"3:5: the task \"a\" is mapped over the output of another task, so it cannot have "
		"the trigger rule always"},
};

static const struct wrong wrong_names[] = {
	{A("bash_command: 'x {{ expand.cwd }}'"),
		"3:72: \"expand\" is not defined | only a task that is mapped, by itself or with "
		"its group, has it"},
	{A("bash_command: 'x {{ expand.cdw }}', expand: {cwd: [a]}"),
		"3:72: \"expand.cdw\" is not defined; did you mean \"cwd\"? | expand has cwd"},
	{A("bash_command: 'x {{ expand }}', expand: {cwd: [a]}"),
		"3:72: expand has to be followed by a name: expand.NAME"},
	{A("bash_command: 'x {{ expand.cdw }}', expand_kwargs: [{cwd: a}]"),
		"3:72: \"expand.cdw\" is not defined; did you mean \"cwd\"? | expand has cwd"},
};

#define GROUPS(text) "task_groups: [" text "]\ntasks:\n" UP

static const struct wrong wrong_groups[] = {
	{GROUPS("{group_id: g, expand: {x: [1]}}, {group_id: h, parent_group: g, expand: {y: "
		"[1]}}"),
		"1:48: the group \"g.h\" cannot be mapped inside the group \"g\", which is"},
	{GROUPS("{group_id: g, expand: {x: [1]}}") "  - {task_id: a, operator: probe, task_group: "
						   "g, expand: {any: [1]}}\n",
		"4:5: the task \"g.a\" cannot be mapped inside the group \"g\", which is"},
	{GROUPS("{group_id: g, expand: {x: '{{ ds }}'}}"),
		"1:41: x: expected a list, a map or \"{{ tasks.ID.output }}\", found \"{{ ds }}\""},
	{GROUPS("{group_id: g, expand: {x: '{{ tasks.g.a.output }}'}}") "  - {task_id: a, "
									"operator: probe, "
									"task_group: g}\n",
		"1:38: \"g.a\" is in the group \"g\": neither can come before the other"},
	{GROUPS("{group_id: g, expand: {x: [1]}}") "  - {task_id: a, operator: probe, task_group: "
						   "g, text: '{{ expand.y }}'}\n",
		"4:60: \"expand.y\" is not defined | expand has x"},
};

static struct wrong_table tables[] = {
	{"/dag-mapping/problems/sources", wrong_sources, G_N_ELEMENTS(wrong_sources), NULL},
	{"/dag-mapping/problems/outputs", wrong_outputs, G_N_ELEMENTS(wrong_outputs), NULL},
	{"/dag-mapping/problems/names", wrong_names, G_N_ELEMENTS(wrong_names), NULL},
	{"/dag-mapping/problems/groups", wrong_groups, G_N_ELEMENTS(wrong_groups), NULL},
};

static void the_configuration_may_allow_fewer_values(void)
{
	const char *text =
		"tasks:\n- {task_id: a, operator: probe, expand: {integer: [1, 2, 3, 4]}}\n";
	struct problems *problems = problems_new();
	GPtrArray *dags = dag_load("f.yaml", text, strlen(text),
		&(struct dag_context){.operators = operators, .max_map_length = 3}, problems);
	g_autofree char *told = fixture_problems(problems);
	g_assert_cmpstr(
		told, ==, "2:51: 4 values are too many to be mapped over, at most 3 are allowed");
	g_ptr_array_unref(dags);
	problems_free(problems);
}

static void more_than_1024_values_are_refused(void)
{
	g_autoptr(GString) text = g_string_new("tasks:\n- {task_id: a, operator: probe, expand: "
					       "{integer: [1, 2, 3, 4], number: [");
	for (int i = 0; i < 257; i++)
		g_string_append_printf(text, "%s%d", i ? ", " : "", i);
	g_string_append(text, "]}}\n");
	struct problems *problems = problems_new();
	GPtrArray *dags = dag_load("f.yaml", text->str, text->len,
		&(struct dag_context){.operators = operators}, problems);
	g_autofree char *told = fixture_problems(problems);
	g_assert_cmpstr(told, ==,
		"2:41: 1028 values are too many to be mapped over, at most 1024 are allowed");
	g_ptr_array_unref(dags);
	problems_free(problems);
}

#define ADD(test) g_test_add_func("/dag-mapping/" #test, test)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	operators = fixture_operators();
	ADD(lists_and_outputs_are_sources);
	ADD(what_is_expanded_is_no_argument_of_the_task_itself);
	ADD(all_tasks_of_a_mapped_group_are_mapped_together);
	ADD(more_than_1024_values_are_refused);
	ADD(the_configuration_may_allow_fewer_values);
	wrong_tables_add(tables, G_N_ELEMENTS(tables), operators);
	int status = g_test_run();
	operators_free(operators);
	return status;
}
