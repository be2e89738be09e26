/* SPDX-License-Identifier: MIT */
/* Runs, task instances, attempts and what they left: by their keys. */
#include <string.h>

#include "daemon/store/reader.h"
#include "daemon/store/row.h"
#include "lib/base/error.h"

/* ---- one row ---- */

bool reader_run(struct reader *reader, const char *dag_id, const char *run_id,
	struct run_record *run, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_RUN, error);
	if (statement == NULL)
		return false;
	bind_text(statement, 1, dag_id);
	bind_text(statement, 2, run_id);
	return reader_take(reader, statement, &run_rows, run, error);
}

bool reader_run_by_id(struct reader *reader, int64_t id, struct run_record *run, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_RUN_BY_ID, error);
	if (statement == NULL)
		return false;
	sqlite3_bind_int64(statement, 1, id);
	return reader_take(reader, statement, &run_rows, run, error);
}

bool reader_previous_success(struct reader *reader, const char *dag_id, int64_t before,
	struct run_record *run, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_PREVIOUS_SUCCESS, error);
	if (statement == NULL)
		return false;
	bind_text(statement, 1, dag_id);
	sqlite3_bind_int64(statement, 2, before);
	return reader_take(reader, statement, &run_rows, run, error);
}

bool reader_run_before(struct reader *reader, const struct run_record *run, bool is_of_schedule,
	struct run_record *before, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_RUN_BEFORE, error);
	if (statement == NULL)
		return false;
	bind_text(statement, 1, run->dag_id);
	sqlite3_bind_int64(statement, 2, run->logical_date);
	sqlite3_bind_int(statement, 3, is_of_schedule ? RUN_MANUAL : N_RUN_TYPES);
	return reader_take(reader, statement, &run_rows, before, error);
}

bool reader_task(
	struct reader *reader, const struct task_key *key, struct task_record *task, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_TASK, error);
	if (statement == NULL)
		return false;
	bind_task_key(statement, key);
	return reader_take(reader, statement, &task_rows, task, error);
}

bool reader_backfill(
	struct reader *reader, int64_t id, struct backfill_record *backfill, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_BACKFILL, error);
	if (statement == NULL)
		return false;
	sqlite3_bind_int64(statement, 1, id);
	return reader_take(reader, statement, &backfill_rows, backfill, error);
}

/* The text of the first column; NULL: no row. A NULL statement answers NULL. */
static char *text_take(struct reader *reader, sqlite3_stmt *statement, GError **error)
{
	if (statement == NULL || !reader_step(reader, statement, error))
		return NULL;
	char *text = g_strdup(row_text(statement, 0));
	sqlite3_reset(statement);
	return text;
}

char *reader_xcom(
	struct reader *reader, const struct task_key *task, const char *key, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_XCOM, error);
	if (statement != NULL) {
		bind_task_key(statement, task);
		bind_text(statement, 4, key);
	}
	return text_take(reader, statement, error);
}

GPtrArray *reader_xcom_of_instances(struct reader *reader, int64_t run, const char *task_id,
	const char *key, size_t size_max, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_XCOM_OF_INSTANCES, error);
	if (statement == NULL)
		return NULL;
	sqlite3_bind_int64(statement, 1, run);
	bind_text(statement, 2, task_id);
	bind_text(statement, 3, key);
	g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
	GError *why = NULL;
	size_t size = 0;
	while (reader_step(reader, statement, &why)) {
		size += (size_t)sqlite3_column_bytes(statement, 0);
		if (size > size_max) {
			sqlite3_reset(statement);
			g_set_error(&why, LIB_ERROR, 0,
				"the values \"%s\" of all instances of the task \"%s\" are larger "
				"than %zu MiB together: leave large data in files, and their paths "
				"as values",
				key, task_id, size_max >> 20);
			break;
		}
		g_ptr_array_add(values, g_strdup(row_text(statement, 0)));
	}
	if (why != NULL) {
		g_propagate_error(error, why);
		return NULL;
	}
	return g_steal_pointer(&values);
}

char *reader_rendered(struct reader *reader, const struct task_key *task, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_RENDERED, error);
	if (statement != NULL)
		bind_task_key(statement, task);
	return text_take(reader, statement, error);
}

/* ---- all rows of a key ---- */

GArray *reader_tasks_of_run(struct reader *reader, int64_t run, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_TASKS_OF_RUN, error);
	if (statement == NULL)
		return NULL;
	sqlite3_bind_int64(statement, 1, run);
	return reader_take_all(reader, statement, &task_rows, error);
}

GArray *reader_attempts(struct reader *reader, const struct task_key *task, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_ATTEMPTS, error);
	if (statement == NULL)
		return NULL;
	bind_task_key(statement, task);
	return reader_take_all(reader, statement, &attempt_rows, error);
}

GArray *reader_xcoms(struct reader *reader, int64_t run, const char *task_id, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_XCOMS, error);
	if (statement == NULL)
		return NULL;
	sqlite3_bind_int64(statement, 1, run);
	bind_text(statement, 2, task_id);
	return reader_take_all(reader, statement, &xcom_rows, error);
}

GArray *reader_pasts(struct reader *reader, const char *dag_id, int64_t from_date, int64_t to_date,
	GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_PASTS, error);
	if (statement == NULL)
		return NULL;
	bind_text(statement, 1, dag_id);
	sqlite3_bind_int64(statement, 2, from_date);
	sqlite3_bind_int64(statement, 3, to_date);
	return reader_take_all(reader, statement, &past_rows, error);
}

void run_count_clear(struct run_count *count)
{
	g_clear_pointer(&count->dag_id, g_free);
}

/* Adds one row (dag_id, state, n); rows of a DAG follow each other. */
static void count_add(GArray *counts, sqlite3_stmt *row)
{
	const char *dag_id = row_text(row, 0);
	int state = sqlite3_column_int(row, 1);
	struct run_count *last =
		counts->len > 0 ? &g_array_index(counts, struct run_count, counts->len - 1) : NULL;
	if (last == NULL || strcmp(last->dag_id, dag_id) != 0) {
		struct run_count count = {.dag_id = g_strdup(dag_id)};
		g_array_append_val(counts, count);
		last = &g_array_index(counts, struct run_count, counts->len - 1);
	}
	if (state >= 0 && state < N_RUN_STATES)
		last->n[state] = sqlite3_column_int64(row, 2);
}

GArray *reader_run_counts(struct reader *reader, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_RUN_COUNTS, error);
	if (statement == NULL)
		return NULL;
	GError *why = NULL;
	g_autoptr(GArray) counts = g_array_new(FALSE, FALSE, sizeof(struct run_count));
	g_array_set_clear_func(counts, (GDestroyNotify)run_count_clear);
	while (reader_step(reader, statement, &why))
		count_add(counts, statement);
	if (why == NULL)
		return g_steal_pointer(&counts);
	g_propagate_error(error, why);
	return NULL;
}
