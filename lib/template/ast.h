/* SPDX-License-Identifier: MIT */
/* A template as the parser leaves it: statements that hold expressions, all in the arena of its
 * file. */
#pragma once

#include "lib/template/template.h"

enum token_kind {
	TOKEN_TEXT,
	TOKEN_OUTPUT_BEGIN, /* {{ */
	TOKEN_OUTPUT_END,
	TOKEN_BLOCK_BEGIN, /* {% */
	TOKEN_BLOCK_END,
	TOKEN_NAME,
	TOKEN_STRING,
	TOKEN_NUMBER,
	TOKEN_SIGN, /* an operator or a bracket; its text tells which */
	TOKEN_END,
};

struct token {
	enum token_kind kind;
	struct place place;
	const char *text; /* as written; of TEXT and STRING what it stands for */
	size_t len;
	json_t *number;
};

/* NULL after a mistake. The last one is TOKEN_END. */
struct token *lex(
	struct arena *arena, const char *text, struct place place, struct problems *problems);

enum expression_kind {
	EXPR_LITERAL,
	EXPR_NAME,
	EXPR_ATTRIBUTE, /* parts: subject */
	EXPR_INDEX,     /* parts: subject, index */
	EXPR_SLICE,     /* parts: subject, start, stop, step; each of the last three may be NULL */
	EXPR_CALL,      /* parts: callee, arguments ... */
	EXPR_FILTER,    /* parts: subject, arguments ... */
	EXPR_TEST,      /* the same */
	EXPR_NOT,
	EXPR_MINUS,
	EXPR_PLUS,
	EXPR_BINARY,
	EXPR_COMPARE, /* parts: operands; signs: n - 1 between them */
	EXPR_AND,
	EXPR_OR,
	EXPR_IF, /* parts: condition, then, else (may be NULL) */
	EXPR_LIST,
	EXPR_TUPLE,
	EXPR_DICT, /* parts: key, value, key, value ... */
};

enum sign {
	SIGN_ADD,
	SIGN_SUBTRACT,
	SIGN_MULTIPLY,
	SIGN_DIVIDE,
	SIGN_FLOOR_DIVIDE,
	SIGN_MODULO,
	SIGN_POWER,
	SIGN_CONCAT,
	SIGN_EQUAL,
	SIGN_NOT_EQUAL,
	SIGN_LESS,
	SIGN_LESS_EQUAL,
	SIGN_GREATER,
	SIGN_GREATER_EQUAL,
	SIGN_IN,
	SIGN_NOT_IN,
};

struct expression {
	enum expression_kind kind;
	struct place place;
	unsigned height; /* of the tree below it */
	const char *name;
	json_t *literal;
	enum sign sign;
	enum sign *signs;
	size_t n;
	struct expression **parts;
	size_t n_keywords;
	const char **keywords;
	struct expression **keyword_values;
	const struct builtin *builtin; /* of FILTER and TEST */
};

enum statement_kind {
	STATEMENT_TEXT,
	STATEMENT_OUTPUT,
	STATEMENT_IF,
	STATEMENT_FOR,
	STATEMENT_SET
};

struct block {
	size_t n;
	struct statement **statements;
};

struct statement {
	enum statement_kind kind;
	struct place place;
	const char *text;
	size_t len;
	struct expression
		*expression; /* OUTPUT, IF: condition, FOR: what is walked, SET: value or NULL */
	struct expression *filter; /* FOR: `if` or NULL */
	size_t n_names;            /* FOR, SET: targets */
	const char **names;
	const char *attribute;   /* SET of a namespace's attribute: names[0].attribute */
	struct block *body;      /* IF, FOR; SET without value */
	struct block *otherwise; /* IF, FOR: else; NULL when there is none */
};

struct template
{
	struct place place;
	struct block *body;
	bool is_alone; /* exactly one {{ }} and nothing else */
};

/* How deep brackets and blocks may nest, and how tall the tree of one expression may be. */
#define TEMPLATE_DEPTH_MAX 64
#define TEMPLATE_HEIGHT_MAX 400

struct parser {
	struct arena *arena;
	const struct token *token; /* the next one */
	struct problems *problems;
	unsigned depth;
};

/* What the parser's functions share. Those that return a pointer give NULL after a mistake. */
bool parser_fail(struct parser *parser, struct place place, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* The mistake that something else was wanted where the next token stands. */
bool parser_unexpected(struct parser *parser, const char *wanted);
/* False, with a mistake, when brackets or blocks nest too deep; parser_leave undoes it. */
bool parser_enter(struct parser *parser);
void parser_leave(struct parser *parser);

bool token_is(const struct token *token, const char *sign_or_name);
bool parser_take(struct parser *parser, const char *sign_or_name);
bool parser_expect(struct parser *parser, const char *sign_or_name);
/* The name that comes next, in the arena; NULL with a mistake when there is none. */
const char *parser_name(struct parser *parser, const char *wanted);

/* With `if ... else`, or without it (the list of a `for`, whose own `if` follows). */
struct expression *parse_expression(struct parser *parser);
struct expression *parse_condition(struct parser *parser);
/* An expression, or several with commas between: a tuple. */
struct expression *parse_tuple(struct parser *parser);

/* An operand with its signs, filters and tests. */
struct expression *parse_unary(struct parser *parser);
/* Parts that are NULL are those that an expression may lack. */
struct expression *expression_make(struct parser *parser, enum expression_kind kind,
	struct place place, struct expression *const *parts, size_t n);

/* The JSON of an expression without names (a new reference), else NULL. */
json_t *expression_constant(const struct expression *expression);
/* `params.db` when it is a chain of constant names (a new string), else NULL. */
char *expression_chain(const struct expression *expression);
