/* SPDX-License-Identifier: MIT */
/* From the columns of a row to a record. Texts are borrowed from the statement until its next step.
 */
#pragma once

#include <sqlite3.h>

#include "daemon/store/store.h"
#include "daemon/store/vault.h"

/* The columns in the order in which the functions below expect them, from the first. */
#define DAG_COLUMNS                                                                          \
	"dag.dag_id, dag.file, dag.version, dag.is_paused, dag.is_stale, dag.first_seen_at," \
	" dag.active_since, dag.last_slot, dag.n_failed_runs, dag.pause_reason"
#define MISSED_COLUMNS \
	"missed.dag_id, missed.first_slot, missed.last_slot, missed.n, missed.reason, missed.at"
#define RUN_COLUMNS                                                                         \
	"run.id, run.dag_id, run.run_id, run.type, run.state, run.slot, run.logical_date,"  \
	" run.data_interval_start, run.data_interval_end, run.run_after, run.queued_at,"    \
	" run.started_at, run.ended_at, run.conf, run.version, run.note, run.triggered_by," \
	" run.reason, run.backfill, run.clear_number, run.deadline_at"
#define TASK_COLUMNS                                                                           \
	"task.run, task.task_id, task.map_index, task.state, task.try_number, task.max_tries," \
	" task.scheduled_at, task.queued_at, task.started_at, task.ended_at, task.retry_at,"   \
	" task.attempt, task.reason, task.map_length, task.decision, task.wait,"               \
	" task.wait_until, task.wait_dag, task.wait_run, task.wait_since,"                     \
	" task.wish, task.note, task.group_tries, task.map_label, task.calls"
#define ATTEMPT_COLUMNS                                                                     \
	"attempt.id, attempt.run, attempt.task_id, attempt.map_index, attempt.try_number,"  \
	" attempt.state, attempt.token, attempt.boot_id, attempt.pid, attempt.launched_at," \
	" attempt.started_at, attempt.ended_at, attempt.exit_code, attempt.signal, "        \
	"attempt.reason,"                                                                   \
	" attempt.user_us, attempt.system_us, attempt.memory_bytes, attempt.read_bytes,"    \
	" attempt.written_bytes"
#define BACKFILL_COLUMNS                                                                     \
	"backfill.id, backfill.dag_id, backfill.from_date, backfill.to_date, backfill.conf," \
	" backfill.is_paused, backfill.reprocess, backfill.max_active_runs,"                 \
	" backfill.is_backwards, backfill.created_at, backfill.updated_at, backfill.completed_at"
#define POOL_COLUMNS "pool.name, pool.slots, pool.description, pool.include_deferred"
/* Of an asset with its newest update, which ASSETS joins. */
#define ASSET_COLUMNS "asset.id, asset.name, asset.created_at, newest.id, newest.at"
#define ASSETS                                               \
	"asset LEFT JOIN asset_event AS newest ON newest.id" \
	" = (SELECT max(id) FROM asset_event WHERE asset = asset.name)"
#define ASSET_EVENT_COLUMNS                                                      \
	"asset_event.id, asset_event.asset, asset_event.at, asset_event.dag_id," \
	" asset_event.run_id, asset_event.task_id, asset_event.map_index,"       \
	" asset_event.extra, asset.id"
#define ASSET_EVENTS "asset_event JOIN asset ON asset.name = asset_event.asset"
#define VARIABLE_COLUMNS "variable.key, variable.description, variable.sealed"
#define CONNECTION_COLUMNS \
	"connection.conn_id, connection.conn_type, connection.description, connection.sealed"

char *row_text(sqlite3_stmt *row, int i);
int64_t row_instant(sqlite3_stmt *row, int i); /* NULL: INSTANT_NONE */
struct dag_record row_dag(sqlite3_stmt *row);
struct missed_record row_missed(sqlite3_stmt *row);
struct run_record row_run(sqlite3_stmt *row);
struct task_record row_task(sqlite3_stmt *row);
struct attempt_record row_attempt(sqlite3_stmt *row);
struct backfill_record row_backfill(sqlite3_stmt *row);
struct pool_record row_pool(sqlite3_stmt *row);

/* These are sealed: the texts are the record's own (clear it). False and an error when they cannot
 * be opened. */
bool row_variable(
	sqlite3_stmt *row, const struct vault *vault, struct variable *variable, GError **error);
bool row_connection(sqlite3_stmt *row, const struct vault *vault, struct connection *connection,
	GError **error);
