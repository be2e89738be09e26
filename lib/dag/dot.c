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

static void append_task(GString *out, const struct task *task, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		g_string_append_c(out, '\t');
	append_quoted(out, task->task_id);
	g_string_append(out, " [label=");
	append_quoted(out, task->display_name);
	g_string_append(out, task->mapping ? ", peripheries=2];\n" : "];\n");
}

/* What is directly in each group; that of the DAG itself comes first. */
struct drawing {
	const struct dag *dag;
	GString *out;
	GArray **tasks, **groups; /* of indexes */
};

static void drawing_open(struct drawing *drawing, const struct dag *dag)
{
	*drawing = (struct drawing){.dag = dag,
		.out = g_string_new("digraph "),
		.tasks = g_new(GArray *, dag->n_groups + 1),
		.groups = g_new(GArray *, dag->n_groups + 1)};
	for (size_t i = 0; i <= dag->n_groups; i++) {
		drawing->tasks[i] = g_array_new(FALSE, FALSE, sizeof(unsigned));
		drawing->groups[i] = g_array_new(FALSE, FALSE, sizeof(unsigned));
	}
	for (unsigned i = 0; i < dag->n_tasks; i++)
		g_array_append_val(drawing->tasks[dag->tasks[i].group + 1], i);
	for (unsigned i = 0; i < dag->n_groups; i++)
		g_array_append_val(drawing->groups[dag->groups[i].parent + 1], i);
}

static char *drawing_close(struct drawing *drawing)
{
	for (size_t i = 0; i <= drawing->dag->n_groups; i++) {
		g_array_unref(drawing->tasks[i]);
		g_array_unref(drawing->groups[i]);
	}
	g_free(drawing->tasks);
	g_free(drawing->groups);
	return g_string_free(drawing->out, FALSE);
}

static void append_inside(struct drawing *drawing, size_t at, unsigned depth)
{
	GString *out = drawing->out;
	g_autofree char *indent = g_strnfill(depth, '\t');
	for (guint i = 0; i < drawing->tasks[at]->len; i++)
		append_task(out,
			&drawing->dag->tasks[g_array_index(drawing->tasks[at], unsigned, i)],
			depth);
	for (guint i = 0; i < drawing->groups[at]->len; i++) {
		unsigned index = g_array_index(drawing->groups[at], unsigned, i);
		const struct group *group = &drawing->dag->groups[index];
		g_autofree char *name = g_strconcat("cluster_", group->group_id, NULL);
		g_string_append_printf(out, "%ssubgraph ", indent);
		append_quoted(out, name);
		g_string_append_printf(out, " {\n%s\tlabel=", indent);
		append_quoted(out, group->display_name ? group->display_name : group->group_id);
		g_string_append(out, ";\n");
		append_inside(drawing, index + 1, depth + 1);
		g_string_append_printf(out, "%s}\n", indent);
	}
}

char *dag_dot(const struct dag *dag)
{
	struct drawing drawing;
	drawing_open(&drawing, dag);
	GString *out = drawing.out;
	append_quoted(out, dag->dag_id);
	g_string_append(out, " {\n\trankdir=LR;\n\tlabel=");
	append_quoted(out, dag->display_name);
	g_string_append(out, ";\n\tnode [shape=box, style=rounded];\n");
	append_inside(&drawing, 0, 1);
	for (size_t i = 0; i < dag->n_tasks; i++)
		for (size_t j = 0; j < dag->tasks[i].n_downstream; j++) {
			g_string_append_c(out, '\t');
			append_quoted(out, dag->tasks[i].task_id);
			g_string_append(out, " -> ");
			append_quoted(out, dag->tasks[dag->tasks[i].downstream[j]].task_id);
			g_string_append(out, ";\n");
		}
	g_string_append(out, "}\n");
	return drawing_close(&drawing);
}
