/* SPDX-License-Identifier: MIT */
/*
 * States and types are stored as the numbers of lib/engine/state.h, instants as microseconds with
 * NULL for none. Rows that belong to a run are kept in the order of its id, so that what is read
 * together lies together; the partial indexes hold only what is not finished and stay small however
 * long the history is.
 */
#include "daemon/store/schema.h"

#include "daemon/store/database.h"
#include "daemon/store/store.h"

static const char version_1[] =
	/* last_run, last_attempt: the highest ids among the rows that were deleted. */
	"CREATE TABLE meta (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL,"
	" last_run INTEGER NOT NULL, last_attempt INTEGER NOT NULL, key_proof BLOB) STRICT;"
	"INSERT INTO meta VALUES (1, 0, 0, 0, NULL);"

	"CREATE TABLE dag (dag_id TEXT PRIMARY KEY, file TEXT, version TEXT,"
	" is_paused INTEGER NOT NULL, is_stale INTEGER NOT NULL, first_seen_at INTEGER,"
	" active_since INTEGER, last_slot INTEGER) STRICT, WITHOUT ROWID;"

	"CREATE TABLE version (hash TEXT PRIMARY KEY, dag_id TEXT NOT NULL, file TEXT,"
	" text TEXT NOT NULL) STRICT;"
	"CREATE INDEX version_dag ON version (dag_id);"

	"CREATE TABLE run (id INTEGER PRIMARY KEY, dag_id TEXT NOT NULL, run_id TEXT NOT NULL,"
	" type INTEGER NOT NULL, state INTEGER NOT NULL, slot INTEGER, logical_date INTEGER,"
	" data_interval_start INTEGER, data_interval_end INTEGER, run_after INTEGER,"
	" queued_at INTEGER, started_at INTEGER, ended_at INTEGER, conf TEXT, version TEXT,"
	" note TEXT, triggered_by TEXT, reason TEXT) STRICT;"
	"CREATE UNIQUE INDEX run_name ON run (dag_id, run_id);"
	"CREATE UNIQUE INDEX run_slot ON run (dag_id, slot) WHERE slot IS NOT NULL;"
	"CREATE INDEX run_age ON run (dag_id, run_after);"
	"CREATE INDEX run_after ON run (run_after);"
	"CREATE INDEX run_live ON run (state) WHERE state IN (0, 1);"

	"CREATE TABLE task (run INTEGER NOT NULL, task_id TEXT NOT NULL,"
	" map_index INTEGER NOT NULL, state INTEGER NOT NULL, try_number INTEGER NOT NULL,"
	" max_tries INTEGER NOT NULL, scheduled_at INTEGER, queued_at INTEGER,"
	" started_at INTEGER, ended_at INTEGER, retry_at INTEGER, attempt INTEGER NOT NULL,"
	" reason TEXT, PRIMARY KEY (run, task_id, map_index)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX task_live ON task (state) WHERE state IN (0, 1, 2, 3, 8, 9);"

	"CREATE TABLE attempt (id INTEGER PRIMARY KEY, run INTEGER NOT NULL,"
	" task_id TEXT NOT NULL, map_index INTEGER NOT NULL, try_number INTEGER NOT NULL,"
	" state INTEGER NOT NULL, token BLOB NOT NULL, boot_id TEXT, pid INTEGER NOT NULL,"
	" launched_at INTEGER, started_at INTEGER, ended_at INTEGER,"
	" exit_code INTEGER NOT NULL, signal INTEGER NOT NULL, reason TEXT) STRICT;"
	"CREATE INDEX attempt_task ON attempt (run, task_id, map_index);"
	"CREATE INDEX attempt_live ON attempt (run) WHERE state = 0;"

	"CREATE TABLE xcom (run INTEGER NOT NULL, task_id TEXT NOT NULL,"
	" map_index INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
	" at INTEGER NOT NULL, PRIMARY KEY (run, task_id, map_index, key))"
	" STRICT, WITHOUT ROWID;"
	"CREATE TABLE rendered (run INTEGER NOT NULL, task_id TEXT NOT NULL,"
	" map_index INTEGER NOT NULL, fields TEXT NOT NULL,"
	" PRIMARY KEY (run, task_id, map_index)) STRICT, WITHOUT ROWID;"

	"CREATE TABLE variable (key TEXT PRIMARY KEY, description TEXT, sealed BLOB NOT NULL)"
	" STRICT;"
	"CREATE TABLE connection (conn_id TEXT PRIMARY KEY, conn_type TEXT NOT NULL,"
	" description TEXT, sealed BLOB NOT NULL) STRICT;"

	/* How many runs of a DAG are in which state: counted as they change, never by a scan. */
	"CREATE TABLE run_count (dag_id TEXT NOT NULL, state INTEGER NOT NULL,"
	" n INTEGER NOT NULL, PRIMARY KEY (dag_id, state)) STRICT, WITHOUT ROWID;"
	"CREATE TRIGGER run_made AFTER INSERT ON run BEGIN"
	" INSERT INTO run_count VALUES (new.dag_id, new.state, 1)"
	"  ON CONFLICT DO UPDATE SET n = n + 1;"
	"END;"
	"CREATE TRIGGER run_moved AFTER UPDATE OF state ON run WHEN old.state <> new.state BEGIN"
	" UPDATE run_count SET n = n - 1 WHERE dag_id = old.dag_id AND state = old.state;"
	" INSERT INTO run_count VALUES (new.dag_id, new.state, 1)"
	"  ON CONFLICT DO UPDATE SET n = n + 1;"
	"END;"
	"CREATE TRIGGER run_gone AFTER DELETE ON run BEGIN"
	" UPDATE run_count SET n = n - 1 WHERE dag_id = old.dag_id AND state = old.state;"
	"END;";

/*
 * What most rows lack is NULL there, which takes one byte: no length, nothing decided, waits for
 * nothing, no backfill, begun once.
 */
static const char version_2[] =
	"ALTER TABLE meta ADD COLUMN last_backfill INTEGER NOT NULL DEFAULT 0;"

	"ALTER TABLE run ADD COLUMN backfill INTEGER;"
	"ALTER TABLE run ADD COLUMN clear_number INTEGER;"
	"ALTER TABLE run ADD COLUMN deadline_at INTEGER;"
	"CREATE INDEX run_date ON run (dag_id, logical_date) WHERE logical_date IS NOT NULL;"

	"ALTER TABLE task ADD COLUMN map_length INTEGER;"
	"ALTER TABLE task ADD COLUMN decision TEXT;"
	"ALTER TABLE task ADD COLUMN wait INTEGER;"
	"ALTER TABLE task ADD COLUMN wait_until INTEGER;"
	"ALTER TABLE task ADD COLUMN wait_dag TEXT;"
	"ALTER TABLE task ADD COLUMN wait_run TEXT;"
	"ALTER TABLE task ADD COLUMN wait_since INTEGER;"
	"ALTER TABLE task ADD COLUMN wish INTEGER;"
	"ALTER TABLE task ADD COLUMN note TEXT;"
	"ALTER TABLE task ADD COLUMN group_tries INTEGER;"
	"DROP INDEX task_live;"
	"CREATE INDEX task_live ON task (state) WHERE " TASK_IS_LIVE ";"

	"CREATE TABLE pool (name TEXT PRIMARY KEY, slots INTEGER NOT NULL, description TEXT,"
	" include_deferred INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

	"CREATE TABLE backfill (id INTEGER PRIMARY KEY, dag_id TEXT NOT NULL,"
	" from_date INTEGER, to_date INTEGER, conf TEXT, is_paused INTEGER NOT NULL,"
	" reprocess INTEGER NOT NULL, max_active_runs INTEGER NOT NULL,"
	" is_backwards INTEGER NOT NULL, created_at INTEGER, updated_at INTEGER,"
	" completed_at INTEGER) STRICT;"
	"CREATE INDEX backfill_dag ON backfill (dag_id);"
	"CREATE INDEX backfill_live ON backfill (id) WHERE completed_at IS NULL;";

/* Ranges of slots that have no run. */
static const char version_3[] =
	"CREATE TABLE missed (dag_id TEXT NOT NULL, first_slot INTEGER NOT NULL,"
	" last_slot INTEGER NOT NULL, n INTEGER NOT NULL, reason TEXT NOT NULL,"
	" at INTEGER NOT NULL, PRIMARY KEY (dag_id, first_slot)) STRICT, WITHOUT ROWID;";

static const char version_4[] =
	/* The ids are what the API calls them by; a name keeps its own for ever. */
	"CREATE TABLE asset (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	" created_at INTEGER) STRICT;"
	"CREATE TABLE asset_event (id INTEGER PRIMARY KEY AUTOINCREMENT, asset TEXT NOT NULL,"
	" at INTEGER, dag_id TEXT, run_id TEXT, task_id TEXT, map_index INTEGER NOT NULL,"
	" extra TEXT) STRICT;"
	"CREATE INDEX asset_event_asset ON asset_event (asset);"
	/* What a DAG has heard of since its last run by assets; why a run was made. */
	"CREATE TABLE asset_heard (dag_id TEXT NOT NULL, event INTEGER NOT NULL,"
	" PRIMARY KEY (dag_id, event)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE run_asset (run INTEGER NOT NULL, event INTEGER NOT NULL,"
	" PRIMARY KEY (run, event)) STRICT, WITHOUT ROWID;";

static const char version_5[] = "ALTER TABLE task ADD COLUMN map_label TEXT;";

/* What callbacks are to be run for, and why a DAG that only fails was paused. */
static const char version_6[] =
	"ALTER TABLE task ADD COLUMN calls TEXT;"
	"ALTER TABLE dag ADD COLUMN n_failed_runs INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE dag ADD COLUMN pause_reason TEXT;";

/* Which runs an update of an asset was a reason for. */
static const char version_7[] = "CREATE INDEX run_asset_event ON run_asset (event);";

/* What an attempt took; of those that have ended before nobody knows. */
static const char version_8[] = "ALTER TABLE attempt ADD COLUMN user_us INTEGER;"
				"ALTER TABLE attempt ADD COLUMN system_us INTEGER;"
				"ALTER TABLE attempt ADD COLUMN memory_bytes INTEGER;"
				"ALTER TABLE attempt ADD COLUMN read_bytes INTEGER;"
				"ALTER TABLE attempt ADD COLUMN written_bytes INTEGER;";

/* Each brings a file from the version before it to its own: only ever added to, and then the
 * version before is written down in tests/formats/. */
static const char *const versions[] = {
	version_1, version_2, version_3, version_4, version_5, version_6, version_7, version_8};

static bool refuse_newer(sqlite3 *db, int64_t version, GError **error)
{
	g_set_error(error, STORE_ERROR, STORE_NEWER,
		"\"%s\" was written by a newer dagd (its format is %" G_GINT64_FORMAT
		", this dagd knows up to %zu): start that one, or put back a backup from before "
		"the upgrade",
		sqlite3_db_filename(db, NULL), version, G_N_ELEMENTS(versions));
	return false;
}

static bool refuse_foreign(sqlite3 *db, GError **error)
{
	g_set_error(error, STORE_ERROR, STORE_FAILED,
		"\"%s\" is a database of another program: move it away",
		sqlite3_db_filename(db, NULL));
	return false;
}

bool schema_check(sqlite3 *db, int64_t *version, GError **error)
{
	int64_t application, n_tables;
	if (!database_integer(db, "PRAGMA application_id", &application, error)
		|| !database_integer(db, "PRAGMA user_version", version, error)
		|| !database_integer(db, "SELECT count(*) FROM sqlite_schema", &n_tables, error))
		return false;
	if (application == 0 && *version == 0 && n_tables == 0)
		return true;
	if (application != APPLICATION_ID)
		return refuse_foreign(db, error);
	if (*version < 1 || *version > (int64_t)G_N_ELEMENTS(versions))
		return refuse_newer(db, *version, error);
	return true;
}

static bool versions_apply(sqlite3 *db, int64_t version, GError **error)
{
	g_autofree char *numbers =
		g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %zu;",
			APPLICATION_ID, G_N_ELEMENTS(versions));
	for (size_t i = (size_t)version; i < G_N_ELEMENTS(versions); i++)
		if (!database_run(db, versions[i], error))
			return false;
	return database_run(db, numbers, error) && database_run(db, "COMMIT", error);
}

/* One transaction for all: who is killed in its midst finds the version of which there is a copy.
 */
bool schema_update(sqlite3 *db, int64_t version, GError **error)
{
	if (version == schema_newest())
		return true;
	if (!database_run(db, "BEGIN IMMEDIATE", error))
		return false;
	if (versions_apply(db, version, error))
		return true;
	if (sqlite3_get_autocommit(db) == 0)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

int64_t schema_newest(void)
{
	return (int64_t)G_N_ELEMENTS(versions);
}
