/* SPDX-License-Identifier: MIT */
#include "daemon/store/database.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "daemon/store/store.h"

/* Another program may hold the file for a moment: an administrator with the sqlite3 shell. */
#define BUSY_MS 10000
/* As long as the write-ahead log that the writer lets grow while it is busy. */
#define WAL_RESERVE_BYTES (8 << 20)
#define WAL_RESERVE "8388608" /* a longer one gives the rest back */
#define GROWTH_BYTES (1 << 20)

static const char durable_sql[] = "PRAGMA journal_mode = WAL;"
				  "PRAGMA synchronous = FULL;"
				  "PRAGMA wal_autocheckpoint = 0;"
				  "PRAGMA journal_size_limit = " WAL_RESERVE ";"
				  "PRAGMA cache_size = -8000;";
/* mmap stays off: a damaged page must not reach the process as memory. */
static const char every_sql[] = "PRAGMA mmap_size = 0;"
				"PRAGMA temp_store = MEMORY;"
				"PRAGMA cell_size_check = ON;"
				"PRAGMA trusted_schema = OFF;";

/* The system's reason, which is forgotten while SQLite takes the transaction back; but its files
 * remember. 0: there was none. */
static int system_error(sqlite3 *db)
{
	int number = sqlite3_system_errno(db);
	sqlite3_file *log;
	if (number == 0
		&& sqlite3_file_control(db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK
		&& log != NULL && log->pMethods != NULL)
		log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &number);
	if (number == 0)
		sqlite3_file_control(db, NULL, SQLITE_FCNTL_LAST_ERRNO, &number);
	return number;
}

/*
 * An error of writing is no error of what was written before: SQLite has taken the transaction
 * back, so dagd may live on and try again. Only an error of fsync leaves open what is on the disk.
 */
static enum store_error error_kind(sqlite3 *db)
{
	int number = system_error(db);
	switch (sqlite3_extended_errcode(db) & 0xff) {
	case SQLITE_CORRUPT:
		/* So SQLite calls it, too, when the disk does not give what it has. */
		return number == EIO ? STORE_DISK : STORE_FAILED;
	case SQLITE_FULL:
		return STORE_FULL;
	case SQLITE_IOERR:
		return number == ENOSPC || number == EDQUOT ? STORE_FULL : STORE_DISK;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		return STORE_DISK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STORE_BUSY;
	default:
		return STORE_FAILED;
	}
}

/* Not one of writing: SQLite calls it damaged, or not. */
static bool is_unread(sqlite3 *db)
{
	switch (sqlite3_extended_errcode(db)) {
	case SQLITE_IOERR_READ:
	case SQLITE_IOERR_SHORT_READ:
	case SQLITE_IOERR_CORRUPTFS:
		return true;
	default:
		return (sqlite3_extended_errcode(db) & 0xff) == SQLITE_CORRUPT;
	}
}

static void abort_if_beyond_repair(sqlite3 *db)
{
	int code = sqlite3_extended_errcode(db);
	if (code == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM)
		g_error("out of memory in the database");
	if (code != SQLITE_IOERR_FSYNC && code != SQLITE_IOERR_DIR_FSYNC)
		return;
	g_printerr("the disk could not keep what was written to \"%s\" (%s): ending at once, since "
		   "only what is read again after a restart can be trusted\n",
		sqlite3_db_filename(db, NULL), g_strerror(system_error(db)));
	abort();
}

bool database_error(sqlite3 *db, GError **error)
{
	abort_if_beyond_repair(db);
	const char *path = sqlite3_db_filename(db, NULL);
	enum store_error kind = error_kind(db);
	int code = sqlite3_extended_errcode(db) & 0xff, number = system_error(db);
	if (kind == STORE_FULL)
		g_set_error(error, STORE_ERROR, kind, "no space left for \"%s\"", path);
	else if (kind == STORE_DISK && (number == EMFILE || number == ENFILE))
		g_set_error(error, STORE_ERROR, kind, "\"%s\" cannot be opened: %s", path,
			g_strerror(number));
	else if (kind == STORE_DISK && number != 0 && is_unread(db))
		g_set_error(error, STORE_ERROR, kind,
			"the disk does not give what is in \"%s\": %s", path, g_strerror(number));
	else if (kind == STORE_DISK)
		g_set_error(error, STORE_ERROR, kind, "the disk does not take \"%s\": %s", path,
			number != 0 ? g_strerror(number) : sqlite3_errmsg(db));
	else if (kind == STORE_BUSY)
		g_set_error(error, STORE_ERROR, kind,
			"\"%s\" is held by another program: end it, dagd must have it alone", path);
	else if (code == SQLITE_NOTADB)
		g_set_error(error, STORE_ERROR, STORE_FAILED,
			"\"%s\" is not a database: move it away, or put a backup in its place",
			path);
	else if (code == SQLITE_CORRUPT)
		g_set_error(error, STORE_ERROR, STORE_FAILED,
			"\"%s\" is damaged: put a backup in its place", path);
	else
		g_set_error(
			error, STORE_ERROR, STORE_FAILED, "\"%s\": %s", path, sqlite3_errmsg(db));
	return false;
}

bool database_run(sqlite3 *db, const char *sql, GError **error)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return database_error(db, error);
	return true;
}

sqlite3_stmt *database_prepare(sqlite3 *db, const char *sql, GError **error)
{
	sqlite3_stmt *statement;
	if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL)
		== SQLITE_OK)
		return statement;
	database_error(db, error);
	return NULL;
}

bool database_integer(sqlite3 *db, const char *sql, int64_t *value, GError **error)
{
	sqlite3_stmt *statement = database_prepare(db, sql, error);
	if (statement == NULL)
		return false;
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*value = sqlite3_column_int64(statement, 0);
	else if (code == SQLITE_DONE)
		g_set_error(error, STORE_ERROR, STORE_FAILED,
			"\"%s\" lacks a row that must be there", sqlite3_db_filename(db, NULL));
	else
		database_error(db, error);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW;
}

/* Statistics of its memory would take a lock at each allocation; only before its first use can it
 * be told. */
static void library_configure(void)
{
	static gsize is_configured;
	if (g_once_init_enter(&is_configured)) {
		sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
		g_once_init_leave(&is_configured, 1);
	}
}

sqlite3 *database_open(const char *path, enum database_mode mode, GError **error)
{
	/* Made by name only: closing a descriptor of it would drop the locks that SQLite holds. */
	if (mode == DATABASE_WRITES)
		(void)mknod(path, S_IFREG | 0600, 0);
	library_configure();
	int flags = mode == DATABASE_WRITES ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	sqlite3 *db;
	if (sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		g_set_error(error, STORE_ERROR, STORE_FAILED, "cannot open \"%s\": %s", path,
			sqlite3_system_errno(db) != 0 ? g_strerror(sqlite3_system_errno(db))
						      : sqlite3_errmsg(db));
		sqlite3_close(db);
		return NULL;
	}
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, BUSY_MS);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	/* Only the writer checkpoints, when it chooses to. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (database_run(db, every_sql, error))
		return db;
	sqlite3_close(db);
	return NULL;
}

void database_close(sqlite3 *db)
{
	int code = sqlite3_close(db);
	g_assert(code == SQLITE_OK); /* else a statement was left behind */
}

bool database_set_durable(sqlite3 *db, GError **error)
{
	return database_run(db, durable_sql, error);
}

/*
 * Written, not only allocated: a commit into blocks that were never written, or beyond the end of
 * the file, changes the file's metadata, too, and to sync both takes the disk twice as long.
 */
static void wal_fill(sqlite3_file *wal)
{
	static const uint8_t zeros[64 << 10];
	sqlite3_int64 size;
	if (wal->pMethods->xFileSize(wal, &size) != SQLITE_OK)
		return;
	for (; size < WAL_RESERVE_BYTES; size += (sqlite3_int64)sizeof zeros)
		if (wal->pMethods->xWrite(wal, zeros, sizeof zeros, size) != SQLITE_OK)
			return;
}

void database_reserve(sqlite3 *db)
{
	int persist = 1, growth_bytes = GROWTH_BYTES;
	sqlite3_file *wal;
	sqlite3_file_control(db, NULL, SQLITE_FCNTL_PERSIST_WAL, &persist);
	sqlite3_file_control(db, NULL, SQLITE_FCNTL_CHUNK_SIZE, &growth_bytes);
	if (sqlite3_file_control(db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &wal) == SQLITE_OK
		&& wal != NULL && wal->pMethods != NULL)
		wal_fill(wal);
}
