/* SPDX-License-Identifier: MIT */
/*
 * Text is written plain where no reader of YAML can take it for something else, as a literal block
 * where it has several lines, else in quotes as JSON has it, which is YAML, too.
 */
#include "cli/yaml_text.h"

#include <stdbool.h>
#include <string.h>

#include "cli/json_text.h"
#include "lib/base/error.h"

static void add_value(GString *out, const json_t *value, unsigned depth);

static void add_indent(GString *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		g_string_append(out, "  ");
}

/* Begins with a letter or `/`, goes on with what means nothing in YAML, and is no word of YAML 1.1.
 */
static bool is_plain(const char *text)
{
	static const char *const words[] = {
		"null", "true", "false", "yes", "no", "on", "off", "y", "n", NULL};
	if (!g_ascii_isalpha(*text) && *text != '/')
		return false;
	for (const char *at = text; *at; at++)
		if (!g_ascii_isalnum(*at) && !strchr("_-./+@=", *at))
			return false;
	g_autofree char *lower = g_ascii_strdown(text, -1);
	return !g_strv_contains(words, lower);
}

/* Lines of printable text, the first not indented, one line end at the end. */
static bool is_block(const char *text)
{
	size_t len = strlen(text);
	if (!strchr(text, '\n') || strchr(" \t\n", *text) || text[len - 1] != '\n'
		|| (len > 1 && text[len - 2] == '\n'))
		return false;
	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		if (c != '\n' && (char_is_dangerous(c) || c == 0xfeff))
			return false;
	}
	return true;
}

static void add_block(GString *out, const char *text, unsigned depth)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_string_append(out, "|\n");
	for (char **line = lines; line[1]; line++) {
		if (**line)
			add_indent(out, depth);
		g_string_append_printf(out, "%s\n", *line);
	}
}

static void add_scalar(GString *out, const json_t *value, unsigned depth)
{
	const char *text = json_string_value(value);
	if (text && is_block(text)) {
		add_block(out, text, MAX(depth, 1));
	} else if (text && is_plain(text)) {
		g_string_append_printf(out, "%s\n", text);
	} else {
		g_autofree char *json = json_text(value, JSON_ENCODE_ANY);
		g_string_append_printf(out, "%s\n", json);
	}
}

static bool has_parts(const json_t *value)
{
	return json_object_size(value) > 0 || json_array_size(value) > 0;
}

static void add_key(GString *out, const char *key)
{
	if (is_plain(key)) {
		g_string_append_printf(out, "%s:", key);
		return;
	}
	json_t *text = json_string(key);
	g_autofree char *json = json_text(text, JSON_ENCODE_ANY);
	g_string_append_printf(out, "%s:", json);
	json_decref(text);
}

/* The first line stands where the caller has written up to. */
static void add_map(GString *out, const json_t *map, unsigned depth)
{
	const char *key;
	json_t *value;
	bool is_first = true;
	json_object_foreach((json_t *)map, key, value)
	{
		if (!is_first)
			add_indent(out, depth);
		is_first = false;
		add_key(out, key);
		g_string_append_c(out, has_parts(value) ? '\n' : ' ');
		if (has_parts(value))
			add_indent(out, depth + 1);
		add_value(out, value, depth + 1);
	}
}

static void add_list(GString *out, const json_t *list, unsigned depth)
{
	size_t i;
	json_t *value;
	json_array_foreach((json_t *)list, i, value)
	{
		if (i > 0)
			add_indent(out, depth);
		g_string_append(out, "- ");
		add_value(out, value, depth + 1);
	}
}

static void add_value(GString *out, const json_t *value, unsigned depth)
{
	if (json_object_size(value) > 0)
		add_map(out, value, depth);
	else if (json_array_size(value) > 0)
		add_list(out, value, depth);
	else
		add_scalar(out, value, depth);
}

char *yaml_text(const json_t *value)
{
	GString *out = g_string_new(NULL);
	add_value(out, value, 0);
	return g_string_free(out, FALSE);
}
