/* SPDX-License-Identifier: MIT */
/* A store on a folder of its own, for the tests of the store. */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <uv.h>

#include "daemon/store/store.h"
#include "lib/base/instant.h"

struct home {
	uv_loop_t loop;
	char *folder, *path, *key_path;
	struct store *store;
};

static inline struct store *home_try_open(struct home *home, GError **error)
{
	return store_open(
		&(struct store_options){
			.loop = &home->loop, .path = home->path, .key_path = home->key_path},
		error);
}

static inline void home_open(struct home *home)
{
	GError *error = NULL;
	home->store = home_try_open(home, &error);
	g_assert_no_error(error);
}

static inline void home_close(struct home *home)
{
	store_close(home->store);
	home->store = NULL;
	uv_run(&home->loop, UV_RUN_DEFAULT);
}

/* The folder is made when it is NULL. */
static inline void home_init(struct home *home, const char *folder)
{
	*home = (struct home){.folder = g_strdup(folder)};
	if (folder == NULL)
		home->folder = g_dir_make_tmp("dagd-store-XXXXXX", NULL);
	home->path = g_build_filename(home->folder, "dagd.db", NULL);
	home->key_path = g_build_filename(home->folder, "key", NULL);
	g_assert_cmpint(uv_loop_init(&home->loop), ==, 0);
}

static inline void home_remove(struct home *home)
{
	home_close(home);
	g_assert_cmpint(uv_loop_close(&home->loop), ==, 0);
	g_autoptr(GDir) dir = g_dir_open(home->folder, 0, NULL);
	const char *name;
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(home->folder, name, NULL);
		g_remove(path);
	}
	g_rmdir(home->folder);
	g_free(home->folder);
	g_free(home->path);
	g_free(home->key_path);
}

/* How a commit ended. */
struct outcome {
	bool is_told;
	GError *error;
};

static inline void on_committed(void *data, const GError *error)
{
	struct outcome *outcome = data;
	g_assert_false(outcome->is_told);
	outcome->is_told = true;
	outcome->error = error != NULL ? g_error_copy(error) : NULL;
}

/* NULL: it is durable. */
static inline GError *home_try_commit(struct home *home, struct batch *batch)
{
	struct outcome outcome = {.is_told = false};
	store_commit(home->store, batch, on_committed, &outcome);
	while (!outcome.is_told)
		uv_run(&home->loop, UV_RUN_ONCE);
	return outcome.error;
}

static inline void home_commit(struct home *home, struct batch *batch)
{
	g_autoptr(GError) error = home_try_commit(home, batch);
	g_assert_no_error(error);
}

/* Looks at the file as another program would; the store is closed, or only reads meanwhile. */
static inline int64_t home_number(struct home *home, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	g_assert_cmpint(sqlite3_open(home->path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
	int64_t number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

static inline void home_meddle(struct home *home, const char *sql)
{
	sqlite3 *db;
	g_assert_cmpint(sqlite3_open(home->path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	sqlite3_close(db);
}

static inline struct run_record run_of(int64_t id, const char *run_id, enum run_state state)
{
	return (struct run_record){
		.id = id,
		.dag_id = (char *)"restore",
		.run_id = (char *)run_id,
		.type = RUN_MANUAL,
		.state = state,
		.slot = INSTANT_NONE,
		.logical_date = INSTANT_NONE,
		.data_interval_start = INSTANT_NONE,
		.data_interval_end = INSTANT_NONE,
		.run_after = id * SECOND_US,
		.queued_at = INSTANT_NONE,
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.deadline_at = INSTANT_NONE,
	};
}

static inline struct backfill_record backfill_of(int64_t id)
{
	return (struct backfill_record){
		.id = id,
		.dag_id = (char *)"restore",
		.from_date = id * SECOND_US,
		.to_date = id * SECOND_US + 1,
		.max_active_runs = 10,
		.created_at = id * SECOND_US + 2,
		.updated_at = id * SECOND_US + 3,
		.completed_at = INSTANT_NONE,
	};
}

static inline struct task_record task_of(int64_t run, const char *task_id, enum task_state state)
{
	return (struct task_record){
		.run = run,
		.task_id = (char *)task_id,
		.map_index = -1,
		.state = state,
		.scheduled_at = INSTANT_NONE,
		.queued_at = INSTANT_NONE,
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.retry_at = INSTANT_NONE,
		.map_length = -1,
		.wait_until = INSTANT_NONE,
		.wait_since = INSTANT_NONE,
	};
}

static inline struct attempt_record attempt_of(
	int64_t id, int64_t run, const char *task_id, enum attempt_state state)
{
	return (struct attempt_record){
		.id = id,
		.run = run,
		.task_id = (char *)task_id,
		.map_index = -1,
		.try_number = 1,
		.state = state,
		.launched_at = id * SECOND_US,
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.exit_code = -1,
		.usage = ATTEMPT_USAGE_NONE,
	};
}
