/* SPDX-License-Identifier: MIT */
/*
 * Batches that wait are committed together. When one of them is refused for what it holds, those
 * before it are committed without it; when the disk is full, none is. Either way what is durable is
 * always the first so many of what was given, never a later one without an earlier one.
 */
#include "daemon/store/writer.h"

#include "daemon/store/database.h"
#include "daemon/store/old.h"

/* When idle at 4 MB; at once at 8 MB, which is also the room that the log has on the disk. */
#define CHECKPOINT_IDLE_PAGES 1000
#define CHECKPOINT_BUSY_PAGES 2000

#define RUNS_OF_DAG "run IN (SELECT id FROM run WHERE dag_id = ?1)"

static const char *const statements[N_WRITE_STATEMENTS] = {
	[WRITE_DAG] = "INSERT OR REPLACE INTO dag VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[WRITE_MISSED] = "INSERT OR REPLACE INTO missed VALUES (?, ?, ?, ?, ?, ?)",
	[WRITE_VERSION] = "INSERT OR REPLACE INTO version VALUES (?, ?, ?, ?)",
	/* Not REPLACE: it would delete another run of the same name or slot. */
	[WRITE_RUN] =
		"INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		" ?, ?, ?)"
		" ON CONFLICT (id) DO UPDATE SET type = excluded.type, state = excluded.state,"
		" logical_date = excluded.logical_date,"
		" data_interval_start = excluded.data_interval_start,"
		" data_interval_end = excluded.data_interval_end,"
		" run_after = excluded.run_after, queued_at = excluded.queued_at,"
		" started_at = excluded.started_at, ended_at = excluded.ended_at,"
		" conf = excluded.conf, version = excluded.version, note = excluded.note,"
		" triggered_by = excluded.triggered_by, reason = excluded.reason,"
		" backfill = excluded.backfill, clear_number = excluded.clear_number,"
		" deadline_at = excluded.deadline_at",
	/* Not REPLACE here either: to change a row in place spares the indexes. */
	[WRITE_TASK] = "INSERT INTO task VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		       " ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		       " ON CONFLICT (run, task_id, map_index) DO UPDATE SET state = ?4,"
		       " try_number = ?5, max_tries = ?6, scheduled_at = ?7, queued_at = ?8,"
		       " started_at = ?9, ended_at = ?10, retry_at = ?11, attempt = ?12,"
		       " reason = ?13, map_length = ?14, decision = ?15, wait = ?16,"
		       " wait_until = ?17, wait_dag = ?18, wait_run = ?19, wait_since = ?20,"
		       " wish = ?21, note = ?22, group_tries = ?23, map_label = ?24,"
		       " calls = ?25",
	[WRITE_ATTEMPT] = "INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
			  " ?, ?, ?, ?, ?)"
			  " ON CONFLICT (id) DO UPDATE SET state = ?6, boot_id = ?8, pid = ?9,"
			  " launched_at = ?10, started_at = ?11, ended_at = ?12, exit_code = ?13,"
			  " signal = ?14, reason = ?15, user_us = ?16, system_us = ?17,"
			  " memory_bytes = ?18, read_bytes = ?19, written_bytes = ?20",
	[WRITE_TRY_END] = "UPDATE attempt SET state = ?2, ended_at = ?3, reason = ?4 WHERE id = ?1",
	[WRITE_BACKFILL] = "INSERT OR REPLACE INTO backfill VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
			   " ?, ?)",
	[WRITE_POOL] = "INSERT OR REPLACE INTO pool VALUES (?, ?, ?, ?)",
	[WRITE_XCOM] = "INSERT OR REPLACE INTO xcom VALUES (?, ?, ?, ?, ?, ?)",
	[WRITE_RENDERED] = "INSERT OR REPLACE INTO rendered VALUES (?, ?, ?, ?)",
	[WRITE_VARIABLE] = "INSERT OR REPLACE INTO variable VALUES (?, ?, ?)",
	[WRITE_CONNECTION] = "INSERT OR REPLACE INTO connection VALUES (?, ?, ?, ?)",
	[WRITE_ASSET] = "INSERT INTO asset (name, created_at) VALUES (?, ?)"
			" ON CONFLICT (name) DO NOTHING",
	[WRITE_ASSET_EVENT] = "INSERT INTO asset_event VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[WRITE_ASSET_HEARD] = "INSERT OR IGNORE INTO asset_heard VALUES (?, ?)",
	[WRITE_RUN_ASSETS] = "INSERT INTO run_asset SELECT ?, event FROM asset_heard"
			     " WHERE dag_id = ?",
	[FORGET_ASSETS_HEARD] = "DELETE FROM asset_heard WHERE dag_id = ?",
	[FORGET_ASSET_HEARD] = "DELETE FROM asset_heard WHERE dag_id = ?"
			       " AND (SELECT asset FROM asset_event WHERE id = event) = ?",
	[FORGET_TASK] = "DELETE FROM task WHERE run = ? AND task_id = ? AND map_index = ?",
	/* Never the newest: the highest id must stay. */
	[FORGET_LOOKS] = "DELETE FROM attempt WHERE run = ?1 AND task_id = ?2 AND map_index = ?3"
			 " AND try_number = ?4 AND state IN (?5, ?6) AND id < ?7",
	[FORGET_XCOMS] = "DELETE FROM xcom WHERE run = ? AND task_id = ? AND map_index = ?",
	[FORGET_POOL] = "DELETE FROM pool WHERE name = ?",
	[FORGET_VARIABLE] = "DELETE FROM variable WHERE key = ?",
	[FORGET_CONNECTION] = "DELETE FROM connection WHERE conn_id = ?",
	[FORGET_RUN_XCOMS] = "DELETE FROM xcom WHERE run = ?",
	[FORGET_RUN_RENDERED] = "DELETE FROM rendered WHERE run = ?",
	[FORGET_RUN_ASSETS] = "DELETE FROM run_asset WHERE run = ?",
	[FORGET_RUN_TASKS] = "DELETE FROM task WHERE run = ?",
	[FORGET_RUN_KEEP_IDS] = "UPDATE meta SET last_run = max(last_run, ?1),"
				" last_attempt = max(last_attempt, (SELECT ifnull(max(id), 0)"
				" FROM attempt))",
	[FORGET_RUN_ATTEMPTS] = "DELETE FROM attempt WHERE run = ?",
	[FORGET_RUN] = "DELETE FROM run WHERE id = ?",
	[FORGET_OLD_MISSED] = "DELETE FROM missed WHERE (dag_id, first_slot) IN"
			      " (SELECT dag_id, first_slot FROM missed"
			      " WHERE " MISSED_IS_OLD " LIMIT ?2)",
	[FORGET_OLD_ASSET_EVENTS] = "DELETE FROM asset_event WHERE id IN (SELECT id"
				    " FROM asset_event WHERE " ASSET_EVENT_IS_OLD " LIMIT ?2)",
	[FORGET_OLD_BACKFILLS] = "DELETE FROM backfill WHERE id IN (SELECT id FROM backfill"
				 " WHERE " BACKFILL_IS_OLD " LIMIT ?2)",
	[FORGET_VERSION] = "DELETE FROM version WHERE hash = ?1"
			   " AND NOT EXISTS (SELECT 1 FROM dag WHERE dag.version = ?1)"
			   " AND NOT EXISTS (SELECT 1 FROM run WHERE id > ?2 AND version = ?1)",
	[FORGET_DAG_XCOMS] = "DELETE FROM xcom WHERE " RUNS_OF_DAG,
	[FORGET_DAG_ASSETS] = "DELETE FROM run_asset WHERE " RUNS_OF_DAG,
	[FORGET_DAG_ASSETS_HEARD] = "DELETE FROM asset_heard WHERE dag_id = ?",
	[FORGET_DAG_RENDERED] = "DELETE FROM rendered WHERE " RUNS_OF_DAG,
	[FORGET_DAG_TASKS] = "DELETE FROM task WHERE " RUNS_OF_DAG,
	/* The parameter is not needed: the highest ids are kept, whose ever they are. */
	[FORGET_DAG_KEEP_IDS] = "UPDATE meta SET last_run = max(last_run,"
				" (SELECT ifnull(max(id), 0) FROM run)),"
				" last_attempt = max(last_attempt, (SELECT ifnull(max(id), 0)"
				" FROM attempt)), last_backfill = max(last_backfill,"
				" (SELECT ifnull(max(id), 0) FROM backfill))"
				" WHERE ?1 IS NOT NULL",
	[FORGET_DAG_ATTEMPTS] = "DELETE FROM attempt WHERE " RUNS_OF_DAG,
	[FORGET_DAG_BACKFILLS] = "DELETE FROM backfill WHERE dag_id = ?",
	[FORGET_DAG_RUNS] = "DELETE FROM run WHERE dag_id = ?",
	[FORGET_DAG_COUNTS] = "DELETE FROM run_count WHERE dag_id = ?",
	[FORGET_DAG_VERSIONS] = "DELETE FROM version WHERE dag_id = ?",
	[FORGET_DAG_MISSED] = "DELETE FROM missed WHERE dag_id = ?",
	[FORGET_DAG] = "DELETE FROM dag WHERE dag_id = ?",
};

/* In which table the sealed value of a statement lies. */
static const char *const sealed_tables[N_WRITE_STATEMENTS] = {
	[WRITE_VARIABLE] = "variable",
	[WRITE_CONNECTION] = "connection",
};

struct writer {
	sqlite3 *db;
	const struct vault *vault;
	int64_t epoch;
	int wal_pages; /* since the last checkpoint was tried */
	sqlite3_stmt *begin, *read_epoch, *commit;
	sqlite3_stmt *statements[N_WRITE_STATEMENTS];
};

static int on_wal_grown(void *data, sqlite3 *db, const char *name, int n_pages)
{
	struct writer *writer = data;
	writer->wal_pages = n_pages;
	return SQLITE_OK;
}

struct writer *writer_new(sqlite3 *db, const struct vault *vault, int64_t epoch, GError **error)
{
	struct writer *writer = g_new0(struct writer, 1);
	*writer = (struct writer){.db = db, .vault = vault, .epoch = epoch};
	sqlite3_wal_hook(db, on_wal_grown, writer);
	writer->begin = database_prepare(db, "BEGIN IMMEDIATE", error);
	writer->read_epoch = database_prepare(db, "SELECT epoch FROM meta", error);
	writer->commit = database_prepare(db, "COMMIT", error);
	bool is_ready =
		writer->begin != NULL && writer->read_epoch != NULL && writer->commit != NULL;
	for (size_t i = 0; is_ready && i < N_WRITE_STATEMENTS; i++) {
		writer->statements[i] = database_prepare(db, statements[i], error);
		is_ready = writer->statements[i] != NULL;
	}
	if (is_ready)
		return writer;
	writer_free(writer);
	return NULL;
}

/*
 * The log stays as it is, and the next start moves it, as after a kill: to sync may take a busy
 * disk seconds, and what is moved unsynced counts as kept for whoever holds the database still.
 */
void writer_free(struct writer *writer)
{
	if (writer == NULL)
		return;
	for (size_t i = 0; i < N_WRITE_STATEMENTS; i++)
		sqlite3_finalize(writer->statements[i]);
	sqlite3_finalize(writer->begin);
	sqlite3_finalize(writer->read_epoch);
	sqlite3_finalize(writer->commit);
	database_close(writer->db);
	g_free(writer);
}

sqlite3 *writer_database(struct writer *writer)
{
	return writer->db;
}

/* ---- rows ---- */

/* Steps a statement that answers nothing. */
static bool step(struct writer *writer, sqlite3_stmt *statement, GError **error)
{
	int code = sqlite3_step(statement);
	if (code != SQLITE_DONE)
		database_error(writer->db, error);
	sqlite3_reset(statement);
	return code == SQLITE_DONE;
}

static int bind_secret(struct writer *writer, sqlite3_stmt *statement, int i,
	const struct vault_place *place, const struct parameter *secret)
{
	size_t size = vault_sealed_size(secret->len);
	uint8_t *sealed = g_malloc(size);
	vault_seal(writer->vault, place, secret->bytes, secret->len, sealed);
	return sqlite3_bind_blob64(statement, i, sealed, size, g_free);
}

static int bind_parameter(sqlite3_stmt *statement, int i, const struct parameter *parameter)
{
	switch (parameter->kind) {
	case PARAMETER_NULL:
		return sqlite3_bind_null(statement, i);
	case PARAMETER_INTEGER:
		return sqlite3_bind_int64(statement, i, parameter->integer);
	case PARAMETER_TEXT:
		return sqlite3_bind_text64(
			statement, i, parameter->bytes, parameter->len, SQLITE_STATIC, SQLITE_UTF8);
	case PARAMETER_BLOB:
		return sqlite3_bind_blob64(
			statement, i, parameter->bytes, parameter->len, SQLITE_STATIC);
	case PARAMETER_SECRET:
		break;
	}
	g_assert_not_reached();
}

static bool write_row(struct writer *writer, enum write_statement kind, unsigned n,
	struct batch_cursor *cursor, GError **error)
{
	sqlite3_stmt *statement = writer->statements[kind];
	g_autofree char *key = NULL;
	int code = SQLITE_OK;
	for (unsigned i = 1; i <= n; i++) {
		struct parameter parameter = batch_parameter(cursor);
		if (i == 1 && sealed_tables[kind] != NULL)
			key = g_strndup(parameter.bytes, parameter.len);
		if (parameter.kind != PARAMETER_SECRET)
			code = bind_parameter(statement, (int)i, &parameter);
		else
			code = bind_secret(writer, statement, (int)i,
				&(struct vault_place){sealed_tables[kind], key}, &parameter);
		if (code != SQLITE_OK)
			return database_error(writer->db, error); /* too big for SQLite */
	}
	return step(writer, statement, error);
}

static bool write_batch(struct writer *writer, const struct batch *batch, GError **error)
{
	struct batch_cursor cursor = batch_cursor(batch);
	enum write_statement kind;
	unsigned n;
	while (batch_next(&cursor, &kind, &n))
		if (!write_row(writer, kind, n, &cursor, error))
			return false;
	return true;
}

/* ---- transactions ---- */

static bool check_epoch(struct writer *writer, GError **error)
{
	int code = sqlite3_step(writer->read_epoch);
	int64_t epoch = code == SQLITE_ROW ? sqlite3_column_int64(writer->read_epoch, 0) : -1;
	bool is_known =
		code == SQLITE_ROW || code == SQLITE_DONE || database_error(writer->db, error);
	sqlite3_reset(writer->read_epoch);
	if (is_known && epoch != writer->epoch)
		g_set_error(error, STORE_ERROR, STORE_SUPERSEDED,
			"another dagd has taken over \"%s\": this one must end",
			sqlite3_db_filename(writer->db, NULL));
	return is_known && epoch == writer->epoch;
}

/* Some errors have rolled back already. */
static void roll_back(struct writer *writer)
{
	if (sqlite3_get_autocommit(writer->db) == 0
		&& sqlite3_exec(writer->db, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
		g_error("cannot roll back: %s", sqlite3_errmsg(writer->db));
}

/* All or nothing; *n_written counts the batches that were not refused themselves. */
static bool commit_all(struct writer *writer, struct batch *const *batches, size_t n,
	size_t *n_written, GError **error)
{
	*n_written = 0;
	if (!step(writer, writer->begin, error))
		return false;
	bool is_written = check_epoch(writer, error);
	while (is_written && *n_written < n) {
		is_written = write_batch(writer, batches[*n_written], error);
		*n_written += is_written;
	}
	if (is_written && step(writer, writer->commit, error))
		return true;
	roll_back(writer);
	return false;
}

/* A full disk may still have room in the log, once what is in it has been moved. */
static bool commit_all_or_make_room(struct writer *writer, struct batch *const *batches, size_t n,
	size_t *n_written, GError **error)
{
	g_autoptr(GError) why = NULL;
	if (commit_all(writer, batches, n, n_written, &why))
		return true;
	if (!g_error_matches(why, STORE_ERROR, STORE_FULL)) {
		g_propagate_error(error, g_steal_pointer(&why));
		return false;
	}
	writer_checkpoint(writer);
	return commit_all(writer, batches, n, n_written, error);
}

size_t writer_commit(struct writer *writer, struct batch *const *batches, size_t n, GError **error)
{
	size_t n_written;
	g_autoptr(GError) why = NULL, why_before = NULL;
	if (n == 0 || commit_all_or_make_room(writer, batches, n, &n_written, &why)) {
		if (writer->wal_pages >= CHECKPOINT_BUSY_PAGES)
			writer_checkpoint(writer);
		return n;
	}
	bool is_one_refused = g_error_matches(why, STORE_ERROR, STORE_FAILED) && n_written < n;
	size_t n_before = is_one_refused ? n_written : 0;
	if (n_before > 0
		&& !commit_all_or_make_room(writer, batches, n_before, &n_written, &why_before)) {
		g_propagate_error(error, g_steal_pointer(&why_before));
		return 0;
	}
	g_propagate_error(error, g_steal_pointer(&why));
	return n_before;
}

bool writer_transact(struct writer *writer, writer_work *work, void *data, GError **error)
{
	if (!step(writer, writer->begin, error))
		return false;
	if (check_epoch(writer, error) && work(writer->db, data, error)
		&& step(writer, writer->commit, error))
		return true;
	roll_back(writer);
	return false;
}

bool writer_wants_checkpoint(const struct writer *writer)
{
	return writer->wal_pages >= CHECKPOINT_IDLE_PAGES;
}

/* Passive: readers are not waited for; what one of them still needs is moved the next time. */
void writer_checkpoint(struct writer *writer)
{
	g_autoptr(GError) why = NULL;
	writer->wal_pages = 0;
	if (sqlite3_wal_checkpoint_v2(writer->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL)
		!= SQLITE_OK)
		database_error(
			writer->db, &why); /* ends the process when the disk did not keep it */
}
