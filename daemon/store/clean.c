/* SPDX-License-Identifier: MIT */
#include "daemon/store/clean.h"

#include "daemon/store/database.h"
#include "daemon/store/reader.h"
#include "daemon/store/row.h"
#include "lib/base/instant.h"

/* So many task instances, or runs, are deleted at once: some milliseconds of the writer's time. */
enum { STEP_TASKS = 200, STEP_RUNS = 20 };

static void old_run_clear(void *data)
{
	struct old_run *run = data;
	g_free(run->dag_id);
	g_free(run->run_id);
}

static struct old_run old_run_of(sqlite3_stmt *row)
{
	return (struct old_run){
		.id = sqlite3_column_int64(row, 0),
		.dag_id = g_strdup(row_text(row, 1)),
		.run_id = g_strdup(row_text(row, 2)),
		.n_tasks = sqlite3_column_int64(row, 3),
	};
}

struct limits {
	int64_t n_tasks;
	unsigned n_runs;
};

/* As many as the limits let; NULL and an error. */
static GArray *runs_take(
	struct reader *reader, sqlite3_stmt *statement, const struct limits *limits, GError **error)
{
	GError *why = NULL;
	int64_t n_tasks = 0;
	GArray *runs = g_array_new(FALSE, FALSE, sizeof(struct old_run));
	g_array_set_clear_func(runs, old_run_clear);
	while (n_tasks < limits->n_tasks && runs->len < limits->n_runs
		&& reader_step(reader, statement, &why)) {
		struct old_run run = old_run_of(statement);
		n_tasks += run.n_tasks;
		g_array_append_val(runs, run);
	}
	sqlite3_reset(statement);
	if (why == NULL)
		return runs;
	g_array_unref(runs);
	g_propagate_error(error, why);
	return NULL;
}

GArray *reader_old_runs(struct reader *reader, int64_t before, int64_t *after, GError **error)
{
	static const struct limits step = {STEP_TASKS, STEP_RUNS};
	sqlite3_stmt *statement = reader_statement(reader, READ_OLD_RUNS, error);
	if (statement == NULL)
		return NULL;
	sqlite3_bind_int64(statement, 1, before);
	sqlite3_bind_int64(statement, 2, *after);
	GArray *runs = runs_take(reader, statement, &step, error);
	if (runs != NULL && runs->len > 0)
		*after = g_array_index(runs, struct old_run, runs->len - 1).id;
	return runs;
}

GArray *reader_live_runs(struct reader *reader, GError **error)
{
	static const struct limits all = {INT64_MAX, UINT_MAX};
	sqlite3_stmt *statement = reader_statement(reader, READ_LIVE_RUN_NAMES, error);
	return statement != NULL ? runs_take(reader, statement, &all, error) : NULL;
}

/* The first row of a statement about an instant; NULL: an error. Reset it. */
static sqlite3_stmt *row_of(
	struct reader *reader, enum read_statement which, int64_t at, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, which, error);
	if (statement == NULL)
		return NULL;
	sqlite3_bind_int64(statement, 1, at);
	return reader_step(reader, statement, error) ? statement : NULL;
}

bool reader_old_count(
	struct reader *reader, enum old_kind kind, int64_t before, int64_t *n, GError **error)
{
	static const enum read_statement statements[N_OLD_KINDS] = {
		[OLD_MISSED] = READ_OLD_MISSED,
		[OLD_ASSET_EVENT] = READ_OLD_ASSET_EVENTS,
		[OLD_BACKFILL] = READ_OLD_BACKFILLS,
	};
	sqlite3_stmt *row = row_of(reader, statements[kind], before, error);
	if (row == NULL)
		return false;
	*n = sqlite3_column_int64(row, 0);
	sqlite3_reset(row);
	return true;
}

static bool runs_count(
	struct reader *reader, int64_t before, struct old_counts *counts, GError **error)
{
	sqlite3_stmt *row = row_of(reader, READ_OLD_RUN_COUNTS, before, error);
	if (row == NULL)
		return false;
	counts->n_runs = sqlite3_column_int64(row, 0);
	counts->n_tasks = sqlite3_column_int64(row, 1);
	counts->n_attempts = sqlite3_column_int64(row, 2);
	sqlite3_reset(row);
	return true;
}

bool reader_next_ended(struct reader *reader, int64_t since, int64_t *at, GError **error)
{
	sqlite3_stmt *row = row_of(reader, READ_NEXT_ENDED, since, error);
	if (row == NULL)
		return false;
	int64_t first = row_instant(row, 0);
	*at = first == INSTANT_NONE ? INSTANT_NEVER : first;
	sqlite3_reset(row);
	return true;
}

bool reader_old_counts(
	struct reader *reader, int64_t before, struct old_counts *counts, GError **error)
{
	bool is_read = runs_count(reader, before, counts, error);
	for (int kind = 0; is_read && kind < N_OLD_KINDS; kind++)
		is_read = reader_old_count(
			reader, (enum old_kind)kind, before, &counts->n[kind], error);
	return is_read;
}

char **reader_unused_versions(struct reader *reader, int64_t *last_run, GError **error)
{
	GError *why = NULL;
	if (!database_integer(reader->db, "SELECT ifnull(max(id), 0) FROM run", last_run, error))
		return NULL;
	sqlite3_stmt *statement = reader_statement(reader, READ_UNUSED_VERSIONS, error);
	if (statement == NULL)
		return NULL;
	g_autoptr(GPtrArray) hashes = g_ptr_array_new_with_free_func(g_free);
	while (reader_step(reader, statement, &why))
		g_ptr_array_add(hashes, g_strdup(row_text(statement, 0)));
	if (why != NULL) {
		g_propagate_error(error, why);
		return NULL;
	}
	g_ptr_array_add(hashes, NULL);
	return (char **)g_ptr_array_steal(hashes, NULL);
}

bool reader_spare_bytes(struct reader *reader, int64_t *n, GError **error)
{
	int64_t n_pages, page_size;
	if (!database_integer(reader->db, "PRAGMA freelist_count", &n_pages, error)
		|| !database_integer(reader->db, "PRAGMA page_size", &page_size, error))
		return false;
	*n = n_pages * page_size;
	return true;
}
