/* SPDX-License-Identifier: MIT */
/* The tables, and how the file of an older dagd becomes one of this dagd. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <sqlite3.h>

/* Whose file it is: "dagd". */
#define APPLICATION_ID 0x64616764

/* The states in which a task instance is not finished, as the partial index has them. */
#define TASK_IS_LIVE "state IN (0, 1, 2, 3, 8, 9, 11, 12)"
#define RUN_IS_LIVE "state IN (0, 1)"
#define ATTEMPT_IS_LIVE "state = 0"
/* Runs that are not finished, or have callbacks that are not. */
#define LIVE_RUNS                                                                                 \
	"SELECT id FROM run WHERE " RUN_IS_LIVE " UNION SELECT run FROM task WHERE " TASK_IS_LIVE \
	" AND calls IS NOT NULL"

/*
 * How new the tables are, 0: the file is empty. Refuses, before anything is written, a file of a
 * newer dagd (STORE_NEWER) and one that is not dagd's.
 */
bool schema_check(sqlite3 *db, int64_t *version, GError **error);

/* The version that schema_update() makes of any file. */
int64_t schema_newest(void);

/* Makes the tables of a new file, adds what one of `version` lacks. */
bool schema_update(sqlite3 *db, int64_t version, GError **error);
