/* SPDX-License-Identifier: MIT */
/* Looks whether a query says that it is time. */
#include <string.h>

#include "operators/program.h"
#include "operators/statement.h"

/* PostgreSQL's numeric comes as text: `0.00` is zero, too. */
static bool text_is_zero(const char *text)
{
	text += *text == '-';
	return strspn(text, "0.") == strlen(text);
}

static bool is_true(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_NULL:
	case JSON_FALSE:
		return false;
	case JSON_TRUE:
		return true;
	case JSON_STRING:
		return !text_is_zero(json_string_value(value));
	case JSON_INTEGER:
	case JSON_REAL:
		return json_number_value(value) != 0;
	case JSON_ARRAY:
		return json_array_size(value) > 0;
	case JSON_OBJECT:
		return json_object_size(value) > 0;
	}
	g_assert_not_reached();
}

static int rows_look(const json_t *arguments, const struct rows *rows)
{
	const json_t *row = json_array_get(rows->list, 0);
	json_t *first = json_array_get(row, 0);
	if (!row && program_boolean(arguments, "fail_on_empty", false))
		return program_fail("the query gave no row");
	if (!row)
		return program_not_yet("not yet: the query gave no row");
	if (!first)
		return program_fail_for_good("sql: a statement without columns says nothing");
	if (is_true(first))
		return program_succeed(json_incref(first));
	g_autofree char *text = parameter_text(first);
	return program_not_yet("not yet: the query gave %s", text ? text : "null");
}

static int task_run(const json_t *arguments)
{
	g_autoptr(GError) error = NULL;
	struct query query;
	struct rows rows = {.columns = json_array(), .list = json_array()};
	int code;
	if (!query_read(arguments, &query, &error))
		code = program_fail_for_good("%s", error->message);
	else if (!query_run(&query, &rows, &error))
		code = program_fail("%s", error->message);
	else
		code = rows_look(arguments, &rows);
	query_clear(&query);
	json_decref(rows.columns);
	json_decref(rows.list);
	return code;
}

int main(void)
{
	json_t *arguments = program_arguments();
	int code = task_run(arguments);
	json_decref(arguments);
	return code;
}
