/* SPDX-License-Identifier: MIT */
#include "daemon/store/row.h"

#include <string.h>

#include "daemon/store/secret.h"
#include "lib/base/instant.h"

char *row_text(sqlite3_stmt *row, int i)
{
	return (char *)sqlite3_column_text(row, i);
}

/* NULL: what most rows have. */
static int64_t row_integer_or(sqlite3_stmt *row, int i, int64_t usual)
{
	if (sqlite3_column_type(row, i) == SQLITE_NULL)
		return usual;
	return sqlite3_column_int64(row, i);
}

int64_t row_instant(sqlite3_stmt *row, int i)
{
	return row_integer_or(row, i, INSTANT_NONE);
}

struct dag_record row_dag(sqlite3_stmt *row)
{
	return (struct dag_record){
		.dag_id = row_text(row, 0),
		.file = row_text(row, 1),
		.version = row_text(row, 2),
		.is_paused = sqlite3_column_int(row, 3) != 0,
		.is_stale = sqlite3_column_int(row, 4) != 0,
		.first_seen_at = row_instant(row, 5),
		.active_since = row_instant(row, 6),
		.last_slot = row_instant(row, 7),
		.n_failed_runs = (unsigned)sqlite3_column_int64(row, 8),
		.pause_reason = row_text(row, 9),
	};
}

struct missed_record row_missed(sqlite3_stmt *row)
{
	return (struct missed_record){
		.dag_id = row_text(row, 0),
		.first_slot = row_instant(row, 1),
		.last_slot = row_instant(row, 2),
		.n = (unsigned)sqlite3_column_int64(row, 3),
		.reason = row_text(row, 4),
		.at = row_instant(row, 5),
	};
}

struct run_record row_run(sqlite3_stmt *row)
{
	return (struct run_record){
		.id = sqlite3_column_int64(row, 0),
		.dag_id = row_text(row, 1),
		.run_id = row_text(row, 2),
		.type = (enum run_type)sqlite3_column_int(row, 3),
		.state = (enum run_state)sqlite3_column_int(row, 4),
		.slot = row_instant(row, 5),
		.logical_date = row_instant(row, 6),
		.data_interval_start = row_instant(row, 7),
		.data_interval_end = row_instant(row, 8),
		.run_after = row_instant(row, 9),
		.queued_at = row_instant(row, 10),
		.started_at = row_instant(row, 11),
		.ended_at = row_instant(row, 12),
		.conf = row_text(row, 13),
		.version = row_text(row, 14),
		.note = row_text(row, 15),
		.triggered_by = row_text(row, 16),
		.reason = row_text(row, 17),
		.backfill = row_integer_or(row, 18, 0),
		.clear_number = (unsigned)row_integer_or(row, 19, 0),
		.deadline_at = row_instant(row, 20),
	};
}

struct task_record row_task(sqlite3_stmt *row)
{
	return (struct task_record){
		.run = sqlite3_column_int64(row, 0),
		.task_id = row_text(row, 1),
		.map_index = sqlite3_column_int(row, 2),
		.state = (enum task_state)sqlite3_column_int(row, 3),
		.try_number = (unsigned)sqlite3_column_int64(row, 4),
		.max_tries = (unsigned)sqlite3_column_int64(row, 5),
		.scheduled_at = row_instant(row, 6),
		.queued_at = row_instant(row, 7),
		.started_at = row_instant(row, 8),
		.ended_at = row_instant(row, 9),
		.retry_at = row_instant(row, 10),
		.attempt = sqlite3_column_int64(row, 11),
		.reason = row_text(row, 12),
		.map_length = row_integer_or(row, 13, -1),
		.decision = row_text(row, 14),
		.wait = (enum wait_kind)row_integer_or(row, 15, WAIT_NONE),
		.wait_until = row_instant(row, 16),
		.wait_dag = row_text(row, 17),
		.wait_run = row_text(row, 18),
		.wait_since = row_instant(row, 19),
		.wish = (enum wish)row_integer_or(row, 20, WISH_NONE),
		.note = row_text(row, 21),
		.group_tries = (unsigned)row_integer_or(row, 22, 0),
		.map_label = row_text(row, 23),
		.calls = row_text(row, 24),
	};
}

struct attempt_record row_attempt(sqlite3_stmt *row)
{
	struct attempt_record attempt = {
		.id = sqlite3_column_int64(row, 0),
		.run = sqlite3_column_int64(row, 1),
		.task_id = row_text(row, 2),
		.map_index = sqlite3_column_int(row, 3),
		.try_number = (unsigned)sqlite3_column_int64(row, 4),
		.state = (enum attempt_state)sqlite3_column_int(row, 5),
		.boot_id = row_text(row, 7),
		.pid = sqlite3_column_int(row, 8),
		.launched_at = row_instant(row, 9),
		.started_at = row_instant(row, 10),
		.ended_at = row_instant(row, 11),
		.exit_code = sqlite3_column_int(row, 12),
		.signal = sqlite3_column_int(row, 13),
		.reason = row_text(row, 14),
		.usage =
			{
				.user_us = row_integer_or(row, 15, -1),
				.system_us = row_integer_or(row, 16, -1),
				.memory_bytes = row_integer_or(row, 17, -1),
				.read_bytes = row_integer_or(row, 18, -1),
				.written_bytes = row_integer_or(row, 19, -1),
			},
	};
	if (sqlite3_column_bytes(row, 6) == ATTEMPT_TOKEN_SIZE)
		memcpy(attempt.token, sqlite3_column_blob(row, 6), ATTEMPT_TOKEN_SIZE);
	return attempt;
}

struct backfill_record row_backfill(sqlite3_stmt *row)
{
	return (struct backfill_record){
		.id = sqlite3_column_int64(row, 0),
		.dag_id = row_text(row, 1),
		.from_date = row_instant(row, 2),
		.to_date = row_instant(row, 3),
		.conf = row_text(row, 4),
		.is_paused = sqlite3_column_int(row, 5) != 0,
		.reprocess = (enum reprocess)sqlite3_column_int(row, 6),
		.max_active_runs = (unsigned)sqlite3_column_int64(row, 7),
		.is_backwards = sqlite3_column_int(row, 8) != 0,
		.created_at = row_instant(row, 9),
		.updated_at = row_instant(row, 10),
		.completed_at = row_instant(row, 11),
	};
}

struct pool_record row_pool(sqlite3_stmt *row)
{
	return (struct pool_record){
		.name = row_text(row, 0),
		.slots = sqlite3_column_int64(row, 1),
		.description = row_text(row, 2),
		.include_deferred = sqlite3_column_int(row, 3) != 0,
	};
}

static char *row_unseal(sqlite3_stmt *row, int i, const struct vault *vault,
	const struct vault_place *place, GError **error)
{
	return vault_unseal(vault, place, sqlite3_column_blob(row, i),
		(size_t)sqlite3_column_bytes(row, i), error);
}

bool row_variable(
	sqlite3_stmt *row, const struct vault *vault, struct variable *variable, GError **error)
{
	struct vault_place place = {"variable", row_text(row, 0)};
	char *value = row_unseal(row, 2, vault, &place, error);
	if (value == NULL)
		return false;
	*variable = (struct variable){
		.key = g_strdup(row_text(row, 0)),
		.value = value,
		.description = g_strdup(row_text(row, 1)),
	};
	return true;
}

bool row_connection(
	sqlite3_stmt *row, const struct vault *vault, struct connection *connection, GError **error)
{
	struct vault_place place = {"connection", row_text(row, 0)};
	char *value = row_unseal(row, 3, vault, &place, error);
	if (value == NULL)
		return false;
	*connection = (struct connection){
		.conn_id = g_strdup(row_text(row, 0)),
		.conn_type = g_strdup(row_text(row, 1)),
		.description = g_strdup(row_text(row, 2)),
	};
	bool is_whole = connection_unpack(connection, value);
	vault_forget(value);
	if (is_whole)
		return true;
	g_set_error(error, STORE_ERROR, STORE_FAILED, "the value of connection \"%s\" is damaged",
		connection->conn_id);
	connection_clear(connection);
	return false;
}
