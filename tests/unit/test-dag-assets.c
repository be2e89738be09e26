/* SPDX-License-Identifier: MIT */
/* Assets in DAG files: what they become, how the API shows them, and what is wrong with them. */
#include "tests/unit/wrong_dags.h"

static struct operators *operators;

static struct dag *load(const char *text)
{
	return fixture_dag(operators, text);
}

#define READ "tasks:\n  - {task_id: read, operator: empty}\n"

static void assert_json(json_t *json, const char *key, const char *expected)
{
	g_autofree char *told = json_dumps(
		json_object_get(json, key), JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_COMPACT);
	g_assert_cmpstr(told, ==, expected);
}

static void a_condition_is_shown_as_in_airflow(void)
{
	static const struct {
		const char *assets, *expression;
	} rows[] = {
		{"a", "{\"asset\":{\"group\":\"asset\",\"name\":\"a\",\"uri\":\"a\"}}"},
		{"[a]",
			"{\"all\":[{\"asset\":{\"group\":\"asset\",\"name\":\"a\",\"uri\":\"a\"}}]"
			"}"},
		{"{any: [a, {all: [b]}]}",
			"{\"any\":[{\"asset\":{\"group\":\"asset\",\"name\":\"a\",\"uri\":\"a\"}},"
			"{\"all\":[{\"asset\":{\"group\":\"asset\",\"name\":\"b\",\"uri\":\"b\"}}]}"
			"]}"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text =
			g_strdup_printf("schedule: {assets: %s}\n" READ, rows[i].assets);
		dag_auto struct dag *dag = load(text);
		json_auto_t *json = dag_json(dag);
		assert_json(json, "asset_expression", rows[i].expression);
		assert_json(json, "timetable_summary", "\"Asset\"");
		assert_json(json, "timetable_description", "\"Triggered by assets\"");
	}
}

static void a_schedule_beside_assets_is_named_with_them(void)
{
	dag_auto struct dag *dag = load("schedule: {cron: 0 6 * * *, assets: a}\n" READ);
	dag_auto struct dag *none = load("schedule: null\n" READ);
	json_auto_t *json = dag_json(dag), *without = dag_json(none);
	assert_json(json, "timetable_summary", "\"Asset or 0 6 * * *\"");
	assert_json(json, "timetable_description", "\"Triggered by assets or 0 6 * * *\"");
	assert_json(without, "asset_expression", "null");
	assert_json(without, "timetable_summary", "null");
}

static void a_dag_knows_what_its_tasks_update_and_read_without_them(void)
{
	dag_auto struct dag *dag =
		load("tasks:\n"
		     "  - {task_id: a, operator: empty, outlets: [x, y], inlets: z}\n"
		     "  - {task_id: b, operator: empty, outlets: x, inlets: [x, z]}\n");
	g_assert_cmpuint(dag->head->outlets.n, ==, 2);
	g_assert_cmpstr(dag->head->outlets.names[0], ==, "x");
	g_assert_cmpstr(dag->head->outlets.names[1], ==, "y");
	g_assert_cmpuint(dag->head->inlets.n, ==, 2);
	g_assert_cmpstr(dag->head->inlets.names[0], ==, "z");
	g_assert_cmpstr(dag->head->inlets.names[1], ==, "x");
}

#define OUTLETS(value) "tasks: [{task_id: a, operator: empty, outlets: " value "}]\n"
#define ASSETS(value) "schedule: {assets: " value "}\n" READ
#define FORMS                                                                              \
	"1:20: assets: expected a name, a list, or a map with \"all\" or \"any\" alone | " \
	"{any: [a, {all: [b, c]}]} is met by a, or by b and c together"
#define DEEP(inner)                                                                                \
	"{any: [{all: [{any: [{all: [{any: [{all: [{any: [{all: [{any: [" inner "]}]}]}]}]}]}]}]}" \
	"]}"

static const struct wrong wrong_names[] = {
	{OUTLETS("{a: b}"),
		"1:48: outlets: expected the name or URI of an asset, or a list of them, found a "
		"map"},
	{OUTLETS("[a, [b]]"), "1:52: outlets: expected text, found a list"},
	{OUTLETS("\"\""), "1:48: outlets: the name of an asset has from 1 to 1500 bytes"},
	{OUTLETS("[a, b, a]"), "1:55: outlets: \"a\" is named twice"},
};

static const struct wrong wrong_conditions[] = {
	{ASSETS("[]"), "1:20: assets: the list is empty, at least one was expected"},
	{ASSETS("{any: a}"), "1:26: assets: expected a list, found text"},
	{ASSETS("{some: [a]}"), FORMS},
	{ASSETS("{any: [a], all: [b]}"), FORMS},
	{ASSETS("[a, {any: [b, \"\"]}]"),
		"1:34: assets: the name of an asset has from 1 to 1500 bytes"},
	{ASSETS(DEEP("a")), "1:83: assets: a condition may have at most 8 others around it"},
	{"schedule: {assets: a, jitter: 5m}\n" READ,
		"1:11: schedule: beside \"assets\" one of \"cron\", \"every\" and \"at\" was "
		"expected, "
		"or nothing"},
	{"schedule: {assets: a, sceonds: true}\n" READ,
		"1:23: unknown key \"sceonds\"; did you mean \"seconds\"?"},
	{"schedule: {assets: null}\n" READ,
		"1:11: schedule: expected \"cron\", \"every\" or \"at\" in the map"},
};

#define LOOP(assets, outlets)                                                                     \
	"schedule: {assets: " assets "}\ntasks: [{task_id: a, operator: empty, outlets: " outlets \
	"}]\n"
#define ENDLESS                                                                                 \
	"1:20: warning: assets: the DAG updates all that it waits for: each of its runs makes " \
	"the next one, without end"

static const struct wrong wrong_loops[] = {
	{LOOP("x", "x"), ENDLESS},
	{LOOP("[x, y]", "[y, x]"), ENDLESS},
	{LOOP("{any: [x, z]}", "x"), ENDLESS},
	{LOOP("[x, y]", "x"), ""},
	{LOOP("{any: [x, [y, z]]}", "[y, other]"), ""},
};

static struct wrong_table tables[] = {
	{"/dag-assets/problems/names", wrong_names, G_N_ELEMENTS(wrong_names), NULL},
	{"/dag-assets/problems/conditions", wrong_conditions, G_N_ELEMENTS(wrong_conditions), NULL},
	{"/dag-assets/problems/loops", wrong_loops, G_N_ELEMENTS(wrong_loops), NULL},
};

#define ADD(test) g_test_add_func("/dag-assets/" #test, test)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	operators = fixture_operators();
	ADD(a_condition_is_shown_as_in_airflow);
	ADD(a_schedule_beside_assets_is_named_with_them);
	ADD(a_dag_knows_what_its_tasks_update_and_read_without_them);
	wrong_tables_add(tables, G_N_ELEMENTS(tables), operators);
	int status = g_test_run();
	operators_free(operators);
	return status;
}
