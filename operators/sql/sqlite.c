/* SPDX-License-Identifier: MIT */
#include <sqlite3.h>
#include <string.h>

#include "lib/base/instant.h"
#include "operators/connection_test.h"
#include "operators/statement.h"

enum { BUSY_PATIENCE_MS = 10000 };

static bool library_failed(sqlite3 *database, GError **error)
{
	g_set_error(error, LIB_ERROR, 0, "SQLite says: %s", sqlite3_errmsg(database));
	return false;
}

static int value_bind(sqlite3_stmt *statement, int place, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_NULL:
		return sqlite3_bind_null(statement, place);
	case JSON_TRUE:
	case JSON_FALSE:
		return sqlite3_bind_int(statement, place, json_is_true(value));
	case JSON_INTEGER:
		return sqlite3_bind_int64(statement, place, json_integer_value(value));
	case JSON_REAL:
		return sqlite3_bind_double(statement, place, json_real_value(value));
	case JSON_STRING:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return sqlite3_bind_text(statement, place, parameter_text(value), -1, g_free);
}

static bool parameters_bind(
	sqlite3 *database, sqlite3_stmt *statement, const json_t *parameters, GError **error)
{
	int n = (int)json_array_size(parameters), wanted = sqlite3_bind_parameter_count(statement);
	if (n != wanted) {
		g_set_error(error, LIB_ERROR, 0,
			"the statement has %d placeholders, but parameters has %d values", wanted,
			n);
		return false;
	}
	for (int i = 0; i < n; i++)
		if (value_bind(statement, i + 1, json_array_get(parameters, (size_t)i))
			!= SQLITE_OK)
			return library_failed(database, error);
	return true;
}

/* A text that is not UTF-8, and a blob, as the bytes' hexadecimal digits. */
static json_t *bytes_json(sqlite3_stmt *statement, int column)
{
	const uint8_t *bytes = sqlite3_column_blob(statement, column);
	int n = sqlite3_column_bytes(statement, column);
	GString *text = g_string_new(NULL);
	for (int i = 0; i < n; i++)
		g_string_append_printf(text, "%02x", bytes[i]);
	json_t *value = json_string(text->str);
	g_string_free(text, TRUE);
	return value;
}

static json_t *value_json(sqlite3_stmt *statement, int column)
{
	json_t *value = NULL;
	switch (sqlite3_column_type(statement, column)) {
	case SQLITE_NULL:
		return json_null();
	case SQLITE_INTEGER:
		return json_integer(sqlite3_column_int64(statement, column));
	case SQLITE_FLOAT:
		value = json_real(sqlite3_column_double(statement, column));
		if (!value)
			value = json_string((const char *)sqlite3_column_text(statement, column));
		break;
	case SQLITE_TEXT:
		value = json_stringn((const char *)sqlite3_column_text(statement, column),
			(size_t)sqlite3_column_bytes(statement, column));
		break;
	}
	return value ? value : bytes_json(statement, column);
}

static void columns_take(sqlite3_stmt *statement, struct rows *rows)
{
	json_array_clear(rows->columns);
	json_array_clear(rows->list);
	for (int column = 0; column < sqlite3_column_count(statement); column++)
		json_array_append_new(
			rows->columns, json_string(sqlite3_column_name(statement, column)));
}

static bool statement_step(sqlite3 *database, sqlite3_stmt *statement,
	const struct statements *statements, struct rows *rows, GError **error)
{
	int code;
	columns_take(statement, rows);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		json_t *row = json_array();
		for (int column = 0; column < sqlite3_column_count(statement); column++)
			json_array_append_new(row, value_json(statement, column));
		if (!rows_add(rows, statements, row, error))
			return false;
	}
	if (code != SQLITE_DONE)
		return library_failed(database, error);
	if (!sqlite3_stmt_readonly(statement))
		rows->n_affected = sqlite3_changes64(database);
	return true;
}

static bool rest_is_empty(const char *rest)
{
	return rest[strspn(rest, " \t\r\n;")] == '\0';
}

/* One text may hold several statements, but then no placeholders. */
static bool text_run(sqlite3 *database, const char *text, const struct statements *statements,
	struct rows *rows, GError **error)
{
	bool is_done = true;
	for (const char *rest = text; is_done && !rest_is_empty(rest);) {
		sqlite3_stmt *statement = NULL;
		if (sqlite3_prepare_v2(database, rest, -1, &statement, &rest) != SQLITE_OK)
			return library_failed(database, error);
		if (!statement) /* a comment */
			continue;
		if (statements->parameters && !rest_is_empty(rest)) {
			g_set_error_literal(error, LIB_ERROR, 0,
				"parameters belong to one statement, but sql holds several");
			is_done = false;
		}
		is_done = is_done
			&& parameters_bind(database, statement, statements->parameters, error)
			&& statement_step(database, statement, statements, rows, error);
		sqlite3_finalize(statement);
	}
	return is_done;
}

static bool command_run(sqlite3 *database, const char *command, GError **error)
{
	return sqlite3_exec(database, command, NULL, NULL, NULL) == SQLITE_OK
		|| library_failed(database, error);
}

/* As in Airflow the host; the schema is taken, too. */
static const char *path_of(const struct connection *connection, GError **error)
{
	const char *path = connection->host ? connection->host : connection->database;
	if (!path)
		g_set_error_literal(error, LIB_ERROR, 0,
			"the connection names no file: a connection of type sqlite has its path as "
			"host");
	return path;
}

/* `more_flags` are SQLITE_OPEN_CREATE or 0. */
static sqlite3 *database_open(const char *path, int more_flags, GError **error)
{
	sqlite3 *database = NULL;
	if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | more_flags, NULL)
		!= SQLITE_OK) {
		g_set_error(
			error, LIB_ERROR, 0, "cannot open %s: %s", path, sqlite3_errmsg(database));
		sqlite3_close(database);
		return NULL;
	}
	return database;
}

bool statements_run_sqlite(const struct connection *connection, const struct statements *statements,
	struct rows *rows, GError **error)
{
	const char *path = path_of(connection, error);
	sqlite3 *database = path ? database_open(path, SQLITE_OPEN_CREATE, error) : NULL;
	if (!database)
		return false;
	sqlite3_busy_timeout(database, BUSY_PATIENCE_MS);
	bool is_done = statements->autocommit || command_run(database, "BEGIN", error);
	for (size_t i = 0; is_done && statements->texts[i]; i++)
		is_done = text_run(database, statements->texts[i], statements, rows, error);
	if (is_done && !statements->autocommit)
		is_done = command_run(database, "COMMIT", error);
	sqlite3_close(database);
	return is_done;
}

/* How many tables there are; -1 with an error. */
static int tables_count(sqlite3 *database, GError **error)
{
	sqlite3_stmt *statement = NULL;
	int n = -1;
	if (sqlite3_prepare_v2(database, "SELECT count(*) FROM sqlite_master WHERE type = 'table'",
		    -1, &statement, NULL)
			== SQLITE_OK
		&& sqlite3_step(statement) == SQLITE_ROW)
		n = sqlite3_column_int(statement, 0);
	else
		library_failed(database, error);
	sqlite3_finalize(statement);
	return n;
}

char *sqlite_greet(const struct connection *connection, GError **error)
{
	const char *path = path_of(connection, error);
	if (path && !g_file_test(path, G_FILE_TEST_EXISTS)) {
		g_set_error(error, LIB_ERROR, 0,
			"there is no file %s; the first task that writes makes it, if its folder "
			"is there",
			path);
		return NULL;
	}
	sqlite3 *database = path ? database_open(path, 0, error) : NULL;
	if (!database)
		return NULL;
	sqlite3_busy_timeout(database, CONNECTION_TEST_S * 1000);
	int n = tables_count(database, error);
	bool is_read_only = sqlite3_db_readonly(database, "main") == 1;
	sqlite3_close(database);
	return n < 0 ? NULL
		     : g_strdup_printf("SQLite %s, %s, tables: %d%s", sqlite3_libversion(), path, n,
			     is_read_only ? "; it can only be read" : "");
}
