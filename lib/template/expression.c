/* SPDX-License-Identifier: MIT */
/*
 * Expressions by recursive descent, one function a level of precedence, loosest first: if-else, or,
 * and, not, comparison, + -, ~, * / // %, **, then operands with their signs. The levels are
 * Jinja2's.
 */
#include <string.h>

#include "lib/template/ast.h"

struct level {
	const char *text;
	enum sign sign;
};

static const struct level powers[] = {{"**", SIGN_POWER}, {NULL}};
static const struct level products[] = {{"*", SIGN_MULTIPLY}, {"/", SIGN_DIVIDE},
	{"//", SIGN_FLOOR_DIVIDE}, {"%", SIGN_MODULO}, {NULL}};
static const struct level concats[] = {{"~", SIGN_CONCAT}, {NULL}};
static const struct level sums[] = {{"+", SIGN_ADD}, {"-", SIGN_SUBTRACT}, {NULL}};
static const struct level *const levels[] = {sums, concats, products, powers};

/* Operators of one level between operands of the next, grouped from the left. */
static struct expression *parse_binary(struct parser *parser, size_t level)
{
	if (level == G_N_ELEMENTS(levels))
		return parse_unary(parser);
	struct expression *left = parse_binary(parser, level + 1);
	while (left) {
		const struct level *found = levels[level];
		while (found->text && !token_is(parser->token, found->text))
			found++;
		if (!found->text)
			break;
		struct place place = parser->token->place;
		parser->token++;
		struct expression *right = parse_binary(parser, level + 1);
		if (!right)
			return NULL;
		left = expression_make(
			parser, EXPR_BINARY, place, (struct expression *[]){left, right}, 2);
		if (left)
			left->sign = found->sign;
	}
	return left;
}

static bool take_comparison(struct parser *parser, enum sign *sign)
{
	static const struct level signs[] = {{"==", SIGN_EQUAL}, {"!=", SIGN_NOT_EQUAL},
		{"<", SIGN_LESS}, {"<=", SIGN_LESS_EQUAL}, {">", SIGN_GREATER},
		{">=", SIGN_GREATER_EQUAL}, {"in", SIGN_IN}, {NULL}};

	for (const struct level *found = signs; found->text; found++) {
		if (parser_take(parser, found->text)) {
			*sign = found->sign;
			return true;
		}
	}
	if (!token_is(parser->token, "not") || !token_is(parser->token + 1, "in"))
		return false;
	parser->token += 2;
	*sign = SIGN_NOT_IN;
	return true;
}

/* `a < b < c` is one comparison of three, as in Python. */
static struct expression *parse_comparison(struct parser *parser)
{
	struct expression *made = parse_binary(parser, 0);
	struct place place = parser->token->place;
	enum sign sign;
	if (!made || !take_comparison(parser, &sign))
		return made;
	g_autoptr(GPtrArray) parts = g_ptr_array_new();
	g_autoptr(GArray) signs = g_array_new(FALSE, FALSE, sizeof(sign));
	g_ptr_array_add(parts, made);
	do {
		struct expression *operand = parse_binary(parser, 0);
		if (!operand)
			return NULL;
		g_ptr_array_add(parts, operand);
		g_array_append_val(signs, sign);
	} while (take_comparison(parser, &sign));
	made = expression_make(parser, EXPR_COMPARE, place, (void *)parts->pdata, parts->len);
	if (made) {
		made->signs = arena_array(parser->arena, signs->len, sizeof(sign));
		memcpy(made->signs, signs->data, signs->len * sizeof(sign));
	}
	return made;
}

static struct expression *parse_not(struct parser *parser)
{
	struct place place = parser->token->place;
	if (!parser_take(parser, "not"))
		return parse_comparison(parser);
	if (!parser_enter(parser))
		return NULL;
	struct expression *operand = parse_not(parser);
	parser_leave(parser);
	return operand ? expression_make(parser, EXPR_NOT, place, &operand, 1) : NULL;
}

static struct expression *parse_and(struct parser *parser)
{
	struct expression *left = parse_not(parser);
	struct place place = parser->token->place;
	while (left && parser_take(parser, "and")) {
		struct expression *right = parse_not(parser);
		if (!right)
			return NULL;
		left = expression_make(
			parser, EXPR_AND, place, (struct expression *[]){left, right}, 2);
	}
	return left;
}

struct expression *parse_condition(struct parser *parser)
{
	struct expression *left = parse_and(parser);
	struct place place = parser->token->place;
	while (left && parser_take(parser, "or")) {
		struct expression *right = parse_and(parser);
		if (!right)
			return NULL;
		left = expression_make(
			parser, EXPR_OR, place, (struct expression *[]){left, right}, 2);
	}
	return left;
}

/* `a if b else c if d else e` is grouped from the right, so the chain is a recursion. */
static struct expression *parse_if(struct parser *parser)
{
	struct expression *parts[3] = {NULL, parse_condition(parser), NULL};
	struct place place = parser->token->place;

	if (!parts[1] || !parser_take(parser, "if"))
		return parts[1];
	parts[0] = parse_condition(parser);
	if (!parts[0])
		return NULL;
	if (parser_take(parser, "else")) {
		parts[2] = parse_expression(parser);
		if (!parts[2])
			return NULL;
	}
	return expression_make(parser, EXPR_IF, place, parts, 3);
}

struct expression *parse_expression(struct parser *parser)
{
	if (!parser_enter(parser))
		return NULL;
	struct expression *made = parse_if(parser);
	parser_leave(parser);
	return made;
}

struct expression *parse_tuple(struct parser *parser)
{
	struct place place = parser->token->place;
	struct expression *first = parse_expression(parser);

	if (!first || !token_is(parser->token, ","))
		return first;
	g_autoptr(GPtrArray) items = g_ptr_array_new();
	g_ptr_array_add(items, first);
	while (parser_take(parser, ",")) {
		if (parser->token->kind == TOKEN_OUTPUT_END
			|| parser->token->kind == TOKEN_BLOCK_END)
			break;
		struct expression *item = parse_expression(parser);
		if (!item)
			return NULL;
		g_ptr_array_add(items, item);
	}
	return expression_make(parser, EXPR_TUPLE, place, (void *)items->pdata, items->len);
}
