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

#include "lib/dag/load.h"

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
	const char *at;
	struct place place; /* of `at` */
	unsigned column;    /* where each line begins */
	struct sign sign;   /* the one to be read next */
};

/* Indexes of the tasks between two arrows. */
struct term {
	GArray *tasks;
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

/* Adds the index of a task. False: there is none of this id. */
static bool id_find(struct loader *loader, const char *task_id, struct place place, unsigned *index)
{
	const struct task *task = dag_task(&loader->dag, task_id);
	if (task) {
		*index = task->index;
		return true;
	}
	g_autofree char *message = g_strdup_printf("there is no task \"%s\"", task_id);
	return reading_refuse(&loader->reading, place, task_id,
		(const char *const *)loader->task_ids->pdata, message);
}

static void term_add(struct lines *lines, struct term *term)
{
	const struct sign *sign = &lines->sign;
	bool is_quoted = *sign->text == '"' || *sign->text == '\'';
	g_autofree char *task_id =
		g_strndup(sign->text + is_quoted, sign->len - (is_quoted ? 2 : 0));
	unsigned index;
	if (id_find(lines->loader, task_id, sign->place, &index))
		g_array_append_val(term->tasks, index);
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
	for (guint i = 0; i < from->tasks->len; i++)
		for (guint j = 0; j < to->tasks->len; j++) {
			struct edge edge = {g_array_index(from->tasks, unsigned, i),
				g_array_index(to->tasks, unsigned, j), to->place};
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
		g_array_set_size(next->tasks, 0);
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

static void lines_read(struct loader *loader, const struct node *scalar)
{
	struct lines lines = {.loader = loader, .at = scalar->text};
	lines.place = reading_text_place(&loader->reading, scalar);
	lines.column = lines.place.column;
	lines_next(&lines);
	for (lines_skip_newlines(&lines); lines.sign.kind != SIGN_END;
		lines_skip_newlines(&lines)) {
		struct term last = {g_array_new(FALSE, FALSE, sizeof(unsigned))};
		struct term next = {g_array_new(FALSE, FALSE, sizeof(unsigned))};
		bool ok = chain_read(&lines, &last, &next);
		g_array_unref(last.tasks);
		g_array_unref(next.tasks);
		/* After a mistake the next line is a new beginning. */
		while (!ok && lines.sign.kind != SIGN_NEWLINE && lines.sign.kind != SIGN_END)
			lines_next(&lines);
	}
}

/* Task comes after each of what the node names: an id or a list of ids. */
static void task_dependencies_read(
	struct loader *loader, const struct task *task, const struct node *node)
{
	struct reading *reading = &loader->reading;
	if (node_is_null(node))
		return;
	bool is_list = node->kind == NODE_LIST;
	for (size_t i = 0; i < (is_list ? node->n : 1); i++) {
		const struct node *id = is_list ? node->items[i] : node;
		struct edge edge = {.to = task->index, .place = reading_place(reading, id)};
		const char *text;
		if (node_text(id, "dependencies", &text, reading->problems)
			&& id_find(loader, text, edge.place, &edge.from))
			g_array_append_val(loader->edges, edge);
	}
}

static void map_read(struct loader *loader, const struct node *map)
{
	for (size_t i = 0; i < map->n; i++) {
		const struct node *key = map->pairs[i].key;
		unsigned index;
		if (id_find(loader, key->text, reading_place(&loader->reading, key), &index))
			task_dependencies_read(
				loader, &loader->dag.tasks[index], map->pairs[i].value);
	}
}

void dependencies_read(struct loader *loader)
{
	const struct node *node = loader->dependencies;
	for (size_t i = 0; i < loader->dag.n_tasks; i++)
		task_dependencies_read(loader, &loader->dag.tasks[i], loader->task_dependencies[i]);
	if (node_is_null(node))
		return;
	switch (node->kind) {
	case NODE_SCALAR:
		lines_read(loader, node);
		return;
	case NODE_MAP:
		map_read(loader, node);
		return;
	case NODE_LIST:
		break;
	}
	for (size_t i = 0; i < node->n; i++) {
		if (node->items[i]->kind == NODE_SCALAR)
			lines_read(loader, node->items[i]);
		else
			problem_add(loader->reading.problems, node->items[i]->place,
				"dependencies: expected a line such as a >> b, found %s",
				node_kind_name(node->items[i]));
	}
}
