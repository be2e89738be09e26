/* SPDX-License-Identifier: MIT */
#include "daemon/store/database.h"
#include "daemon/store/reader.h"

static bool total_read(struct reader *reader, const char *dag_id, int64_t *total, GError **error)
{
	GError *why = NULL;
	sqlite3_stmt *statement = reader_statement(reader, READ_MISSED_TOTAL, error);
	if (statement == NULL)
		return false;
	bind_text(statement, 1, dag_id);
	if (reader_step(reader, statement, &why))
		*total = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	if (why != NULL)
		g_propagate_error(error, why);
	return why == NULL;
}

GArray *reader_missed(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error)
{
	if (!total_read(reader, listing->dag_id, total, error))
		return NULL;
	sqlite3_stmt *statement = reader_statement(reader, READ_MISSED, error);
	if (statement == NULL)
		return NULL;
	bind_text(statement, 1, listing->dag_id);
	sqlite3_bind_int64(statement, 2, listing->limit);
	sqlite3_bind_int64(statement, 3, listing->offset);
	return reader_take_all(reader, statement, &missed_rows, error);
}
