/* SPDX-License-Identifier: MIT */
/* Values read as text, booleans, numbers, durations and JSON, and what is said about wrong ones. */
#include "lib/base/instant.h"
#include "lib/yaml/yaml.h"

enum reading { TEXT, BOOL, INT, COUNT, DURATION, JSON };

/* The value read as wanted, or the first problem with its hint, as text. */
static char *read_value(const struct node *node, enum reading reading, struct problems *problems)
{
	const char *text = NULL;
	bool boolean = false;
	int64_t number = 0;
	switch (reading) {
	case TEXT:
		if (node_text(node, "k", &text, problems))
			return g_strdup(text);
		return NULL;
	case BOOL:
		if (node_bool(node, "k", &boolean, problems))
			return g_strdup(boolean ? "true" : "false");
		return NULL;
	case INT:
		if (node_int(node, "k", INT64_MIN, INT64_MAX, &number, problems))
			return g_strdup_printf("%" G_GINT64_FORMAT, number);
		return NULL;
	case COUNT:
		if (node_int(node, "k", 0, 10, &number, problems))
			return g_strdup_printf("%" G_GINT64_FORMAT, number);
		return NULL;
	case DURATION:
		if (node_duration(node, "k", &number, problems))
			return duration_text(number);
		return NULL;
	case JSON: {
		json_auto_t *json = node_json(node, problems);
		g_assert_true((json == NULL) == (problems->n_errors > 0));
		char *dumped = json ? json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
		char *copy = g_strdup(dumped);
		free(dumped);
		return copy;
	}
	}
	g_assert_not_reached();
}

static const struct {
	enum reading reading;
	const char *yaml;
	const char *value;   /* NULL: none, but ... */
	const char *problem; /* ... `message | hint`, also beside a value */
} rows[] = {
	{TEXT, "x y", "x y", NULL},
	{TEXT, "1.50", "1.50", NULL},
	{TEXT, "010", "010", NULL},
	{TEXT, "yes", "yes", NULL},
	{TEXT, "''", "", NULL},
	{TEXT, "'null'", "null", NULL},
	{TEXT, "", NULL, "k: expected text, found null | write \"\" in quotes for the text"},
	{TEXT, "null", NULL,
		"k: expected text, found null | write \"null\" in quotes for the text"},
	{TEXT, "[a]", NULL, "k: expected text, found a list"},
	{TEXT, "{}", NULL, "k: expected text, found a map"},

	{BOOL, "true", "true", NULL},
	{BOOL, "False", "false", NULL},
	{BOOL, "yes", NULL,
		"k: expected true or false, but \"yes\" could be the boolean true or the text "
		"\"yes\" | "
		"write true"},
	{BOOL, "OFF", NULL,
		"k: expected true or false, but \"OFF\" could be the boolean false or the text "
		"\"OFF\" | "
		"write false"},
	{BOOL, "n", NULL,
		"k: expected true or false, but \"n\" could be the boolean false or the text \"n\" "
		"| "
		"write false"},
	{BOOL, "'true'", NULL,
		"k: expected true or false, found text \"true\" | in quotes it is text; remove the "
		"quotes"},
	{BOOL, "1", NULL, "k: expected true or false, found a number \"1\""},
	{BOOL, "", NULL, "k: expected true or false, found null"},
	{BOOL, "[]", NULL, "k: expected true or false, found a list"},

	{INT, "3", "3", NULL},
	{INT, "-0x1", NULL, "k: expected a whole number, found text \"-0x1\""},
	{INT, "0x10", "16", NULL},
	{INT, "+7", "7", NULL},
	{INT, "0", "0", NULL},
	{INT, "9223372036854775807", "9223372036854775807", NULL},
	{INT, "9223372036854775808", NULL,
		"k: expected a whole number, found a number \"9223372036854775808\""},
	{INT, "010", NULL,
		"k: expected a whole number, but \"010\" could be the number 10 or, read as octal, "
		"8 | "
		"write 10 or 8"},
	{INT, "08", NULL,
		"k: expected a whole number, but \"08\" could be the number 8 or the text \"08\" | "
		"write "
		"8"},
	{INT, "0o10", NULL,
		"k: expected a whole number, but \"0o10\" could be the number 8, written in octal, "
		"or the "
		"text \"0o10\" | write 8"},
	{INT, "12:30", NULL,
		"k: expected a whole number, but \"12:30\" could be a time or, read in base 60, "
		"the "
		"number 750 | write 750"},
	{INT, "1:02:03", NULL,
		"k: expected a whole number, but \"1:02:03\" could be a time or, read in base 60, "
		"the "
		"number 3723 | write 3723"},
	{INT, "12:75", NULL, "k: expected a whole number, found text \"12:75\""},
	{INT, "1_000", NULL,
		"k: expected a whole number, but \"1_000\" could be the number 1000 or the text "
		"\"1_000\" | write 1000"},
	{INT, "1.0", NULL, "k: expected a whole number, found a number \"1.0\""},
	{INT, "'3'", NULL,
		"k: expected a whole number, found text \"3\" | in quotes it is text; remove the "
		"quotes"},
	{INT, "true", NULL, "k: expected a whole number, found a boolean \"true\""},
	{INT, "three", NULL, "k: expected a whole number, found text \"three\""},
	{COUNT, "10", "10", NULL},
	{COUNT, "0", "0", NULL},
	{COUNT, "11", NULL, "k: expected a whole number from 0 to 10, found 11"},
	{COUNT, "-1", NULL, "k: expected a whole number from 0 to 10, found -1"},
	{COUNT, "{a: 1}", NULL, "k: expected a whole number from 0 to 10, found a map"},

	{DURATION, "90", "1m30s", NULL},
	{DURATION, "1.5", "1.5s", NULL},
	{DURATION, "1h30m", "1h30m", NULL},
	{DURATION, "'5m'", "5m", NULL},
	{DURATION, "PT5M", "5m", NULL},
	{DURATION, "{days: 1, hours: 12}", "1d12h", NULL},
	{DURATION, "{weeks: 1, minutes: 0.5, milliseconds: 5, microseconds: 1}", "7d30.005001s",
		NULL},
	{DURATION, "{}", NULL, "k: expected a duration, found an empty map"},
	{DURATION, "{day: 1}", NULL, "k: unknown unit \"day\"; expected days"},
	{DURATION, "{fortnights: 1}", NULL,
		"k: unknown unit \"fortnights\"; expected weeks, days, hours, minutes or seconds"},
	{DURATION, "{days: -1}", NULL,
		"k: expected a number that is not negative, found a number "
		"\"-1\""},
	{DURATION, "{days: '1'}", NULL,
		"k: expected a number that is not negative, found text \"1\" | in quotes it is "
		"text; "
		"remove the quotes"},
	{DURATION, "{days: [1]}", NULL, "k: expected a number that is not negative, found a list"},
	{DURATION, "{days: 99999999}", NULL, "k: \"99999999d\" is more than a hundred years"},
	{DURATION, "12:30", NULL,
		"k: expected a duration such as 30s, 5m, 1h30m or 2d, but \"12:30\" could be a "
		"time or, "
		"read in base 60, the number 750 | write 750"},
	{DURATION, "010", NULL,
		"k: expected a duration such as 30s, 5m, 1h30m or 2d, but \"010\" could be the "
		"number 10 "
		"or, read as octal, 8 | write 10 or 8"},
	{DURATION, "", NULL, "k: expected a duration such as 30s, 5m, 1h30m or 2d, found null"},
	{DURATION, "true", NULL,
		"k: expected a duration such as 30s, 5m, 1h30m or 2d, found a boolean \"true\""},
	{DURATION, "[5m]", NULL,
		"k: expected a duration such as 30s, 5m, 1h30m or 2d, found a list"},
	{DURATION, "-5m", NULL, "k: \"-5m\" is negative; a duration is zero or more"},

	{JSON, "{a: [1, 'x', null, true]}", "{\"a\":[1,\"x\",null,true]}", NULL},
	{JSON, "yes", "\"yes\"",
		"\"yes\" could be the boolean true or the text \"yes\"; it is read as text | write "
		"true, "
		"or put it in quotes"},
	{JSON, "'yes'", "\"yes\"", NULL},
	{JSON, "n", "\"n\"", NULL},
	{JSON, "010", "10",
		"\"010\" could be the number 10 or, read as octal, 8; it is read as the number 10 "
		"| "
		"write 10 or 8, or put it in quotes"},
	{JSON, "[.inf]", NULL, ".inf is no finite number, which JSON needs"},
	{JSON, "{a: -.INF}", NULL, "-.INF is no finite number, which JSON needs"},
	{JSON, ".nan", NULL, ".nan is no finite number, which JSON needs"},
	{JSON, "1e999", NULL, "1e999 is no finite number, which JSON needs"},
	{JSON, "18446744073709551616", NULL,
		"the number 18446744073709551616 is beyond 64 bits; put it in quotes to keep its "
		"digits"},
};

static void a_value_is_read_as_what_is_wanted_or_refused_in_a_sentence(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].yaml);
		struct arena *arena = arena_new();
		struct problems *problems = problems_new();
		struct yaml_documents documents;
		g_autofree char *text = g_strconcat("k: ", rows[i].yaml, NULL);
		g_assert_true(
			yaml_parse(arena, "f.yaml", text, strlen(text), &documents, problems));
		const struct node *node = node_get(documents.roots[0], "k");
		g_autofree char *value = read_value(node, rows[i].reading, problems);
		g_assert_cmpstr(value, ==, rows[i].value);
		g_assert_cmpuint(problems->list->len, ==, rows[i].problem ? 1 : 0);
		if (rows[i].problem) {
			const struct problem *problem = problems->list->pdata[0];
			g_autofree char *said = g_strjoin(
				problem->hint ? " | " : "", problem->message, problem->hint, NULL);
			g_assert_cmpstr(said, ==, rows[i].problem);
			g_assert_cmpuint(problem->line, ==, 1);
			g_assert_true(value ? problem->severity == SEVERITY_WARNING
					    : problem->severity == SEVERITY_ERROR);
		}
		problems_free(problems);
		arena_free(arena);
	}
}

static void all_mistakes_of_a_value_are_reported(void)
{
	struct arena *arena = arena_new();
	struct problems *problems = problems_new();
	struct yaml_documents documents;
	const char *text = "[.inf, {a: .nan, b: 99999999999999999999}, yes]";
	g_assert_true(yaml_parse(arena, "f.yaml", text, strlen(text), &documents, problems));
	g_assert_null(node_json(documents.roots[0], problems));
	g_assert_cmpuint(problems->n_errors, ==, 3);
	g_assert_cmpuint(problems->list->len, ==, 4);
	problems_free(problems);
	arena_free(arena);
}

static void a_node_that_is_missing_is_null(void)
{
	struct problems *problems = problems_new();
	json_auto_t *json = node_json(NULL, problems);
	g_assert_true(json_is_null(json));
	g_assert_true(node_is_null(NULL));
	problems_free(problems);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/node/a_value_is_read_as_what_is_wanted_or_refused_in_a_sentence",
		a_value_is_read_as_what_is_wanted_or_refused_in_a_sentence);
	g_test_add_func(
		"/node/all_mistakes_of_a_value_are_reported", all_mistakes_of_a_value_are_reported);
	g_test_add_func("/node/a_node_that_is_missing_is_null", a_node_that_is_missing_is_null);
	return g_test_run();
}
