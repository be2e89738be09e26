/* SPDX-License-Identifier: MIT */
#include "lib/base/problem.h"

#include <string.h>

#include "lib/base/error.h"

static void problem_free(void *data)
{
	struct problem *problem = data;
	g_free(problem->file);
	g_free(problem->message);
	g_free(problem->hint);
	g_free(problem);
}

struct problems *problems_new(void)
{
	struct problems *problems = g_new0(struct problems, 1);
	problems->list = g_ptr_array_new_with_free_func(problem_free);
	return problems;
}

void problems_free(struct problems *problems)
{
	if (!problems)
		return;
	g_ptr_array_unref(problems->list);
	g_free(problems);
}

G_GNUC_PRINTF(4, 0)
static void add(struct problems *problems, struct place place, enum severity severity,
	const char *format, va_list arguments)
{
	if (severity == SEVERITY_ERROR)
		problems->n_errors++;
	problems->is_last_dropped = problems->n_max && problems->list->len >= problems->n_max;
	if (problems->is_last_dropped) {
		problems->n_dropped++;
		problems->n_dropped_errors += severity == SEVERITY_ERROR;
		return;
	}
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	struct problem *problem = g_new0(struct problem, 1);
	problem->file = g_strdup(place.file);
	problem->line = place.line;
	problem->column = place.column;
	problem->severity = severity;
	problem->message = text_one_line(text);
	g_ptr_array_add(problems->list, problem);
}

void problems_cap(struct problems *problems, unsigned n)
{
	problems->n_max = problems->list->len + n;
	problems->n_dropped = problems->n_dropped_errors = 0;
}

void problems_uncap(struct problems *problems, const char *file)
{
	unsigned n_dropped = problems->n_dropped;
	problems->n_errors -= problems->n_dropped_errors;
	problems->n_max = problems->n_dropped = problems->n_dropped_errors = 0;
	if (n_dropped > 0)
		problem_add(problems, (struct place){file, 0, 0}, "%u more mistakes are not told",
			n_dropped);
}

bool problem_add(struct problems *problems, struct place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add(problems, place, SEVERITY_ERROR, format, arguments);
	va_end(arguments);
	return false;
}

void problem_warn(struct problems *problems, struct place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add(problems, place, SEVERITY_WARNING, format, arguments);
	va_end(arguments);
}

void problem_hint(struct problems *problems, const char *format, ...)
{
	if (problems->is_last_dropped)
		return;
	g_assert(problems->list->len > 0);
	struct problem *last = problems->list->pdata[problems->list->len - 1];
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_free(last->hint);
	last->hint = text_one_line(text);
}

static int compare_places(const void *a, const void *b)
{
	const struct problem *first = *(struct problem *const *)a;
	const struct problem *second = *(struct problem *const *)b;
	int order = g_strcmp0(first->file, second->file);
	if (order)
		return order;
	if (first->line != second->line)
		return first->line < second->line ? -1 : 1;
	if (first->column != second->column)
		return first->column < second->column ? -1 : 1;
	return 0;
}

void problems_sort(struct problems *problems)
{
	/* Documented as stable ("a stable sort" since GLib 2.32). */
	g_ptr_array_sort(problems->list, compare_places);
}

/* The wanted line of a text, without its end; "\n", "\r\n" and "\r" end a line, as in YAML. */
static char *source_line(const char *source, unsigned line)
{
	if (g_str_has_prefix(source, "\xef\xbb\xbf"))
		source += 3;
	for (unsigned i = 1; i < line; i++) {
		source += strcspn(source, "\r\n");
		if (!*source)
			return NULL;
		source += source[0] == '\r' && source[1] == '\n' ? 2 : 1;
	}
	return g_utf8_make_valid(source, strcspn(source, "\r\n"));
}

/*
 * The line as it is, less what a terminal would obey, and a caret below one of its characters. The
 * space before the caret repeats the line's tabs and is two wide below a wide character, so that
 * the caret stands right whatever the width of a tab is.
 */
static void append_source(GString *out, const char *line, unsigned column)
{
	g_autoptr(GString) below = g_string_new("    ");
	g_string_append(out, "    ");
	unsigned i = 1;
	for (const char *at = line; *at; at = g_utf8_next_char(at), i++) {
		gunichar c = g_utf8_get_char(at);
		if (c != '\t' && char_is_dangerous(c))
			c = 0xfffd;
		g_string_append_unichar(out, c);
		if (i >= column || g_unichar_iszerowidth(c))
			continue;
		g_string_append(below, c == '\t' ? "\t" : g_unichar_iswide(c) ? "  " : " ");
	}
	g_string_append_printf(out, "\n%s^\n", below->str);
}

char *problem_text(const struct problem *problem, const char *source)
{
	GString *out = g_string_new(problem->file);
	if (problem->line && problem->column)
		g_string_append_printf(out, ":%u:%u", problem->line, problem->column);
	else if (problem->line)
		g_string_append_printf(out, ":%u", problem->line);
	g_string_append_printf(out, ": %s%s\n",
		problem->severity == SEVERITY_WARNING ? "warning: " : "", problem->message);
	g_autofree char *line = source && problem->line ? source_line(source, problem->line) : NULL;
	if (line && problem->column)
		append_source(out, line, problem->column);
	if (problem->hint)
		g_string_append_printf(out, "    hint: %s\n", problem->hint);
	return g_string_free(out, FALSE);
}
