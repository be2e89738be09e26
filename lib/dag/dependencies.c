/* SPDX-License-Identifier: MIT */
/*
 * Who waits for whom, in the three ways a file may say it: ids on a task, lines in Airflow's own
 * syntax, and a map.
 *
 * A line is a chain of terms with arrows between, each term an id or a list of ids, read from left
 * to right as Python does: `a >> b << c` makes both a and c come before b. A list beside a list
 * means nothing in Python and is refused. A chain ends with its line unless a bracket is open, or
 * an arrow ends the line or begins the next.
 */
#include <string.h>

#include "lib/dag/groups.h"

enum sign_kind {
	SIGN_ID,
	SIGN_RIGHT,
	SIGN_LEFT,
	SIGN_OPEN,
	SIGN_CLOSE,
	SIGN_COMMA,
	SIGN_NEWLINE,
	SIGN_END,
	SIGN_WRONG
};

struct sign {
	enum sign_kind kind;
	const char *text;
	size_t len;
	struct place place;
};

struct lines {
	struct loader *loader;
	const struct group_draft *scope; /* in which they stand; NULL: on the DAG */
	const char *at;
	struct place place; /* of `at` */
	unsigned column;    /* where each line begins */
	struct sign sign;   /* the one to be read next */
};

/* What stands between two arrows: indexes of tasks and groups. */
struct term {
	GArray *nodes;
	bool is_list;
	struct place place;
};

static bool is_id_char(char c)
{
	return g_ascii_isalnum(c) || strchr("_.-", c) != NULL;
}

static void lines_advance(struct lines *lines, size_t len)
{
	for (const char *end = lines->at + len; lines->at < end;) {
		bool is_newline = *lines->at == '\n';
		lines->place.line += is_newline;
		lines->place.column = is_newline ? lines->column : lines->place.column + 1;
		lines->at = g_utf8_next_char(lines->at);
	}
}

static size_t id_length(const char *at)
{
	size_t len = 0;
	/* An id may hold "-", but `a-->b` or `a->>b` is a slip, not a name. */
	while (at[len] && is_id_char(at[len]))
		len++;
	return len;
}

static size_t quoted_length(const char *at)
{
	const char *end = strchr(at + 1, *at);
	return end ? end + 1 - at : 0;
}

static struct sign sign_read(struct lines *lines)
{
	lines_advance(lines, strspn(lines->at, " \t\r"));
	if (*lines->at == '#')
		lines_advance(lines, strcspn(lines->at, "\n"));
	struct sign sign = {.text = lines->at, .len = 1, .place = lines->place};
	switch (*lines->at) {
	case '\0':
		sign.kind = SIGN_END;
		sign.len = 0;
		return sign;
	case '\n':
		sign.kind = SIGN_NEWLINE;
		break;
	case '[':
		sign.kind = SIGN_OPEN;
		break;
	case ']':
		sign.kind = SIGN_CLOSE;
		break;
	case ',':
		sign.kind = SIGN_COMMA;
		break;
	case '>':
	case '<':
		sign.kind = lines->at[1] != *lines->at ? SIGN_WRONG
			: *lines->at == '>'            ? SIGN_RIGHT
						       : SIGN_LEFT;
		sign.len = sign.kind == SIGN_WRONG ? 1 : 2;
		break;
	case '"':
	case '\'':
		sign.len = quoted_length(lines->at);
		sign.kind = sign.len ? SIGN_ID : SIGN_WRONG;
		break;
	default:
		sign.len = id_length(lines->at);
		sign.kind = sign.len ? SIGN_ID : SIGN_WRONG;
	}
	if (sign.kind == SIGN_WRONG && sign.len == 0)
		sign.len = g_utf8_next_char(lines->at) - lines->at;
	lines_advance(lines, sign.len);
	return sign;
}

static void lines_next(struct lines *lines)
{
	lines->sign = sign_read(lines);
}

static void lines_skip_newlines(struct lines *lines)
{
	while (lines->sign.kind == SIGN_NEWLINE)
		lines_next(lines);
}

static bool lines_unexpected(struct lines *lines, const char *wanted)
{
	const struct sign *sign = &lines->sign;
	struct problems *problems = lines->loader->reading.problems;
	if (sign->kind == SIGN_NEWLINE || sign->kind == SIGN_END)
		return problem_add(problems, sign->place, "expected %s, found the end of the %s",
			wanted, sign->kind == SIGN_END ? "dependencies" : "line");
	problem_add(problems, sign->place, "expected %s, found \"%.*s\"", wanted, (int)sign->len,
		sign->text);
	if ((sign->kind == SIGN_WRONG && strchr("<>", *sign->text)) || *sign->text == '-')
		problem_hint(problems, "write `a >> b` for \"b runs after a\"");
	return false;
}

bool node_find(const struct loader *loader, const char *id, unsigned *node)
{
	const struct task *task = dag_task(&loader->dag, id);
	const struct group_draft *group =
		task ? NULL : g_hash_table_lookup(loader->groups_by_id, id);
	if (task)
		*node = task->index;
	else if (group)
		*node = (unsigned)loader->dag.n_tasks + group->index;
	return task || group;
}

static bool id_refuse(struct loader *loader, const char *name, struct place place)
{
	struct reading *reading = &loader->reading;
	const char *nouns = loader->dag.n_groups ? "task or group" : "task";
	g_autofree char *message = g_strdup_printf("there is no %s \"%s\"", nouns, name);
	g_autofree char *inner = NULL;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	if (group_member_guess(loader, name, &inner))
		return problem_add(
			reading->problems, place, "%s; did you mean \"%s\"?", message, inner);
	for (size_t i = 0; reading_may_suggest(reading) && i < loader->dag.n_groups; i++)
		g_ptr_array_add(names, (char *)loader->dag.groups[i].group_id);
	for (guint i = 0; reading_may_suggest(reading) && i < loader->task_ids->len; i++)
		g_ptr_array_add(names, loader->task_ids->pdata[i]);
	return reading_refuse(reading, place, name, (const char *const *)names->pdata, message);
}

/*
 * The index of a task or group. What stands in a group may name what is in it, or in one around it,
 * by its id there: the innermost is the one that is meant. False: there is none of this id.
 */
bool node_resolve(struct loader *loader, const struct group_draft *scope, const char *name,
	struct place place, unsigned *node)
{
	for (; scope; scope = scope->parent_draft) {
		g_autofree char *id = g_strconcat(scope->prefix, name, NULL);
		if (node_find(loader, id, node))
			return true;
	}
	return node_find(loader, name, node) || id_refuse(loader, name, place);
}

static void term_add(struct lines *lines, struct term *term)
{
	const struct sign *sign = &lines->sign;
	bool is_quoted = *sign->text == '"' || *sign->text == '\'';
	g_autofree char *task_id =
		g_strndup(sign->text + is_quoted, sign->len - (is_quoted ? 2 : 0));
	unsigned index;
	if (node_resolve(lines->loader, lines->scope, task_id, sign->place, &index))
		g_array_append_val(term->nodes, index);
	lines_next(lines);
}

static bool term_read_list(struct lines *lines, struct term *term)
{
	term->is_list = true;
	lines_next(lines);
	for (;;) {
		lines_skip_newlines(lines);
		if (lines->sign.kind == SIGN_CLOSE)
			break;
		if (lines->sign.kind != SIGN_ID)
			return lines_unexpected(lines, "a task or \"]\"");
		term_add(lines, term);
		lines_skip_newlines(lines);
		if (lines->sign.kind == SIGN_COMMA)
			lines_next(lines);
		else if (lines->sign.kind != SIGN_CLOSE)
			return lines_unexpected(lines, "\",\" or \"]\"");
	}
	lines_next(lines);
	return true;
}

static bool term_read(struct lines *lines, struct term *term)
{
	term->place = lines->sign.place;
	if (lines->sign.kind == SIGN_OPEN)
		return term_read_list(lines, term);
	if (lines->sign.kind != SIGN_ID)
		return lines_unexpected(lines, "a task or a list of tasks");
	term_add(lines, term);
	return true;
}

static bool terms_join(struct lines *lines, const struct term *from, const struct term *to)
{
	struct loader *loader = lines->loader;
	if (from->is_list && to->is_list) {
		struct place place = from->place.line > to->place.line ? from->place : to->place;
		problem_add(loader->reading.problems, place,
			"a list of tasks cannot depend on a list of tasks");
		problem_hint(loader->reading.problems,
			"write a line for each task of one list, or put an empty task between");
		return false;
	}
	for (guint i = 0; i < from->nodes->len; i++)
		for (guint j = 0; j < to->nodes->len; j++) {
			struct edge edge = {g_array_index(from->nodes, unsigned, i),
				g_array_index(to->nodes, unsigned, j), to->place};
			g_array_append_val(loader->edges, edge);
		}
	return true;
}

/* An arrow after the term just read, also on the next line. */
static bool arrow_follows(struct lines *lines)
{
	struct lines ahead = *lines;
	lines_skip_newlines(&ahead);
	if (ahead.sign.kind != SIGN_RIGHT && ahead.sign.kind != SIGN_LEFT)
		return false;
	*lines = ahead;
	return true;
}

static bool chain_read(struct lines *lines, struct term *last, struct term *next)
{
	struct place begin = lines->sign.place;
	bool is_joined = false;
	if (!term_read(lines, last))
		return false;
	while (arrow_follows(lines)) {
		is_joined = true;
		bool is_right = lines->sign.kind == SIGN_RIGHT;
		struct place arrow = lines->sign.place;
		lines_next(lines);
		lines_skip_newlines(lines);
		/* Nothing stands at the end to point at. */
		if (lines->sign.kind == SIGN_END)
			lines->sign.place = arrow;
		g_array_set_size(next->nodes, 0);
		next->is_list = false;
		if (!term_read(lines, next)
			|| !terms_join(lines, is_right ? last : next, is_right ? next : last))
			return false;
		struct term swap = *last;
		*last = *next;
		*next = swap;
	}
	if (lines->sign.kind == SIGN_NEWLINE || lines->sign.kind == SIGN_END) {
		if (!is_joined) {
			problem_warn(lines->loader->reading.problems, begin,
				"a line without an arrow makes nothing wait for anything");
			problem_hint(lines->loader->reading.problems,
				"write a >> b where b comes after a");
		}
		return true;
	}
	lines_unexpected(lines, "\">>\", \"<<\" or the end of the line");
	if (lines->sign.kind == SIGN_ID && *lines->sign.text != '-')
		problem_hint(lines->loader->reading.problems,
			"each chain needs a line of its own; write `dependencies: |` and the lines "
			"below "
			"it");
	return false;
}

static void lines_read(
	struct loader *loader, const struct group_draft *scope, const struct node *scalar)
{
	struct lines lines = {.loader = loader, .scope = scope, .at = scalar->text};
	lines.place = reading_text_place(&loader->reading, scalar);
	lines.column = lines.place.column;
	lines_next(&lines);
	for (lines_skip_newlines(&lines); lines.sign.kind != SIGN_END;
		lines_skip_newlines(&lines)) {
		struct term last = {g_array_new(FALSE, FALSE, sizeof(unsigned))};
		struct term next = {g_array_new(FALSE, FALSE, sizeof(unsigned))};
		bool ok = chain_read(&lines, &last, &next);
		g_array_unref(last.nodes);
		g_array_unref(next.nodes);
		/* After a mistake the next line is a new beginning. */
		while (!ok && lines.sign.kind != SIGN_NEWLINE && lines.sign.kind != SIGN_END)
			lines_next(&lines);
	}
}

/* A task or group comes after each of what `written` names: an id or a list of ids. */
static void upstream_read(struct loader *loader, const struct group_draft *scope, unsigned node,
	const struct node *written)
{
	struct reading *reading = &loader->reading;
	if (node_is_null(written))
		return;
	bool is_list = written->kind == NODE_LIST;
	for (size_t i = 0; i < (is_list ? written->n : 1); i++) {
		const struct node *id = is_list ? written->items[i] : written;
		struct edge edge = {.to = node, .place = reading_place(reading, id)};
		const char *text;
		if (node_text(id, "dependencies", &text, reading->problems)
			&& node_resolve(loader, scope, text, edge.place, &edge.from))
			g_array_append_val(loader->edges, edge);
	}
}

static void map_read(struct loader *loader, const struct group_draft *scope, const struct node *map)
{
	for (size_t i = 0; i < map->n; i++) {
		const struct node *key = map->pairs[i].key;
		unsigned index;
		if (node_resolve(
			    loader, scope, key->text, reading_place(&loader->reading, key), &index))
			upstream_read(loader, scope, index, map->pairs[i].value);
	}
}

/* Lines or a map, of the DAG or of a group. */
static void graph_read(
	struct loader *loader, const struct group_draft *scope, const struct node *node)
{
	switch (node->kind) {
	case NODE_SCALAR:
		lines_read(loader, scope, node);
		return;
	case NODE_MAP:
		map_read(loader, scope, node);
		return;
	case NODE_LIST:
		break;
	}
	for (size_t i = 0; i < node->n; i++) {
		if (node->items[i]->kind == NODE_SCALAR)
			lines_read(loader, scope, node->items[i]);
		else
			problem_add(loader->reading.problems, node->items[i]->place,
				"dependencies: expected a line such as a >> b, found %s",
				node_kind_name(node->items[i]));
	}
}

static bool has_arrow(const struct node *node)
{
	for (size_t i = 0; node->kind == NODE_LIST && i < node->n; i++)
		if (has_arrow(node->items[i]))
			return true;
	return node->kind == NODE_MAP
		|| (node->kind == NODE_SCALAR
			&& (strstr(node->text, ">>") || strstr(node->text, "<<")));
}

/* Ids are what comes before the group, lines and maps are about what is in it. */
static void group_dependencies_read(struct loader *loader, const struct group_draft *group)
{
	const struct node *node = group->dependencies;
	if (node_is_null(node))
		return;
	if (has_arrow(node))
		graph_read(loader, group, node);
	else
		upstream_read(loader, group->parent_draft,
			(unsigned)loader->dag.n_tasks + group->index, node);
}

void dependencies_read(struct loader *loader)
{
	const struct dag *dag = &loader->dag;
	for (size_t i = 0; i < dag->n_tasks; i++)
		upstream_read(loader, group_around(loader, &dag->tasks[i]), dag->tasks[i].index,
			loader->task_dependencies[i]);
	for (size_t i = 0; i < dag->n_groups; i++)
		group_dependencies_read(loader, loader->groups_by_index[i]);
	if (!node_is_null(loader->dependencies))
		graph_read(loader, NULL, loader->dependencies);
}
