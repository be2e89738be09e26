/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/store/opening.h"
#include "tests/unit/store_home.h"

/* SQLite calls these instead of libc's, so that the disk can fail. */
static bool is_disk_broken;

int fsync(int fd)
{
	errno = EIO;
	return is_disk_broken ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	errno = EIO;
	return is_disk_broken ? -1 : (int)syscall(SYS_fdatasync, fd);
}

/* 0: writing works. */
static int write_error;
static int n_writes;

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
	n_writes++;
	errno = write_error;
	return write_error ? -1 : (ssize_t)syscall(SYS_pwrite64, fd, bytes, size, offset);
}

/* 0: reading works. */
static int read_error;

ssize_t pread64(int fd, void *bytes, size_t size, off64_t offset)
{
	errno = read_error;
	return read_error ? -1 : (ssize_t)syscall(SYS_pread64, fd, bytes, size, offset);
}

static struct batch *batch_of_run(int64_t id, const char *run_id)
{
	struct batch *batch = batch_new();
	struct run_record run = run_of(id, run_id, RUN_QUEUED);
	batch_run(batch, &run);
	return batch;
}

static struct batch *batch_of_bytes(const char *key, size_t size)
{
	struct batch *batch = batch_new();
	g_autofree char *value = g_strnfill(size, 'x');
	batch_xcom(batch, &(struct task_key){1, "t", -1}, key, value);
	return batch;
}

/* ---- files that are not ours ---- */

static void assert_not_opened(struct home *home, int code, const char *words)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(home_try_open(home, &error));
	g_assert_error(error, STORE_ERROR, code);
	g_assert_nonnull(strstr(error->message, home->path));
	g_assert_nonnull(strstr(error->message, words));
}

static void a_database_of_a_newer_dagd_is_left_alone(void)
{
	struct home home;
	g_autofree char *before = NULL, *after = NULL;
	gsize before_len, after_len;
	home_init(&home, NULL);
	home_open(&home);
	home_close(&home);
	home_meddle(&home, "PRAGMA user_version = 1000");
	g_assert_true(g_file_get_contents(home.path, &before, &before_len, NULL));
	assert_not_opened(
		&home, STORE_NEWER, "was written by a newer dagd (its format is 1000, this");
	g_assert_true(g_file_get_contents(home.path, &after, &after_len, NULL));
	g_assert_cmpmem(before, before_len, after, after_len);
	home_remove(&home);
}

static void a_database_of_another_program_is_left_alone(void)
{
	static const char *const others[] = {
		"CREATE TABLE cookies (a)", "PRAGMA application_id = 1", "PRAGMA user_version = 1"};
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		struct home home;
		home_init(&home, NULL);
		home_meddle(&home, others[i]);
		assert_not_opened(&home, STORE_FAILED, "is a database of another program");
		g_assert_cmpint(
			home_number(&home, "SELECT count(*) FROM sqlite_schema"), ==, i == 0);
		home_remove(&home);
	}
}

static void a_file_that_is_no_database_is_left_alone(void)
{
	struct home home;
	g_autofree char *text = g_strnfill(100000, 'q');
	g_autofree char *after = NULL;
	home_init(&home, NULL);
	g_assert_true(g_file_set_contents(home.path, text, -1, NULL));
	assert_not_opened(&home, STORE_FAILED, "is not a database");
	g_assert_true(g_file_get_contents(home.path, &after, NULL, NULL));
	g_assert_cmpstr(after, ==, text);
	g_remove(home.path);
	g_assert_cmpint(g_mkdir(home.path, 0700), ==, 0);
	assert_not_opened(&home, STORE_FAILED, "cannot open");
	g_assert_cmpint(g_rmdir(home.path), ==, 0);
	g_assert_true(
		g_file_set_contents(home.path, "", 0, NULL)); /* an empty one is as good as none */
	home_open(&home);
	home_remove(&home);
}

static void a_folder_that_is_not_there_is_named(void)
{
	struct home home;
	home_init(&home, "/nonexistent/dagd");
	assert_not_opened(&home, STORE_FAILED, "No such file or directory");
	home_remove(&home);
}

static void a_truncated_database_is_refused(void)
{
	struct home home;
	home_init(&home, NULL);
	home_open(&home);
	home_close(&home);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM run"), ==,
		0); /* moves the log into the file */
	g_assert_cmpint(truncate(home.path, 5000), ==, 0);
	assert_not_opened(&home, STORE_FAILED, "damaged");
	home_remove(&home);
}

/* ---- refused rows ---- */

static void a_run_id_and_a_slot_are_taken_once(void)
{
	struct home home;
	struct run_record first = run_of(1, "a", RUN_SUCCESS), run;
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	first.slot = 77;
	batch_run(batch, &first);
	home_commit(&home, batch);

	g_autoptr(GError) same_name = home_try_commit(&home, batch_of_run(2, "a"));
	g_assert_error(same_name, STORE_ERROR, STORE_FAILED);
	run = run_of(3, "b", RUN_QUEUED);
	run.slot = 77;
	batch = batch_of_bytes("beside", 10);
	batch_run(batch, &run);
	g_autoptr(GError) same_slot = home_try_commit(&home, batch);
	g_assert_error(same_slot, STORE_ERROR, STORE_FAILED);

	run.dag_id = (char *)"other";
	batch = batch_new();
	batch_run(batch, &run);
	home_commit(&home, batch);
	home_close(&home);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM run"), ==, 2);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM xcom"), ==, 0);
	home_remove(&home);
}

struct answers {
	struct home *home;
	GString *told; /* for each batch: 'd' durable, 'r' refused */
};

static void on_answer(void *data, const GError *error)
{
	struct answers *answers = data;
	bool is_first = error != NULL && strchr(answers->told->str, 'r') == NULL;
	g_string_append_c(answers->told, error == NULL ? 'd' : 'r');
	if (is_first)
		store_commit(answers->home->store, batch_of_run(9999, "after"), on_answer, answers);
}

/* So many that the writer takes them in several groups, the later ones without the refused one. */
static void nothing_is_kept_that_was_built_on_a_refused_batch(void)
{
	enum { N_BEFORE = 2, N_BUILT_ON_IT = 3000 };
	struct home home;
	struct answers answers = {&home, g_string_new(NULL)};
	home_init(&home, NULL);
	home_open(&home);
	store_commit(home.store, batch_of_run(1, "a"), on_answer, &answers);
	store_commit(home.store, batch_of_run(2, "b"), on_answer, &answers);
	store_commit(home.store, batch_of_run(3, "a"), on_answer, &answers);
	for (int64_t id = 4; id < 4 + N_BUILT_ON_IT; id++) {
		g_autofree char *run_id = g_strdup_printf("r%d", (int)id);
		store_commit(home.store, batch_of_run(id, run_id), on_answer, &answers);
	}
	home_close(&home);
	/* The one that was given by the callback of the first refused one counts again. */
	g_assert_cmpint(answers.told->len, ==, N_BEFORE + 1 + N_BUILT_ON_IT + 1);
	g_assert_cmpint(strspn(answers.told->str, "d"), ==, N_BEFORE);
	g_assert_cmpint(strspn(answers.told->str + N_BEFORE, "r"), ==, 1 + N_BUILT_ON_IT);
	g_assert_cmpint(answers.told->str[answers.told->len - 1], ==, 'd');
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM run"), ==, N_BEFORE + 1);
	g_assert_cmpint(home_number(&home, "SELECT max(id) FROM run"), ==, 9999);
	g_string_free(answers.told, TRUE);
	home_remove(&home);
}

/* ---- full disks ---- */

static void a_full_file_refuses_the_whole_group_and_works_again_later(void)
{
	struct home home;
	struct opening parts;
	GError *error = NULL;
	int64_t n_pages;
	home_init(&home, NULL);
	g_assert_true(opening_begin(&parts,
		&(struct store_options){.path = home.path, .key_path = home.key_path}, &error));
	sqlite3 *db = writer_database(parts.writer);
	n_pages = home_number(&home, "PRAGMA page_count");
	g_autofree char *limit = g_strdup_printf("PRAGMA max_page_count = %d", (int)n_pages + 4);
	g_assert_cmpint(sqlite3_exec(db, limit, NULL, NULL, NULL), ==, SQLITE_OK);

	struct batch *batches[] = {
		batch_of_run(1, "a"), batch_of_bytes("big", 1 << 20), batch_of_run(2, "b")};
	g_assert_cmpint(writer_commit(parts.writer, batches, 3, &error), ==, 0);
	g_assert_error(error, STORE_ERROR, STORE_FULL);
	g_clear_error(&error);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM run"), ==, 0);
	g_assert_cmpint(writer_commit(parts.writer, batches, 1, &error), ==, 1);
	g_assert_cmpint(sqlite3_exec(db, "PRAGMA max_page_count = 100000", NULL, NULL, NULL), ==,
		SQLITE_OK);
	g_assert_cmpint(writer_commit(parts.writer, batches + 1, 2, &error), ==, 2);
	g_assert_no_error(error);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM run"), ==, 2);
	for (size_t i = 0; i < G_N_ELEMENTS(batches); i++)
		batch_free(batches[i]);
	opening_end(&parts);
	home_remove(&home);
}

/* It is no damage: what was there is there, and once the disk writes again all is well. */
static void a_disk_that_cannot_be_written_is_told_and_waited_for(void)
{
	static const struct {
		int error;
		enum store_error code;
		const char *words;
	} cases[] = {{EROFS, STORE_DISK, "Read-only file system"},
		{EIO, STORE_DISK, "Input/output error"}, {ENOSPC, STORE_FULL, "no space left"},
		{EDQUOT, STORE_FULL, "no space left"}};
	struct home home;
	home_init(&home, NULL);
	home_open(&home);
	home_commit(&home, batch_of_run(1, "before"));
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *run_id = g_strdup_printf("run%zu", i);
		write_error = cases[i].error;
		g_autoptr(GError) error =
			home_try_commit(&home, batch_of_run(2 + (int64_t)i, run_id));
		write_error = 0;
		g_assert_error(error, STORE_ERROR, (int)cases[i].code);
		g_assert_nonnull(strstr(error->message, cases[i].words));
		g_assert_nonnull(strstr(error->message, home.path));
		home_commit(&home, batch_of_run(2 + (int64_t)i, run_id));
	}
	home_close(&home);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM run"), ==,
		1 + (int64_t)G_N_ELEMENTS(cases));
	home_remove(&home);
}

#define DISK_BYTES "12m"

/* A disk of its own for the test, where the system lets us. */
static bool disk_mount(const char *folder)
{
	return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
		&& mount("none", folder, "tmpfs", 0, "size=" DISK_BYTES) == 0;
}

static void disk_fill(const char *path)
{
	char block[4096] = {0};
	FILE *file = fopen(path, "w");
	setbuf(file, NULL);
	while (fwrite(block, 1, sizeof block, file) == sizeof block)
		continue;
	fclose(file);
}

static void a_full_disk_takes_results_from_its_reserve_and_recovers(void)
{
	struct home home;
	GError *error = NULL;
	g_autofree char *folder = g_dir_make_tmp("dagd-disk-XXXXXX", NULL);
	if (!disk_mount(folder)) {
		g_test_skip("needs the right to mount a small disk");
		g_rmdir(folder);
		return;
	}
	home_init(&home, folder);
	home_open(&home);
	home_commit(&home, batch_of_bytes("before", 100));
	g_autofree char *filler = g_build_filename(folder, "filler", NULL);
	disk_fill(filler);

	/* The results of what still runs have their room: for many small commits and for larger
	 * ones. */
	for (int i = 0; i < 3000; i++) {
		g_autofree char *key = g_strdup_printf("%d", i % 10);
		home_commit(&home, batch_of_bytes(key, 200));
	}
	home_commit(&home, batch_of_bytes("larger", 1 << 20));
	/* What does not fit is refused as a whole. */
	g_autoptr(GError) full = home_try_commit(&home, batch_of_bytes("big", 10 << 20));
	g_assert_error(full, STORE_ERROR, STORE_FULL);
	g_assert_null(
		reader_xcom(store_reader(home.store), &(struct task_key){1, "t", -1}, "big", NULL));
	g_autofree char *before = reader_xcom(
		store_reader(home.store), &(struct task_key){1, "t", -1}, "before", NULL);
	g_assert_cmpint(strlen(before), ==, 100);
	home_commit(&home, batch_of_run(1, "still works"));
	home_close(&home);
	home_open(&home); /* also a start */
	home_commit(&home, batch_of_run(2, "after a start"));

	g_remove(filler);
	home_commit(&home, batch_of_bytes("big", 1 << 20));
	home_close(&home);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM run"), ==, 2);
	g_assert_no_error(error);
	umount(folder);
	home_remove(&home);
}

/* ---- who is the master ---- */

static void a_dagd_that_was_superseded_changes_nothing(void)
{
	struct home home, second;
	home_init(&home, NULL);
	home_open(&home);
	home_commit(&home, batch_of_run(1, "a"));
	home_init(&second, home.folder);
	home_open(&second);
	g_assert_cmpint(store_epoch(second.store), ==, store_epoch(home.store) + 1);
	for (int i = 0; i < 2; i++) {
		g_autoptr(GError) error = home_try_commit(&home, batch_of_run(2, "b"));
		g_assert_error(error, STORE_ERROR, STORE_SUPERSEDED);
		g_autoptr(GError) empty = home_try_commit(&home, batch_new());
		g_assert_error(empty, STORE_ERROR, STORE_SUPERSEDED);
	}
	home_commit(&second, batch_of_run(2, "c"));
	home_close(&home);
	home_commit(&second, batch_of_run(3, "d"));
	home_close(&second);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM run"), ==, 3);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM run WHERE run_id = 'b'"), ==, 0);
	home_remove(&second);
	home_remove(&home);
}

static void a_failed_fsync_ends_the_process(void)
{
	struct home home;
	if (g_test_subprocess()) {
		home_init(&home, g_getenv("DAGD_TEST_HOME"));
		home_open(&home);
		is_disk_broken = true;
		g_autoptr(GError) error G_GNUC_UNUSED =
			home_try_commit(&home, batch_of_run(1, "a"));
		g_printerr("went on\n");
		return;
	}
	home_init(&home, NULL);
	g_setenv("DAGD_TEST_HOME", home.folder, TRUE);
	g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
	g_test_trap_assert_failed();
	g_test_trap_assert_stderr("*the disk could not keep what was written to*");
	g_test_trap_assert_stderr_unmatched("*went on*");
	home_remove(&home);
}

/*
 * To sync may take a busy disk seconds, in which nothing can end the process. And what is moved
 * unsynced is lost with the power where another program holds the database: the next log is
 * written over the one that had it.
 */
static void a_stop_leaves_the_log_as_it_is(void)
{
	struct home home;
	home_init(&home, NULL);
	home_open(&home);
	home_commit(&home, batch_of_run(1, "before"));
	is_disk_broken = true;
	n_writes = 0;
	home_close(&home); /* a sync would end the process */
	is_disk_broken = false;
	g_assert_cmpint(n_writes, ==, 0);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM run"), ==, 1);
	home_remove(&home);
}

static void what_the_disk_does_not_give_is_neither_damaged_nor_missing(void)
{
	struct home home;
	struct task_key key = {1, "t", -1};
	g_autoptr(GError) error = NULL;
	home_init(&home, NULL);
	home_open(&home);
	home_commit(&home, batch_of_bytes("big", 100000));
	home_close(&home);
	home_open(&home);
	read_error = EIO;
	g_assert_null(reader_xcom(store_reader(home.store), &key, "big", &error));
	read_error = 0;
	g_assert_error(error, STORE_ERROR, STORE_DISK);
	g_autofree char *sentence = g_strdup_printf(
		"the disk does not give what is in \"%s\": Input/output error", home.path);
	g_assert_cmpstr(error->message, ==, sentence);
	g_autofree char *value = reader_xcom(store_reader(home.store), &key, "big", NULL);
	g_assert_cmpuint(strlen(value), ==, 100000);
	home_remove(&home);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store-failure/a_database_of_a_newer_dagd_is_left_alone",
		a_database_of_a_newer_dagd_is_left_alone);
	g_test_add_func("/store-failure/a_database_of_another_program_is_left_alone",
		a_database_of_another_program_is_left_alone);
	g_test_add_func("/store-failure/a_file_that_is_no_database_is_left_alone",
		a_file_that_is_no_database_is_left_alone);
	g_test_add_func("/store-failure/a_folder_that_is_not_there_is_named",
		a_folder_that_is_not_there_is_named);
	g_test_add_func(
		"/store-failure/a_truncated_database_is_refused", a_truncated_database_is_refused);
	g_test_add_func("/store-failure/a_run_id_and_a_slot_are_taken_once",
		a_run_id_and_a_slot_are_taken_once);
	g_test_add_func("/store-failure/nothing_is_kept_that_was_built_on_a_refused_batch",
		nothing_is_kept_that_was_built_on_a_refused_batch);
	g_test_add_func("/store-failure/a_full_file_refuses_the_whole_group_and_works_again_later",
		a_full_file_refuses_the_whole_group_and_works_again_later);
	g_test_add_func("/store-failure/a_full_disk_takes_results_from_its_reserve_and_recovers",
		a_full_disk_takes_results_from_its_reserve_and_recovers);
	g_test_add_func("/store-failure/a_disk_that_cannot_be_written_is_told_and_waited_for",
		a_disk_that_cannot_be_written_is_told_and_waited_for);
	g_test_add_func("/store-failure/a_dagd_that_was_superseded_changes_nothing",
		a_dagd_that_was_superseded_changes_nothing);
	g_test_add_func(
		"/store-failure/a_failed_fsync_ends_the_process", a_failed_fsync_ends_the_process);
	g_test_add_func(
		"/store-failure/a_stop_leaves_the_log_as_it_is", a_stop_leaves_the_log_as_it_is);
	g_test_add_func("/store-failure/what_the_disk_does_not_give_is_neither_damaged_nor_missing",
		what_the_disk_does_not_give_is_neither_damaged_nor_missing);
	return g_test_run();
}
