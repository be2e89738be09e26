/* SPDX-License-Identifier: MIT */
/* Files of older dagds: tests/formats/ has their tables as they were, whatever schema.c says. */
#include <string.h>

#include "daemon/store/reader.h"
#include "daemon/store/schema.h"
#include "tests/unit/store_home.h"

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

/* Each of these files brings the tables from the format before it to its own. */
static void home_of_format(struct home *home, int64_t format)
{
	home_init(home, NULL);
	for (int64_t i = 1; i <= format; i++) {
		g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT ".sql", i);
		g_autofree char *path = g_test_build_filename(G_TEST_DIST, "formats", name, NULL);
		g_autofree char *sql = NULL;
		GError *error = NULL;
		g_file_get_contents(path, &sql, NULL, &error);
		g_assert_no_error(
			error); /* else: write down the format that is no more the newest */
		home_meddle(home, sql);
	}
}

static void home_of_version_1(struct home *home)
{
	home_of_format(home, 1);
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

/* But for white space, which SQLite keeps as it was written. */
static int64_t schema_digest(struct home *home)
{
	return home_number(home,
		"SELECT sum(length(name) * 1000 + length(replace(replace(sql, ' ', ''), x'0a', "
		"'')))"
		" + (SELECT user_version FROM pragma_user_version) FROM sqlite_schema");
}

static void an_upgraded_file_is_like_a_new_one(void)
{
	struct home old, new;
	int64_t formats[] = {1, schema_newest() - 1};
	home_init(&new, NULL);
	home_open(&new);
	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
		home_of_format(&old, formats[i]);
		home_open(&old);
		g_assert_cmpint(schema_digest(&old), ==, schema_digest(&new));
		home_remove(&old);
	}
	home_remove(&new);
}

/* Else the copy of a second attempt would be of a format that no older dagd ever wrote. */
static void an_upgrade_that_fails_in_its_midst_changes_nothing(void)
{
	struct home home;
	GError *error = NULL;
	home_of_format(&home, 1);
	home_meddle(&home, history_1);
	int64_t digest = schema_digest(&home);
	home_meddle(&home, "CREATE TABLE missed (of_another_program)");
	home.store = home_try_open(&home, &error);
	g_assert_null(home.store);
	g_assert_error(error, STORE_ERROR, STORE_FAILED);
	g_clear_error(&error);
	home_meddle(&home, "DROP TABLE missed");
	g_assert_cmpint(schema_digest(&home), ==, digest);
	home_open(&home);
	home_remove(&home);
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
	g_test_add_func("/store/an_upgrade_that_fails_in_its_midst_changes_nothing",
		an_upgrade_that_fails_in_its_midst_changes_nothing);
	g_test_add_func("/store/the_file_as_it_was_is_kept_until_the_next_change",
		the_file_as_it_was_is_kept_until_the_next_change);
	g_test_add_func("/store/a_file_that_is_new_has_nothing_to_be_kept",
		a_file_that_is_new_has_nothing_to_be_kept);
	return g_test_run();
}
