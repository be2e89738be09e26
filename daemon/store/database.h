/* SPDX-License-Identifier: MIT */
/* One connection to the SQLite file, opened with the settings that dagd's promises rest on. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <sqlite3.h>

enum database_mode { DATABASE_WRITES, DATABASE_READS };

/* Makes the file (0600) when it is to be written and not there. NULL and an error of STORE_ERROR.
 */
sqlite3 *database_open(const char *path, enum database_mode mode, GError **error);
/* NULL is fine; all statements must be finalized. */
void database_close(sqlite3 *db);

/* Runs SQL text that answers nothing. */
bool database_run(sqlite3 *db, const char *sql, GError **error);
/* The first column of the first row. */
bool database_integer(sqlite3 *db, const char *sql, int64_t *value, GError **error);
/* NULL and an error: the SQL is wrong for this database, or there is no memory. */
sqlite3_stmt *database_prepare(sqlite3 *db, const char *sql, GError **error);

/*
 * Turns what the last call on `db` failed with into an error and returns false. Ends the process
 * when an fsync failed: the kernel may have dropped what was to be written, and trying again would
 * hide it.
 */
bool database_error(sqlite3 *db, GError **error);

/* What the writer needs once the file is known to be dagd's: a write-ahead log, synced at each
 * commit. */
bool database_set_durable(sqlite3 *db, GError **error);

/*
 * Gives the write-ahead log its room on the disk before it is needed, so that a full disk finds it
 * there. A disk that has no room now is no error.
 */
void database_reserve(sqlite3 *db);
