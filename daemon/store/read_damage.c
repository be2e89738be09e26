/* SPDX-License-Identifier: MIT */
#include "daemon/store/database.h"
#include "daemon/store/reader.h"

static const char names_sql[] = "SELECT name FROM sqlite_schema WHERE type = 'table'";

char **reader_tables(struct reader *reader, GError **error)
{
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	sqlite3_stmt *statement = database_prepare(reader->db, names_sql, error);
	if (statement == NULL)
		return NULL;
	int code;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		g_strv_builder_add(names, (const char *)sqlite3_column_text(statement, 0));
	if (code != SQLITE_DONE)
		database_error(reader->db, error);
	sqlite3_finalize(statement);
	return code == SQLITE_DONE ? g_strv_builder_end(names) : NULL;
}

char *reader_damage(struct reader *reader, const char *table)
{
	g_autofree char *sql = g_strdup_printf("PRAGMA quick_check(\"%s\")", table);
	g_autoptr(GError) error = NULL;
	char *found = NULL;
	sqlite3_stmt *statement = database_prepare(reader->db, sql, &error);
	if (statement == NULL)
		return g_strdup(error->message);
	int code = sqlite3_step(statement);
	const char *answer =
		code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
	if (answer == NULL)
		found = g_strdup(sqlite3_errmsg(reader->db));
	else if (!g_str_equal(answer, "ok"))
		found = g_strdup(answer);
	sqlite3_finalize(statement);
	return found;
}
