/* SPDX-License-Identifier: MIT */
/* Copies of a database that goes on being written. */
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/store/backup.h"
#include "tests/unit/store_home.h"

enum { RUNS = 3000, CONF_SIZE = 4000, RESERVED_WAL = 8 << 20 };

/* Some 12 MB, so that the copy takes several steps. */
static void home_fill(struct home *home)
{
	g_autofree char *filler = g_strnfill(CONF_SIZE, 'x');
	struct batch *batch = batch_new();
	home_init(home, NULL);
	home_open(home);
	for (int64_t id = 1; id <= RUNS; id++) {
		g_autofree char *run_id = g_strdup_printf("r%d", (int)id);
		struct run_record run = run_of(id, run_id, RUN_SUCCESS);
		run.conf = filler;
		batch_run(batch, &run);
	}
	struct attempt_record attempt = attempt_of(1, 1, "a", ATTEMPT_LAUNCHING);
	attempt.boot_id = (char *)"this boot";
	batch_attempt(batch, &attempt);
	home_commit(home, batch);
}

struct copy {
	struct home *home;
	struct backup_options options;
	bool is_stopped, writes_meanwhile;
	int n_steps;
	int64_t n_bytes;
	GError *error;
};

/* Adds and changes rows that the copy must not have, in pages that it has and has not yet. */
static void write_meanwhile(struct home *home, int n)
{
	struct batch *batch = batch_new();
	g_autofree char *run_id = g_strdup_printf("late%d", n);
	struct run_record late = run_of(RUNS + 1 + n, run_id, RUN_SUCCESS);
	batch_run(batch, &late);
	for (int64_t id = 1; id <= RUNS; id += 100) {
		g_autofree char *name = g_strdup_printf("r%d", (int)id);
		struct run_record run = run_of(id, name, RUN_FAILED);
		batch_run(batch, &run);
	}
	home_commit(home, batch);
}

static void on_progress(void *data, int n_done, int n_pages)
{
	struct copy *copy = data;
	g_assert_cmpint(n_done, <=, n_pages);
	if (copy->writes_meanwhile)
		write_meanwhile(copy->home, copy->n_steps);
	copy->n_steps++;
}

static bool copy_make(struct copy *copy, struct home *home, const char *path)
{
	copy->home = home;
	copy->options.database = home->path;
	copy->options.path = path;
	copy->options.is_stopped = &copy->is_stopped;
	copy->options.on_progress = on_progress;
	copy->options.data = copy;
	return backup_make(&copy->options, &copy->n_bytes, &copy->error);
}

static char *place_make(void)
{
	return g_dir_make_tmp("dagd-backup-XXXXXX", NULL);
}

/* Whether there is nothing else in it, and it is removed. */
static void place_remove(const char *place, const char *only)
{
	g_autoptr(GDir) dir = g_dir_open(place, 0, NULL);
	const char *name;
	while ((name = g_dir_read_name(dir)))
		g_assert_cmpstr(name, ==, only);
	if (only) {
		g_autofree char *path = g_build_filename(place, only, NULL);
		g_assert_cmpint(g_remove(path), ==, 0);
	}
	g_assert_cmpint(g_rmdir(place), ==, 0);
}

static void a_copy_is_of_one_instant(void)
{
	struct home home;
	struct copy copy = {.writes_meanwhile = true};
	home_fill(&home);
	g_autofree char *place = place_make();
	g_autofree char *path = g_build_filename(place, "copy.db", NULL);
	g_assert_true(copy_make(&copy, &home, path));
	g_assert_no_error(copy.error);
	g_assert_cmpint(copy.n_steps, >, 2);
	struct home copied = {.path = path};
	g_assert_cmpint(home_number(&copied, "SELECT count(*) FROM run"), ==, RUNS);
	g_assert_cmpint(home_number(&copied, "SELECT count(*) FROM run WHERE state = 2"), ==, RUNS);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM run"), ==, RUNS + copy.n_steps);
	/* What runs will have gone on when the copy is put in the place of the database. */
	g_assert_cmpint(
		home_number(&copied, "SELECT count(*) FROM attempt WHERE boot_id = 'restored'"), ==,
		1);
	g_assert_cmpint(
		home_number(&home, "SELECT count(*) FROM attempt WHERE boot_id = 'this boot'"), ==,
		1);
	place_remove(place, "copy.db");
	home_remove(&home);
}

static int64_t wal_size(const struct home *home)
{
	GStatBuf status;
	g_autofree char *path = g_strconcat(home->path, "-wal", NULL);
	return g_stat(path, &status) == 0 ? status.st_size : -1;
}

static void the_log_that_grew_meanwhile_is_small_again_afterwards(void)
{
	struct home home;
	home_fill(&home);
	sqlite3 *reader;
	g_assert_cmpint(sqlite3_open(home.path, &reader), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(reader, "BEGIN; SELECT epoch FROM meta", NULL, NULL, NULL), ==,
		SQLITE_OK);
	for (int i = 0; wal_size(&home) <= RESERVED_WAL + (1 << 20); i++)
		write_meanwhile(&home, i);
	sqlite3_close(reader);
	/* The first moves what is in the log, the next begins it anew. */
	for (int i = 0; wal_size(&home) > RESERVED_WAL; i++) {
		g_assert_cmpint(i, <, 200);
		write_meanwhile(&home, 1000 + i);
	}
	g_assert_cmpint(wal_size(&home), ==, RESERVED_WAL);
	home_remove(&home);
}

static void one_that_is_given_up_leaves_nothing(void)
{
	struct home home;
	struct copy copy = {.is_stopped = true};
	home_fill(&home);
	g_autofree char *place = place_make();
	g_autofree char *path = g_build_filename(place, "copy.db", NULL);
	g_assert_false(copy_make(&copy, &home, path));
	g_assert_cmpstr(copy.error->message, ==, "the backup was given up");
	g_clear_error(&copy.error);
	place_remove(place, NULL);
	home_remove(&home);
}

static void on_progress_die(void *data, int n_done, int n_pages)
{
	_exit(0);
}

/* As by SIGKILL: in a process of its own, which leaves its draft behind. */
static void copy_break_off(struct home *home, const char *path)
{
	pid_t child = fork();
	g_assert_cmpint(child, >=, 0);
	if (child == 0) {
		bool is_stopped = false;
		int64_t n_bytes;
		struct backup_options options = {.database = home->path,
			.path = path,
			.is_stopped = &is_stopped,
			.on_progress = on_progress_die};
		backup_make(&options, &n_bytes, NULL);
		_exit(1);
	}
	int status;
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	g_assert_cmpint(status, ==, 0);
}

static unsigned number_of_files(const char *place)
{
	g_autoptr(GDir) dir = g_dir_open(place, 0, NULL);
	unsigned n = 0;
	while (g_dir_read_name(dir))
		n++;
	return n;
}

static void the_next_one_removes_what_a_broken_off_one_left_behind(void)
{
	struct home home;
	struct copy copy = {.n_steps = 0};
	home_fill(&home);
	home_close(&home);
	g_autofree char *place = place_make(), *other = place_make();
	g_autofree char *broken = g_build_filename(place, "copy.db", NULL);
	g_autofree char *path = g_build_filename(other, "copy.db", NULL);
	unsigned n_own = number_of_files(home.folder);
	copy_break_off(&home, broken);
	g_assert_cmpuint(number_of_files(place), >, 0);
	g_assert_true(copy_make(&copy, &home, path));
	place_remove(place, NULL);
	place_remove(other, "copy.db");
	g_assert_cmpuint(number_of_files(home.folder), ==, n_own);
	home_open(&home);
	home_remove(&home);
}

static void a_damaged_database_is_told_and_not_copied(void)
{
	static const char damage[4096] = "damage";
	struct home home;
	struct copy copy = {.n_steps = 0};
	home_fill(&home);
	home_close(&home);
	home_meddle(&home, "PRAGMA wal_checkpoint(TRUNCATE)"); /* else the log would mend it */
	int fd = open(home.path, O_WRONLY | O_CLOEXEC);
	g_assert_cmpint(pwrite(fd, damage, sizeof damage, 500 * 4096), ==, sizeof damage);
	close(fd);
	home_open(&home);
	g_autofree char *place = place_make();
	g_autofree char *path = g_build_filename(place, "copy.db", NULL);
	g_assert_false(copy_make(&copy, &home, path));
	g_assert_nonnull(strstr(copy.error->message, "is damaged"));
	g_clear_error(&copy.error);
	place_remove(place, NULL);
	home_remove(&home);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/store-backup/" #test, test)
	ADD(a_copy_is_of_one_instant);
	ADD(the_log_that_grew_meanwhile_is_small_again_afterwards);
	ADD(one_that_is_given_up_leaves_nothing);
	ADD(the_next_one_removes_what_a_broken_off_one_left_behind);
	ADD(a_damaged_database_is_told_and_not_copied);
	return g_test_run();
}
