/* SPDX-License-Identifier: MIT */
#include "cli/command_line.h"

#include <errno.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/problem.h"

static const char *const output_names[] = {"table", "json", "yaml", "plain", NULL};

void invocation_free(struct invocation *invocation)
{
	if (!invocation)
		return;
	g_ptr_array_unref(invocation->arguments);
	g_array_unref(invocation->options);
	g_free(invocation);
}

const char *invocation_argument(const struct invocation *invocation, unsigned i)
{
	return i < invocation->arguments->len ? invocation->arguments->pdata[i] : NULL;
}

static const struct given *given_find(const struct invocation *invocation, const char *name)
{
	for (unsigned i = invocation->options->len; i-- > 0;) {
		const struct given *given = &g_array_index(invocation->options, struct given, i);
		if (strcmp(given->option->name, name) == 0)
			return given;
	}
	return NULL;
}

const char *invocation_option(const struct invocation *invocation, const char *name)
{
	const struct given *given = given_find(invocation, name);
	return given ? given->value : NULL;
}

bool invocation_has(const struct invocation *invocation, const char *name)
{
	return given_find(invocation, name) != NULL;
}

bool invocation_integer(const struct invocation *invocation, const char *name, int64_t minimum,
	int64_t maximum, int64_t *number, GError **error)
{
	const char *text = invocation_option(invocation, name);
	if (!text || g_ascii_string_to_signed(text, 10, minimum, maximum, number, NULL))
		return true;
	return error_say(error,
		"--%s must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
		", not \"%s\"",
		name, minimum, maximum, text);
}

char *invocation_name(const struct invocation *invocation)
{
	GString *name = g_string_new("dagctl");
	if (invocation->noun)
		g_string_append_printf(name, " %s", invocation->noun->name);
	if (invocation->command && invocation->command->verb)
		g_string_append_printf(name, " %s", invocation->command->verb);
	return g_string_free(name, FALSE);
}

/* ---- what was meant ---- */

static bool say_unknown(const char *what, const char *word, GPtrArray *known, GError **error)
{
	g_ptr_array_add(known, NULL);
	const char *meant = suggest(word, (const char *const *)known->pdata);
	if (meant)
		return error_say(
			error, "unknown %s \"%s\"; did you mean \"%s\"?", what, word, meant);
	return error_say(error, "unknown %s \"%s\"", what, word);
}

static bool take_noun(
	struct invocation *invocation, const struct noun *nouns, const char *word, GError **error)
{
	g_autoptr(GPtrArray) known = g_ptr_array_new();
	for (const struct noun *noun = nouns; noun->name; noun++) {
		g_ptr_array_add(known, (char *)noun->name);
		if (strcmp(noun->name, word) != 0)
			continue;
		invocation->noun = noun;
		if (!noun->commands[0].verb)
			invocation->command = noun->commands;
		return true;
	}
	return say_unknown("command", word, known, error);
}

static bool take_verb(struct invocation *invocation, const char *word, GError **error)
{
	g_autoptr(GPtrArray) known = g_ptr_array_new();
	for (const struct command *command = invocation->noun->commands; command->run; command++) {
		g_ptr_array_add(known, (char *)command->verb);
		if (strcmp(command->verb, word) != 0)
			continue;
		invocation->command = command;
		return true;
	}
	g_autofree char *what = g_strdup_printf("verb of \"%s\":", invocation->noun->name);
	return say_unknown(what, word, known, error);
}

static bool take_word(
	struct invocation *invocation, const struct noun *nouns, const char *word, GError **error)
{
	if (!invocation->noun)
		return take_noun(invocation, nouns, word, error);
	if (!invocation->command)
		return take_verb(invocation, word, error);
	g_ptr_array_add(invocation->arguments, (char *)word);
	return true;
}

/* ---- options ---- */

/* A letter, or with letter 0 a name. */
static const struct option *option_in(
	const struct option *options, const char *name, size_t len, char letter)
{
	for (; options && options->name; options++)
		if (letter ? options->letter == letter
			   : strncmp(options->name, name, len) == 0 && !options->name[len])
			return options;
	return NULL;
}

static const struct option *option_find(
	const struct invocation *invocation, const char *name, size_t len, char letter)
{
	const struct option *own = invocation->command ? invocation->command->options : NULL;
	const struct option *option = option_in(own, name, len, letter);
	return option ? option : option_in(global_options, name, len, letter);
}

static bool say_unknown_option(
	const struct invocation *invocation, const char *name, size_t len, GError **error)
{
	g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func(g_free);
	const struct option *own = invocation->command ? invocation->command->options : NULL;
	for (const struct option *option = own; option && option->name; option++)
		g_ptr_array_add(known, g_strconcat("--", option->name, NULL));
	for (const struct option *option = global_options; option->name; option++)
		g_ptr_array_add(known, g_strconcat("--", option->name, NULL));
	g_autofree char *word = g_strdup_printf("--%.*s", (int)len, name);
	return say_unknown("option", word, known, error);
}

static bool take_output(struct invocation *invocation, const char *value, GError **error)
{
	for (unsigned i = 0; output_names[i]; i++)
		if (strcmp(output_names[i], value) == 0) {
			invocation->output = (enum output)i;
			return true;
		}
	const char *meant = suggest(value, output_names);
	if (meant)
		return error_say(
			error, "unknown output \"%s\"; did you mean \"%s\"?", value, meant);
	return error_say(error, "unknown output \"%s\": table, json, yaml or plain", value);
}

static bool take_option(struct invocation *invocation, const struct option *option,
	const char *value, GError **error)
{
	struct given given = {option, value};
	g_array_append_val(invocation->options, given);
	if (option == option_in(global_options, "help", 4, 0))
		invocation->wants_help = true;
	if (option == option_in(global_options, "output", 6, 0))
		return take_output(invocation, value, error);
	return true;
}

static bool say_no_value(const struct option *option, GError **error)
{
	return error_say(
		error, "--%s needs a value: --%s %s", option->name, option->name, option->value);
}

/* `--name`, `--name=value`, `--name value`; *next is the word after it, and is taken when needed.
 */
static bool take_long(
	struct invocation *invocation, const char *text, const char *const **next, GError **error)
{
	size_t len = strcspn(text, "=");
	const char *value = text[len] ? text + len + 1 : NULL;
	const struct option *option = option_find(invocation, text, len, 0);
	if (!option)
		return say_unknown_option(invocation, text, len, error);
	if (value && !option->value)
		return error_say(
			error, "--%s takes no value, but \"%s\" was given", option->name, value);
	if (option->value && !value && **next)
		value = *(*next)++;
	if (option->value && !value)
		return say_no_value(option, error);
	return take_option(invocation, option, value, error);
}

/* `-x`, `-xyz` for three without a value, `-nVALUE`, `-n VALUE`. */
static bool take_letters(struct invocation *invocation, const char *letters,
	const char *const **next, GError **error)
{
	for (; *letters; letters++) {
		const struct option *option = option_find(invocation, NULL, 0, *letters);
		if (!option)
			return error_say(error, "unknown option \"-%s\"", letters);
		if (!option->value) {
			if (!take_option(invocation, option, NULL, error))
				return false;
			continue;
		}
		const char *value = letters[1] ? letters + 1 : **next ? *(*next)++ : NULL;
		return value ? take_option(invocation, option, value, error)
			     : say_no_value(option, error);
	}
	return true;
}

/* ---- the number of arguments ---- */

/* From `A B [C]` or `FILE…`: how many there must be and may be. */
static void arguments_count(const char *arguments, unsigned *least, unsigned *most)
{
	*least = *most = 0;
	g_auto(GStrv) names = g_strsplit(arguments ? arguments : "", " ", -1);
	for (char **name = names; *name; name++) {
		if (!**name)
			continue;
		if (**name != '[')
			++*least;
		*most = strstr(*name, "…") ? G_MAXUINT : *most + 1;
	}
}

/* Only a VALUE may be empty: nothing has an empty name. */
static bool none_is_empty(const struct invocation *invocation, char *const *names, GError **error)
{
	for (unsigned i = 0; i < invocation->arguments->len && names[i]; i++)
		if (!*invocation_argument(invocation, i) && strcmp(names[i], "VALUE") != 0)
			return error_say(error, "%s is empty", names[i]);
	return true;
}

static bool arguments_check(const struct invocation *invocation, GError **error)
{
	unsigned least, most, n = invocation->arguments->len;
	const char *arguments = invocation->command->arguments;
	arguments_count(arguments, &least, &most);
	g_autofree char *name = invocation_name(invocation);
	if (n > most)
		return error_say(
			error, "unexpected argument \"%s\"", invocation_argument(invocation, most));
	g_auto(GStrv) names = g_strsplit(arguments, " ", -1);
	if (n >= least)
		return none_is_empty(invocation, names, error);
	return error_say(error, "%s is missing: %s %s", names[n], name, arguments);
}

struct invocation *command_line_parse(
	const struct noun *all, const char *const *words, GError **error)
{
	invocation_auto struct invocation *invocation = g_new0(struct invocation, 1);
	invocation->arguments = g_ptr_array_new();
	invocation->options = g_array_new(FALSE, FALSE, sizeof(struct given));
	bool is_right = true, has_options = true;
	while (*words && is_right) {
		const char *word = *words++;
		if (has_options && strcmp(word, "--") == 0)
			has_options = false;
		else if (has_options && g_str_has_prefix(word, "--"))
			is_right = take_long(invocation, word + 2, &words, error);
		else if (has_options && word[0] == '-' && word[1] && !g_ascii_isdigit(word[1]))
			is_right = take_letters(invocation, word + 1, &words, error);
		else
			is_right = take_word(invocation, all, word, error);
	}
	if (is_right && invocation->command && !invocation->wants_help)
		is_right = arguments_check(invocation, error);
	return is_right ? g_steal_pointer(&invocation) : NULL;
}
