/* SPDX-License-Identifier: MIT */
/*
 * Operands and what follows them directly: literals, names, brackets, signs, .name, [index],
 * (call), | filter, is test.
 */
#include <string.h>

#include "lib/template/ast.h"
#include "lib/template/builtin.h"

static struct expression *parse_operand(struct parser *parser);

struct expression *expression_make(struct parser *parser, enum expression_kind kind,
	struct place place, struct expression *const *parts, size_t n)
{
	struct expression *made = arena_alloc(parser->arena, sizeof(*made));
	made->kind = kind;
	made->place = place;
	made->n = n;
	made->parts = arena_array(parser->arena, n, sizeof(*parts));
	for (size_t i = 0; i < n; i++) {
		made->parts[i] = parts[i];
		if (parts[i] && parts[i]->height >= made->height)
			made->height = parts[i]->height + 1;
	}
	if (made->height <= TEMPLATE_HEIGHT_MAX)
		return made;
	parser_fail(parser, place, "the expression is too long");
	return NULL;
}

static struct expression *expression_literal(struct parser *parser, json_t *literal)
{
	struct expression *made =
		expression_make(parser, EXPR_LITERAL, parser->token->place, NULL, 0);
	arena_adopt(parser->arena, literal, (void (*)(void *))json_decref);
	made->literal = literal;
	return made;
}

/* Neighbouring texts are one text, as in Python. */
static struct expression *parse_text(struct parser *parser)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const struct token *first = parser->token;

	for (; parser->token->kind == TOKEN_STRING; parser->token++)
		g_string_append_len(text, parser->token->text, (gssize)parser->token->len);
	struct expression *made = expression_literal(parser, json_stringn(text->str, text->len));
	made->place = first->place;
	return made;
}

static struct expression *parse_word(struct parser *parser)
{
	struct expression *made;
	const struct token *token = parser->token;

	if (token_is(token, "true") || token_is(token, "True")) {
		made = expression_literal(parser, json_true());
	} else if (token_is(token, "false") || token_is(token, "False")) {
		made = expression_literal(parser, json_false());
	} else if (token_is(token, "none") || token_is(token, "None")) {
		made = expression_literal(parser, json_null());
	} else {
		static const char *const reserved[] = {
			"and", "or", "not", "if", "else", "elif", "is", "in", "for", NULL};
		for (size_t i = 0; reserved[i]; i++) {
			if (token_is(token, reserved[i])) {
				parser_unexpected(parser, "a value");
				return NULL;
			}
		}
		made = expression_make(parser, EXPR_NAME, token->place, NULL, 0);
		made->name = arena_strndup(parser->arena, token->text, token->len);
	}
	parser->token++;
	return made;
}

/* Expressions with commas between up to `close`, whose opening sign is taken. */
static bool parse_items(struct parser *parser, const char *close, GPtrArray *items)
{
	while (!parser_take(parser, close)) {
		struct expression *item = parse_expression(parser);
		if (!item)
			return false;
		g_ptr_array_add(items, item);
		if (!parser_take(parser, ","))
			return parser_expect(parser, close);
	}
	return true;
}

/* `(a)` is a itself; `()`, `(a,)` and `(a, b)` are tuples. */
static struct expression *parse_parenthesis(struct parser *parser, struct place place)
{
	g_autoptr(GPtrArray) items = g_ptr_array_new();

	if (!token_is(parser->token, ")")) {
		struct expression *first = parse_expression(parser);
		if (!first)
			return NULL;
		if (parser_take(parser, ")"))
			return first;
		if (!parser_expect(parser, ","))
			return NULL;
		g_ptr_array_add(items, first);
	}
	if (!parse_items(parser, ")", items))
		return NULL;
	return expression_make(parser, EXPR_TUPLE, place, (void *)items->pdata, items->len);
}

static struct expression *parse_dict(struct parser *parser, struct place place)
{
	g_autoptr(GPtrArray) items = g_ptr_array_new();

	while (!parser_take(parser, "}")) {
		struct expression *key = parse_expression(parser);
		if (!key || !parser_expect(parser, ":"))
			return NULL;
		struct expression *value = parse_expression(parser);
		if (!value)
			return NULL;
		g_ptr_array_add(items, key);
		g_ptr_array_add(items, value);
		if (parser_take(parser, ","))
			continue;
		if (!parser_expect(parser, "}"))
			return NULL;
		break;
	}
	return expression_make(parser, EXPR_DICT, place, (void *)items->pdata, items->len);
}

static struct expression *parse_bracket(struct parser *parser)
{
	struct place place = parser->token->place;
	g_autoptr(GPtrArray) items = g_ptr_array_new();
	struct expression *made = NULL;

	if (!parser_enter(parser))
		return NULL;
	if (parser_take(parser, "("))
		made = parse_parenthesis(parser, place);
	else if (parser_take(parser, "{"))
		made = parse_dict(parser, place);
	else if (parser_take(parser, "[") && parse_items(parser, "]", items))
		made = expression_make(parser, EXPR_LIST, place, (void *)items->pdata, items->len);
	parser_leave(parser);
	return made;
}

static struct expression *parse_primary(struct parser *parser)
{
	const struct token *token = parser->token;

	if (token->kind == TOKEN_NAME)
		return parse_word(parser);
	if (token->kind == TOKEN_STRING)
		return parse_text(parser);
	if (token->kind == TOKEN_NUMBER) {
		struct expression *made = expression_literal(parser, json_incref(token->number));
		parser->token++;
		return made;
	}
	if (token_is(token, "(") || token_is(token, "[") || token_is(token, "{"))
		return parse_bracket(parser);
	parser_unexpected(parser, "a value");
	return NULL;
}

struct keyword_list {
	GPtrArray *names, *values;
};

/* One argument of a call: `value` into `parts`, or `name=value` into `keywords`. */
static bool parse_argument(
	struct parser *parser, GPtrArray *parts, const struct keyword_list *keywords)
{
	const struct token *token = parser->token;
	bool has_name = token->kind == TOKEN_NAME && token_is(token + 1, "=");

	if (token_is(token, "*") || token_is(token, "**"))
		return parser_fail(parser, token->place, "\"%.*s\" cannot spread arguments here",
			(int)token->len, token->text);
	if (!has_name && keywords->names->len > 0)
		return parser_fail(parser, token->place,
			"an argument without a name cannot follow one with a name");
	if (has_name) {
		char *name = arena_strndup(parser->arena, token->text, token->len);
		if (g_ptr_array_find_with_equal_func(keywords->names, name, g_str_equal, NULL))
			return parser_fail(
				parser, token->place, "the argument \"%s\" is given twice", name);
		g_ptr_array_add(keywords->names, name);
		parser->token += 2;
	}
	struct expression *value = parse_expression(parser);
	if (!value)
		return false;
	g_ptr_array_add(has_name ? keywords->values : parts, value);
	return true;
}

/* Arguments up to `)` behind `subject`; its kind tells what is called. */
static struct expression *parse_arguments(struct parser *parser, enum expression_kind kind,
	struct place place, struct expression *subject)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new(), names = g_ptr_array_new(),
			     values = g_ptr_array_new();
	const struct keyword_list keywords = {names, values};

	g_ptr_array_add(parts, subject);
	while (!parser_take(parser, ")")) {
		if (!parse_argument(parser, parts, &keywords))
			return NULL;
		if (parser_take(parser, ","))
			continue;
		if (!parser_expect(parser, ")"))
			return NULL;
		break;
	}
	struct expression *made =
		expression_make(parser, kind, place, (void *)parts->pdata, parts->len);
	if (!made)
		return NULL;
	made->n_keywords = names->len;
	made->keywords = arena_array(parser->arena, names->len, sizeof(char *));
	made->keyword_values = arena_array(parser->arena, names->len, sizeof(subject));
	for (size_t i = 0; i < names->len; i++) {
		made->keywords[i] = names->pdata[i];
		made->keyword_values[i] = values->pdata[i];
		made->height = MAX(made->height, made->keyword_values[i]->height + 1);
	}
	return made;
}

static struct expression *parse_call(struct parser *parser, struct expression *callee)
{
	struct expression *made = NULL;
	if (!parser_enter(parser))
		return NULL;
	made = parse_arguments(parser, EXPR_CALL, callee->place, callee);
	parser_leave(parser);
	return made;
}

/* `.name`, or `.0` as Jinja2 has it for an index. */
static struct expression *parse_attribute(struct parser *parser, struct expression *subject)
{
	const struct token *token = parser->token;

	if (token->kind == TOKEN_NUMBER && json_is_integer(token->number)) {
		struct expression *index = expression_literal(parser, json_incref(token->number));
		parser->token++;
		return expression_make(parser, EXPR_INDEX, token->place,
			(struct expression *[]){subject, index}, 2);
	}
	const char *name = parser_name(parser, "a name after \".\"");
	if (!name)
		return NULL;
	struct expression *made =
		expression_make(parser, EXPR_ATTRIBUTE, token->place, &subject, 1);
	if (made)
		made->name = name;
	return made;
}

static struct expression *parse_index(struct parser *parser, struct expression *subject)
{
	struct expression *parts[4] = {subject};
	size_t n = 1;
	bool is_slice = false;
	struct place place = parser->token->place;

	for (;; n++) {
		if (!token_is(parser->token, ":") && !token_is(parser->token, "]")) {
			parts[n] = parse_expression(parser);
			if (!parts[n])
				return NULL;
		}
		if (n == 3 || !parser_take(parser, ":"))
			break;
		is_slice = true;
	}
	if (!is_slice && !parts[1]) {
		parser_unexpected(parser, "an index");
		return NULL;
	}
	if (!parser_expect(parser, "]"))
		return NULL;
	return expression_make(
		parser, is_slice ? EXPR_SLICE : EXPR_INDEX, place, parts, is_slice ? 4 : 2);
}

/* Whether a test's single argument may follow without parentheses: `is divisibleby 3`. */
static bool begins_argument(const struct token *token)
{
	static const char *const not_one[] = {"else", "or", "and", "is", "if", "in", "not", NULL};

	if (token->kind == TOKEN_STRING || token->kind == TOKEN_NUMBER)
		return true;
	if (token_is(token, "[") || token_is(token, "{"))
		return true;
	for (size_t i = 0; not_one[i]; i++) {
		if (token_is(token, not_one[i]))
			return false;
	}
	return token->kind == TOKEN_NAME;
}

/* The table's row for a filter or test, checked against its arguments. */
static struct expression *builtin_attach(
	struct parser *parser, struct expression *made, const char *name, enum builtin_kind kind)
{
	if (!made)
		return NULL;
	const char *what = kind == BUILTIN_FILTER ? "filter" : "test";
	made->name = name;
	made->builtin = builtin_find(kind, name);
	if (!made->builtin) {
		parser_fail(parser, made->place, "unknown %s \"%s\"", what, name);
		g_autofree const char **names = builtin_names(kind);
		const char *near = suggest(name, names);
		if (near)
			problem_hint(parser->problems, "did you mean \"%s\"?", near);
		return NULL;
	}
	g_autofree char *why =
		builtin_mismatch(made->builtin, made->n - 1, made->keywords, made->n_keywords);
	if (!why)
		return made;
	parser_fail(parser, made->place, "the %s \"%s\" %s", what, name, why);
	return NULL;
}

static struct expression *parse_filter(struct parser *parser, struct expression *subject)
{
	struct place place = parser->token->place;
	const char *name = parser_name(parser, "the name of a filter after \"|\"");
	if (!name || !parser_enter(parser))
		return NULL;
	struct expression *made = parser_take(parser, "(")
		? parse_arguments(parser, EXPR_FILTER, place, subject)
		: expression_make(parser, EXPR_FILTER, place, &subject, 1);
	parser_leave(parser);
	return builtin_attach(parser, made, name, BUILTIN_FILTER);
}

static struct expression *parse_test(struct parser *parser, struct expression *subject)
{
	bool is_negated = parser_take(parser, "not");
	struct place place = parser->token->place;
	const char *name = parser_name(parser, "the name of a test after \"is\"");
	struct expression *made = NULL;
	if (!name || !parser_enter(parser))
		return NULL;
	if (parser_take(parser, "(")) {
		made = parse_arguments(parser, EXPR_TEST, place, subject);
	} else if (begins_argument(parser->token)) {
		struct expression *argument = parse_operand(parser);
		if (argument)
			made = expression_make(parser, EXPR_TEST, place,
				(struct expression *[]){subject, argument}, 2);
	} else {
		made = expression_make(parser, EXPR_TEST, place, &subject, 1);
	}
	parser_leave(parser);
	made = builtin_attach(parser, made, name, BUILTIN_TEST);
	return made && is_negated ? expression_make(parser, EXPR_NOT, place, &made, 1) : made;
}

/* What may follow an operand directly: attributes, indexes, calls. */
static struct expression *parse_postfix(struct parser *parser, struct expression *made)
{
	while (made) {
		if (parser_take(parser, "."))
			made = parse_attribute(parser, made);
		else if (parser_take(parser, "[")) {
			if (!parser_enter(parser))
				return NULL;
			made = parse_index(parser, made);
			parser_leave(parser);
		} else if (parser_take(parser, "("))
			made = parse_call(parser, made);
		else
			break;
	}
	return made;
}

static struct expression *parse_operand(struct parser *parser)
{
	return parse_postfix(parser, parse_primary(parser));
}

static struct expression *parse_signed(struct parser *parser)
{
	struct place place = parser->token->place;
	bool is_minus = token_is(parser->token, "-");

	if (!is_minus && !token_is(parser->token, "+"))
		return parse_operand(parser);
	parser->token++;
	if (!parser_enter(parser))
		return NULL;
	struct expression *operand = parse_signed(parser);
	parser_leave(parser);
	if (!operand)
		return NULL;
	return expression_make(parser, is_minus ? EXPR_MINUS : EXPR_PLUS, place, &operand, 1);
}

/* As in Jinja2, a filter or test applies to the sign, too: `-1 | abs` is 1. */
struct expression *parse_unary(struct parser *parser)
{
	struct expression *made = parse_signed(parser);
	while (made) {
		if (parser_take(parser, "|"))
			made = parse_filter(parser, made);
		else if (parser_take(parser, "is"))
			made = parse_test(parser, made);
		else if (parser_take(parser, "("))
			made = parse_call(parser, made);
		else
			break;
	}
	return made;
}
