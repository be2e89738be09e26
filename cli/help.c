/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include <string.h>

enum { LEFT_WIDTH_MAX = 34 };

/* Two columns; where the left one is too wide the right one begins a new line. */
static void add_pair(GString *out, glong width, const char *left, const char *right)
{
	glong len = g_utf8_strlen(left, -1);
	g_string_append_printf(out, "  %s", left);
	if (len > width) {
		g_string_append_c(out, '\n');
		len = -2;
	}
	g_string_append_printf(out, "%*s%s\n", (int)(width - len + 2), "", right);
}

static char *option_left(const struct option *option)
{
	g_autofree char *letter =
		option->letter ? g_strdup_printf("-%c, ", option->letter) : g_strdup("    ");
	return g_strdup_printf("%s--%s%s%s", letter, option->name, option->value ? " " : "",
		option->value ? option->value : "");
}

static void add_options(GString *out, const char *title, const struct option *options)
{
	glong width = 0;
	if (!options)
		return;
	for (const struct option *option = options; option->name; option++) {
		g_autofree char *left = option_left(option);
		width = MAX(width, g_utf8_strlen(left, -1));
	}
	g_string_append_printf(out, "\n%s:\n", title);
	for (const struct option *option = options; option->name; option++) {
		g_autofree char *left = option_left(option);
		add_pair(out, MIN(width, LEFT_WIDTH_MAX), left, option->help);
	}
}

static void add_nouns(GString *out, const struct noun *all)
{
	glong width = 0;
	g_string_append(out,
		"usage: dagctl [--home DIR | --url URL] COMMAND …\n\n"
		"Looks at a running dagd and tells it what to do.\n\ncommands:\n");
	for (const struct noun *noun = all; noun->name; noun++)
		width = MAX(width, g_utf8_strlen(noun->name, -1));
	for (const struct noun *noun = all; noun->name; noun++)
		add_pair(out, width, noun->name, noun->help);
	add_options(out, "options of every command", global_options);
	g_string_append(out,
		"\n`dagctl COMMAND --help` says more. Exit codes: 0 done, 1 refused or failed, 2 "
		"wrong "
		"usage,\n69 no daemon reachable.\n");
}

static char *command_left(const struct command *command)
{
	return g_strdup_printf(
		"%s%s%s", command->verb, *command->arguments ? " " : "", command->arguments);
}

static void add_verbs(GString *out, const struct noun *noun)
{
	glong width = 0;
	g_string_append_printf(
		out, "usage: dagctl %s VERB …\n\n%s.\n\nverbs:\n", noun->name, noun->help);
	for (const struct command *command = noun->commands; command->run; command++) {
		g_autofree char *left = command_left(command);
		width = MAX(width, g_utf8_strlen(left, -1));
	}
	for (const struct command *command = noun->commands; command->run; command++) {
		g_autofree char *left = command_left(command);
		add_pair(out, MIN(width, LEFT_WIDTH_MAX), left, command->help);
	}
	g_string_append_printf(out, "\n`dagctl %s VERB --help` says more.\n", noun->name);
}

static void add_command(GString *out, const struct invocation *invocation)
{
	const struct command *command = invocation->command;
	g_autofree char *name = invocation_name(invocation);
	g_string_append_printf(out, "usage: %s%s%s%s\n\n%s.\n", name,
		*command->arguments ? " " : "", command->arguments,
		command->options ? " [OPTION…]" : "", command->help);
	if (command->more)
		g_string_append_printf(out, "\n%s\n", command->more);
	add_options(out, "options", command->options);
	add_options(out, "options of every command", global_options);
}

char *help_text(const struct noun *all, const struct invocation *invocation)
{
	GString *out = g_string_new(NULL);
	if (invocation->command)
		add_command(out, invocation);
	else if (invocation->noun)
		add_verbs(out, invocation->noun);
	else
		add_nouns(out, all);
	return g_string_free(out, FALSE);
}
