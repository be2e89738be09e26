/* SPDX-License-Identifier: MIT */
/* Manifests: what they become, and where they are refused. */
#include <sys/resource.h>

#include "tests/unit/operator_fixture.h"

/* Loads one manifest from a folder called `own`; *told are its problems, a line each. */
static struct operators *load(const char *text, char **told)
{
	g_autofree char *folder = g_dir_make_tmp("operators-XXXXXX", NULL);
	const char *const folders[] = {folder, NULL};
	struct problems *problems = problems_new();
	fixture_write(folder, "own", text);
	struct operators *operators = operators_load(folders, problems);
	*told = fixture_problems(problems);
	problems_free(problems);
	fixture_remove(folder, "own");
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	return operators;
}

#define OWN "name: own\nsummary: Does it.\n"
#define WITH(parameter) OWN "parameters:\n  a: {" parameter "}\n"

static const struct {
	const char *text, *problems;
} wrong_manifests[] = {
	{"", "0:1: a manifest is one YAML document with a map"},
	{"[]", "1:1: a manifest is one YAML document with a map"},
	{"summary: x\n", "1:1: the manifest has no \"name\""},
	{"name: own\n", "1:1: the manifest has no \"summary\""},
	{"name: other\nsummary: x\n",
		"1:1: the operator is called \"other\", its folder \"own\": both must be "
		"the "
		"same"},
	{OWN "sumary: x\n", "3:1: unknown key \"sumary\"; did you mean \"summary\"?"},
	{OWN "aliases: X\n", "3:10: aliases: expected a list, found text"},
	{OWN "output: lastline\n",
		"3:9: output: expected one of file, last_line, found \"lastline\"; did you "
		"mean \"last_line\"?"},
	{OWN "arguments: argv\n", "3:12: arguments: expected one of none, stdin, found \"argv\""},
	{OWN "destroys_data: yes\n",
		"3:16: destroys_data: expected true or false, but \"yes\" could be the "
		"boolean "
		"true or the text \"yes\" | write true"},
	{OWN "parameters: [a]\n", "3:13: parameters: expected a map, found a list"},
	{OWN "parameters: {a: text}\n", "3:17: a: expected a map of type, summary ..., found text"},
	{OWN "parameters: {retries: {type: text, summary: x}}\n",
		"3:14: \"retries\" is a key of every task, so no parameter can have this "
		"name"},
	{OWN "parameters: {trigger_rule: {type: text, summary: x}}\n",
		"3:14: \"trigger_rule\" is a key of every task, so no parameter can have "
		"this "
		"name"},
	{WITH("summary: x"), "4:3: \"a\" has no type"},
	{WITH("type: text"), "4:3: \"a\" has no summary"},
	{WITH("type: sting, summary: x"),
		"4:13: type: expected one of text, shell, integer, number, boolean, "
		"duration, "
		"size, list, map, any, connection, found \"sting\""},
	{WITH("type: text, summary: x, requird: true"),
		"4:31: unknown key \"requird\"; did you mean \"required\"?"},
	{WITH("type: integer, summary: x, default: many"),
		"4:43: a: expected a whole number, found text \"many\""},
	{WITH("type: integer, summary: x, required: true, default: 1"),
		"4:59: a required parameter has no use for a default"},
	{WITH("type: text, summary: x, default: \"{{ ds }}\""),
		"4:40: a default is a constant value"},
	{WITH("type: integer, summary: x, choices: [a]"), "4:43: only a text can have choices"},
	{WITH("type: text, summary: x, choices: [b, c], default: d"),
		"4:57: a: expected one of b, c, found \"d\""},
	{WITH("type: text, summary: x") "run: [x, {a}]\n",
		"5:10: a word of \"run\" is a map | a parameter's value is written "
		"\"{a}\", in "
		"quotes"},
	{WITH("type: text, summary: x") "run: [x, \"{aa}\"]\n",
		"5:10: there is no parameter \"aa\"; did you mean \"a\"?"},
	{WITH("type: text, summary: x, secret: true") "run: [x, \"{a}\"]\n",
		"5:10: \"a\" cannot be a word of a command line: it is secret"},
	{WITH("type: connection, summary: x") "run: [x, \"{a}\"]\n",
		"5:10: \"a\" cannot be a word of a command line: it is connection"},
	{OWN "run: []\n", "3:6: run: expected a list of words, found an empty one"},
	{OWN "run: [./gone]\n", "3:7: there is no file \"gone\" in the operator's folder"},
	{WITH("type: text, summary: x") "cwd_parameter: b\n", "5:16: there is no parameter \"b\""},
	{WITH("type: text, summary: x, secret: true") "value_parameter: a\n",
		"5:18: \"a\" cannot be a result: it is secret"},
	{WITH("type: text, summary: x") "value_parameter: aa\n",
		"5:18: there is no parameter \"aa\"; did you mean \"a\"?"},
	{WITH("type: text, summary: x") "one_of: [a, b]\n", "5:13: there is no parameter \"b\""},
	{OWN "flow: brunch\n",
		"3:7: flow: expected one of none, branch, short_circuit, latest_only, "
		"trigger_dag, wait, wait_time, wait_task, approval, found \"brunch\"; did you "
		"mean \"branch\"?"},
	{OWN "flow: branch\n",
		"1:1: flow: branch needs a \"run\" or a \"value_parameter\" that decides"},
	{OWN "flow: wait\n", "1:1: flow: wait needs a \"run\" that looks"},
	{OWN "flow: approval\nrun: [x]\n",
		"1:1: flow: approval is done by dagd itself: \"run\" has no place here"},
	{OWN "parameters: {timeout: {type: text, summary: x}}\nflow: wait\nrun: [x]\n",
		"0:0: \"timeout\" is a parameter of all sensors and cannot be another one"},
	{WITH("type: text, summary: x, constant: maybe"),
		"4:41: constant: expected true or false, found text \"maybe\""},
	{OWN "tests_connections: [x]\n", "3:20: tests_connections needs a \"run\" that tests them"},
	{OWN "run: [x]\ntests_connections: x\n",
		"4:20: tests_connections: expected a list, found text"},
	{OWN "run: [x]\ntests_connections: [x, \"a b\"]\n",
		"4:24: conn_type \"a b\" contains \" \"; letters, digits, \"_\", \"-\", \".\" are "
		"allowed"},
	{WITH("type: text, summary: x") "skip_code_parameter: a\n",
		"5:22: expected a parameter of type integer, but \"a\" is of type text"},
};

static void what_is_wrong_in_a_manifest_is_told(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(wrong_manifests); i++) {
		g_autofree char *told = NULL;
		struct operators *operators = load(wrong_manifests[i].text, &told);
		if (g_strcmp0(told, wrong_manifests[i].problems) != 0)
			g_test_message("%s", wrong_manifests[i].text);
		g_assert_cmpstr(told, ==, wrong_manifests[i].problems);
		g_assert_null(operators_get(operators, "own"));
		g_assert_null(*operators_names(operators));
		operators_free(operators);
	}
}

static void a_manifest_becomes_an_operator(void)
{
	struct operators *operators = fixture_operators();
	const struct operator* bash = operators_get(operators, "bash");
	g_autofree char *names = g_strjoinv(" ", (char **)operators_names(operators));
	g_assert_cmpstr(names, ==, "bash empty probe");
	g_assert_true(operators_get(operators, "BashOperator") == bash);
	g_assert_null(operators_get(operators, "Bash"));
	g_assert_cmpuint(bash->n_parameters, ==, 3);
	g_assert_cmpstr(bash->run[2], ==, "{bash_command}");
	g_assert_null(bash->run[3]);
	g_assert_cmpstr(bash->cwd_parameter, ==, "cwd");
	g_assert_cmpint(bash->output, ==, OUTPUT_LAST_LINE);
	g_assert_false(bash->arguments_on_stdin || bash->destroys_data);
	g_assert_cmpint(operator_parameter(bash, "bash_command")->type, ==, PARAMETER_SHELL);
	g_assert_null(operator_parameter(bash, "bash"));
	const struct operator* probe = operators_get(operators, "probe");
	g_assert_true(probe->arguments_on_stdin && probe->destroys_data);
	g_assert_cmpint(
		json_integer_value(operator_parameter(probe, "size")->default_value), ==, 10 << 20);
	g_assert_null(operators_get(operators, "empty")->run[0]);
	json_t *json = operator_json(probe);
	g_assert_cmpuint(json_array_size(json_object_get(json, "parameters")), ==, 12);
	g_assert_cmpstr(json_string_value(json_object_get(
				json_array_get(json_object_get(json, "parameters"), 1), "type")),
		==, "text");
	json_decref(json);
	operators_free(operators);
}

static void a_later_folder_cannot_replace_an_operator(void)
{
	g_autofree char *first = g_dir_make_tmp("operators-XXXXXX", NULL);
	g_autofree char *second = g_dir_make_tmp("operators-XXXXXX", NULL);
	const char *const folders[] = {first, "/nonexistent", second, NULL};
	fixture_write(first, "a", "name: a\nsummary: First.\n");
	fixture_write(second, "a", "name: a\nsummary: Second.\n");
	fixture_write(second, "b", "name: b\nsummary: Second.\naliases: [a]\n");
	fixture_write(second, "c", "name: c\nsummary: Second.\naliases: [C]\n");
	struct problems *problems = problems_new();
	struct operators *operators = operators_load(folders, problems);
	g_autofree char *told = fixture_problems(problems);
	g_autofree char *expected =
		g_strdup_printf("0:0: \"a\" is already a name of the operator in %s/a\n"
				"0:0: \"a\" is already a name of the operator in %s/a",
			first, first);
	g_assert_cmpstr(told, ==, expected);
	g_assert_cmpstr(operators_get(operators, "a")->summary, ==, "First.");
	g_assert_nonnull(operators_get(operators, "C"));
	problems_free(problems);
	operators_free(operators);
	fixture_remove(first, "a");
	fixture_remove(second, "a");
	fixture_remove(second, "b");
	fixture_remove(second, "c");
	g_assert_cmpint(g_rmdir(first) | g_rmdir(second), ==, 0);
}

static void one_operator_alone_tests_a_type_of_connections(void)
{
	g_autofree char *folder = g_dir_make_tmp("operators-XXXXXX", NULL);
	const char *const folders[] = {folder, NULL};
	fixture_write(
		folder, "a", "name: a\nsummary: x\nrun: [x]\ntests_connections: [pg, pg, mysql]\n");
	fixture_write(folder, "b", "name: b\nsummary: x\nrun: [x]\ntests_connections: [mysql]\n");
	struct problems *problems = problems_new();
	struct operators *operators = operators_load(folders, problems);
	g_autofree char *told = fixture_problems(problems);
	g_autofree char *expected = g_strdup_printf(
		"0:0: connections of type \"mysql\" are tested by the operator in %s/a already",
		folder);
	g_autofree char *types = g_strjoinv(" ", (char **)operators_tested_types(operators));
	g_assert_cmpstr(told, ==, expected);
	g_assert_cmpstr(types, ==, "mysql pg");
	g_assert_cmpstr(operators_tester(operators, "mysql")->name, ==, "a");
	g_assert_null(operators_tester(operators, "sqlite"));
	g_assert_null(operators_get(operators, "b"));
	problems_free(problems);
	operators_free(operators);
	fixture_remove(folder, "a");
	fixture_remove(folder, "b");
	g_assert_cmpint(g_rmdir(folder), ==, 0);
}

/* The manifest of the build folder in `folder`, with a file for each program that may not be built
 * yet. */
static void manifest_copy(const char *folder, const char *from, const char *name)
{
	g_autofree char *text = NULL;
	g_autofree char *program = g_build_filename(folder, name, name, NULL);
	g_autofree char *script = g_build_filename(folder, name, "run.py", NULL);
	g_assert_true(g_file_get_contents(from, &text, NULL, NULL));
	fixture_write(folder, name, text);
	g_assert_true(g_file_set_contents(program, "", 0, NULL));
	g_assert_true(g_file_set_contents(script, "", 0, NULL));
}

static void manifest_remove(const char *folder, const char *name)
{
	g_autofree char *program = g_build_filename(folder, name, name, NULL);
	g_autofree char *script = g_build_filename(folder, name, "run.py", NULL);
	g_assert_cmpint(g_unlink(program) | g_unlink(script), ==, 0);
	fixture_remove(folder, name);
}

/* An example may speak of tasks and params that stand elsewhere in its DAG. */
static bool is_of_the_example(const struct problem *problem)
{
	return !g_str_has_prefix(problem->message, "there is no task ")
		&& !g_str_has_prefix(problem->message, "there is no param ");
}

static void examples_load(const struct operators *operators, const char *name)
{
	const char *examples = operators_get(operators, name)->examples;
	g_autoptr(GString) text = g_string_new("schedule: null\ntasks:\n");
	g_assert_nonnull(examples);
	g_string_append(text, examples);
	struct problems *problems = problems_new();
	g_ptr_array_unref(dag_load(name, text->str, text->len,
		&(struct dag_context){.operators = operators}, problems));
	for (unsigned i = 0; i < problems->list->len; i++) {
		g_autofree char *told = problem_text(problems->list->pdata[i], text->str);
		if (is_of_the_example(problems->list->pdata[i]))
			g_test_message("%s", told);
		g_assert_false(is_of_the_example(problems->list->pdata[i]));
	}
	problems_free(problems);
}

static void all_manifests_of_the_project_and_their_examples_load(void)
{
	g_autofree char *built = g_test_build_filename(G_TEST_BUILT, "..", "..", "operators", NULL);
	g_autofree char *folder = g_dir_make_tmp("operators-XXXXXX", NULL);
	const char *const folders[] = {folder, NULL};
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(built, 0, NULL);
	g_assert_nonnull(dir);
	for (const char *name; (name = g_dir_read_name(dir));) {
		g_autofree char *file = g_build_filename(built, name, "operator.yaml", NULL);
		if (!g_file_test(file, G_FILE_TEST_EXISTS))
			continue;
		manifest_copy(folder, file, name);
		g_ptr_array_add(names, g_strdup(name));
	}
	g_assert_cmpuint(names->len, >=, 3);
	struct problems *problems = problems_new();
	struct operators *operators = operators_load(folders, problems);
	g_autofree char *told = fixture_problems(problems);
	g_assert_cmpstr(told, ==, "");
	for (unsigned i = 0; i < names->len; i++) {
		examples_load(operators, names->pdata[i]);
		manifest_remove(folder, names->pdata[i]);
	}
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	problems_free(problems);
	operators_free(operators);
}

static struct operators *load_quietly(const char *folder)
{
	const char *const folders[] = {folder, NULL};
	struct problems *problems = problems_new();
	struct operators *operators = operators_load(folders, problems);
	problems_free(problems);
	return operators;
}

static void operators_that_cannot_be_read_now_are_told_from_those_that_are_wrong(void)
{
	g_autofree char *folder = g_dir_make_tmp("operators-XXXXXX", NULL);
	fixture_write(folder, "own", "[]");
	struct operators *operators = load_quietly(folder);
	g_assert_true(operators_are_complete(operators));
	operators_free(operators);
	struct rlimit before, none = {0};
	g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
	none.rlim_max = before.rlim_max;
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &none), ==, 0);
	operators = load_quietly(folder);
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &before), ==, 0);
	g_assert_false(operators_are_complete(operators));
	operators_free(operators);
	fixture_remove(folder, "own");
	g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/operator/what_is_wrong_in_a_manifest_is_told",
		what_is_wrong_in_a_manifest_is_told);
	g_test_add_func("/operator/a_manifest_becomes_an_operator", a_manifest_becomes_an_operator);
	g_test_add_func("/operator/a_later_folder_cannot_replace_an_operator",
		a_later_folder_cannot_replace_an_operator);
	g_test_add_func("/operator/one_operator_alone_tests_a_type_of_connections",
		one_operator_alone_tests_a_type_of_connections);
	g_test_add_func("/operator/all_manifests_of_the_project_and_their_examples_load",
		all_manifests_of_the_project_and_their_examples_load);
	g_test_add_func("/operator/operators_that_cannot_be_read_now_are_told_from_wrong_ones",
		operators_that_cannot_be_read_now_are_told_from_those_that_are_wrong);
	return g_test_run();
}
