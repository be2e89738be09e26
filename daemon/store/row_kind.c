/* SPDX-License-Identifier: MIT */
/* Rows that outlive their statement. */
#include "daemon/store/reader.h"
#include "daemon/store/row.h"

static bool run_fill(struct reader *reader, sqlite3_stmt *row, void *record, GError **error)
{
	struct run_record run = row_run(row);
	*(struct run_record *)record = run_record_copy(&run);
	return true;
}

static bool missed_fill(struct reader *reader, sqlite3_stmt *row, void *record, GError **error)
{
	struct missed_record missed = row_missed(row);
	*(struct missed_record *)record = missed_record_copy(&missed);
	return true;
}

static bool task_fill(struct reader *reader, sqlite3_stmt *row, void *record, GError **error)
{
	struct task_record task = row_task(row);
	*(struct task_record *)record = task_record_copy(&task);
	return true;
}

static bool attempt_fill(struct reader *reader, sqlite3_stmt *row, void *record, GError **error)
{
	struct attempt_record attempt = row_attempt(row);
	*(struct attempt_record *)record = attempt_record_copy(&attempt);
	return true;
}

static bool backfill_fill(struct reader *reader, sqlite3_stmt *row, void *record, GError **error)
{
	struct backfill_record backfill = row_backfill(row);
	*(struct backfill_record *)record = backfill_record_copy(&backfill);
	return true;
}

static void past_clear(void *record)
{
	g_free((char *)((struct backfill_past *)record)->run_id);
}

static bool past_fill(struct reader *reader, sqlite3_stmt *row, void *record, GError **error)
{
	*(struct backfill_past *)record = (struct backfill_past){
		.logical_date = sqlite3_column_int64(row, 0),
		.run_id = g_strdup(row_text(row, 1)),
		.state = (enum run_state)sqlite3_column_int(row, 2),
	};
	return true;
}

static bool pool_fill(struct reader *reader, sqlite3_stmt *row, void *record, GError **error)
{
	struct pool_record pool = row_pool(row);
	*(struct pool_record *)record = pool_record_copy(&pool);
	return true;
}

static bool xcom_fill(struct reader *reader, sqlite3_stmt *row, void *record, GError **error)
{
	*(struct xcom *)record = (struct xcom){
		.task_id = g_strdup(row_text(row, 0)),
		.key = g_strdup(row_text(row, 1)),
		.value = g_strdup(row_text(row, 2)),
		.map_index = sqlite3_column_int(row, 3),
		.at = sqlite3_column_int64(row, 4),
	};
	return true;
}

static bool variable_fill(struct reader *reader, sqlite3_stmt *row, void *record, GError **error)
{
	return row_variable(row, reader->vault, record, error);
}

static bool connection_fill(struct reader *reader, sqlite3_stmt *row, void *record, GError **error)
{
	return row_connection(row, reader->vault, record, error);
}

void xcom_clear(struct xcom *xcom)
{
	g_clear_pointer(&xcom->task_id, g_free);
	g_clear_pointer(&xcom->key, g_free);
	g_clear_pointer(&xcom->value, g_free);
}

const struct row_kind run_rows = {
	sizeof(struct run_record), (GDestroyNotify)run_record_clear, run_fill};
const struct row_kind missed_rows = {
	sizeof(struct missed_record), (GDestroyNotify)missed_record_clear, missed_fill};
const struct row_kind task_rows = {
	sizeof(struct task_record), (GDestroyNotify)task_record_clear, task_fill};
const struct row_kind attempt_rows = {
	sizeof(struct attempt_record), (GDestroyNotify)attempt_record_clear, attempt_fill};
const struct row_kind backfill_rows = {
	sizeof(struct backfill_record), (GDestroyNotify)backfill_record_clear, backfill_fill};
const struct row_kind past_rows = {sizeof(struct backfill_past), past_clear, past_fill};
const struct row_kind pool_rows = {
	sizeof(struct pool_record), (GDestroyNotify)pool_record_clear, pool_fill};
const struct row_kind xcom_rows = {sizeof(struct xcom), (GDestroyNotify)xcom_clear, xcom_fill};
const struct row_kind variable_rows = {
	sizeof(struct variable), (GDestroyNotify)variable_clear, variable_fill};
const struct row_kind connection_rows = {
	sizeof(struct connection), (GDestroyNotify)connection_clear, connection_fill};

bool reader_take(struct reader *reader, sqlite3_stmt *statement, const struct row_kind *kind,
	void *record, GError **error)
{
	if (!reader_step(reader, statement, error))
		return false;
	bool is_filled = kind->fill(reader, statement, record, error);
	sqlite3_reset(statement);
	return is_filled;
}

GArray *reader_take_all(
	struct reader *reader, sqlite3_stmt *statement, const struct row_kind *kind, GError **error)
{
	GError *why = NULL;
	g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, (guint)kind->size);
	g_array_set_clear_func(rows, kind->clear);
	while (reader_step(reader, statement, &why)) {
		g_array_set_size(rows, rows->len + 1);
		void *record = rows->data + (rows->len - 1) * kind->size;
		if (!kind->fill(reader, statement, record, &why))
			break;
	}
	sqlite3_reset(statement);
	if (why == NULL)
		return g_steal_pointer(&rows);
	g_propagate_error(error, why);
	return NULL;
}
