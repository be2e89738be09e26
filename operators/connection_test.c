/* SPDX-License-Identifier: MIT */
#include "operators/connection_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool connection_test_wanted(int argc, char *const *argv)
{
	bool is_wanted = argc > 1 && strcmp(argv[argc - 1], "--test-connection") == 0;
	/* Nobody else ends it when dagd has been killed. */
	if (is_wanted)
		alarm(2 * CONNECTION_TEST_S);
	return is_wanted;
}

int connection_works(const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *text = g_strdup_vprintf(format, values);
	va_end(values);
	/* One line: the last one is the answer. */
	g_strdelimit(text, "\r\n", ' ');
	puts(text);
	return EXIT_SUCCESS;
}

void connection_test_limit(json_t *extra, const char *name, int unit)
{
	const char *key;
	json_t *value;
	void *next;
	json_object_foreach_safe(extra, next, key, value) if (g_ascii_strcasecmp(key, name) == 0)
		json_object_del(extra, key);
	json_object_set_new(extra, name, json_integer((json_int_t)CONNECTION_TEST_S * unit));
}
