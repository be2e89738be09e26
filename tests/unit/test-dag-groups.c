/* SPDX-License-Identifier: MIT */
/* Groups of tasks: names, defaults, and what it means to come before or after one. */
#include "tests/unit/wrong_dags.h"

static struct operators *operators;

static struct dag *load(const char *text)
{
	return fixture_dag(operators, text);
}

/* The ids of what comes right before each task that has something before it: `b: a; c: a b`. */
static char *edges(const struct dag *dag)
{
	GString *text = g_string_new(NULL);
	for (size_t i = 0; i < dag->n_tasks; i++) {
		const struct task *task = &dag->tasks[i];
		if (task->n_upstream == 0)
			continue;
		g_string_append_printf(text, "%s%s:", text->len ? "; " : "", task->task_id);
		for (size_t j = 0; j < task->n_upstream; j++)
			g_string_append_printf(text, " %s", dag->tasks[task->upstream[j]].task_id);
	}
	return g_string_free(text, FALSE);
}

#define assert_edges(text, expected)                      \
	do {                                              \
		dag_auto struct dag *loaded = load(text); \
		g_autofree char *found = edges(loaded);   \
		g_assert_cmpstr(found, ==, (expected));   \
	} while (0)

static void a_task_in_a_group_is_called_after_it(void)
{
	dag_auto struct dag *dag =
		load("task_groups:\n"
		     "  - {group_id: inner, parent_group: outer, tooltip: in}\n"
		     "  - {group_id: outer, group_display_name: The outer one}\n"
		     "  - {group_id: flat, parent_group: inner, prefix_group_id: false}\n"
		     "tasks:\n"
		     "  - {task_id: a, operator: empty, task_group: outer}\n"
		     "  - {task_id: b, operator: empty, task_group: inner}\n"
		     "  - {task_id: c, operator: empty, task_group: outer.inner.flat}\n"
		     "  - {task_id: d, operator: empty}\n");
	static const char *const ids[] = {"outer.a", "outer.inner.b", "c", "d"};
	static const int groups[] = {0, 1, 2, -1};
	g_assert_cmpuint(dag->n_groups, ==, 3);
	g_assert_cmpstr(dag->groups[0].group_id, ==, "outer");
	g_assert_cmpstr(dag->groups[0].display_name, ==, "The outer one");
	g_assert_cmpint(dag->groups[0].parent, ==, -1);
	g_assert_cmpstr(dag->groups[1].group_id, ==, "outer.inner");
	g_assert_cmpstr(dag->groups[1].tooltip, ==, "in");
	g_assert_cmpint(dag->groups[1].parent, ==, 0);
	g_assert_cmpstr(dag->groups[2].group_id, ==, "outer.inner.flat");
	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
		g_assert_cmpstr(dag->tasks[i].task_id, ==, ids[i]);
		g_assert_cmpint(dag->tasks[i].group, ==, groups[i]);
		g_assert_true(dag_task(dag, ids[i]) == &dag->tasks[i]);
	}
}

static void the_nearest_default_wins(void)
{
	dag_auto struct dag *dag = load(
		"default_args: {retries: 1, owner: dag, cwd: /dag, pool: dag}\n"
		"task_groups:\n"
		"  - {group_id: outer, default_args: {retries: 2, owner: outer, cwd: /outer}}\n"
		"  - {group_id: inner, parent_group: outer, default_args: {retries: 3}}\n"
		"tasks:\n"
		"  - {task_id: a, operator: bash, bash_command: x, task_group: inner, retries: 4}\n"
		"  - {task_id: b, operator: bash, bash_command: x, task_group: inner}\n"
		"  - {task_id: c, operator: bash, bash_command: x}\n");
	static const unsigned retries[] = {4, 3, 1};
	static const char *const owners[] = {"outer", "outer", "dag"};
	static const char *const folders[] = {"/outer", "/outer", "/dag"};
	for (size_t i = 0; i < dag->n_tasks; i++) {
		const struct task *task = &dag->tasks[i];
		g_assert_cmpuint(task->retries, ==, retries[i]);
		g_assert_cmpstr(task->owner, ==, owners[i]);
		g_assert_cmpstr(task->pool, ==, "dag");
		g_assert_cmpstr(task->arguments[1].parameter->name, ==, "cwd");
		g_assert_cmpstr(
			json_string_value(task->arguments[1].value.constant), ==, folders[i]);
	}
}

#define TASK(id, group) "  - {task_id: " id ", operator: empty, task_group: " group "}\n"
#define DIAMOND                                                                              \
	"task_groups: [{group_id: g}, {group_id: h}]\n"                                      \
	"tasks:\n"                                                                           \
	"  - {task_id: start, operator: empty}\n"                                            \
	"  - {task_id: end, operator: empty}\n" TASK("a", "g") TASK("b", "g") TASK("c", "g") \
		TASK("x", "h") TASK("y", "h")

static void an_edge_of_a_group_is_one_of_its_ends(void)
{
	assert_edges(DIAMOND "dependencies: |\n  start >> g >> end\n  g.a >> [g.b, g.c]\n",
		"end: g.b g.c; g.a: start; g.b: g.a; g.c: g.a");
	assert_edges(DIAMOND "dependencies: |\n  g >> h\n", "h.x: g.a g.b g.c; h.y: g.a g.b g.c");
	assert_edges(DIAMOND "dependencies: |\n  h.y << g << start\n  g.b << g.a\n  h.x << g.c\n",
		"g.a: start; g.b: g.a; g.c: start; h.x: g.c; h.y: g.b g.c");
	assert_edges(DIAMOND "dependencies: {end: [g, h], g: start}\n",
		"end: g.a g.b g.c h.x h.y; g.a: start; g.b: start; g.c: start");
}

static void edges_between_inner_groups_count_for_the_outer_one(void)
{
	assert_edges(
		"task_groups: [{group_id: g}, {group_id: in, parent_group: g}, {group_id: out, "
		"parent_group: g}]\n"
		"tasks:\n" TASK("a", "in") TASK("b", "in") TASK("c", "out")
			TASK("d", "g") "  - {task_id: e, operator: empty}\n"
				       "  - {task_id: f, operator: empty}\n"
				       "dependencies: |\n"
				       "  e >> g >> f\n"
				       "  g.in >> g.out\n"
				       "  g.out >> g.d\n",
		"g.in.a: e; g.in.b: e; g.out.c: g.in.a g.in.b; g.d: g.out.c; f: g.d");
}

static void a_group_has_dependencies_of_its_own(void)
{
	assert_edges("task_groups:\n"
		     "  - {group_id: g, dependencies: start}\n"
		     "  - group_id: in\n"
		     "    parent_group: g\n"
		     "    dependencies: [a]\n"
		     "  - group_id: lines\n"
		     "    dependencies: |\n"
		     "      x >> y\n"
		     "      start >> x\n"
		     "  - {group_id: map, dependencies: {y: x}}\n"
		     "tasks:\n"
		     "  - {task_id: start, operator: empty}\n" TASK("a", "g") TASK("b", "in")
			     TASK("x", "lines") TASK("y", "lines") TASK("x", "map")
				     TASK("y", "map") "  - {task_id: c, operator: empty, "
						      "task_group: in, dependencies: b}\n",
		"g.a: start; g.in.b: g.a; lines.x: start; lines.y: lines.x; map.y: map.x; g.in.c: "
		"g.in.b");
}

static void an_empty_group_passes_on(void)
{
	assert_edges(
		"task_groups: [{group_id: none}, {group_id: nothing}, {group_id: in, parent_group: "
		"nothing}]\n"
		"tasks:\n"
		"  - {task_id: a, operator: empty}\n"
		"  - {task_id: b, operator: empty}\n"
		"  - {task_id: c, operator: empty}\n"
		"dependencies: |\n"
		"  [a, b] >> none >> nothing >> c\n"
		"  nothing.in >> c\n",
		"c: a b");
}

static void results_are_read_by_whole_ids(void)
{
	dag_auto struct dag *dag =
		load("task_groups: [{group_id: g}]\n"
		     "tasks:\n" TASK("x", "g") "  - {task_id: g.y, operator: empty}\n"
					       "  - task_id: b\n"
					       "    operator: probe\n"
					       "    dependencies: g\n"
					       "    text: \"{{ tasks.g.x.output.name }} {{ "
					       "ti.xcom_pull(task_ids='g.x') }} {{ "
					       "tasks['g.x'].output }}\"\n"
					       "  - task_id: c\n"
					       "    operator: probe\n"
					       "    dependencies: g.y\n"
					       "    text: \"{{ tasks.g.y.output }}\"\n");
	g_assert_cmpuint(dag->n_tasks, ==, 4);
}

static void groups_are_drawn_as_clusters(void)
{
	dag_auto struct dag *dag =
		load("task_groups: [{group_id: g}, {group_id: h, parent_group: g}]\n"
		     "tasks:\n" TASK("a", "g") TASK("b", "h"));
	g_autofree char *dot = dag_dot(dag);
	g_assert_cmpstr(dot, ==,
		"digraph \"stem\" {\n\trankdir=LR;\n\tlabel=\"stem\";\n"
		"\tnode [shape=box, style=rounded];\n"
		"\tsubgraph \"cluster_g\" {\n\t\tlabel=\"g\";\n"
		"\t\t\"g.a\" [label=\"g.a\"];\n"
		"\t\tsubgraph \"cluster_g.h\" {\n\t\t\tlabel=\"g.h\";\n"
		"\t\t\t\"g.h.b\" [label=\"g.h.b\"];\n\t\t}\n\t}\n}\n");
}

#define ONE_TASK "tasks: [{task_id: a, operator: empty}]\n"
#define GROUPS(text) "task_groups: [" text "]\n" ONE_TASK
#define IN_G(lines)                                                                    \
	"task_groups: [{group_id: g}, {group_id: h, parent_group: g}]\n"               \
	"tasks:\n" TASK("x", "g") TASK("y", "h") "  - {task_id: z, operator: empty}\n" \
						 "dependencies: |\n  " lines "\n"

static const struct wrong wrong_groups[] = {
	{"task_groups: {g: {}}\n" ONE_TASK,
		"1:14: task_groups: expected a list, found a map | each group begins with `- "
		"group_id: NAME`"},
	{GROUPS("g"), "1:15: a group: expected a map, found text"},
	{GROUPS("{tooltip: x}"), "1:15: the group has no group_id"},
	{GROUPS("{group_id: a/b}"),
		"1:26: group_id \"a/b\" contains \"/\"; letters, digits, \"_\", \"-\", \".\" are "
		"allowed"},
	{GROUPS("{group_id: g, prefix: false}"),
		"1:29: unknown key \"prefix\" | the keys of a group are group_id, "
		"group_display_name, tooltip, parent_group, prefix_group_id, default_args, "
		"dependencies, retries, retry_delay, expand, expand_zip, expand_kwargs"},
	{GROUPS("{group_id: g, retries: 1}, {group_id: h, parent_group: g, retries: 1}"),
		"1:42: the group \"h\" has retries, and so has \"g\" around it: only one of "
		"them may"},
	{GROUPS("{group_id: g, retries: -1}"),
		"1:38: retries: expected a whole number from 0 to 1000, found -1"},
	{GROUPS("{group_id: g}, {group_id: g}"),
		"1:30: the group_id \"g\" is already used by the group in line 1"},
	{GROUPS("{group_id: a}"), "2:9: the task_id \"a\" is already used by the group in line 1"},
	{GROUPS("{group_id: big}, {group_id: h, parent_group: bg}"),
		"1:60: parent_group: there is no group \"bg\"; did you mean \"big\"?"},
	{GROUPS("{group_id: g, parent_group: h}, {group_id: h, parent_group: g}"),
		"1:15: the group \"g\" is inside of itself, by way of its parent_group"},
	{GROUPS("{group_id: g, parent_group: g}"),
		"1:15: the group \"g\" is inside of itself, by way of its parent_group"},
	{GROUPS("{group_id: a1}, {group_id: b1}, {group_id: g, parent_group: a1}, {group_id: g, "
		"parent_group: b1}, {group_id: h, parent_group: g}"),
		"1:141: parent_group: there are several groups \"g\" | write the whole id, such as "
		"a1.g or b1.g"},
	{GROUPS("{group_id: g, default_args: {retires: 1}}"),
		"1:44: unknown key \"retires\"; did you mean \"retries\"?"},
	{"tasks: [{task_id: a, operator: empty, task_group: g}, {task_id: b, operator: empty, "
	 "dependencies: g.a}]\n",
		"1:51: task_group: there is no group \"g\""},
};

static const struct wrong wrong_edges[] = {
	{IN_G("x >> z"), "7:3: there is no task or group \"x\"; did you mean \"g.x\"?"},
	{IN_G("gg >> z"), "7:3: there is no task or group \"gg\"; did you mean \"g\"?"},
	{IN_G("g >> g.x"), "7:8: \"g.x\" is in the group \"g\": neither can come before the other"},
	{IN_G("g.h >> g"),
		"7:10: \"g.h\" is in the group \"g\": neither can come before the other"},
	{IN_G("g >> g"), "7:8: the group \"g\" cannot depend on itself"},
	{IN_G("g >> z >> g"), "7:8: the dependencies form a cycle: g.x >> z >> g.x"},
};

static const struct wrong wrong_outputs[] = {
	{"task_groups: [{group_id: g}]\ntasks:\n" TASK(
		 "x", "g") "  - {task_id: b, operator: probe, dependencies: g, text: \"{{ "
			   "tasks.x.output }}\"}\n",
		"4:62: there is no task \"x\"; did you mean \"g.x\"?"},
	{"task_groups: [{group_id: g}]\ntasks:\n" TASK(
		 "xyz", "g") "  - {task_id: b, operator: probe, dependencies: g, text: \"{{ "
			     "tasks.g.xy.output }}\"}\n",
		"4:62: there is no task \"g.xy\"; did you mean \"g.xyz\"?"},
	{"task_groups: [{group_id: g}]\ntasks:\n" TASK(
		 "x", "g") "  - {task_id: b, operator: probe, text: \"{{ tasks.g.x.output }}\"}\n",
		"4:45: the task \"b\" reads the result of \"g.x\", which is not upstream of it | "
		"add g.x >> b to the dependencies"},
	{"task_groups: [{group_id: g}]\ntasks:\n" TASK(
		 "x", "g") "  - {task_id: b, operator: probe, dependencies: g, text: \"{{ "
			   "tasks.g.x.outptu }}\"}\n",
		"4:62: \"tasks.g.x.outptu\" is not defined; did you mean \"output\"? | "
		"tasks.g.x has output"},
};

static struct wrong_table tables[] = {
	{"/dag-groups/problems/groups", wrong_groups, G_N_ELEMENTS(wrong_groups), NULL},
	{"/dag-groups/problems/edges", wrong_edges, G_N_ELEMENTS(wrong_edges), NULL},
	{"/dag-groups/problems/outputs", wrong_outputs, G_N_ELEMENTS(wrong_outputs), NULL},
};

#define ADD(test) g_test_add_func("/dag-groups/" #test, test)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	operators = fixture_operators();
	ADD(a_task_in_a_group_is_called_after_it);
	ADD(the_nearest_default_wins);
	ADD(an_edge_of_a_group_is_one_of_its_ends);
	ADD(edges_between_inner_groups_count_for_the_outer_one);
	ADD(a_group_has_dependencies_of_its_own);
	ADD(an_empty_group_passes_on);
	ADD(results_are_read_by_whole_ids);
	ADD(groups_are_drawn_as_clusters);
	wrong_tables_add(tables, G_N_ELEMENTS(tables), operators);
	int status = g_test_run();
	operators_free(operators);
	return status;
}
