/* SPDX-License-Identifier: MIT */
/* What is shown of values of variables and connections, and what is meant by what comes back. */
#include <glib.h>

#include "daemon/api/secret.h"

static void shown_is(const char *text, const char *expected)
{
	g_autofree char *shown = secret_shown("dsn", text);
	g_assert_cmpstr(shown, ==, expected);
}

static void passwords_of_urls_are_shown_nowhere(void)
{
	shown_is("https://u:hunter22@h/db", "https://u:***@h/db");
	shown_is("http://proxy/ https://u:hunter22@h", "http://proxy/ https://u:***@h");
	shown_is("a://u:hunter22@h b://v:hunter33@g", "a://u:***@h b://v:***@g");
	shown_is(
		"{\"dsn\":\"postgres://u:hunter22@h/db\"}", "{\"dsn\": \"postgres://u:***@h/db\"}");
	shown_is("[{\"a\": [\"x://u:p%40ss@h\"]}, \"p@ss\"]",
		"[{\"a\": [\"x://u:***@h\"]}, \"***\"]");
	shown_is("{\"password\": \"hunter22\", \"dsn\": \"user=u password=hunter22\"}",
		"{\"password\": \"***\", \"dsn\": \"user=u password=***\"}");
	/* A password of bytes that end within a character which stands elsewhere. */
	shown_is("x://u:abc%C3@h abc\xc3\xa4", "x://u:***@h ***\xef\xbf\xbd");
	shown_is("[\"x://u:abc%C3@h\", {\"abc\xc3\xa4\": 1}]",
		"[\"x://u:***@h\", {\"***\xef\xbf\xbd\": 1}]");
	shown_is("{\"b\":1,  \"url\":\"http://h:80/\"}", "{\"b\":1,  \"url\":\"http://h:80/\"}");
}

/* What is stored, what a client sends for what was shown, and what is meant; NULL: nobody knows. */
static const struct return_case {
	const char *stored, *given, *meant;
} return_cases[] = {
	{"https://u:hunter22@h/db", "https://u:***@h/db", "https://u:hunter22@h/db"},
	{"https://u:hunter22@h/db", "https://u:***@h/other", "https://u:hunter22@h/other"},
	{"https://u:hunter22@h/db", "http://v:***@g", "http://v:hunter22@g"},
	{"https://u:hunter22@h/db", "https://u:fresh@h/other", "https://u:fresh@h/other"},
	{"https://u:hunter22@h/db", "none any more", "none any more"},
	{"https://u:hunter22@h/db", "***", NULL},
	{"https://u:hunter22@h/db", "https://***@h/db", NULL},
	{"https://u:hunter22@h/db hunter22", "https://u:***@h/db or ***", NULL},
	{"*** https://u:hunter22@h ***", "*** https://u:***@h/x", "*** https://u:hunter22@h/x"},
	/* of several: by user and host, by one of them, or all have the same */
	{"a://u:first@h b://v:second@g", "b://v:***@g a://u:***@h", "b://v:second@g a://u:first@h"},
	{"a://u:first@h b://v:second@g", "a://u:***@x b://w:***@g", "a://u:first@x b://w:second@g"},
	{"a://u:first@h b://v:second@g", "a://u:***@g", NULL},
	{"a://u:first@h b://v:second@g", "a://x:***@y", NULL},
	{"a://u:first@h a://u:second@h", "a://u:***@h/x", NULL},
	{"a://u:first@h b://v:first@g", "a://x:***@y", "a://x:first@y"},
	/* in JSON, wherever it was there */
	{"{\"dsn\": \"x://u:hunter22@h/a\"}", "{\"dsn\": \"x://u:***@h/b\"}",
		"{\"dsn\": \"x://u:hunter22@h/b\"}"},
	{"[\"x://u:first@h\", \"x://v:second@g\"]", "[\"x://v:***@g\"]", "[\"x://v:second@g\"]"},
	{"{\"a\": \"x://u:hunter22@h\"}", "{\"b\": [\"x://u:***@h\"]}",
		"{\"b\": [\"x://u:hunter22@h\"]}"},
	{"{\"a\": \"x://u:\\\"quoted\\\"@h\"}", "x://u:***@h", "x://u:\"quoted\"@h"},
	{"x://u:\"quoted\"@h", "{\"a\": \"x://u:***@h\"}", "{\"a\": \"x://u:\\\"quoted\\\"@h\"}"},
	{"{\"password\": \"hunter22\", \"a\": \"is hunter22\", \"b\": 1}",
		"{\"password\": \"***\", \"a\": \"is ***\", \"b\": 2}",
		"{\"password\": \"hunter22\", \"a\": \"is hunter22\", \"b\": 2}"},
	{"{\"password\": \"hunter22\", \"a\": \"is hunter22\"}",
		"{\"password\": \"***\", \"a\": \"was ***\"}", NULL},
	{"{\"password\": \"hunter22\"}", "{\"passwd\": \"***\"}", NULL},
	{"{\"password\": \"hunter22\"}", "***", NULL},
	{"[{\"token\": \"first\"}, {\"token\": \"second\"}]", "[{\"token\": \"***\"}]", NULL},
	{"[{\"token\": \"first\"}]", "[{\"token\": \"fresh\"}, {\"token\": \"***\"}]", NULL},
	{"[{\"token\": \"first\"}]", "[{\"token\": \"***\"}, 1]", "[{\"token\": \"first\"}, 1]"},
	/* nothing was hidden */
	{"plain", "***", "***"},
	{"{\"a\": 1}", "{\"a\": \"x://u:***@h\"}", "{\"a\": \"x://u:***@h\"}"},
};

static void what_hides_a_password_comes_back_as_the_password(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(return_cases); i++) {
		const struct return_case *one = &return_cases[i];
		char *meant = secret_meant("dsn", one->given, one->stored);
		g_test_message("%s for %s", one->given, one->stored);
		g_assert_cmpstr(meant, ==, one->meant);
		secret_forget(meant);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(function) g_test_add_func("/secret/" #function, function)
	ADD(passwords_of_urls_are_shown_nowhere);
	ADD(what_hides_a_password_comes_back_as_the_password);
	return g_test_run();
}
