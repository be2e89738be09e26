/* SPDX-License-Identifier: MIT */
/*
 * What can be said of a shell template before there are values. The script is laid out twice, once
 * with the first branch of every {% if %} and once with the other; what is refused in either is a
 * mistake.
 */
#include <string.h>

#include "lib/template/ast.h"
#include "lib/template/shell.h"

enum branch { BRANCH_THEN, BRANCH_ELSE };

struct layout {
	enum branch branch;
	GString *script;
	GArray *slots; /* of struct shell_slot */
	struct problems *problems;
};

static void block_lay(struct layout *layout, const struct block *block);

static bool name_is_plain(const struct expression *expression)
{
	static const char *const names[] = {"ds", "ds_nodash", "ts", "ts_nodash", "try_number",
		"logical_date", "data_interval_start", "data_interval_end", "loop.index",
		"loop.index0", "loop.length", "loop.revindex", "loop.revindex0", "ti.try_number",
		"task_instance.try_number", NULL};
	g_autofree char *chain = expression_chain(expression);
	return chain && g_strv_contains(names, chain);
}

/* Whether an expression gives a number or a date, whatever its names stand for. */
static bool expression_is_plain(const struct expression *expression)
{
	static const char *const filters[] = {"int", "float", "abs", "round", "length", "count",
		"wordcount", "ds", "ds_nodash", "ts", "ts_nodash", NULL};
	static const char *const methods[] = {"isoformat", "date", "timestamp", "weekday",
		"isoweekday", "to_date_string", "total_seconds", "in_seconds", "in_minutes",
		"in_hours", "in_days", NULL};

	switch (expression->kind) {
	case EXPR_LITERAL:
		return json_is_number(expression->literal);
	case EXPR_NAME:
	case EXPR_ATTRIBUTE:
		return name_is_plain(expression);
	case EXPR_FILTER:
		return g_strv_contains(filters, expression->name);
	case EXPR_CALL:
		return expression->parts[0]->kind == EXPR_ATTRIBUTE
			&& g_strv_contains(methods, expression->parts[0]->name);
	case EXPR_MINUS:
	case EXPR_PLUS:
		return expression_is_plain(expression->parts[0]);
	case EXPR_BINARY:
		return expression->sign != SIGN_CONCAT && expression_is_plain(expression->parts[0])
			&& expression_is_plain(expression->parts[1]);
	case EXPR_IF:
		return expression->parts[2] && expression_is_plain(expression->parts[1])
			&& expression_is_plain(expression->parts[2]);
	case EXPR_INDEX:
	case EXPR_SLICE:
	case EXPR_TEST:
	case EXPR_NOT:
	case EXPR_COMPARE:
	case EXPR_AND:
	case EXPR_OR:
	case EXPR_LIST:
	case EXPR_TUPLE:
	case EXPR_DICT:
		break;
	}
	return false;
}

static void output_lay(struct layout *layout, const struct expression *expression)
{
	if (expression->kind == EXPR_FILTER && strcmp(expression->name, "unsafe") == 0) {
		g_string_append_c(layout->script, SHELL_EXPANSION);
		if (layout->branch == BRANCH_THEN)
			problem_warn(layout->problems, expression->place,
				"\"unsafe\" makes script of a value: whoever gives the value can "
				"run anything");
		return;
	}
	struct shell_slot slot = {.place = expression->place,
		.variable = "DAGD_VALUE",
		.is_plain = expression_is_plain(expression)};
	g_array_append_val(layout->slots, slot);
	g_string_append_c(layout->script, SHELL_MARK);
}

static void text_lay(struct layout *layout, const struct statement *statement)
{
	const char *text = statement->text, *end = text + statement->len;
	for (const char *mark; (mark = memchr(text, SHELL_MARK, (size_t)(end - text)));
		text = mark + 1) {
		g_string_append_len(layout->script, text, mark - text);
		/* Rendering would refuse it. */
		if (layout->branch == BRANCH_THEN)
			problem_add(layout->problems, statement->place,
				"the script holds a control character");
	}
	g_string_append_len(layout->script, text, end - text);
}

static void statement_lay(struct layout *layout, const struct statement *statement)
{
	bool is_else = layout->branch == BRANCH_ELSE;

	switch (statement->kind) {
	case STATEMENT_TEXT:
		text_lay(layout, statement);
		break;
	case STATEMENT_OUTPUT:
		output_lay(layout, statement->expression);
		break;
	case STATEMENT_IF:
		if (!is_else)
			block_lay(layout, statement->body);
		else if (statement->otherwise)
			block_lay(layout, statement->otherwise);
		break;
	case STATEMENT_FOR:
		if (is_else && statement->otherwise)
			block_lay(layout, statement->otherwise);
		else
			block_lay(layout, statement->body);
		break;
	case STATEMENT_SET:
		break;
	}
}

static void block_lay(struct layout *layout, const struct block *block)
{
	for (size_t i = 0; i < block->n; i++)
		statement_lay(layout, block->statements[i]);
}

static bool is_known(const struct problems *problems, struct place place, const char *message)
{
	for (guint i = 0; i < problems->list->len; i++) {
		const struct problem *problem = problems->list->pdata[i];
		if (problem->line == place.line && problem->column == place.column
			&& strcmp(problem->message, message) == 0)
			return true;
	}
	return false;
}

static void refusal_report(const struct shell_slot *slot, struct problems *problems)
{
	if (is_known(problems, slot->place, slot->refusal))
		return;
	problem_add(problems, slot->place, "%s", slot->refusal);
	if (!slot->is_plain)
		problem_hint(problems,
			"only a number or a date may stand here, such as {{ ... | int }}; other "
			"values are "
			"safe as an argument of a command, or in env");
}

static void branch_check(
	const struct template *template, enum branch branch, struct problems *problems)
{
	g_autoptr(GString) script = g_string_new(NULL);
	g_autoptr(GArray) slots = g_array_new(FALSE, TRUE, sizeof(struct shell_slot));
	struct layout layout = {branch, script, slots, problems};

	block_lay(&layout, template->body);
	if (slots->len > 0) {
		GString *scanned =
			shell_scan(script->str, (struct shell_slot *)slots->data, slots->len);
		g_string_free(scanned, TRUE);
	}
	for (guint i = 0; i < slots->len; i++) {
		struct shell_slot *slot = &g_array_index(slots, struct shell_slot, i);
		if (slot->refusal)
			refusal_report(slot, problems);
		g_free(slot->refusal);
	}
}

/* Whether the script is another one with the other branch. */
static bool block_has_branches(const struct block *block)
{
	for (size_t i = 0; i < block->n; i++) {
		const struct statement *statement = block->statements[i];
		if (statement->kind == STATEMENT_IF || statement->kind == STATEMENT_FOR)
			return true;
	}
	return false;
}

void template_check_shell(const struct template *template, struct problems *problems)
{
	branch_check(template, BRANCH_THEN, problems);
	if (block_has_branches(template->body))
		branch_check(template, BRANCH_ELSE, problems);
}
