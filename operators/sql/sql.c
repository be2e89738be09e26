/* SPDX-License-Identifier: MIT */
/* Runs SQL on PostgreSQL or SQLite and leaves the rows of the last statement. */
#include <inttypes.h>
#include <stdio.h>

#include "operators/connection_test.h"
#include "operators/program.h"
#include "operators/statement.h"

static json_t *result_make(const struct rows *rows)
{
	return json_pack("{s:O, s:O, s:I, s:I}", "columns", rows->columns, "rows", rows->list,
		"row_count", (json_int_t)json_array_size(rows->list), "rows_affected",
		(json_int_t)rows->n_affected);
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
	else {
		printf("%zu rows, %" PRId64 " rows affected\n", json_array_size(rows.list),
			rows.n_affected);
		code = program_succeed(result_make(&rows));
	}
	query_clear(&query);
	json_decref(rows.columns);
	json_decref(rows.list);
	return code;
}

static int connection_test(const json_t *arguments)
{
	g_autoptr(GError) error = NULL;
	struct connection connection;
	if (!connection_read(arguments, "connection", query_types, &connection, &error))
		return program_fail("%s", error->message);
	bool is_sqlite = g_strcmp0(connection.type, "sqlite") == 0;
	g_autofree char *sentence =
		is_sqlite ? sqlite_greet(&connection, &error) : postgres_greet(&connection, &error);
	connection_clear(&connection);
	return sentence ? connection_works("%s", sentence) : program_fail("%s", error->message);
}

int main(int argc, char **argv)
{
	json_t *arguments = program_arguments();
	int code = connection_test_wanted(argc, argv) ? connection_test(arguments)
						      : task_run(arguments);
	json_decref(arguments);
	return code;
}
