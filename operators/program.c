/* SPDX-License-Identifier: MIT */
#include "operators/program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

enum { EXIT_RETRY = 1, EXIT_NOT_YET = 75, EXIT_FOR_GOOD = 78 };

json_t *program_arguments(void)
{
	/* Passwords come now. */
	memory_close();
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	json_error_t why;
	json_t *arguments = json_loadf(stdin, JSON_REJECT_DUPLICATES, &why);
	if (!arguments)
		exit(program_fail_for_good("the arguments on stdin are not JSON: %s", why.text));
	if (!json_is_object(arguments))
		exit(program_fail_for_good("the arguments on stdin are not a JSON object"));
	return arguments;
}

const char *program_text(const json_t *arguments, const char *name)
{
	const char *text = json_string_value(json_object_get(arguments, name));
	return text && *text ? text : NULL;
}

int64_t program_integer(const json_t *arguments, const char *name, int64_t otherwise)
{
	const json_t *value = json_object_get(arguments, name);
	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

double program_number(const json_t *arguments, const char *name, double otherwise)
{
	const json_t *value = json_object_get(arguments, name);
	return json_is_number(value) ? json_number_value(value) : otherwise;
}

bool program_boolean(const json_t *arguments, const char *name, bool otherwise)
{
	const json_t *value = json_object_get(arguments, name);
	return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

static int output_write(const char *path, const json_t *entries)
{
	FILE *file = fopen(path, "we");
	if (!file)
		return program_fail("cannot write the result to %s: %s", path, g_strerror(errno));
	bool written = json_dumpf(entries, file, JSON_COMPACT) == 0;
	if (fclose(file) != 0 || !written)
		return program_fail("cannot write the result to %s: %s", path, g_strerror(errno));
	return EXIT_SUCCESS;
}

int program_succeed(json_t *return_value)
{
	if (!return_value)
		return EXIT_SUCCESS;
	json_t *entries = json_pack("{s:o}", "return_value", return_value);
	g_assert(entries);
	const char *path = g_getenv("DAGD_OUTPUT");
	int status = EXIT_SUCCESS;
	if (path && *path)
		status = output_write(path, entries);
	else
		json_dumpf(entries, stdout, JSON_INDENT(2));
	json_decref(entries);
	return status;
}

int program_not_yet(const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *text = g_strdup_vprintf(format, values);
	va_end(values);
	puts(text);
	return EXIT_NOT_YET;
}

G_GNUC_PRINTF(1, 0) static void error_print(const char *format, va_list values)
{
	fflush(stdout);
	g_autofree char *text = g_strdup_vprintf(format, values);
	/* One line: the worker keeps the last line as the reason. */
	for (char *p = text; (p = strpbrk(p, "\r\n")) != NULL;)
		*p = ' ';
	fprintf(stderr, "error: %s\n", text);
}

int program_fail(const char *format, ...)
{
	va_list values;
	va_start(values, format);
	error_print(format, values);
	va_end(values);
	return EXIT_RETRY;
}

int program_fail_for_good(const char *format, ...)
{
	va_list values;
	va_start(values, format);
	error_print(format, values);
	va_end(values);
	return EXIT_FOR_GOOD;
}
