/* SPDX-License-Identifier: MIT */
/* Tokens to statements: text, {{ }}, {% if %}, {% for %}, {% set %}. */
#include <stdarg.h>
#include <string.h>

#include "lib/template/ast.h"

static struct block *parse_block(struct parser *parser, const char *const *ends);

bool token_is(const struct token *token, const char *sign_or_name)
{
	return (token->kind == TOKEN_NAME || token->kind == TOKEN_SIGN)
		&& strlen(sign_or_name) == token->len
		&& memcmp(token->text, sign_or_name, token->len) == 0;
}

bool parser_fail(struct parser *parser, struct place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return problem_add(parser->problems, place, "%s", message);
}

bool parser_unexpected(struct parser *parser, const char *wanted)
{
	const struct token *token = parser->token;
	switch (token->kind) {
	case TOKEN_TEXT:
	case TOKEN_END:
	case TOKEN_OUTPUT_BEGIN:
	case TOKEN_BLOCK_BEGIN:
		return parser_fail(parser, token->place, "expected %s", wanted);
	case TOKEN_OUTPUT_END:
		return parser_fail(parser, token->place, "expected %s before \"}}\"", wanted);
	case TOKEN_BLOCK_END:
		return parser_fail(parser, token->place, "expected %s before \"%%}\"", wanted);
	case TOKEN_STRING:
		return parser_fail(parser, token->place, "expected %s, not a text", wanted);
	case TOKEN_NAME:
	case TOKEN_NUMBER:
	case TOKEN_SIGN:
		break;
	}
	parser_fail(parser, token->place, "expected %s, not \"%.*s\"", wanted, (int)token->len,
		token->text);
	if (token_is(token, "="))
		problem_hint(parser->problems, "write == to compare");
	return false;
}

bool parser_enter(struct parser *parser)
{
	parser->depth++;
	if (parser->depth <= TEMPLATE_DEPTH_MAX)
		return true;
	return parser_fail(parser, parser->token->place, "brackets or blocks are nested too deep");
}

void parser_leave(struct parser *parser)
{
	parser->depth--;
}

bool parser_take(struct parser *parser, const char *sign_or_name)
{
	if (!token_is(parser->token, sign_or_name))
		return false;
	parser->token++;
	return true;
}

bool parser_expect(struct parser *parser, const char *sign_or_name)
{
	g_autofree char *wanted = g_strdup_printf("\"%s\"", sign_or_name);
	return parser_take(parser, sign_or_name) || parser_unexpected(parser, wanted);
}

const char *parser_name(struct parser *parser, const char *wanted)
{
	if (parser->token->kind != TOKEN_NAME) {
		parser_unexpected(parser, wanted);
		return NULL;
	}
	const char *name = arena_strndup(parser->arena, parser->token->text, parser->token->len);
	parser->token++;
	return name;
}

static struct statement *statement_make(
	struct parser *parser, enum statement_kind kind, struct place place)
{
	struct statement *made = arena_alloc(parser->arena, sizeof(*made));
	made->kind = kind;
	made->place = place;
	return made;
}

static bool block_end(struct parser *parser)
{
	if (parser->token->kind != TOKEN_BLOCK_END)
		return parser_unexpected(parser, "\"%}\"");
	parser->token++;
	return true;
}

/* Takes `{% name %}` when it is what comes next. */
static bool take_tag(struct parser *parser, const char *name)
{
	if (parser->token->kind != TOKEN_BLOCK_BEGIN || !token_is(parser->token + 1, name))
		return false;
	parser->token += 2;
	return true;
}

static bool expect_tag(struct parser *parser, const char *name, struct place begin)
{
	if (take_tag(parser, name))
		return block_end(parser);
	return parser_fail(parser, begin, "\"{%% %s %%}\" is missing for what begins here", name);
}

/* Names with commas between: what `for` and `set` bind. */
static bool parse_targets(struct parser *parser, struct statement *made)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	static const char *const reserved[] = {"true", "false", "none", "True", "False", "None",
		"and", "or", "not", "if", "else", "in", "is", "loop", NULL};

	do {
		struct place place = parser->token->place;
		const char *name = parser_name(parser, "a name");
		if (!name)
			return false;
		if (g_strv_contains(reserved, name))
			return parser_fail(parser, place, "\"%s\" cannot be given a value", name);
		g_ptr_array_add(names, (char *)name);
	} while (parser_take(parser, ","));
	made->n_names = names->len;
	made->names = arena_array(parser->arena, names->len, sizeof(char *));
	memcpy(made->names, names->pdata, names->len * sizeof(char *));
	return true;
}

/* After `if` or `elif`; an `elif` is an `if` alone in its `else`. */
static struct statement *parse_if(struct parser *parser, struct place place)
{
	static const char *const ends[] = {"elif", "else", "endif", NULL};
	struct statement *made = statement_make(parser, STATEMENT_IF, place);

	if (!(made->expression = parse_tuple(parser)) || !block_end(parser)
		|| !(made->body = parse_block(parser, ends)))
		return NULL;
	struct place next = parser->token->place;
	if (take_tag(parser, "elif")) {
		if (!parser_enter(parser))
			return NULL;
		struct statement *other = parse_if(parser, next);
		parser_leave(parser);
		if (!other)
			return NULL;
		made->otherwise = arena_alloc(parser->arena, sizeof(struct block));
		made->otherwise->n = 1;
		made->otherwise->statements = arena_array(parser->arena, 1, sizeof(other));
		made->otherwise->statements[0] = other;
		return made;
	}
	if (take_tag(parser, "else")) {
		if (!block_end(parser) || !(made->otherwise = parse_block(parser, ends + 2)))
			return NULL;
	}
	return expect_tag(parser, "endif", place) ? made : NULL;
}

static struct statement *parse_for(struct parser *parser, struct place place)
{
	static const char *const ends[] = {"else", "endfor", NULL};
	struct statement *made = statement_make(parser, STATEMENT_FOR, place);

	if (!parse_targets(parser, made) || !parser_expect(parser, "in")
		|| !(made->expression = parse_condition(parser)))
		return NULL;
	if (parser_take(parser, "if") && !(made->filter = parse_expression(parser)))
		return NULL;
	if (!block_end(parser) || !(made->body = parse_block(parser, ends)))
		return NULL;
	if (take_tag(parser, "else")) {
		if (!block_end(parser) || !(made->otherwise = parse_block(parser, ends + 1)))
			return NULL;
	}
	return expect_tag(parser, "endfor", place) ? made : NULL;
}

static struct statement *parse_set(struct parser *parser, struct place place)
{
	static const char *const ends[] = {"endset", NULL};
	struct statement *made = statement_make(parser, STATEMENT_SET, place);

	if (!parse_targets(parser, made))
		return NULL;
	if (parser_take(parser, ".")) {
		made->attribute = parser_name(parser, "a name after \".\"");
		if (!made->attribute)
			return NULL;
	}
	if (parser_take(parser, "=")) {
		made->expression = parse_tuple(parser);
		return made->expression && block_end(parser) ? made : NULL;
	}
	if (made->n_names > 1 || made->attribute) {
		parser_unexpected(parser, "\"=\"");
		return NULL;
	}
	if (!block_end(parser) || !(made->body = parse_block(parser, ends)))
		return NULL;
	return expect_tag(parser, "endset", place) ? made : NULL;
}

static struct statement *parse_tag(struct parser *parser)
{
	static const char *const tags[] = {"if", "for", "set", "raw", "elif", "else", "endif",
		"endfor", "endset", "endraw", NULL};
	struct place place = parser->token->place;
	struct statement *made = NULL;

	parser->token++;
	struct place name_place = parser->token->place;
	const char *name = parser_name(parser, "the name of a tag");
	if (!name || !parser_enter(parser))
		return NULL;
	if (strcmp(name, "if") == 0) {
		made = parse_if(parser, place);
	} else if (strcmp(name, "for") == 0) {
		made = parse_for(parser, place);
	} else if (strcmp(name, "set") == 0) {
		made = parse_set(parser, place);
	} else if (g_strv_contains(tags, name)) {
		parser_fail(parser, name_place, "\"%s\" has nothing here that it belongs to", name);
	} else {
		parser_fail(parser, name_place, "unknown tag \"%s\"", name);
		const char *near = suggest(name, tags);
		if (near)
			problem_hint(parser->problems, "did you mean \"%s\"?", near);
		else
			problem_hint(
				parser->problems, "templates have the tags if, for, set and raw");
	}
	parser_leave(parser);
	return made;
}

static struct statement *parse_output(struct parser *parser)
{
	struct statement *made = statement_make(parser, STATEMENT_OUTPUT, parser->token->place);
	parser->token++;
	made->expression = parse_tuple(parser);
	if (!made->expression)
		return NULL;
	if (parser->token->kind != TOKEN_OUTPUT_END) {
		parser_unexpected(parser, "\"}}\"");
		return NULL;
	}
	parser->token++;
	return made;
}

/* Up to a tag that is one of `ends`, which is not taken, or up to the end of the text. */
static struct block *parse_block(struct parser *parser, const char *const *ends)
{
	g_autoptr(GPtrArray) statements = g_ptr_array_new();

	while (parser->token->kind != TOKEN_END) {
		const struct token *token = parser->token;
		struct statement *made;
		if (token->kind == TOKEN_TEXT) {
			made = statement_make(parser, STATEMENT_TEXT, token->place);
			made->text = token->text;
			made->len = token->len;
			parser->token++;
		} else if (token->kind == TOKEN_OUTPUT_BEGIN) {
			made = parse_output(parser);
		} else {
			bool ends_here = false;
			for (size_t i = 0; ends[i] && !ends_here; i++)
				ends_here = token_is(token + 1, ends[i]);
			if (ends_here)
				break;
			made = parse_tag(parser);
		}
		if (!made)
			return NULL;
		g_ptr_array_add(statements, made);
	}
	struct block *block = arena_alloc(parser->arena, sizeof(*block));
	block->n = statements->len;
	block->statements = arena_array(parser->arena, block->n, sizeof(struct statement *));
	if (block->n > 0)
		memcpy(block->statements, statements->pdata, block->n * sizeof(struct statement *));
	return block;
}

/* One {{ }}; the line end that YAML leaves behind a block of one line does not count. */
static bool block_is_alone(const struct block *block)
{
	if (block->n == 0 || block->n > 2 || block->statements[0]->kind != STATEMENT_OUTPUT)
		return false;
	if (block->n == 1)
		return true;
	const struct statement *rest = block->statements[1];
	return rest->kind == STATEMENT_TEXT && rest->len == 1 && rest->text[0] == '\n';
}

struct template *template_parse(
	struct arena *arena, const char *text, struct place place, struct problems *problems)
{
	static const char *const no_ends[] = {NULL};

	if (!g_utf8_validate(text, -1, NULL)) {
		problem_add(problems, place, "the text is not UTF-8");
		return NULL;
	}
	if (place.line == 0)
		place.line = 1;
	if (place.column == 0)
		place.column = 1;
	struct parser parser = {.arena = arena, .problems = problems};
	parser.token = lex(arena, arena_strdup(arena, text), place, problems);
	if (!parser.token)
		return NULL;
	struct block *body = parse_block(&parser, no_ends);
	if (!body)
		return NULL;
	struct template *made = arena_alloc(arena, sizeof(*made));
	made->place = place;
	made->body = body;
	made->is_alone = block_is_alone(body);
	return made;
}

bool template_is_needed(const char *text)
{
	for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{')) {
		if (at[1] == '{' || at[1] == '%')
			return true;
	}
	return false;
}

/* The indentation of the first line that is not blank, from line `line` (counted from 1) on. */
static unsigned indentation(const char *source, unsigned line)
{
	for (unsigned i = 1; source && i < line; i++) {
		source = strchr(source, '\n');
		if (source)
			source++;
	}
	while (source && *source) {
		size_t n = strspn(source, " ");
		if (source[n] != '\n' && source[n] != '\r')
			return source[n] ? (unsigned)n : 0;
		source = strchr(source, '\n');
		if (source)
			source++;
	}
	return 0;
}

struct place template_place(struct place scalar, bool plain, bool block, const char *source)
{
	if (scalar.line == 0)
		return scalar;
	if (block) {
		scalar.line++;
		scalar.column = 1 + indentation(source, scalar.line);
	} else if (!plain) {
		scalar.column++;
	}
	return scalar;
}
