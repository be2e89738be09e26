/* SPDX-License-Identifier: MIT */
/* What YAML texts become, and where and how they are refused. */
#include <time.h>

#include "lib/base/instant.h"
#include "lib/yaml/yaml.h"

/* A text that was read; everything a test needs of it. */
struct reading {
	struct arena *arena;
	struct problems *problems;
	struct yaml_documents documents;
	bool ok;
};

static struct reading read_bytes(const char *text, size_t len)
{
	struct reading reading = {.arena = arena_new(), .problems = problems_new()};
	reading.ok = yaml_parse(
		reading.arena, "f.yaml", text, len, &reading.documents, reading.problems);
	g_assert_true(reading.ok == (reading.problems->n_errors == 0));
	return reading;
}

static struct reading read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static void done(struct reading *reading)
{
	problems_free(reading->problems);
	arena_free(reading->arena);
}

/* All problems on one line each, `line:column: message | hint`. */
static char *problems_text(struct problems *problems)
{
	GString *text = g_string_new(NULL);
	problems_sort(problems);
	for (unsigned i = 0; i < problems->list->len; i++) {
		const struct problem *problem = problems->list->pdata[i];
		g_string_append_printf(text, "%s%u:%u: %s%s%s%s", i ? "\n" : "", problem->line,
			problem->column, problem->severity == SEVERITY_WARNING ? "warning: " : "",
			problem->message, problem->hint ? " | " : "",
			problem->hint ? problem->hint : "");
	}
	return g_string_free(text, FALSE);
}

static char *json_text(const struct node *node, struct problems *problems)
{
	json_auto_t *json = node_json(node, problems);
	char *dumped = json
		? json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15))
		: NULL;
	char *text = g_strdup(dumped ? dumped : "none");
	free(dumped);
	return text;
}

static void values_have_the_types_of_yaml_1_2(void)
{
	static const struct {
		const char *text, *json;
	} rows[] = {
		{"a: 1", "{\"a\":1}"},
		{"[1, -2, +3, 0]", "[1,-2,3,0]"},
		{"[0x1F, 9223372036854775807, -9223372036854775808]",
			"[31,9223372036854775807,-9223372036854775808]"},
		{"[1.5, .5, 1., 1e3, -1.5E-2]", "[1.5,0.5,1.0,1000.0,-0.015]"},
		{"[true, True, TRUE, false, False, FALSE]", "[true,true,true,false,false,false]"},
		{"[null, Null, NULL, ~, ]", "[null,null,null,null]"},
		{"a:", "{\"a\":null}"},
		{"['1', \"true\", '', 'null']", "[\"1\",\"true\",\"\",\"null\"]"},
		{"[tRue, nuLL, 1e, 1.2.3, 0x, 0xg, --1, +, -, ., .e1, e1, 1_a, 2026-01-01]",
			"[\"tRue\",\"nuLL\",\"1e\",\"1.2.3\",\"0x\",\"0xg\",\"--1\",\"+\",\"-\",\"."
			"\",\".e1\","
			"\"e1\",\"1_a\",\"2026-01-01\"]"},
		{"a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\"}"},
		{"a: &x {b: [1, 2]}\nc: *x\n", "{\"a\":{\"b\":[1,2]},\"c\":{\"b\":[1,2]}}"},
		{"\xef\xbb\xbf"
		 "a: 1",
			"{\"a\":1}"},
		{"a: 1\r\nb:\r\n  - 2\r\n", "{\"a\":1,\"b\":[2]}"},
		{"'é': 日", "{\"é\":\"日\"}"},
		{"'<<': 1", "{\"<<\":1}"},
		{"a: \"\\u2028\\e\"", "{\"a\":\"\xe2\x80\xa8\\u001B\"}"},
		{"{}", "{}"},
		{"[]", "[]"},
		{"text", "\"text\""},
		{"%YAML 1.2\n---\na: 1", "{\"a\":1}"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct reading reading = read_text(rows[i].text);
		g_autofree char *found = problems_text(reading.problems);
		g_assert_cmpstr(found, ==, "");
		g_assert_cmpuint(reading.documents.n, ==, 1);
		g_autofree char *json = json_text(reading.documents.roots[0], reading.problems);
		g_assert_cmpstr(json, ==, rows[i].json);
		g_assert_cmpuint(reading.problems->list->len, ==, 0);
		done(&reading);
	}
}

static const struct {
	const char *text, *problems;
} refused[] = {
	/* What the composer refuses; it goes on afterwards. */
	{"a: 1\nb: 2\na: 3\nb: 4\n",
		"3:1: duplicate key \"a\" (first at line 1)\n"
		"4:1: duplicate key \"b\" (first at line 2)"},
	{"a: 1\n'a': 2\n\"\\x61\": 3",
		"2:1: duplicate key \"a\" (first at line 1)\n"
		"3:1: duplicate key \"a\" (first at line 1)"},
	{"{x: {a: 1, a: 2}}", "1:12: duplicate key \"a\" (first at line 1)"},
	{"a: &b {c: 1}\nd:\n  <<: *b\n",
		"3:3: merge keys (\"<<\") are not allowed | write the keys out; an alias may stand "
		"for a whole value"},
	{"a: !!int '1'\nb: !x {}\nc: ! y\n",
		"1:4: the tag \"!!int\" is not allowed | remove it; put a value in quotes to make "
		"it "
		"text\n"
		"2:4: the tag \"!x\" is not allowed | remove it; put a value in quotes to make it "
		"text\n"
		"3:4: the tag \"!\" is not allowed | remove it; put a value in quotes to make it "
		"text"},
	{"a: &x [*x]",
		"1:8: alias \"*x\": it would contain itself | text that begins with \"*\" must "
		"be quoted"},
	{"a: *x",
		"1:4: alias \"*x\": there is no anchor of this name above | text that begins with "
		"\"*\" must be quoted"},
	{"--- &x 1\n--- *x\n",
		"2:5: alias \"*x\": there is no anchor of this name above | text that "
		"begins with \"*\" must be quoted"},
	{"&a x: *a\n*a : 1\n",
		"2:1: alias \"*a\": a key must be text, not an alias | text that begins "
		"with \"*\" must be quoted"},
	{"? [a]\n: b\n? {c: d}\n: e\n",
		"1:3: a key must be text, not a list\n3:3: a key must be text, not a map"},
	{"a: \"x\\0y\"", "1:4: the text contains a NUL character"},
	/* Values that people forget to quote. */
	{"schedule: @daily # x",
		"1:11: a value without quotes cannot begin with \"@\" | put it in quotes: "
		"\"@daily\""},
	{"schedule: */5 * * * *",
		"1:11: a value that begins with \"*\" must be quoted | put it in quotes: \"*/5 * * "
		"* *\""},
	{"a: {{ ds }}\nb: {{ ts }} x\nc: 1\n",
		"1:4: a value that begins with \"{{\" must be quoted | put the whole value in "
		"quotes: "
		"\"{{ ... }}\"\n"
		"2:4: a value that begins with \"{{\" must be quoted | put the whole value in "
		"quotes: "
		"\"{{ ... }}\""},
	{"a: {% if x %}",
		"1:4: a value without quotes cannot begin with \"{%\" | put it in quotes: "
		"\"{% if x %}\""},
	{"a: `x`",
		"1:4: a value without quotes cannot begin with \"`\" | put it in quotes: \"`x`\""},
	{"é: echo 日: x",
		"1:10: \":\" is not expected here | put a value that contains \": \" in "
		"quotes, or check how far this line is indented"},
	{"a: \"x\" y", "1:8: unexpected text after the value | put the whole value in quotes"},
	{"a: \"\\d\"",
		"1:5: unknown escape in double quotes | write two backslashes for one, or put the "
		"value in single quotes"},
	/* Structure. */
	{"a:\n\tb: 1",
		"2:1: a tab stands where only spaces may indent | replace the tab by spaces"},
	{"a: 1\n  b: 2",
		"2:4: \":\" is not expected here | put a value that contains \": \" in quotes, "
		"or check how far this line is indented"},
	{"a:\n  b: 1\n c: 2",
		"3:2: this line does not belong to the map that begins at line 1, column "
		"1 | keys of one map begin in the same column"},
	{"- a\nb: 1",
		"2:1: this line does not belong to the list that begins at line 1, column 1 | the "
		"\"-\" of one list stand in the same column"},
	{"a: 1\nfoo\nb: 2",
		"2:1: expected \"key: value\", found no \":\" | a \":\" and a space separate "
		"a key from its value"},
	{"a: - b",
		"1:4: a list cannot begin here | begin the list on a line of its own, or put the "
		"value in quotes"},
	{"a: [1, 2\nb: 3\n",
		"1:4: this \"[\" is not closed: expected \",\" or \"]\" before line 2"},
	{"a: {b: 1, c: 2\nd: 3",
		"1:4: this \"{\" is not closed: expected \",\" or \"}\" before line 2"},
	{"a: [1", "1:4: this \"[\" is never closed"},
	{"a: [", "1:5: the file ends where a value was expected"},
	{"a: [\n", "2:1: the file ends where a value was expected"},
	{"a: }", "1:4: a value without quotes cannot begin with \"}\" | put it in quotes: \"}\""},
	{"a: 'x\nb: 1\n", "1:4: this quote is never closed"},
	{"{a: 1} b",
		"1:8: nothing more was expected after the value above | put the whole value in "
		"quotes, or begin another document with a line \"---\""},
	{"%YAML 3.0\n---\na: 1", "1:1: not YAML: found incompatible YAML document"},
	/* Characters. */
	{"a: 1\nb: x\xff\n", "2:5: byte 0xff is not UTF-8 | save the file in the encoding UTF-8"},
	{"a: \xc3", "1:4: byte 0xc3 is not UTF-8 | save the file in the encoding UTF-8"},
	{"a: \xed\xa0\x80", "1:4: byte 0xed is not UTF-8 | save the file in the encoding UTF-8"},
	{"a: é\x1b[1m",
		"1:5: a control character (U+001B) is not allowed | remove it, or write "
		"\"\\u001b\" in double quotes"},
	{"\xef\xbb\xbf"
	 "a: \x7f",
		"1:4: a control character (U+007F) is not allowed | remove it, or write "
		"\"\\u007f\" in "
		"double quotes"},
	{"# x\xe2\x80\xa8"
	 "b: 1",
		"1:4: an invisible character (U+2028) | remove it, or write \"\\u2028\" in "
		"double "
		"quotes"},
	{"a: 1\n\xef\xbb\xbf"
	 "b: 2",
		"2:1: an invisible character (U+FEFF) | remove it, or write \"\\ufeff\" in double "
		"quotes"},
	{"\xff\xfe"
	 "a",
		"1:1: the file is UTF-16, not UTF-8 | save the file in the encoding UTF-8"},
};

static void a_mistake_is_refused_with_its_place_and_a_way_out(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		/* Bytes that are not UTF-8 would leave the lines of TAP. */
		g_autofree char *shown = g_strescape(refused[i].text, NULL);
		g_test_message("%s", shown);
		struct reading reading = read_text(refused[i].text);
		g_autofree char *found = problems_text(reading.problems);
		g_assert_cmpstr(found, ==, refused[i].problems);
		done(&reading);
	}
}

static void nul_bytes_and_utf_16_are_named(void)
{
	struct reading reading = read_bytes("a: 1\n\0", 6);
	g_autofree char *found = problems_text(reading.problems);
	g_assert_cmpstr(found, ==, "2:1: a NUL byte is not text");
	done(&reading);
	reading = read_bytes("a\0:\0 \0", 6);
	g_autofree char *utf16 = problems_text(reading.problems);
	g_assert_nonnull(strstr(utf16, "the file is UTF-16"));
	done(&reading);
}

static void a_refused_key_leaves_the_rest_readable(void)
{
	struct reading reading = read_text("a: 1\na: 2\nb: {<<: 1, c: 3, [x]: 4}\n---\nd: 5\n");
	g_assert_false(reading.ok);
	g_assert_cmpuint(reading.documents.n, ==, 2);
	g_autofree char *first = json_text(reading.documents.roots[0], reading.problems);
	g_autofree char *second = json_text(reading.documents.roots[1], reading.problems);
	g_assert_cmpstr(first, ==, "{\"a\":1,\"b\":{\"c\":3}}");
	g_assert_cmpstr(second, ==, "{\"d\":5}");
	done(&reading);
}

static void documents_know_their_text(void)
{
	static const struct {
		const char *text, *documents; /* the texts, with "|" around each */
	} rows[] = {
		{"", ""},
		{"# only a comment\n", ""},
		{"# c\na: 1\n", "|# c\na: 1\n|"},
		{"---\na: 1\n---\nb: 2\n", "|a: 1\n||b: 2\n|"},
		{"--- # first\na: é\n...\n---\r\nb: 2\r\n", "|--- # first\na: é\n||b: 2\r\n|"},
		{"a: 1\n--- {b: 2}\n---\n", "|a: 1\n||--- {b: 2}\n|||"},
		{"\xef\xbb\xbf"
		 "a: 1\n---\nb: 2",
			"|a: 1\n||b: 2|"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct reading reading = read_text(rows[i].text);
		g_autoptr(GString) texts = g_string_new(NULL);
		for (size_t j = 0; j < reading.documents.n; j++)
			g_string_append_printf(texts, "|%.*s|",
				(int)(reading.documents.ends[j] - reading.documents.starts[j]),
				rows[i].text + reading.documents.starts[j]);
		g_assert_cmpstr(texts->str, ==, rows[i].documents);
		done(&reading);
	}
}

static void an_empty_document_has_no_root(void)
{
	struct reading reading = read_text("---\n---\n~\n");
	g_assert_cmpuint(reading.documents.n, ==, 2);
	g_assert_null(reading.documents.roots[0]);
	g_assert_true(node_is_null(reading.documents.roots[0]));
	g_assert_nonnull(reading.documents.roots[1]);
	g_assert_true(node_is_null(reading.documents.roots[1]));
	done(&reading);
}

static void nodes_know_where_they_stand(void)
{
	struct reading reading = read_text("é: [日, {k: 'v'}]\nb: |\n  text\n");
	const struct node *root = reading.documents.roots[0];
	const struct node *list = node_get(root, "é"), *block = node_get(root, "b");
	g_assert_cmpstr(root->place.file, ==, "f.yaml");
	g_assert_cmpuint(list->place.column, ==, 4);
	g_assert_cmpuint(list->items[1]->place.column, ==, 8);
	g_assert_cmpuint(node_get(list->items[1], "k")->place.column, ==, 12);
	g_assert_false(node_get(list->items[1], "k")->plain);
	g_assert_true(list->items[0]->plain);
	g_assert_cmpuint(block->place.line, ==, 2);
	g_assert_true(block->block);
	g_assert_null(node_get(root, "c"));
	g_assert_null(node_get(list, "é"));
	g_assert_null(node_get(NULL, "é"));
	done(&reading);
}

static void kinds_have_names(void)
{
	struct reading reading =
		read_text("[[], {}, x, '1', 1, 1.5, true, ~, 99999999999999999999]");
	static const char *const names[] = {"a list", "a map", "text", "text", "a number",
		"a number", "a boolean", "null", "a number"};
	const struct node *root = reading.documents.roots[0];
	g_assert_cmpuint(root->n, ==, G_N_ELEMENTS(names));
	for (size_t i = 0; i < root->n; i++)
		g_assert_cmpstr(node_kind_name(root->items[i]), ==, names[i]);
	g_assert_cmpstr(node_kind_name(NULL), ==, "null");
	done(&reading);
}

/* One more level than is allowed, in every way of nesting; and each at the limit. */
static void nesting_ends_at_64_levels(void)
{
	for (unsigned depth = 64; depth <= 65; depth++) {
		g_autoptr(GString) brackets = g_string_new(NULL), dashes = g_string_new(NULL);
		for (unsigned i = 0; i < depth; i++) {
			g_string_append_c(brackets, '[');
			g_string_append(dashes, "- ");
		}
		for (unsigned i = 0; i < depth; i++)
			g_string_append_c(brackets, ']');
		g_string_append_c(dashes, 'x');
		struct reading reading = read_text(brackets->str);
		g_assert_true(reading.ok == (depth == 64));
		done(&reading);
		reading = read_text(dashes->str);
		g_assert_true(reading.ok == (depth == 64));
		done(&reading);
	}
}

static void aliases_cannot_make_a_tree_too_deep_or_too_large(void)
{
	g_autoptr(GString) deep = g_string_new("a0: &a0 [x]\n"),
			   wide = g_string_new("b0: &b0 [x]\n");
	for (unsigned i = 1; i < 100; i++)
		g_string_append_printf(deep, "a%u: &a%u [*a%u]\n", i, i, i - 1);
	for (unsigned i = 1; i < 10; i++) {
		g_string_append_printf(wide, "b%u: &b%u [", i, i);
		for (unsigned j = 0; j < 10; j++)
			g_string_append_printf(wide, "%s*b%u", j ? ", " : "", i - 1);
		g_string_append(wide, "]\n");
	}
	struct reading reading = read_text(deep->str);
	g_autofree char *found = problems_text(reading.problems);
	g_assert_nonnull(
		strstr(found, "64:12: alias \"*a62\": it would be nested more than 64 levels"));
	done(&reading);
	reading = read_text(wide->str);
	g_autofree char *found_wide = problems_text(reading.problems);
	g_assert_nonnull(
		strstr(found_wide, "more than 1000000 values, those behind aliases included"));
	done(&reading);
}

/* `unit` again and again up to `len` bytes. */
static char *repeat(const char *begin, const char *unit, size_t len)
{
	GString *text = g_string_new(begin);
	while (text->len + strlen(unit) <= len)
		g_string_append(text, unit);
	return g_string_free(text, FALSE);
}

static void a_limit_is_named(void)
{
	static const struct {
		const char *begin, *unit;
		size_t len;
		const char *part;
	} rows[] = {
		{"", "# comment\n", YAML_SIZE_MAX + 10, "at most 16 MiB"},
		{"", "- x\n", 5000000, "the file has more than 1000000 values"},
		{"- &a x\n", "- *a\n", 20000, "more than 1000 aliases"},
		{"", "[", 200000, "more than 64 levels"},
		{"", "{a: ", 200000, "more than 64 levels"},
		{"", "- ", 200000, "more than 64 levels"},
		{"", "? ", 200000, "more than 64 levels"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = repeat(rows[i].begin, rows[i].unit, rows[i].len);
		struct reading reading = read_text(text);
		g_autofree char *found = problems_text(reading.problems);
		g_test_message("%.300s", found);
		g_assert_nonnull(strstr(found, rows[i].part));
		done(&reading);
	}
}

/* A mebibyte of anything takes its time once: quadratic work would be a hundred times as long. */
static void a_large_file_takes_linear_time(void)
{
	static const struct {
		const char *begin, *unit;
	} rows[] = {{"- ", "a "}, {"a: |\n", "  line\n"}, {"a: \"", "\\u00e9"},
		{"[", "abcdefghij,"}, {"", "- {a: xxxxxxxx, b: xxxxxxxxx, c: 1}\n"},
		{"", "--- a\n"}, {"", "# \xc3\xa9\n"}, {"a: [", "\n"}, {"a: ", " "}, {"", "'a' : "},
		{"", "a\n"}, {"", "&a "}, {"", "!a "}, {"a: '", "''"}, {"{", "a,"}, {"", "? a\n"}};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = repeat(rows[i].begin, rows[i].unit, 1024 * 1024);
		/* Of the processor, which others may be using. */
		clock_t began = clock();
		struct reading reading = read_text(text);
		gint64 took_us = (gint64)(clock() - began) * SECOND_US / CLOCKS_PER_SEC;
		g_test_message("%s: %" G_GINT64_FORMAT " us, %u problems", rows[i].unit, took_us,
			reading.problems->list->len);
		g_assert_cmpint(took_us, <, 10 * SECOND_US);
		done(&reading);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/yaml/values_have_the_types_of_yaml_1_2", values_have_the_types_of_yaml_1_2);
	g_test_add_func("/yaml/a_mistake_is_refused_with_its_place_and_a_way_out",
		a_mistake_is_refused_with_its_place_and_a_way_out);
	g_test_add_func("/yaml/nul_bytes_and_utf_16_are_named", nul_bytes_and_utf_16_are_named);
	g_test_add_func("/yaml/a_refused_key_leaves_the_rest_readable",
		a_refused_key_leaves_the_rest_readable);
	g_test_add_func("/yaml/documents_know_their_text", documents_know_their_text);
	g_test_add_func("/yaml/an_empty_document_has_no_root", an_empty_document_has_no_root);
	g_test_add_func("/yaml/nodes_know_where_they_stand", nodes_know_where_they_stand);
	g_test_add_func("/yaml/kinds_have_names", kinds_have_names);
	g_test_add_func("/yaml/nesting_ends_at_64_levels", nesting_ends_at_64_levels);
	g_test_add_func("/yaml/aliases_cannot_make_a_tree_too_deep_or_too_large",
		aliases_cannot_make_a_tree_too_deep_or_too_large);
	g_test_add_func("/yaml/a_limit_is_named", a_limit_is_named);
	g_test_add_func("/yaml/a_large_file_takes_linear_time", a_large_file_takes_linear_time);
	return g_test_run();
}
