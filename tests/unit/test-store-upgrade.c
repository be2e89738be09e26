/* SPDX-License-Identifier: MIT */
/* Files of older dagds. Their tables are written down here as they were, whatever schema.c says. */
#include <string.h>

#include "daemon/store/reader.h"
#include "tests/unit/store_home.h"

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
	"END;"
	"PRAGMA application_id = 1684105060;"
	"PRAGMA user_version = 1;";

static const char history_1[] =
	"INSERT INTO dag VALUES ('restore', 'restore.yaml', 'f00', 0, 0, 1, 2, 3);"
	"INSERT INTO version VALUES ('f00', 'restore', 'restore.yaml', 'tasks: []');"
	"INSERT INTO run VALUES (1, 'restore', 'old', 0, 2, 5, 5, 5, 5, 5, 6, 7, 8, NULL, 'f00',"
	" NULL, 'timetable', NULL);"
	"INSERT INTO run VALUES (2, 'restore', 'live', 1, 1, NULL, NULL, NULL, NULL, 9, 9, 9, NULL,"
	" '{}', 'f00', 'a note', 'cli', NULL);"
	"INSERT INTO task VALUES (1, 't', -1, 4, 1, 0, 6, 6, 7, 8, NULL, 10, NULL);"
	"INSERT INTO task VALUES (2, 't', -1, 3, 2, 3, 9, 9, 9, NULL, NULL, 11, 'because');"
	"INSERT INTO attempt VALUES (11, 2, 't', -1, 2, 0, zeroblob(16), 'boot', 0, 9, NULL, NULL,"
	" -1, 0, NULL);"
	"UPDATE meta SET last_run = 40, last_attempt = 50;";

static void home_of_version_1(struct home *home)
{
	home_init(home, NULL);
	home_meddle(home, version_1);
	home_meddle(home, history_1);
	home_open(home);
}

static void a_file_of_version_1_keeps_all_that_it_knows(void)
{
	struct home home;
	GError *error = NULL;
	struct run_record run;
	struct task_record task;
	home_of_version_1(&home);
	struct reader *reader = store_reader(home.store);
	g_assert_cmpint(store_next_run(home.store), ==, 41);
	g_assert_cmpint(store_next_attempt(home.store), ==, 51);
	g_assert_cmpint(store_next_backfill(home.store), ==, 1);
	g_assert_true(reader_run(reader, "restore", "live", &run, &error));
	g_assert_cmpint(run.state, ==, RUN_RUNNING);
	g_assert_cmpstr(run.note, ==, "a note");
	g_assert_cmpint(run.backfill, ==, 0);
	g_assert_cmpuint(run.clear_number, ==, 0);
	g_assert_cmpint(run.deadline_at, ==, INSTANT_NONE);
	run_record_clear(&run);
	g_assert_true(reader_task(reader, &(struct task_key){2, "t", -1}, &task, &error));
	g_assert_cmpint(task.state, ==, TASK_RUNNING);
	g_assert_cmpstr(task.reason, ==, "because");
	g_assert_cmpint(task.map_length, ==, -1);
	g_assert_cmpint(task.wait, ==, WAIT_NONE);
	g_assert_cmpint(task.wait_until, ==, INSTANT_NONE);
	g_assert_null(task.decision);
	task_record_clear(&task);
	struct attempt_usage none = ATTEMPT_USAGE_NONE;
	g_autoptr(GArray) attempts =
		reader_attempts(reader, &(struct task_key){2, "t", -1}, &error);
	struct attempt_record *attempt = &g_array_index(attempts, struct attempt_record, 0);
	g_assert_cmpmem(&attempt->usage, sizeof none, &none, sizeof none);
	g_autoptr(GArray) counts = reader_run_counts(reader, &error);
	g_assert_cmpint(g_array_index(counts, struct run_count, 0).n[RUN_SUCCESS], ==, 1);
	home_remove(&home);
}

static void rows_of_version_1_take_what_is_new(void)
{
	struct home home;
	GError *error = NULL;
	struct run_record run;
	struct task_record task = task_of(2, "t", TASK_DEFERRED);
	int64_t total;
	static const char *const deferred[] = {"deferred", NULL};
	home_of_version_1(&home);
	struct reader *reader = store_reader(home.store);
	g_assert_true(reader_run(reader, "restore", "live", &run, &error));
	run.clear_number = 2;
	struct batch *batch = batch_new();
	task.wait = WAIT_INSTANT;
	task.wait_until = 77;
	batch_run(batch, &run);
	batch_task(batch, &task);
	run_record_clear(&run);
	home_commit(&home, batch);
	home_close(&home);
	home_open(&home);
	reader = store_reader(home.store);
	struct listing listing = listing_all;
	listing.states = deferred;
	g_autoptr(GArray) tasks = reader_tasks(reader, &listing, &total, &error);
	g_assert_cmpint(total, ==, 1);
	g_assert_cmpint(g_array_index(tasks, struct task_record, 0).wait_until, ==, 77);
	g_assert_true(reader_run(reader, "restore", "live", &run, &error));
	g_assert_cmpuint(run.clear_number, ==, 2);
	run_record_clear(&run);
	home_remove(&home);
}

/* How many files beside the database are copies from before a change. */
static unsigned n_kept(const struct home *home)
{
	g_autoptr(GDir) dir = g_dir_open(home->folder, 0, NULL);
	const char *name;
	unsigned n = 0;
	while ((name = g_dir_read_name(dir)))
		n += g_str_has_prefix(name, "dagd.db.before-");
	return n;
}

static void the_file_as_it_was_is_kept_until_the_next_change(void)
{
	struct home home;
	home_of_version_1(&home);
	g_autofree char *kept = g_strdup_printf(
		"%s.before-%d", home.path, (int)home_number(&home, "PRAGMA user_version"));
	struct home before = {.path = kept};
	g_assert_cmpint(home_number(&before, "PRAGMA user_version"), ==, 1);
	g_assert_cmpint(home_number(&before, "SELECT count(*) FROM run"), ==,
		home_number(&home, "SELECT count(*) FROM run"));
	home_close(&home);

	/* A start that changes nothing keeps it as it is; an older one goes with the next change.
	 */
	home_open(&home);
	g_assert_cmpuint(n_kept(&home), ==, 1);
	home_close(&home);
	g_autofree char *older = g_strconcat(home.path, ".before-1", NULL);
	g_assert_true(g_file_set_contents(older, "older", -1, NULL));
	g_assert_cmpint(g_rename(kept, home.path), ==, 0);
	g_autofree char *log = g_strconcat(home.path, "-wal", NULL);
	g_remove(log);
	home_open(&home);
	g_assert_cmpuint(n_kept(&home), ==, 1);
	g_assert_true(g_file_test(kept, G_FILE_TEST_EXISTS));
	home_remove(&home);
}

static void a_file_that_is_new_has_nothing_to_be_kept(void)
{
	struct home home;
	home_init(&home, NULL);
	home_open(&home);
	g_assert_cmpuint(n_kept(&home), ==, 0);
	home_remove(&home);
}

static void an_upgraded_file_is_like_a_new_one(void)
{
	struct home old, new;
	static const char digest[] =
		"SELECT sum(length(name) * 1000 + length(sql)) FROM sqlite_schema";
	home_of_version_1(&old);
	home_init(&new, NULL);
	home_open(&new);
	g_assert_cmpint(home_number(&old, digest), ==, home_number(&new, digest));
	g_assert_cmpint(home_number(&old, "PRAGMA user_version"), ==,
		home_number(&new, "PRAGMA user_version"));
	home_remove(&old);
	home_remove(&new);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/a_file_of_version_1_keeps_all_that_it_knows",
		a_file_of_version_1_keeps_all_that_it_knows);
	g_test_add_func(
		"/store/rows_of_version_1_take_what_is_new", rows_of_version_1_take_what_is_new);
	g_test_add_func(
		"/store/an_upgraded_file_is_like_a_new_one", an_upgraded_file_is_like_a_new_one);
	g_test_add_func("/store/the_file_as_it_was_is_kept_until_the_next_change",
		the_file_as_it_was_is_kept_until_the_next_change);
	g_test_add_func("/store/a_file_that_is_new_has_nothing_to_be_kept",
		a_file_that_is_new_has_nothing_to_be_kept);
	return g_test_run();
}
