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
	shown_is("{\"b\":1,  \"url\":\"http://h:80/\"}", "{\"b\":1,  \"url\":\"http://h:80/\"}");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(function) g_test_add_func("/secret/" #function, function)
	ADD(passwords_of_urls_are_shown_nowhere);
	return g_test_run();
}
