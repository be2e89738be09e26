/* SPDX-License-Identifier: MIT */
/*
 * A part of the script begins with a comment that says what it is:
 *
 *     -- Data for Name: loan; Type: TABLE DATA; Schema: lending; Owner: dagd
 *
 *     COPY lending.loan (id, amount) FROM stdin;
 *     1<tab>1.25
 *     \.
 *
 * Such a comment, and a COPY, count where they begin a line outside of texts and names (quotes.c).
 * Few dumps have checksums, but each row must have as many columns as the COPY above it names, the
 * text must be UTF-8 where that is said, and no byte is zero. pg_restore looks at none of this, and
 * the server only when the target has been emptied. Rows are most of a dump, so a row is looked at
 * where it lies; only a line that comes in pieces is put together, and of a long one its beginning.
 */
#include "operators/pg_restore/script.h"

#include <string.h>

#include "operators/pg_restore/quotes.h"

enum { LINE_KEPT_MAX = 1024 * 1024 };

enum section { SECTION_OTHER, SECTION_TABLE, SECTION_OBJECTS, SECTION_OBJECTS_DATA };

struct script_state {
	enum section section;
	bool is_utf8;
	bool in_copy;       /* between COPY ... FROM stdin; and \. */
	int64_t n_tabs;     /* that a row of this COPY has */
	int64_t n_row;      /* of this COPY, from 1 */
	GString *statement; /* the COPY that is being read, which a name may spread over lines */
	GString *line;      /* what is there of the line that is being read */
	int64_t n_line_tabs;
	bool is_line_long; /* more than is kept */
	struct quotes quotes;
	bool is_quoted; /* the line that is being read begins in a text or a name */
};

void script_open(struct script *script)
{
	*script = (struct script){.tables = g_ptr_array_new_with_free_func(g_free),
		.large_objects = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
		.state = g_new0(struct script_state, 1)};
	script->state->statement = g_string_new(NULL);
	script->state->line = g_string_new(NULL);
}

void script_close(struct script *script)
{
	g_string_free(script->state->statement, TRUE);
	g_string_free(script->state->line, TRUE);
	g_free(script->state);
	g_ptr_array_unref(script->tables);
	g_array_unref(script->large_objects);
	g_free(script->damage);
	*script = (struct script){0};
}

static void damage_keep(struct script *script, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void damage_keep(struct script *script, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	if (!script->damage)
		script->damage = g_strdup_vprintf(format, values);
	va_end(values);
}

static const char *table_name(const struct script *script)
{
	return script->tables->pdata[script->tables->len - 1];
}

static int64_t tabs_count(const char *bytes, size_t n)
{
	int64_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += bytes[i] == '\t';
	return count;
}

static bool begins(const char *line, size_t n, const char *text)
{
	size_t size = strlen(text);
	return n >= size && memcmp(line, text, size) == 0;
}

static void copy_begin(struct script *script)
{
	struct script_state *state = script->state;
	const char *text = state->statement->str + strlen("COPY ");
	bool is_quoted = false;
	const char *p = text;
	for (; *p && (is_quoted || *p != ' '); p++)
		is_quoted = is_quoted != (*p == '"');
	g_ptr_array_add(script->tables, g_strndup(text, (gsize)(p - text)));
	state->n_tabs = 0;
	for (; *p; p++) {
		is_quoted = is_quoted != (*p == '"');
		state->n_tabs += *p == ',' && !is_quoted;
	}
	state->in_copy = true;
	state->n_row = 0;
	state->section = SECTION_OTHER;
	g_string_truncate(state->statement, 0);
}

/* A name may hold what looks like a type, but only data have "Data for". */
static void section_begin(struct script *script, const char *comment)
{
	struct script_state *state = script->state;
	state->section = SECTION_OTHER;
	g_string_truncate(state->statement, 0);
	if (!g_str_has_prefix(comment, "-- Data for Name: ")) {
		if (strstr(comment, "; Type: BLOB"))
			state->section = SECTION_OBJECTS;
		return;
	}
	if (strstr(comment, "; Type: TABLE DATA; ")) {
		state->section = SECTION_TABLE;
		script->n_data++;
	} else if (strstr(comment, "; Type: BLOBS; ")) {
		state->section = SECTION_OBJECTS_DATA;
	}
}

/* Of the statements of a table's data a COPY is one; a name may spread it over lines. */
static void copy_read(struct script *script, const char *line, size_t n)
{
	static const char end[] = " FROM stdin;";
	struct script_state *state = script->state;
	GString *statement = state->statement;
	if (statement->len == 0 && !begins(line, n, "COPY "))
		return;
	g_string_append_len(statement, line, (gssize)MIN(n, LINE_KEPT_MAX));
	if (g_str_has_suffix(statement->str, end) && !quotes_are_open(&state->quotes))
		copy_begin(script);
	else
		g_string_append_c(statement, '\n');
	if (statement->len > LINE_KEPT_MAX) {
		state->section = SECTION_OTHER;
		g_string_truncate(statement, 0);
	}
}

/* One each from PostgreSQL 9.0 on, though the list tells several in one line from 17 on. */
static void object_count(struct script *script, const char *line, size_t n)
{
	script->n_objects += begins(line, n, "SELECT pg_catalog.lo_create('");
}

/* `SELECT pg_catalog.lo_open('424242', 131072);` */
static void large_object_read(struct script *script, const char *line, size_t n)
{
	static const char beginning[] = "SELECT pg_catalog.lo_open('";
	if (!begins(line, n, beginning))
		return;
	size_t size = strlen(beginning);
	g_autofree char *text = g_strndup(line + size, n - size);
	uint32_t number = (uint32_t)g_ascii_strtoull(text, NULL, 10);
	g_array_append_val(script->large_objects, number);
}

static void statement_read(struct script *script, const char *line, size_t n)
{
	struct script_state *state = script->state;
	if (state->statement->len > 0) {
		copy_read(script, line, n);
	} else if (state->is_quoted) {
		return;
	} else if (begins(line, n, "-- Data for Name: ") || begins(line, n, "-- Name: ")) {
		g_autofree char *comment = g_strndup(line, n);
		section_begin(script, comment);
	} else if (begins(line, n, "SET client_encoding = 'UTF8';")) {
		state->is_utf8 = true;
	} else if (state->section == SECTION_OBJECTS) {
		object_count(script, line, n);
	} else if (state->section == SECTION_OBJECTS_DATA) {
		large_object_read(script, line, n);
	} else if (state->section == SECTION_TABLE) {
		copy_read(script, line, n);
	}
}

static void row_read(struct script *script, const char *line, size_t n, int64_t n_tabs)
{
	struct script_state *state = script->state;
	if (n == 2 && memcmp(line, "\\.", 2) == 0) {
		state->in_copy = false;
		return;
	}
	script->n_rows++;
	state->n_row++;
	if (n_tabs != state->n_tabs)
		damage_keep(script,
			"row %" G_GINT64_FORMAT " of table %s has %" G_GINT64_FORMAT
			" columns and not %" G_GINT64_FORMAT,
			state->n_row, table_name(script), n_tabs + 1, state->n_tabs + 1);
}

static void line_read(struct script *script, const char *line, size_t n, int64_t n_tabs)
{
	struct script_state *state = script->state;
	bool is_row = state->in_copy;
	if (is_row)
		row_read(script, line, n, n_tabs);
	else
		statement_read(script, line, n);
	if (state->is_utf8 && !state->is_line_long && !g_utf8_validate(line, (gssize)n, NULL))
		damage_keep(script, "there is text in it, of %s, that is not UTF-8",
			is_row ? table_name(script) : "a definition");
}

static void piece_keep(struct script_state *state, const char *bytes, size_t n)
{
	size_t room = LINE_KEPT_MAX - state->line->len;
	if (state->in_copy)
		state->n_line_tabs += tabs_count(bytes, n);
	else
		quotes_add(&state->quotes, bytes, n);
	g_string_append_len(state->line, bytes, (gssize)MIN(n, room));
	state->is_line_long = state->is_line_long || n > room;
}

/* All of it lies at `bytes`. */
static void line_take(struct script *script, const char *bytes, size_t n)
{
	struct script_state *state = script->state;
	if (!state->in_copy)
		quotes_add(&state->quotes, bytes, n);
	line_read(script, bytes, n, state->in_copy ? tabs_count(bytes, n) : 0);
}

static void line_end(struct script *script, const char *bytes, size_t n)
{
	struct script_state *state = script->state;
	if (state->line->len == 0) {
		line_take(script, bytes, n);
	} else {
		piece_keep(state, bytes, n);
		line_read(script, state->line->str, state->line->len, state->n_line_tabs);
	}
	quotes_add(&state->quotes, "\n", 1);
	state->is_quoted = quotes_are_open(&state->quotes);
	g_string_truncate(state->line, 0);
	state->n_line_tabs = 0;
	state->is_line_long = false;
}

void script_add(void *data, const char *bytes, size_t n)
{
	struct script *script = data;
	const char *end;
	if (memchr(bytes, '\0', n))
		damage_keep(script, "there is a byte of zero in it, which no text has");
	for (; (end = memchr(bytes, '\n', n)) != NULL; bytes = end + 1) {
		size_t part = (size_t)(end - bytes);
		line_end(script, bytes, part);
		n -= part + 1;
	}
	piece_keep(script->state, bytes, n);
}

void script_end(struct script *script)
{
	if (script->state->in_copy)
		damage_keep(script, "it ends in the middle of table %s", table_name(script));
	else if (quotes_are_open(&script->state->quotes))
		damage_keep(script, "it ends in the middle of a text or a name");
}
