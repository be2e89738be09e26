/* SPDX-License-Identifier: MIT */
#include "daemon/store/reader.h"

#include "daemon/store/database.h"
#include "daemon/store/old.h"
#include "daemon/store/row.h"
#include "daemon/store/schema.h"

#define OF_TASK "run = ? AND task_id = ? AND map_index = ?"
#define QUEUED                                                                     \
	"SELECT asset_heard.dag_id, asset.name, asset.id, min(asset_event.at)"     \
	" FROM asset_heard JOIN asset_event ON asset_event.id = asset_heard.event" \
	" JOIN asset ON asset.name = asset_event.asset WHERE "
#define EACH_ONCE " GROUP BY asset_heard.dag_id, asset.id ORDER BY asset_heard.dag_id, asset.id"
#define OF_LIVE_RUN "run IN (" LIVE_RUNS ")"

static const char *const statements[N_READ_STATEMENTS] = {
	[READ_POOLS] = "SELECT " POOL_COLUMNS " FROM pool ORDER BY name",
	[READ_DAGS] = "SELECT " DAG_COLUMNS " FROM dag ORDER BY dag_id",
	/* Of what is grouped, the row with the maximum is taken. */
	[READ_NEWEST_MISSED] =
		"SELECT dag_id, max(first_slot), last_slot, n, reason, at FROM missed"
		" GROUP BY dag_id",
	[READ_MISSED] = "SELECT " MISSED_COLUMNS " FROM missed WHERE dag_id = ?"
			" ORDER BY first_slot DESC LIMIT ? OFFSET ?",
	[READ_MISSED_TOTAL] = "SELECT count(*) FROM missed WHERE dag_id = ?",
	[READ_ASSETS_HEARD] = "SELECT asset_heard.dag_id, asset_event.asset FROM asset_heard"
			      " JOIN asset_event ON asset_event.id = asset_heard.event",
	[READ_ASSET] = "SELECT " ASSET_COLUMNS " FROM " ASSETS " WHERE asset.id = ?",
	[READ_ASSET_EVENT] =
		"SELECT " ASSET_EVENT_COLUMNS " FROM " ASSET_EVENTS " WHERE asset_event.id = ?",
	[READ_EVENTS_OF_RUN] = "SELECT " ASSET_EVENT_COLUMNS " FROM " ASSET_EVENTS
			       " JOIN run_asset ON run_asset.event = asset_event.id"
			       " WHERE run_asset.run = ? ORDER BY asset_event.id",
	[READ_RUNS_OF_EVENT] = "SELECT " RUN_COLUMNS " FROM run_asset"
			       " JOIN run ON run.id = run_asset.run WHERE run_asset.event = ?"
			       " ORDER BY run.id",
	[READ_QUEUED_OF_DAG] = QUEUED "asset_heard.dag_id = ?" EACH_ONCE,
	[READ_QUEUED_OF_ASSET] = QUEUED "asset.id = ?" EACH_ONCE,
	[READ_LIVE_BACKFILLS] = "SELECT " BACKFILL_COLUMNS " FROM backfill"
				" WHERE completed_at IS NULL ORDER BY id",
	[READ_LIVE_RUNS] =
		"SELECT " RUN_COLUMNS " FROM run WHERE id IN (" LIVE_RUNS ") ORDER BY id",
	[READ_LIVE_TASKS] = "SELECT " TASK_COLUMNS " FROM task WHERE " OF_LIVE_RUN
			    " ORDER BY run, task_id, map_index",
	[READ_LIVE_ATTEMPTS] =
		"SELECT " ATTEMPT_COLUMNS " FROM attempt WHERE " ATTEMPT_IS_LIVE " ORDER BY id",
	[READ_VERSION] = "SELECT file, text FROM version WHERE hash = ?",
	[READ_RUN] = "SELECT " RUN_COLUMNS " FROM run WHERE dag_id = ? AND run_id = ?",
	[READ_RUN_BY_ID] = "SELECT " RUN_COLUMNS " FROM run WHERE id = ?",
	[READ_PREVIOUS_SUCCESS] = "SELECT " RUN_COLUMNS " FROM run"
				  " WHERE dag_id = ? AND run_after < ? AND state = 2"
				  " ORDER BY run_after DESC, id DESC LIMIT 1",
	[READ_RUN_BEFORE] = "SELECT " RUN_COLUMNS " FROM run"
			    " WHERE dag_id = ? AND logical_date < ? AND type <> ?"
			    " ORDER BY logical_date DESC, id DESC LIMIT 1",
	[READ_RUN_COUNTS] = "SELECT dag_id, state, n FROM run_count ORDER BY dag_id",
	[READ_TASK] = "SELECT " TASK_COLUMNS " FROM task WHERE " OF_TASK,
	[READ_TASKS_OF_RUN] = "SELECT " TASK_COLUMNS " FROM task WHERE run = ?"
			      " ORDER BY task_id, map_index",
	[READ_ATTEMPTS] = "SELECT " ATTEMPT_COLUMNS " FROM attempt WHERE " OF_TASK " ORDER BY id",
	[READ_XCOM] = "SELECT value FROM xcom WHERE " OF_TASK " AND key = ?",
	[READ_XCOM_OF_INSTANCES] =
		"SELECT value FROM xcom WHERE run = ? AND task_id = ? AND map_index >= 0"
		" AND key = ? ORDER BY map_index",
	[READ_XCOMS] = "SELECT task_id, key, value, map_index, at FROM xcom"
		       " WHERE run = ? AND task_id = ? ORDER BY map_index, key",
	[READ_RENDERED] = "SELECT fields FROM rendered WHERE " OF_TASK,
	[READ_POOL] = "SELECT " POOL_COLUMNS " FROM pool WHERE name = ?",
	[READ_BACKFILL] = "SELECT " BACKFILL_COLUMNS " FROM backfill WHERE id = ?",
	[READ_PASTS] = "SELECT logical_date, run_id, state FROM run"
		       " WHERE dag_id = ? AND logical_date >= ? AND logical_date <= ?",
	[READ_VARIABLE] = "SELECT " VARIABLE_COLUMNS " FROM variable WHERE key = ?",
	[READ_CONNECTION] = "SELECT " CONNECTION_COLUMNS " FROM connection WHERE conn_id = ?",
	[READ_VARIABLE_NAMES] = "SELECT key FROM variable ORDER BY key",
	[READ_CONNECTION_NAMES] = "SELECT conn_id FROM connection ORDER BY conn_id",
	[READ_POOL_NAMES] = "SELECT name FROM pool ORDER BY name",
	[READ_LIVE_RUN_NAMES] = "SELECT id, dag_id, run_id, 0 FROM run WHERE id IN (" LIVE_RUNS ")",
	[READ_OLD_RUNS] = "SELECT id, dag_id, run_id,"
			  " (SELECT count(*) FROM task WHERE task.run = run.id)"
			  " FROM run WHERE run.id > ?2 AND " RUN_IS_OLD " ORDER BY id",
	[READ_OLD_RUN_COUNTS] =
		"SELECT count(*),"
		" ifnull(sum((SELECT count(*) FROM task WHERE task.run = run.id)), 0),"
		" ifnull(sum((SELECT count(*) FROM attempt WHERE attempt.run = run.id)), 0)"
		" FROM run WHERE " RUN_IS_OLD,
	[READ_NEXT_ENDED] =
		"SELECT min(ended_at) FROM run WHERE state IN (2, 3) AND ended_at >= ?1",
	[READ_OLD_MISSED] = "SELECT count(*) FROM missed WHERE " MISSED_IS_OLD,
	[READ_OLD_ASSET_EVENTS] = "SELECT count(*) FROM asset_event WHERE " ASSET_EVENT_IS_OLD,
	[READ_OLD_BACKFILLS] = "SELECT count(*) FROM backfill WHERE " BACKFILL_IS_OLD,
	[READ_UNUSED_VERSIONS] =
		"SELECT hash FROM version EXCEPT SELECT version FROM run EXCEPT SELECT version"
		" FROM dag",
};

struct reader *reader_open(const char *path, const struct vault *vault, GError **error)
{
	sqlite3 *db = database_open(path, DATABASE_READS, error);
	if (db == NULL)
		return NULL;
	struct reader *reader = g_new0(struct reader, 1);
	reader->db = db;
	reader->vault = vault;
	return reader;
}

void reader_close(struct reader *reader)
{
	if (reader == NULL)
		return;
	for (size_t i = 0; i < N_READ_STATEMENTS; i++)
		sqlite3_finalize(reader->statements[i]);
	database_close(reader->db);
	g_free(reader);
}

sqlite3_stmt *reader_statement(struct reader *reader, enum read_statement which, GError **error)
{
	if (reader->statements[which] == NULL)
		reader->statements[which] = database_prepare(reader->db, statements[which], error);
	return reader->statements[which];
}

bool reader_step(struct reader *reader, sqlite3_stmt *statement, GError **error)
{
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		return true;
	if (code != SQLITE_DONE)
		database_error(reader->db, error);
	sqlite3_reset(statement);
	return false;
}

void bind_text(sqlite3_stmt *statement, int i, const char *text)
{
	sqlite3_bind_text(statement, i, text, -1, SQLITE_STATIC);
}

void bind_task_key(sqlite3_stmt *statement, const struct task_key *task)
{
	sqlite3_bind_int64(statement, 1, task->run);
	bind_text(statement, 2, task->task_id);
	sqlite3_bind_int(statement, 3, task->map_index);
}
