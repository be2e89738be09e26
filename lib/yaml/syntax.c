/* SPDX-License-Identifier: MIT */
/*
 * libyaml stops at its first error and names what its grammar wanted there. The user made one of a
 * dozen mistakes, and each of them has its own place (often where something was opened, not where
 * it was missed) and its own remedy. The table below goes from what libyaml says to what is meant.
 */
#include "lib/yaml/syntax.h"

#include <string.h>

struct error {
	const yaml_parser_t *parser;
	struct problems *problems;
	const char *file;
	const char *at, *context_at; /* of the two marks, in the text */
	const char *text, *end;
};

/* Counted anew: at the end of a file libyaml's own mark is on a line that is not there. */
static struct place place_of(const struct error *error, const char *at)
{
	struct place place = {error->file, 1, 1};
	for (const char *c = error->text; c < at; c = g_utf8_next_char(c)) {
		bool ends_line =
			*c == '\n' || (*c == '\r' && !(c + 1 < error->end && c[1] == '\n'));
		place.line += ends_line;
		place.column = ends_line ? 1 : place.column + 1;
	}
	return place;
}

/* The mark counts characters, not bytes. */
static const char *find_mark(const char *text, const char *end, yaml_mark_t mark)
{
	for (size_t i = 0; i < mark.index && text < end; i++)
		text = g_utf8_next_char(text);
	return text;
}

/* What stands from `at` to the end of the line, without a comment; NULL when it fits no hint. */
static char *value_at(const struct error *error, const char *at)
{
	size_t len = 0, room = error->end - at;
	while (len < room && !strchr("\r\n", at[len])
		&& !(at[len] == '#' && len > 0 && at[len - 1] == ' '))
		len++;
	while (len > 0 && g_ascii_isspace(at[len - 1]))
		len--;
	if (len == 0 || len > 60 || memchr(at, '"', len) || memchr(at, '\\', len))
		return NULL;
	return g_strndup(at, len);
}

static void hint_quotes(const struct error *error, const char *at)
{
	g_autofree char *value = value_at(error, at);
	if (value)
		problem_hint(error->problems, "put it in quotes: \"%s\"", value);
	else
		problem_hint(error->problems, "put the whole value in quotes");
}

static bool is_first_in_line(const struct error *error, const char *at)
{
	while (at > error->text && (at[-1] == ' ' || at[-1] == '\t'))
		at--;
	return at == error->text || strchr("\r\n", at[-1]);
}

static void explain_tab(const struct error *error)
{
	problem_add(error->problems, place_of(error, error->at),
		"a tab stands where only spaces may indent");
	problem_hint(error->problems, "replace the tab by spaces");
}

static void explain_start(const struct error *error)
{
	if (error->at < error->end && *error->at == '\t') {
		explain_tab(error);
		return;
	}
	if (error->at == error->end) {
		problem_add(error->problems, place_of(error, error->at),
			"the file ends where a value was expected");
		return;
	}
	/* `{% if %}`: YAML has taken the brace for the beginning of a map. */
	bool is_template = error->at > error->text && error->at[-1] == '{';
	struct place place = place_of(error, error->at);
	place.column -= is_template;
	problem_add(error->problems, place, "a value without quotes cannot begin with \"%s%.1s\"",
		is_template ? "{" : "", error->at);
	hint_quotes(error, error->at - is_template);
}

static void explain_alias(const struct error *error)
{
	problem_add(error->problems, place_of(error, error->context_at),
		"a value that begins with \"%c\" must be quoted",
		error->context_at < error->end ? *error->context_at : '*');
	hint_quotes(error, error->context_at);
}

static void explain_colon(const struct error *error)
{
	problem_add(error->problems, place_of(error, error->at), "\":\" is not expected here");
	problem_hint(error->problems,
		"put a value that contains \": \" in quotes, or check how "
		"far this line is indented");
}

static void explain_quote(const struct error *error)
{
	problem_add(
		error->problems, place_of(error, error->context_at), "this quote is never closed");
}

static void explain_escape(const struct error *error)
{
	problem_add(error->problems, place_of(error, error->at), "unknown escape in double quotes");
	problem_hint(error->problems,
		"write two backslashes for one, or put the value in single quotes");
}

static void explain_flow(const struct error *error)
{
	const yaml_parser_t *parser = error->parser;
	const char *open = strstr(parser->context, "sequence") ? "[" : "{";
	const char *close = *open == '[' ? "]" : "}";
	struct place here = place_of(error, error->at), opened = place_of(error, error->context_at);
	if (error->at == error->end)
		problem_add(error->problems, opened, "this \"%s\" is never closed", open);
	else if (here.line == opened.line)
		problem_add(error->problems, here,
			"expected \",\" or \"%s\" after the \"%s\" of column %u", close, open,
			opened.column);
	else
		problem_add(error->problems, opened,
			"this \"%s\" is not closed: expected \",\" or \"%s\" before line %u", open,
			close, here.line);
}

static void explain_key(const struct error *error)
{
	problem_add(error->problems, place_of(error, error->context_at),
		"expected \"key: value\", found no \":\"");
	problem_hint(error->problems, "a \":\" and a space separate a key from its value");
}

static void explain_block(const struct error *error)
{
	const yaml_parser_t *parser = error->parser;
	bool is_map = strstr(parser->context, "mapping");
	struct place place = place_of(error, error->at);
	if (!is_first_in_line(error, error->at)) {
		problem_add(error->problems, place, "unexpected text after the value");
		problem_hint(error->problems, "put the whole value in quotes");
		return;
	}
	problem_add(error->problems, place,
		"this line does not belong to the %s that begins at line %zu, column %zu",
		is_map ? "map" : "list", parser->context_mark.line + 1,
		parser->context_mark.column + 1);
	problem_hint(error->problems,
		is_map ? "keys of one map begin in the same column"
		       : "the \"-\" of one list stand in the same column");
}

static void explain_entry(const struct error *error)
{
	problem_add(error->problems, place_of(error, error->at), "a list cannot begin here");
	problem_hint(error->problems,
		"begin the list on a line of its own, or put the value in "
		"quotes");
}

static void explain_document(const struct error *error)
{
	problem_add(error->problems, place_of(error, error->at),
		"nothing more was expected after the value above");
	problem_hint(error->problems,
		"put the whole value in quotes, or begin another document "
		"with a line \"---\"");
}

static void explain_other(const struct error *error)
{
	const yaml_parser_t *parser = error->parser;
	problem_add(error->problems, place_of(error, error->at), "not YAML: %s%s%s",
		parser->context ? parser->context : "", parser->context ? ", " : "",
		parser->problem ? parser->problem : "unknown error");
}

static const struct mistake {
	const char *context, *problem; /* parts of libyaml's texts; NULL: any */
	void (*explain)(const struct error *error);
} mistakes[] = {
	{NULL, "cannot start any token", explain_start},
	{NULL, "found a tab character", explain_tab},
	{NULL, "did not find expected node content", explain_start},
	{"scanning an alias", NULL, explain_alias},
	{"scanning an anchor", NULL, explain_alias},
	{"scanning a quoted scalar", "unexpected", explain_quote},
	{"parsing a quoted scalar", "escape", explain_escape},
	{"while parsing a flow", "did not find expected ','", explain_flow},
	{NULL, "mapping values are not allowed", explain_colon},
	{"scanning a simple key", "could not find expected ':'", explain_key},
	{"while parsing a block mapping", "did not find expected key", explain_block},
	{"while parsing a block collection", "did not find expected '-'", explain_block},
	{NULL, "block sequence entries are not allowed", explain_entry},
	{NULL, "did not find expected <document start>", explain_document},
	{NULL, NULL, explain_other},
};

static bool contains(const char *text, const char *part)
{
	return !part || (text && strstr(text, part));
}

void syntax_problem(const yaml_parser_t *parser, const char *file, const char *text, size_t len,
	struct problems *problems)
{
	if (parser->error == YAML_MEMORY_ERROR)
		g_error("out of memory");
	const char *end = text + len;
	struct error error = {.parser = parser,
		.problems = problems,
		.file = file,
		.at = find_mark(text, end, parser->problem_mark),
		.context_at = find_mark(text, end, parser->context_mark),
		.text = text,
		.end = end};
	const struct mistake *mistake = mistakes;
	while (!contains(parser->context, mistake->context)
		|| !contains(parser->problem, mistake->problem))
		mistake++;
	mistake->explain(&error);
}
