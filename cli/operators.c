/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/print.h"

static int operators_list(struct invocation *invocation)
{
	static const struct column columns[] = {{"name"}, {"summary"}, {NULL}};
	g_autoptr(GError) error = NULL;
	json_auto_t *answer = ask(invocation->address, "GET", OWN_API "/operators", NULL, &error);
	if (!answer)
		return refuse(error);
	print_list(invocation, json_object_get(answer, "operators"), columns);
	return EXIT_OK;
}

/* Text of several lines as it was written. */
static void print_paragraphs(const char *title, const json_t *value)
{
	const char *text = json_string_value(value);
	if (!text || !*text)
		return;
	g_autofree char *shown = g_strchomp(g_strdup(text));
	printf("\n%s", title);
	print_line(shown);
}

static void print_parameters(const struct invocation *invocation, const json_t *parameters)
{
	static const struct column columns[] = {
		{"parameter", "name"}, {"type"}, {"required"}, {"default"}, {"summary"}, {NULL}};
	if (json_array_size(parameters) > 0) {
		puts("");
		print_list(invocation, parameters, columns);
	}
}

static void print_operator(const struct invocation *invocation, const json_t *operator)
{
	const char *name = json_string_value(json_object_get(operator, "name"));
	const char *summary = json_string_value(json_object_get(operator, "summary"));
	g_autofree char *title =
		g_strdup_printf("%s: %s", name ? name : "", summary ? summary : "");
	size_t i;
	json_t *alias;
	print_line(title);
	print_paragraphs("", json_object_get(operator, "description"));
	print_parameters(invocation, json_object_get(operator, "parameters"));
	if (json_array_size(json_object_get(operator, "aliases")) > 0)
		puts("\nalso known as:");
	json_array_foreach(json_object_get(operator, "aliases"), i, alias)
		printf("  %s\n", json_string_value(alias));
	print_paragraphs("examples:\n", json_object_get(operator, "examples"));
}

static int operators_show(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path =
		path_of(OWN_API "/operators/%s", invocation_argument(invocation, 0));
	json_auto_t *operator= ask(invocation->address, "GET", path, NULL, &error);
	if (!operator)
		return refuse(error);
	if (invocation->output == OUTPUT_JSON || invocation->output == OUTPUT_YAML)
		print_value(invocation, operator);
	else
		print_operator(invocation, operator);
	return EXIT_OK;
}

const struct command operators_commands[] = {
	{"list", "", "List the operators", operators_list},
	{"show", "NAME", "What an operator does, and its parameters", operators_show},
	{NULL},
};
