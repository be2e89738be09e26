/* SPDX-License-Identifier: MIT */
#include "cli/print.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/json_text.h"
#include "cli/table.h"
#include "cli/yaml_text.h"
#include "lib/base/error.h"

void say(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_autofree char *line = text_shown(text);
	fflush(stdout); /* so that both are in order where they go to one place */
	fprintf(stderr, "dagctl: %s\n", line);
}

int exit_code_of(const GError *error)
{
	bool is_exit = error->domain == ASK_ERROR
		&& (error->code == EXIT_NO_DAEMON || error->code == EXIT_USAGE);
	return is_exit ? error->code : EXIT_REFUSED;
}

int refuse(const GError *error)
{
	say("%s", error->message);
	return exit_code_of(error);
}

int refuse_usage(const struct invocation *invocation, const GError *error)
{
	g_autofree char *name = invocation ? invocation_name(invocation) : g_strdup("dagctl");
	say("%s", error->message);
	fprintf(stderr, "`%s --help` says more\n", name);
	return EXIT_USAGE;
}

/* ---- colours ---- */

bool output_is_coloured(void)
{
	const char *no = g_getenv("NO_COLOR"), *term = g_getenv("TERM");
	return isatty(STDOUT_FILENO) && !(no && *no) && g_strcmp0(term, "dumb") != 0;
}

const char *state_colour(const char *state)
{
	static const struct {
		const char *state, *escape;
	} colours[] = {
		{"success", "\033[32m"},
		{"failed", "\033[31m"},
		{"upstream_failed", "\033[33m"},
		{"running", "\033[36m"},
		{"restarting", "\033[36m"},
		{"up_for_retry", "\033[33m"},
		{"up_for_reschedule", "\033[33m"},
		{"queued", "\033[34m"},
		{"scheduled", "\033[34m"},
		{"skipped", "\033[35m"},
		{"healthy", "\033[32m"},
		{"unhealthy", "\033[31m"},
	};
	for (size_t i = 0; state && i < G_N_ELEMENTS(colours); i++)
		if (strcmp(colours[i].state, state) == 0)
			return colours[i].escape;
	return NULL;
}

static const char *cell_colour(const char *header, const char *cell)
{
	bool is_state = g_str_has_suffix(header, "state") || g_str_has_suffix(header, "status");
	return is_state || g_str_equal(header, "value") ? state_colour(cell) : NULL;
}

/* ---- cells ---- */

/* What stands in a table: text as it is, a list of names with commas, all else as JSON. */
static char *cell_text(const json_t *value)
{
	if (!value || json_is_null(value))
		return NULL;
	if (json_is_string(value))
		return g_strdup(json_string_value(value));
	GString *text = g_string_new(NULL);
	size_t i;
	json_t *item;
	json_array_foreach((json_t *)value, i, item)
	{
		const json_t *name = json_object_get(item, "name"); /* tags */
		g_autofree char *part = json_is_array(item) ? json_dumps(item, JSON_COMPACT)
							    : cell_text(name ? name : item);
		g_string_append_printf(text, "%s%s", i ? ", " : "", part ? part : "");
	}
	if (!json_is_array(value)) {
		char *json = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
		g_string_append(text, json);
		free(json);
	}
	return g_string_free(text, FALSE);
}

static void print_table(const struct invocation *invocation, const struct table *table)
{
	g_autofree char *text =
		table_text(table, invocation->output == OUTPUT_PLAIN ? TABLE_PLAIN : TABLE_RULED,
			output_is_coloured() ? cell_colour : NULL);
	fputs(text, stdout);
}

/* ---- structured ---- */

static void print_json(const json_t *value)
{
	g_autofree char *text =
		json_text(value, JSON_INDENT(2) | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	puts(text);
}

void print_value(const struct invocation *invocation, const json_t *value)
{
	if (invocation->output == OUTPUT_JSON) {
		print_json(value);
		return;
	}
	g_autofree char *text = yaml_text(value);
	fputs(text, stdout);
}

static bool is_structured(const struct invocation *invocation)
{
	return invocation->output == OUTPUT_JSON || invocation->output == OUTPUT_YAML;
}

static const json_t *column_value(const json_t *row, const struct column *column)
{
	return json_object_get(row, column->key ? column->key : column->header);
}

static void print_list_structured(
	const struct invocation *invocation, const json_t *list, const struct column *columns)
{
	json_auto_t *all = json_array();
	size_t i;
	json_t *row;
	json_array_foreach((json_t *)list, i, row)
	{
		json_t *copy = json_copy(row);
		for (const struct column *column = columns; column->header; column++) {
			const json_t *value = column_value(row, column);
			json_object_set_new(copy, column->header,
				value ? json_incref((json_t *)value) : json_null());
		}
		json_array_append_new(all, copy);
	}
	print_value(invocation, all);
}

void print_list(
	const struct invocation *invocation, const json_t *list, const struct column *columns)
{
	if (is_structured(invocation)) {
		print_list_structured(invocation, list, columns);
		return;
	}
	g_autoptr(GPtrArray) headers = g_ptr_array_new();
	for (const struct column *column = columns; column->header; column++)
		g_ptr_array_add(headers, (char *)column->header);
	g_ptr_array_add(headers, NULL);
	struct table *table = table_new((const char *const *)headers->pdata);
	size_t i;
	json_t *row;
	json_array_foreach((json_t *)list, i, row)
	{
		g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
		for (const struct column *column = columns; column->header; column++)
			g_ptr_array_add(cells, cell_text(column_value(row, column)));
		table_add(table, (const char *const *)cells->pdata);
	}
	if (json_array_size(list) > 0)
		print_table(invocation, table);
	else
		fputs("No data found\n", stderr);
	table_free(table);
}

void print_object(const struct invocation *invocation, const json_t *object)
{
	static const char *const headers[] = {"property_name", "property_value", NULL};
	const char *key;
	json_t *value;
	if (is_structured(invocation)) {
		print_value(invocation, object);
		return;
	}
	struct table *table = table_new(headers);
	json_object_foreach((json_t *)object, key, value)
	{
		g_autofree char *text = cell_text(value);
		table_add(table, (const char *const[]){key, text});
	}
	print_table(invocation, table);
	table_free(table);
}

void print_line(const char *text)
{
	if (!isatty(STDOUT_FILENO)) {
		puts(text);
		return;
	}
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autoptr(GString) line = g_string_new(NULL);
	for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		bool is_fine = c == '\t' || c == '\n' || !char_is_dangerous(c);
		g_string_append_unichar(line, is_fine ? c : 0xfffd);
	}
	puts(line->str);
}

void print_text(const struct invocation *invocation, const char *text)
{
	if (!is_structured(invocation)) {
		print_line(text);
		return;
	}
	json_auto_t *value = json_string(text);
	print_value(invocation, value);
}
