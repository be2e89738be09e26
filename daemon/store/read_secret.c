/* SPDX-License-Identifier: MIT */
/* What is known by a name: variables, connections, pools. */
#include "daemon/store/reader.h"
#include "daemon/store/row.h"

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

bool reader_pool(struct reader *reader, const char *name, struct pool_record *pool, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_POOL, error);
	if (statement == NULL)
		return false;
	bind_text(statement, 1, name);
	return reader_take(reader, statement, &pool_rows, pool, error);
}

static char **names_read(struct reader *reader, enum read_statement which)
{
	GPtrArray *names = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	sqlite3_stmt *statement = reader_statement(reader, which, &error);
	while (statement != NULL && reader_step(reader, statement, &error))
		g_ptr_array_add(names, g_strdup(row_text(statement, 0)));
	if (error != NULL)
		g_warning("%s", error->message);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

char **reader_variable_names(struct reader *reader)
{
	return names_read(reader, READ_VARIABLE_NAMES);
}

char **reader_connection_names(struct reader *reader)
{
	return names_read(reader, READ_CONNECTION_NAMES);
}

char **reader_pool_names(struct reader *reader)
{
	return names_read(reader, READ_POOL_NAMES);
}
