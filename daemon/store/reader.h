/* SPDX-License-Identifier: MIT */
/* A connection that only reads, with its statements kept prepared. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <sqlite3.h>

#include "daemon/store/store.h"
#include "daemon/store/vault.h"

enum read_statement {
	READ_POOLS,
	READ_DAGS,
	READ_NEWEST_MISSED,
	READ_MISSED,
	READ_MISSED_TOTAL,
	READ_ASSETS_HEARD,
	READ_ASSET,
	READ_ASSET_EVENT,
	READ_EVENTS_OF_RUN,
	READ_RUNS_OF_EVENT,
	READ_QUEUED_OF_DAG,
	READ_QUEUED_OF_ASSET,
	READ_LIVE_BACKFILLS,
	READ_LIVE_RUNS,
	READ_LIVE_TASKS,
	READ_LIVE_ATTEMPTS,
	READ_VERSION,
	READ_RUN,
	READ_RUN_BY_ID,
	READ_PREVIOUS_SUCCESS,
	READ_RUN_BEFORE,
	READ_RUN_COUNTS,
	READ_TASK,
	READ_TASKS_OF_RUN,
	READ_ATTEMPTS,
	READ_XCOM,
	READ_XCOM_OF_INSTANCES,
	READ_XCOMS,
	READ_RENDERED,
	READ_POOL,
	READ_BACKFILL,
	READ_PASTS,
	READ_VARIABLE,
	READ_CONNECTION,
	READ_VARIABLE_NAMES,
	READ_CONNECTION_NAMES,
	READ_POOL_NAMES,
	READ_LIVE_RUN_NAMES,
	READ_OLD_RUNS,
	READ_OLD_RUN_COUNTS,
	READ_NEXT_ENDED,
	READ_OLD_MISSED,
	READ_OLD_ASSET_EVENTS,
	READ_OLD_BACKFILLS,
	READ_UNUSED_VERSIONS,
	N_READ_STATEMENTS,
};

struct reader {
	sqlite3 *db;
	const struct vault *vault;                   /* borrowed */
	sqlite3_stmt *statements[N_READ_STATEMENTS]; /* prepared when first needed */
};

struct reader *reader_open(const char *path, const struct vault *vault, GError **error);
void reader_close(struct reader *reader);

/* The statement, ready to be bound; NULL and an error. */
sqlite3_stmt *reader_statement(struct reader *reader, enum read_statement which, GError **error);
/* True: there is a row. At the end, or at an error, the statement is reset and the answer false. */
bool reader_step(struct reader *reader, sqlite3_stmt *statement, GError **error);

/* How a row becomes a record with texts of its own. */
struct row_kind {
	size_t size;
	void (*clear)(void *record);
	bool (*fill)(struct reader *reader, sqlite3_stmt *row, void *record, GError **error);
};
extern const struct row_kind run_rows, missed_rows, task_rows, attempt_rows, backfill_rows,
	past_rows, pool_rows, asset_rows, asset_event_rows, xcom_rows, variable_rows,
	connection_rows;
/* The first row of a bound statement; false: there is none, or an error is set. */
bool reader_take(struct reader *reader, sqlite3_stmt *statement, const struct row_kind *kind,
	void *record, GError **error);
/* All rows; NULL and an error. */
GArray *reader_take_all(struct reader *reader, sqlite3_stmt *statement, const struct row_kind *kind,
	GError **error);

void bind_text(sqlite3_stmt *statement, int i, const char *text); /* must live until the reset */
void bind_task_key(sqlite3_stmt *statement, const struct task_key *task);
