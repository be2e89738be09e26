/* SPDX-License-Identifier: MIT */
/* The way through a file: characters, events, nodes, and where each document's text begins and
 * ends. */
#include <string.h>

#include <yaml.h>

#include "lib/yaml/compose.h"
#include "lib/yaml/source.h"
#include "lib/yaml/syntax.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* libyaml counts characters, documents are cut by bytes; marks only go forward. */
struct cursor {
	const char *at, *end;
	size_t index;
	bool is_ascii; /* then both are the same */
};

struct reader {
	yaml_parser_t parser;
	struct composer *composer;
	struct arena *arena;
	const char *text; /* all of the file */
	struct cursor cursor;
	GPtrArray *roots;
	GArray *starts, *ends; /* of size_t */
};

static const char *cursor_move(struct cursor *cursor, size_t index)
{
	if (cursor->is_ascii) {
		size_t n = MIN(index - cursor->index, (size_t)(cursor->end - cursor->at));
		cursor->index += n;
		return cursor->at += n;
	}
	for (; cursor->index < index && cursor->at < cursor->end; cursor->index++)
		cursor->at = g_utf8_next_char(cursor->at);
	return cursor->at;
}

/*
 * The text begins on the line after `---`. Where more stands on the line of the mark, it begins at
 * the mark itself: what follows it would mean something else at the beginning of a line.
 */
static size_t document_start(const struct reader *reader, const char *mark_end)
{
	const char *at = mark_end, *end = reader->cursor.end;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (at < end && *at != '\r' && *at != '\n')
		return mark_end - strlen("---") - reader->text;
	if (at + 1 < end && at[0] == '\r' && at[1] == '\n')
		at++;
	if (at < end)
		at++;
	return at - reader->text;
}

static bool take_event(struct reader *reader, const yaml_event_t *event)
{
	if (event->type == YAML_DOCUMENT_START_EVENT) {
		bool implicit = event->data.document_start.implicit;
		/* Without `---` the comments above the first node belong to the text, too. */
		const char *at = implicit ? reader->cursor.at
					  : cursor_move(&reader->cursor, event->end_mark.index);
		size_t start = implicit ? (size_t)(at - reader->text) : document_start(reader, at);
		g_array_append_val(reader->starts, start);
	}
	if (!composer_take(reader->composer, event))
		return false;
	if (event->type == YAML_DOCUMENT_END_EVENT) {
		size_t end = cursor_move(&reader->cursor, event->start_mark.index) - reader->text;
		end = MAX(end, g_array_index(reader->starts, size_t, reader->starts->len - 1));
		g_array_append_val(reader->ends, end);
		g_ptr_array_add(reader->roots, composer_root(reader->composer));
	}
	return event->type != YAML_STREAM_END_EVENT;
}

/* False: the parser stopped at a mistake. */
static bool read_events(struct reader *reader)
{
	bool more = true;
	while (more) {
		yaml_event_t event;
		if (!yaml_parser_parse(&reader->parser, &event))
			return false;
		more = take_event(reader, &event);
		yaml_event_delete(&event);
	}
	return true;
}

/* Whether a mistake was reported for the line already: what libyaml says follows from it. */
static bool is_reported(const struct problems *problems, unsigned first, yaml_mark_t mark)
{
	for (unsigned i = first; i < problems->list->len; i++) {
		const struct problem *problem = problems->list->pdata[i];
		if (problem->line == mark.line + 1)
			return true;
	}
	return false;
}

static void hand_over(struct reader *reader, struct yaml_documents *documents)
{
	size_t n = reader->roots->len;
	struct arena *arena = reader->arena;
	*documents = (struct yaml_documents){.n = n,
		.roots = arena_array(arena, n, sizeof(struct node *)),
		.starts = arena_array(arena, n, sizeof(size_t)),
		.ends = arena_array(arena, n, sizeof(size_t))};
	if (n == 0)
		return;
	memcpy(documents->roots, reader->roots->pdata, n * sizeof(struct node *));
	memcpy(documents->starts, reader->starts->data, n * sizeof(size_t));
	memcpy(documents->ends, reader->ends->data, n * sizeof(size_t));
}

static void reader_close(struct reader *reader)
{
	yaml_parser_delete(&reader->parser);
	composer_free(reader->composer);
	g_ptr_array_unref(reader->roots);
	g_array_unref(reader->starts);
	g_array_unref(reader->ends);
}

static bool is_ascii(const char *text, size_t len)
{
	uint64_t all = 0, eight;
	size_t i = 0;
	for (; i + sizeof eight <= len; i += sizeof eight) {
		memcpy(&eight, text + i, sizeof eight);
		all |= eight;
	}
	for (; i < len; i++)
		all |= (unsigned char)text[i];
	return !(all & UINT64_C(0x8080808080808080));
}

static void reader_open(struct reader *reader, const char *text, size_t len)
{
	bool marked = len >= 3 && memcmp(text, BYTE_ORDER_MARK, 3) == 0;
	reader->text = text;
	reader->cursor = (struct cursor){
		.at = text + (marked ? 3 : 0), .end = text + len, .is_ascii = is_ascii(text, len)};
	reader->roots = g_ptr_array_new();
	reader->starts = g_array_new(FALSE, FALSE, sizeof(size_t));
	reader->ends = g_array_new(FALSE, FALSE, sizeof(size_t));
	if (!yaml_parser_initialize(&reader->parser))
		g_error("out of memory");
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader->parser, (const unsigned char *)reader->cursor.at,
		reader->cursor.end - reader->cursor.at);
}

bool yaml_parse(struct arena *arena, const char *file, const char *text, size_t len,
	struct yaml_documents *documents, struct problems *problems)
{
	unsigned n_errors = problems->n_errors, first = problems->list->len;
	*documents = (struct yaml_documents){0};
	struct place end;
	if (!source_check(file, text, len, &end, problems))
		return false;
	struct reader reader = {.arena = arena, .composer = composer_new(arena, end, problems)};
	reader_open(&reader, text, len);
	const char *begin = reader.cursor.at;
	if (!read_events(&reader) && !is_reported(problems, first, reader.parser.problem_mark))
		syntax_problem(&reader.parser, file, begin, text + len - begin, problems);
	hand_over(&reader, documents);
	reader_close(&reader);
	return problems->n_errors == n_errors;
}
