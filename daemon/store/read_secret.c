/* SPDX-License-Identifier: MIT */
#include "daemon/store/reader.h"

bool reader_variable(
	struct reader *reader, const char *key, struct variable *variable, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_VARIABLE, error);
	if (statement == NULL)
		return false;
	bind_text(statement, 1, key);
	return reader_take(reader, statement, &variable_rows, variable, error);
}

bool reader_connection(
	struct reader *reader, const char *conn_id, struct connection *connection, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_CONNECTION, error);
	if (statement == NULL)
		return false;
	bind_text(statement, 1, conn_id);
	return reader_take(reader, statement, &connection_rows, connection, error);
}
