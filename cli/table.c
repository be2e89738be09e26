/* SPDX-License-Identifier: MIT */
#include "cli/table.h"

#include <string.h>

#include "lib/base/error.h"

enum { RULE_LAST_MAX = 50, SHOWN_END = 290 };

struct table {
	unsigned n_columns;
	GPtrArray *cells; /* of char *, row after row, the headers first */
	unsigned *widths;
};

unsigned text_width(const char *text)
{
	unsigned width = 0;
	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);
		width += g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
	}
	return width;
}

char *text_shown(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	glong n = g_utf8_strlen(valid, -1);
	if (n <= 2 * SHOWN_END)
		return text_one_line(valid);
	g_autofree char *head = g_utf8_substring(valid, 0, SHOWN_END);
	g_autofree char *ends =
		g_strconcat(head, "…", g_utf8_offset_to_pointer(valid, n - SHOWN_END), NULL);
	return text_one_line(ends);
}

struct table *table_new(const char *const *headers)
{
	struct table *table = g_new0(struct table, 1);
	table->n_columns = g_strv_length((char **)headers);
	table->cells = g_ptr_array_new_with_free_func(g_free);
	table->widths = g_new0(unsigned, table->n_columns + 1);
	table_add(table, headers);
	return table;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	g_ptr_array_unref(table->cells);
	g_free(table->widths);
	g_free(table);
}

void table_add(struct table *table, const char *const *cells)
{
	for (unsigned i = 0; i < table->n_columns; i++) {
		char *cell = cells[i] ? text_shown(cells[i]) : g_strdup("");
		table->widths[i] = MAX(table->widths[i], MAX(text_width(cell), 1));
		g_ptr_array_add(table->cells, cell);
	}
}

static void add_spaces(GString *out, unsigned n)
{
	for (; n > 0; n--)
		g_string_append_c(out, ' ');
}

/* Nothing is written after the last cell, so that no line ends in spaces. */
static void add_cell(
	const struct table *table, unsigned i, const char *cell, const char *escape, GString *out)
{
	bool is_last = i % table->n_columns == table->n_columns - 1;
	if (escape)
		g_string_append_printf(out, "%s%s\033[0m", escape, cell);
	else
		g_string_append(out, cell);
	if (!is_last)
		add_spaces(out, table->widths[i % table->n_columns] - text_width(cell));
}

/* Below the last column, which no other has to line up with, a long one would only wrap. */
static void add_rule(const struct table *table, GString *out)
{
	for (unsigned column = 0; column < table->n_columns; column++) {
		bool is_last = column + 1 == table->n_columns;
		unsigned width = table->widths[column];
		for (unsigned n = is_last ? MIN(width, RULE_LAST_MAX) : width; n > 0; n--)
			g_string_append_c(out, '=');
		g_string_append(out, is_last ? "\n" : "=+=");
	}
}

/* A row whose last cells are empty leaves spaces behind. */
static void end_line(GString *out)
{
	while (out->len > 0 && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	g_string_append_c(out, '\n');
}

char *table_text(const struct table *table, enum table_style style,
	const char *(*colour)(const char *header, const char *cell))
{
	GString *out = g_string_new(NULL);
	const char *between = style == TABLE_RULED ? " | " : "  ";
	for (unsigned i = 0; i < table->cells->len; i++) {
		unsigned column = i % table->n_columns;
		bool is_header = i < table->n_columns;
		const char *cell = table->cells->pdata[i], *escape = NULL;
		if (style == TABLE_PLAIN && !*cell)
			cell = "-";
		if (colour && is_header)
			escape = "\033[1m";
		else if (colour)
			escape = colour(table->cells->pdata[column], cell);
		if (column > 0)
			g_string_append(out, between);
		add_cell(table, i, cell, escape, out);
		if (column + 1 < table->n_columns)
			continue;
		end_line(out);
		if (is_header && style == TABLE_RULED)
			add_rule(table, out);
	}
	return g_string_free(out, FALSE);
}
