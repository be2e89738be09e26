/* SPDX-License-Identifier: MIT */
/* The graph as `dot` of Graphviz reads it. */
#include "lib/dag/dag.h"

/* A quoted string of DOT: only the quote and the backslash mean something in it. */
static void append_quoted(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			g_string_append_c(out, '\\');
		g_string_append_c(out, *text == '\n' ? ' ' : *text);
	}
	g_string_append_c(out, '"');
}

char *dag_dot(const struct dag *dag)
{
	GString *out = g_string_new("digraph ");
	append_quoted(out, dag->dag_id);
	g_string_append(out, " {\n\trankdir=LR;\n\tlabel=");
	append_quoted(out, dag->display_name);
	g_string_append(out, ";\n\tnode [shape=box, style=rounded];\n");
	for (size_t i = 0; i < dag->n_tasks; i++) {
		g_string_append_c(out, '\t');
		append_quoted(out, dag->tasks[i].task_id);
		g_string_append(out, " [label=");
		append_quoted(out, dag->tasks[i].display_name);
		g_string_append(out, "];\n");
	}
	for (size_t i = 0; i < dag->n_tasks; i++)
		for (size_t j = 0; j < dag->tasks[i].n_downstream; j++) {
			g_string_append_c(out, '\t');
			append_quoted(out, dag->tasks[i].task_id);
			g_string_append(out, " -> ");
			append_quoted(out, dag->tasks[dag->tasks[i].downstream[j]].task_id);
			g_string_append(out, ";\n");
		}
	g_string_append(out, "}\n");
	return g_string_free(out, FALSE);
}
