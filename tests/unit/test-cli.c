/* SPDX-License-Identifier: MIT */
/* What dagctl reads and writes without asking anybody. */
#include <string.h>

#include "cli/command_line.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/json_option.h"
#include "cli/table.h"
#include "cli/unscheduled.h"
#include "cli/yaml_text.h"
#include "lib/base/connection_text.h"
#include "lib/base/size.h"
#include "lib/yaml/yaml.h"

/* ---- the command line ---- */

static char *join(GPtrArray *parts)
{
	g_ptr_array_add(parts, NULL);
	return g_strjoinv(" ", (char **)parts->pdata);
}

/* `command | arguments | options`, or the error's sentence. */
static char *parsed(const char *line)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) words = NULL;
	int n;
	g_assert_true(g_shell_parse_argv(line, &n, &words, NULL));
	invocation_auto struct invocation *invocation =
		command_line_parse(dagctl_nouns, (const char *const *)words, &error);
	if (!invocation)
		return g_strdup(error->message);
	g_autoptr(GPtrArray) options = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; i < invocation->options->len; i++) {
		struct given given = g_array_index(invocation->options, struct given, i);
		g_ptr_array_add(options,
			g_strdup_printf("%s%s%s", given.option->name, given.value ? "=" : "",
				given.value ? given.value : ""));
	}
	g_autofree char *name = invocation_name(invocation);
	g_autofree char *arguments = join(invocation->arguments), *given = join(options);
	return g_strdup_printf("%s | %s | %s", name, arguments, given);
}

static void test_command_line(void)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{"dags list", "dagctl dags list |  | "},
		{"--home /x dags list", "dagctl dags list |  | home=/x"},
		{"dags --home=/x list -o json", "dagctl dags list |  | home=/x output=json"},
		{"dags list -ojson", "dagctl dags list |  | output=json"},
		{"dags trigger d -p a=1 --param=b=2 --wait",
			"dagctl dags trigger | d | param=a=1 param=b=2 wait"},
		{"dags trigger d -wf", "dagctl dags trigger | d | wait follow"},
		{"dags trigger d -wp a=1", "dagctl dags trigger | d | wait param=a=1"},
		{"tasks clear d -dufy -t x",
			"dagctl tasks clear | d | downstream upstream only-failed yes "
			"task-regex=x"},
		{"tasks mark d r t success --map-index 2 --past -dy",
			"dagctl tasks mark | d r t success | map-index=2 past downstream yes"},
		{"tasks note d r t", "dagctl tasks note | d r t | "},
		{"dags rerun d r -p a=1", "dagctl dags rerun | d r | param=a=1"},
		{"variables set K -", "dagctl variables set | K - | "},
		{"variables set K ''", "dagctl variables set | K  | "},
		{"variables set -- K -1", "dagctl variables set | K -1 | "},
		{"variables set K -- --help", "dagctl variables set | K --help | "},
		{"dags check a b c", "dagctl dags check | a b c | "},
		{"dags check", "dagctl dags check |  | "},
		{"dags why d r t", "dagctl dags why | d r t | "},
		{"health -o plain", "dagctl health |  | output=plain"},
		{"completion bash", "dagctl completion | bash | "},
		{"dags", "dagctl dags |  | "},
		{"", "dagctl |  | "},
		{"dag list", "unknown command \"dag\"; did you mean \"dags\"?"},
		{"dags lst", "unknown verb of \"dags\": \"lst\"; did you mean \"list\"?"},
		{"dags qqqqqqq", "unknown verb of \"dags\": \"qqqqqqq\""},
		{"dags trigger d --cnof {}", "unknown option \"--cnof\"; did you mean \"--conf\"?"},
		{"dags list -x", "unknown option \"-x\""},
		{"dags list --wait", "unknown option \"--wait\""},
		{"dags trigger d --conf", "--conf needs a value: --conf JSON"},
		{"dags trigger d -c", "--conf needs a value: --conf JSON"},
		{"dags trigger d --wait=1", "--wait takes no value, but \"1\" was given"},
		{"dags trigger", "DAG is missing: dagctl dags trigger DAG"},
		{"dags state d", "RUN is missing: dagctl dags state DAG RUN"},
		{"dags state d ''", "RUN is empty"},
		{"dags why a b c d", "unexpected argument \"d\""},
		{"version x", "unexpected argument \"x\""},
		{"dags list -o jsn", "unknown output \"jsn\"; did you mean \"json\"?"},
		{"dags list -o ''", "unknown output \"\": table, json, yaml or plain"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		/* The shell's parser of GLib takes no empty line. */
		g_autofree char *line = *cases[i].line ? g_strdup(cases[i].line) : g_strdup("--");
		g_autofree char *got = parsed(line);
		g_assert_cmpstr(got, ==, cases[i].expected);
	}
}

static void test_help_is_no_error(void)
{
	static const char *const lines[][5] = {{"--help"}, {"dags", "--help"},
		{"dags", "trigger", "-h"}, {"--help", "dags", "trigger"}};
	static const char *const expected[] = {
		"variables", "next-execution", "--logical-date", "--logical-date"};
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		invocation_auto struct invocation *invocation =
			command_line_parse(dagctl_nouns, lines[i], NULL);
		g_assert_nonnull(invocation);
		g_assert_true(invocation->wants_help);
		g_autofree char *text = help_text(dagctl_nouns, invocation);
		g_assert_nonnull(strstr(text, expected[i]));
	}
}

/* Everything of the table has a line of help, so that no page has a hole. */
static void test_all_is_explained(void)
{
	for (const struct noun *noun = dagctl_nouns; noun->name; noun++) {
		g_assert_cmpstr(noun->help, !=, NULL);
		for (const struct command *command = noun->commands; command->run; command++) {
			g_assert_nonnull(command->help);
			g_assert_nonnull(command->arguments);
			const struct option *option = command->options;
			for (; option && option->name; option++)
				g_assert_nonnull(option->help);
		}
	}
}

static void test_completion_has_all(void)
{
	char *(*const scripts[])(const struct noun *) = {
		completion_bash, completion_zsh, completion_fish};
	for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
		g_autofree char *script = scripts[i](dagctl_nouns);
		for (const struct noun *noun = dagctl_nouns; noun->name; noun++) {
			g_assert_nonnull(strstr(script, noun->name));
			for (const struct command *command = noun->commands; command->run;
				command++)
				g_assert_true(!command->verb || strstr(script, command->verb));
		}
		g_assert_nonnull(strstr(script, "logical-date"));
	}
}

static void test_integers_have_a_range(void)
{
	static const char *const right[] = {"dags", "next-execution", "d", "-n", "7", NULL};
	static const char *const wrong[] = {"dags", "next-execution", "d", "-n", "7x", NULL};
	g_autoptr(GError) error = NULL;
	int64_t n = 1;
	invocation_auto struct invocation *first = command_line_parse(dagctl_nouns, right, NULL);
	g_assert_true(invocation_integer(first, "num-executions", 1, 10, &n, &error));
	g_assert_cmpint(n, ==, 7);
	g_assert_false(invocation_integer(first, "num-executions", 1, 6, &n, &error));
	g_assert_cmpstr(error->message, ==,
		"--num-executions must be a whole number from 1 to 6, not \"7\"");
	g_clear_error(&error);
	invocation_auto struct invocation *second = command_line_parse(dagctl_nouns, wrong, NULL);
	g_assert_false(invocation_integer(second, "num-executions", 1, 10, &n, &error));
	g_assert_cmpstr(error->message, ==,
		"--num-executions must be a whole number from 1 to 10, not \"7x\"");
}

/* ---- tables ---- */

static void test_table(void)
{
	static const char *const headers[] = {"name", "state", NULL};
	struct table *table = table_new(headers);
	table_add(table, (const char *const[]){"a", "success"});
	table_add(table, (const char *const[]){"日本語", NULL});
	table_add(table, (const char *const[]){"e\xcc\x81t\xcc\x81", "x\ny\033[0m"});
	g_autofree char *ruled = table_text(table, TABLE_RULED, NULL);
	g_autofree char *plain = table_text(table, TABLE_PLAIN, NULL);
	table_free(table);
	g_assert_cmpstr(ruled, ==,
		"name   | state\n"
		"=======+============\n"
		"a      | success\n"
		"日本語 |\n"
		"e\xcc\x81t\xcc\x81     | x\\ny\\x1b[0m\n");
	g_assert_cmpstr(plain, ==,
		"name    state\n"
		"a       success\n"
		"日本語  -\n"
		"e\xcc\x81t\xcc\x81      x\\ny\\x1b[0m\n");
}

static const char *green_success(const char *header, const char *cell)
{
	return strcmp(header, "state") == 0 && strcmp(cell, "success") == 0 ? "\033[32m" : NULL;
}

static void test_colour_does_not_move_columns(void)
{
	static const char *const headers[] = {"state", "name", NULL};
	struct table *table = table_new(headers);
	table_add(table, (const char *const[]){"success", "a"});
	table_add(table, (const char *const[]){"failed", "b"});
	g_autofree char *text = table_text(table, TABLE_PLAIN, green_success);
	table_free(table);
	g_assert_cmpstr(text, ==,
		"\033[1mstate\033[0m    \033[1mname\033[0m\n"
		"\033[32msuccess\033[0m  a\n"
		"failed   b\n");
}

/* Nothing masks it any more, so that words may be cut: compact JSON is one word. */
static void test_a_long_cell_keeps_its_ends(void)
{
	static const char *const headers[] = {"extra", NULL};
	g_autofree char *middle = g_strnfill(100000, 'x');
	g_autofree char *word = g_strconcat("{\"a\":\"", middle, "\",\"z\":1}", NULL);
	struct table *table = table_new(headers);
	table_add(table, (const char *const[]){word});
	g_autofree char *text = table_text(table, TABLE_PLAIN, NULL);
	table_free(table);
	g_assert_true(g_str_has_prefix(text, "extra\n{\"a\":\"xxx"));
	g_assert_nonnull(strstr(text, "xxx…xxx"));
	g_assert_true(g_str_has_suffix(text, "xxx\",\"z\":1}\n"));
	g_assert_cmpint(g_utf8_strlen(text, -1), <, 700);
}

/* ---- YAML ---- */

/* Our own reader of YAML gets back what was written. */
static void test_yaml_is_read_back(void)
{
	static const char *const values[] = {
		"{\"a\": 1, \"b\": [1, 2.5, \"x\"], \"c\": {}, \"d\": [], \"e\": null, \"f\": "
		"true}",
		"[[1, [2]], {\"a\": {\"b\": [{\"c\": \"d\", \"e\": 1}]}}]",
		"{\"yes\": \"no\", \"1\": \"1\", \"\": \"\", \"a b\": \" x \", \"#\": \"# y\", "
		"\"k: v\": \"k: v\"}",
		"{\"text\": \"one\\ntwo\\n\", \"nested\": {\"text\": \"a\\n\\n  b\\n\"}}",
		"{\"a\": \"x\\ny\", \"b\": \"\\n\", \"c\": \" lead\\n\", \"d\": \"tab\\t\\n\", "
		"\"e\": \"end\\n\\n\"}",
		"[\"null\", \"~\", \"True\", \"012\", \"1e3\", \"-\", \"- x\", \"*a\", \"&a\", "
		"\"!t\", \"%\", \"@\"]",
		"{\"u\": \"gr\xc3\xbc\xc3\x9f \xe6\x97\xa5\", \"bell\": \"\\u0007\", \"q\": "
		"\"'\\\"\\\\\"}",
		"\"text\"",
		"[\"one\\ntwo\\n\"]",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		json_auto_t *value = json_loads(values[i], JSON_DECODE_ANY, NULL);
		g_assert_nonnull(value);
		g_autofree char *text = yaml_text(value);
		struct arena *arena = arena_new();
		struct problems *problems = problems_new();
		struct yaml_documents documents;
		if (!yaml_parse(arena, "x", text, strlen(text), &documents, problems))
			g_error("not YAML: %s", text);
		json_auto_t *back = node_json(documents.roots[0], problems);
		if (!json_equal(value, back))
			g_error("read differently: %s", text);
		problems_free(problems);
		arena_free(arena);
	}
}

/* ---- what users write ---- */

static void test_conf(void)
{
	static const struct {
		const char *json;
		const char *words[3];
		const char *expected;
	} cases[] = {
		{NULL, {NULL}, "{}"},
		{"{\"a\": 1}", {"b=2", "a=[3]"}, "{\"a\":[3],\"b\":2}"},
		{NULL, {"a=x", "b=\"1\""}, "{\"a\":\"x\",\"b\":\"1\"}"},
		{NULL, {"a=01", "b="}, "{\"a\":\"01\",\"b\":\"\"}"},
		{NULL, {"a=b=c", "t=true"}, "{\"a\":\"b=c\",\"t\":true}"},
		{"{", {NULL}, "--conf is not JSON: line 1, column 1: string or '}' expected"},
		{"", {NULL}, "--conf is not JSON: line 1, column 0: unexpected token"},
		{"[]", {NULL},
			"--conf must be a JSON object such as {\"table\": \"orders\"}, not a list"},
		{"null", {NULL},
			"--conf must be a JSON object such as {\"table\": \"orders\"}, not null"},
		{"{\"a\": 1, \"a\": 2}", {NULL},
			"--conf is not JSON: line 1, column 12: duplicate object key"},
		{NULL, {"a"}, "--param \"a\" is not of the form name=value"},
		{NULL, {"=1"}, "--param \"=1\" is not of the form name=value"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		json_auto_t *conf = conf_of(cases[i].json, cases[i].words, &error);
		char *text = conf ? json_dumps(conf, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
		g_assert_cmpstr(text ? text : error->message, ==, cases[i].expected);
		free(text);
	}
}

static void test_wrong_json_is_not_quoted(void)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(json_of_text("stdin", "{\"password\": hunter2}", &error));
	g_assert_cmpstr(error->message, ==, "stdin is not JSON: line 1, column 19: invalid token");
}

static void test_connection_uri(void)
{
	static const struct {
		const char *uri, *expected;
	} cases[] = {
		{"postgresql://u:p@h:5432/db",
			"{\"conn_type\":\"postgres\",\"host\":\"h\",\"login\":\"u\",\"password\":"
			"\"p\","
			"\"port\":5432,\"schema\":\"db\"}"},
		{"my-type://us%40er:p%3Aw@h/",
			"{\"conn_type\":\"my_type\",\"host\":\"h\",\"login\":\"us@er\","
			"\"password\":\"p:w\"}"},
		{"aws://?region=eu",
			"{\"conn_type\":\"aws\",\"extra\":\"{\\\"region\\\": \\\"eu\\\"}\"}"},
		{"http://h?__extra__=%7B%22a%22%3A1%7D",
			"{\"conn_type\":\"http\",\"extra\":\"{\\\"a\\\":1}\",\"host\":\"h\"}"},
		{"postgres://:pw@[::1]:5432",
			"{\"conn_type\":\"postgres\",\"host\":\"::1\",\"password\":\"pw\",\"port\":"
			"5432}"},
		{"http://https://u:p@h:8/a%2Fb",
			"{\"conn_type\":\"http\",\"host\":\"https://h\",\"login\":\"u\","
			"\"password\":\"p\",\"port\":8,\"schema\":\"a/b\"}"},
		{"aws://?endpoint_url=http://h:9",
			"{\"conn_type\":\"aws\",\"extra\":\"{\\\"endpoint_url\\\": "
			"\\\"http://h:9\\\"}\"}"},
		{"ftp://@:21", "{\"conn_type\":\"ftp\",\"port\":21}"},
		{"http://u:p/w@h",
			"the port in the URI of the connection is no number from 1 to 65535; in "
			"login, password and host the characters / ? # @ : are written as %2F %3F "
			"%23 %40 %3A"},
		{"http://h:65536",
			"the port in the URI of the connection is no number from 1 to 65535; in "
			"login, password and host the characters / ? # @ : are written as %2F %3F "
			"%23 %40 %3A"},
		{"http://u:%ff@h", "the URI of the connection has an escape that is no text"},
		{"http://h?a",
			"what follows ? in the URI of the connection is not of the form "
			"key=value&key=value"},
		{"http://h?__extra__=5",
			"\"extra\" of a connection must be a JSON object, as {\"region\": \"eu\"}"},
		{"secret stuff",
			"the URI of the connection is not of the form "
			"type://login:password@host:port/schema"},
		{"",
			"the URI of the connection is not of the form "
			"type://login:password@host:port/schema"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		json_auto_t *body = connection_of_uri(cases[i].uri, &error);
		char *text = body ? json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
		g_assert_cmpstr(text ? text : error->message, ==, cases[i].expected);
		free(text);
	}
}

/* What it is written as is read as the same. */
static void test_connection_round_trip(void)
{
	static const char *const connections[] = {
		"{\"conn_type\": \"aws\"}",
		"{\"conn_type\": \"my_type\", \"host\": \"h\", \"port\": 1}",
		("{\"conn_type\": \"http\", \"host\": \"https://h\", \"login\": \"u@x\", "
		 "\"schema\": \"a/b?c\"}"),
		"{\"conn_type\": \"x\", \"password\": \" :/?#[]@!$&'()*+,;=%\\u00e4\\n\"}",
		"{\"conn_type\": \"x\", \"extra\": \"{\\\"a b\\\": \\\"c&d=e\\\"}\"}",
		"{\"conn_type\": \"x\", \"extra\": \"{\\\"a\\\": [1, {}]}\", \"schema\": \"s\"}",
		"{\"conn_type\": \"x\", \"port\": 5}",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(connections); i++) {
		g_autoptr(GError) error = NULL;
		json_auto_t *before = connection_of_text(connections[i], &error);
		g_assert_no_error(error);
		g_autofree char *uri = connection_uri(before);
		g_test_message("%s", uri);
		json_auto_t *after = connection_of_text(uri, &error);
		g_assert_no_error(error);
		g_assert_true(json_equal(before, after));
	}
}

static void test_unscheduled(void)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"dag_id: a\nschedule: 1d\ncatchup: true\ntasks: []\n",
			"dag_id: a\nschedule: null\n\ntasks: []\n"},
		{"schedule:\n  cron: '* * * * *'\n  timezone: UTC\ntasks: []\n",
			"schedule: null\n\n\ntasks: []\n"},
		{"tasks: []\nschedule: 1d", "tasks: []\nschedule: null"},
		{"{schedule: 1d, tasks: []}", "{schedule: 1d, tasks: []}"},
		{"tasks: []\n", "tasks: []\n"},
		{"a: [", "a: ["},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *got = unscheduled_text(cases[i].text, strlen(cases[i].text));
		g_assert_cmpstr(got, ==, cases[i].expected);
	}
}

static void test_size_text(void)
{
	static const struct {
		int64_t bytes;
		const char *text;
	} rows[] = {{0, "0 B"}, {1023, "1023 B"}, {1024, "1.0 KiB"}, {1536, "1.5 KiB"},
		{10239, "9.9 KiB"}, {10240, "10 KiB"}, {34 << 20, "34 MiB"},
		{INT64_C(3) << 50, "3072 TiB"}};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = size_text(rows[i].bytes);
		g_assert_cmpstr(text, ==, rows[i].text);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cli/words_become_a_command_or_a_sentence", test_command_line);
	g_test_add_func("/cli/help_may_be_asked_for_anywhere", test_help_is_no_error);
	g_test_add_func("/cli/every_command_and_option_is_explained", test_all_is_explained);
	g_test_add_func("/cli/completion_knows_every_command", test_completion_has_all);
	g_test_add_func("/cli/a_number_out_of_its_range_is_refused", test_integers_have_a_range);
	g_test_add_func("/cli/columns_line_up_in_any_script", test_table);
	g_test_add_func("/cli/colour_does_not_move_columns", test_colour_does_not_move_columns);
	g_test_add_func("/cli/a_long_cell_keeps_its_ends", test_a_long_cell_keeps_its_ends);
	g_test_add_func("/cli/yaml_that_is_written_reads_back_the_same", test_yaml_is_read_back);
	g_test_add_func("/cli/conf_is_an_object_with_params_over_it", test_conf);
	g_test_add_func("/cli/wrong_json_is_not_quoted", test_wrong_json_is_not_quoted);
	g_test_add_func("/cli/a_uri_becomes_a_connection", test_connection_uri);
	g_test_add_func("/cli/a_connection_becomes_a_uri_and_back", test_connection_round_trip);
	g_test_add_func("/cli/a_schedule_is_dropped_and_lines_stay", test_unscheduled);
	g_test_add_func("/cli/a_size_has_two_digits_at_least", test_size_text);
	return g_test_run();
}
