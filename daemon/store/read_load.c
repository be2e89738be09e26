/* SPDX-License-Identifier: MIT */
#include "daemon/store/database.h"
#include "daemon/store/reader.h"
#include "daemon/store/row.h"

/* Hands each row of a statement to the visitor's function for such rows. */
typedef void row_visit(sqlite3_stmt *row, const struct store_visitor *visitor);

static void visit_pool(sqlite3_stmt *row, const struct store_visitor *visitor)
{
	struct pool_record pool = row_pool(row);
	visitor->on_pool(visitor->data, &pool);
}

static void visit_dag(sqlite3_stmt *row, const struct store_visitor *visitor)
{
	struct dag_record dag = row_dag(row);
	visitor->on_dag(visitor->data, &dag);
}

static void visit_backfill(sqlite3_stmt *row, const struct store_visitor *visitor)
{
	struct backfill_record backfill = row_backfill(row);
	visitor->on_backfill(visitor->data, &backfill);
}

static void visit_missed(sqlite3_stmt *row, const struct store_visitor *visitor)
{
	struct missed_record missed = row_missed(row);
	visitor->on_missed(visitor->data, &missed);
}

static void visit_asset(sqlite3_stmt *row, const struct store_visitor *visitor)
{
	visitor->on_asset(visitor->data, row_text(row, 0), row_text(row, 1));
}

static void visit_run(sqlite3_stmt *row, const struct store_visitor *visitor)
{
	struct run_record run = row_run(row);
	visitor->on_run(visitor->data, &run);
}

static void visit_task(sqlite3_stmt *row, const struct store_visitor *visitor)
{
	struct task_record task = row_task(row);
	visitor->on_task(visitor->data, &task);
}

static void visit_attempt(sqlite3_stmt *row, const struct store_visitor *visitor)
{
	struct attempt_record attempt = row_attempt(row);
	visitor->on_attempt(visitor->data, &attempt);
}

static const struct {
	enum read_statement statement;
	row_visit *visit;
} passes[] = {
	{READ_POOLS, visit_pool},
	{READ_DAGS, visit_dag},
	{READ_NEWEST_MISSED, visit_missed},
	{READ_ASSETS_HEARD, visit_asset},
	{READ_LIVE_BACKFILLS, visit_backfill},
	{READ_LIVE_RUNS, visit_run},
	{READ_LIVE_TASKS, visit_task},
	{READ_LIVE_ATTEMPTS, visit_attempt},
};

static bool load_all(struct reader *reader, const struct store_visitor *visitor, GError **error)
{
	GError *why = NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(passes) && why == NULL; i++) {
		sqlite3_stmt *statement = reader_statement(reader, passes[i].statement, &why);
		while (statement != NULL && reader_step(reader, statement, &why))
			passes[i].visit(statement, visitor);
	}
	if (why != NULL)
		g_propagate_error(error, why);
	return why == NULL;
}

/* In one transaction: all passes see the same instant. */
bool reader_load(struct reader *reader, const struct store_visitor *visitor, GError **error)
{
	if (!database_run(reader->db, "BEGIN", error))
		return false;
	bool is_loaded = load_all(reader, visitor, error);
	return database_run(reader->db, "COMMIT", is_loaded ? error : NULL) && is_loaded;
}

bool reader_version(
	struct reader *reader, const char *hash, char **file, char **text, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_VERSION, error);
	bool is_known = false;
	if (statement != NULL) {
		bind_text(statement, 1, hash);
		is_known = reader_step(reader, statement, error);
	}
	if (is_known) {
		*file = g_strdup(row_text(statement, 0));
		*text = g_strdup(row_text(statement, 1));
		sqlite3_reset(statement);
	}
	return is_known;
}
