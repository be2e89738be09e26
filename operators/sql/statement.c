/* SPDX-License-Identifier: MIT */
#include "operators/statement.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/instant.h"
#include "operators/program.h"

const char *const query_types[] = {"postgres", "postgresql", "sqlite", NULL};

char *parameter_text(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_NULL:
		return NULL;
	case JSON_TRUE:
	case JSON_FALSE:
		return g_strdup(json_is_true(value) ? "true" : "false");
	case JSON_STRING:
		return g_strdup(json_string_value(value));
	case JSON_INTEGER:
	case JSON_REAL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	char *json = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	char *text = g_strdup(json);
	free(json);
	return text;
}

bool rows_add(struct rows *rows, const struct statements *statements, json_t *row, GError **error)
{
	if ((int64_t)json_array_size(rows->list) < statements->max_rows) {
		json_array_append_new(rows->list, row);
		return true;
	}
	json_decref(row);
	g_set_error(error, LIB_ERROR, 0,
		"the query gives more than %" PRId64 " rows; narrow it, or raise max_rows",
		statements->max_rows);
	return false;
}

/* One text or a list of texts, as an array that ends with NULL; the texts stay the arguments'. */
static GPtrArray *texts_read(const json_t *value, GError **error)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	size_t n = json_is_array(value) ? json_array_size(value) : 1;
	for (size_t i = 0; i < n; i++) {
		const char *text =
			json_string_value(json_is_array(value) ? json_array_get(value, i) : value);
		if (!text || text[strspn(text, " \t\r\n;")] == '\0') {
			g_set_error_literal(error, LIB_ERROR, 0,
				"sql: neither a text with a statement nor a list of such");
			return NULL;
		}
		g_ptr_array_add(texts, (char *)text);
	}
	if (n == 0) {
		g_set_error_literal(error, LIB_ERROR, 0, "sql: an empty list");
		return NULL;
	}
	g_ptr_array_add(texts, NULL);
	return g_steal_pointer(&texts);
}

static bool parameters_check(const json_t *parameters, const GPtrArray *texts, GError **error)
{
	if (!parameters || json_is_null(parameters))
		return true;
	const char *why = NULL;
	if (!json_is_array(parameters))
		why = "parameters: not a list";
	else if (texts->len > 2 && json_array_size(parameters) > 0)
		why = "parameters belong to one statement, but sql is a list of several";
	if (why)
		g_set_error_literal(error, LIB_ERROR, 0, why);
	return !why;
}

bool query_read(const json_t *arguments, struct query *query, GError **error)
{
	const json_t *parameters = json_object_get(arguments, "parameters");
	*query = (struct query){.texts = texts_read(json_object_get(arguments, "sql"), error)};
	if (!query->texts || !parameters_check(parameters, query->texts, error)
		|| !connection_read(arguments, "conn_id", query_types, &query->connection, error))
		return false;
	query->statements = (struct statements){
		.texts = (const char *const *)query->texts->pdata,
		.parameters = json_array_size(parameters) > 0 ? parameters : NULL,
		.autocommit = program_boolean(arguments, "autocommit", false),
		.max_rows = program_integer(arguments, "max_rows", MAX_ROWS),
	};
	return true;
}

bool query_run(const struct query *query, struct rows *rows, GError **error)
{
	bool is_sqlite = g_strcmp0(query->connection.type, "sqlite") == 0;
	return is_sqlite
		? statements_run_sqlite(&query->connection, &query->statements, rows, error)
		: statements_run_postgres(&query->connection, &query->statements, rows, error);
}

void query_clear(struct query *query)
{
	connection_clear(&query->connection);
	if (query->texts)
		g_ptr_array_unref(query->texts);
}
