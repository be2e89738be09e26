/* SPDX-License-Identifier: MIT */
/* What a template asks for: its chains of names, found without rendering it. */
#include <string.h>

#include "lib/template/ast.h"
#include "lib/template/builtin.h"

/* One walk. The first of two only finds out which chains are guarded somewhere. */
struct walk {
	template_visitor *visitor; /* NULL in the first */
	void *data;
	GPtrArray *bound;    /* names that `for` and `set` have given a value */
	GHashTable *guarded; /* chains, their names joined by a line end */
};

static void walk_expression(struct walk *walk, const struct expression *expression);
static void walk_block(struct walk *walk, const struct block *block);

json_t *expression_constant(const struct expression *expression)
{
	json_t *made, *item, *number;

	switch (expression->kind) {
	case EXPR_LITERAL:
		return json_incref(expression->literal);
	case EXPR_MINUS:
		number = expression_constant(expression->parts[0]);
		made = json_is_integer(number) ? json_integer(-json_integer_value(number))
			: json_is_real(number) ? json_real(-json_real_value(number))
					       : NULL;
		json_decref(number);
		return made;
	case EXPR_LIST:
	case EXPR_TUPLE:
		made = json_array();
		for (size_t i = 0; i < expression->n; i++) {
			item = expression_constant(expression->parts[i]);
			if (json_array_append_new(made, item) != 0) {
				json_decref(made);
				return NULL;
			}
		}
		return made;
	case EXPR_NAME:
	case EXPR_ATTRIBUTE:
	case EXPR_INDEX:
	case EXPR_SLICE:
	case EXPR_CALL:
	case EXPR_FILTER:
	case EXPR_TEST:
	case EXPR_NOT:
	case EXPR_PLUS:
	case EXPR_BINARY:
	case EXPR_COMPARE:
	case EXPR_AND:
	case EXPR_OR:
	case EXPR_IF:
	case EXPR_DICT:
		break;
	}
	return NULL;
}

/* The names of `a.b["c"]`, appended. False when it is something else. */
static bool chain_names(const struct expression *expression, GPtrArray *names)
{
	if (expression->kind == EXPR_NAME) {
		g_ptr_array_add(names, (char *)expression->name);
		return true;
	}
	bool is_attribute = expression->kind == EXPR_ATTRIBUTE;
	const struct expression *index =
		expression->kind == EXPR_INDEX ? expression->parts[1] : NULL;
	bool is_key = index && index->kind == EXPR_LITERAL && json_is_string(index->literal);
	if ((!is_attribute && !is_key) || !chain_names(expression->parts[0], names))
		return false;
	g_ptr_array_add(names,
		is_attribute ? (char *)expression->name
			     : (char *)json_string_value(index->literal));
	return true;
}

static char *names_join(GPtrArray *names, const char *between)
{
	GString *text = g_string_new(names->pdata[0]);
	for (size_t i = 1; i < names->len; i++) {
		g_string_append(text, between);
		g_string_append(text, names->pdata[i]);
	}
	return g_string_free(text, FALSE);
}

char *expression_chain(const struct expression *expression)
{
	if (expression->kind == EXPR_NAME)
		return g_strdup(expression->name);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	return chain_names(expression, names) ? names_join(names, ".") : NULL;
}

static struct place chain_place(const struct expression *expression)
{
	while (expression->kind != EXPR_NAME)
		expression = expression->parts[0];
	return expression->place;
}

static bool is_bound(const struct walk *walk, const char *name)
{
	return g_ptr_array_find_with_equal_func(walk->bound, name, g_str_equal, NULL);
}

/* Tells the visitor of a call, with its arguments. */
static void visit_call(struct walk *walk, const struct expression *call, struct template_use *use)
{
	size_t n = call->n - 1;
	g_autofree json_t **arguments = g_new0(json_t *, n + 1);
	g_autofree json_t **values = g_new0(json_t *, call->n_keywords + 1);

	for (size_t i = 0; i < n; i++)
		arguments[i] = expression_constant(call->parts[i + 1]);
	for (size_t i = 0; i < call->n_keywords; i++)
		values[i] = expression_constant(call->keyword_values[i]);
	use->is_call = true;
	use->n_arguments = n;
	use->arguments = arguments;
	use->n_keywords = call->n_keywords;
	use->keywords = call->keywords;
	use->keyword_values = values;
	walk->visitor(walk->data, use);
	for (size_t i = 0; i < n; i++)
		json_decref(arguments[i]);
	for (size_t i = 0; i < call->n_keywords; i++)
		json_decref(values[i]);
}

/* A chain, or a call of one. False when it is neither. */
static bool walk_chain(
	struct walk *walk, const struct expression *expression, const struct builtin *guard)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	bool is_call = expression->kind == EXPR_CALL;
	const struct expression *chain = is_call ? expression->parts[0] : expression;

	if (!chain_names(chain, names))
		return false;
	const char *first = names->pdata[0];
	bool is_function = is_call && names->len == 1 && builtin_find(BUILTIN_GLOBAL, first);
	if (is_bound(walk, first) || is_function)
		return true;
	bool may_be_guarded = !is_call && walk->visitor && g_hash_table_size(walk->guarded) > 0;
	bool is_guarded = !is_call && !walk->visitor && guard;
	g_autofree char *key = may_be_guarded || is_guarded ? names_join(names, "\n") : NULL;
	if (is_guarded)
		g_hash_table_add(walk->guarded, g_steal_pointer(&key));
	if (!walk->visitor)
		return true;
	struct template_use use = {
		.place = chain_place(chain),
		.n = names->len,
		.names = (const char *const *)names->pdata,
		.has_default =
			guard || (may_be_guarded && g_hash_table_contains(walk->guarded, key)),
	};
	if (is_call)
		visit_call(walk, expression, &use);
	else
		walk->visitor(walk->data, &use);
	return true;
}

static void walk_arguments(struct walk *walk, const struct expression *expression)
{
	for (size_t i = 1; i < expression->n; i++)
		walk_expression(walk, expression->parts[i]);
	for (size_t i = 0; i < expression->n_keywords; i++)
		walk_expression(walk, expression->keyword_values[i]);
}

static void walk_expression(struct walk *walk, const struct expression *expression)
{
	bool is_builtin = expression->kind == EXPR_FILTER || expression->kind == EXPR_TEST;

	if (walk_chain(walk, expression, NULL)) {
		if (expression->kind == EXPR_CALL)
			walk_arguments(walk, expression);
		return;
	}
	const struct builtin *guard =
		is_builtin && expression->builtin->takes_undefined ? expression->builtin : NULL;
	if (guard && walk_chain(walk, expression->parts[0], guard)) {
		if (expression->parts[0]->kind == EXPR_CALL)
			walk_arguments(walk, expression->parts[0]);
	} else if (expression->n > 0 && expression->parts[0]) {
		walk_expression(walk, expression->parts[0]);
	}
	for (size_t i = 1; i < expression->n; i++) {
		if (expression->parts[i])
			walk_expression(walk, expression->parts[i]);
	}
	for (size_t i = 0; i < expression->n_keywords; i++)
		walk_expression(walk, expression->keyword_values[i]);
}

static void bind_targets(struct walk *walk, const struct statement *statement)
{
	for (size_t i = 0; i < statement->n_names; i++)
		g_ptr_array_add(walk->bound, (char *)statement->names[i]);
}

static void walk_for(struct walk *walk, const struct statement *statement)
{
	guint outer = walk->bound->len;

	walk_expression(walk, statement->expression);
	bind_targets(walk, statement);
	if (statement->filter)
		walk_expression(walk, statement->filter);
	g_ptr_array_add(walk->bound, "loop");
	walk_block(walk, statement->body);
	g_ptr_array_set_size(walk->bound, (gint)outer);
	if (statement->otherwise)
		walk_block(walk, statement->otherwise);
}

static void walk_set(struct walk *walk, const struct statement *statement)
{
	guint outer = walk->bound->len;

	if (statement->expression)
		walk_expression(walk, statement->expression);
	if (statement->body)
		walk_block(walk, statement->body);
	g_ptr_array_set_size(walk->bound, (gint)outer);
	bind_targets(walk, statement);
}

static void walk_block(struct walk *walk, const struct block *block)
{
	for (size_t i = 0; i < block->n; i++) {
		const struct statement *statement = block->statements[i];
		switch (statement->kind) {
		case STATEMENT_TEXT:
			break;
		case STATEMENT_OUTPUT:
			walk_expression(walk, statement->expression);
			break;
		case STATEMENT_IF:
			walk_expression(walk, statement->expression);
			walk_block(walk, statement->body);
			if (statement->otherwise)
				walk_block(walk, statement->otherwise);
			break;
		case STATEMENT_FOR:
			walk_for(walk, statement);
			break;
		case STATEMENT_SET:
			walk_set(walk, statement);
			break;
		}
	}
}

void template_walk(const struct template *template, template_visitor *visitor, void *data)
{
	g_autoptr(GPtrArray) bound = g_ptr_array_new();
	g_autoptr(GHashTable) guarded =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct walk walk = {NULL, data, bound, guarded};

	walk_block(&walk, template->body);
	g_ptr_array_set_size(bound, 0);
	walk.visitor = visitor;
	walk_block(&walk, template->body);
}

bool template_is_expression(const struct template *template)
{
	return template->is_alone;
}
