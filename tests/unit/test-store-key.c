/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/store/opening.h"
#include "tests/unit/store_home.h"

#define N_VALUES 20
#define VALUE_BYTES (1 << 20)

/*
 * SQLite writes single bytes where it makes its index of the log longer, which it does once the
 * transaction is whole in the log. With these values that is while the last pages of a change are
 * in its cache: 4062 pages of the log fill the first part of the index.
 */
static bool is_index_full;

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
	if (is_index_full && size == 1) {
		errno = ENOSPC;
		return -1;
	}
	return (ssize_t)syscall(SYS_pwrite64, fd, bytes, size, offset);
}

static void on_changed(void *data, int64_t n_values, const GError *error)
{
	on_committed(data, error);
}

/* NULL: the key is another one now. */
static GError *try_change(struct home *home, const char *keep_old)
{
	struct outcome outcome = {.is_told = false};
	store_change_key(home->store, NULL, g_strdup(keep_old), on_changed, &outcome);
	while (!outcome.is_told)
		uv_run(&home->loop, UV_RUN_ONCE);
	return outcome.error;
}

static char *text_of(const char *path)
{
	char *text = NULL;
	g_file_get_contents(path, &text, NULL, NULL);
	return text;
}

static void fill(struct home *home)
{
	g_autofree char *value = g_strnfill(VALUE_BYTES, 'x');
	for (int i = 0; i < N_VALUES; i++) {
		g_autofree char *key = g_strdup_printf("V%d", i);
		struct batch *batch = batch_new();
		batch_variable(batch, &(struct variable){.key = key, .value = value});
		home_commit(home, batch);
	}
}

static void assert_whole(struct home *home)
{
	for (int i = 0; i < N_VALUES; i++) {
		struct variable variable;
		g_autoptr(GError) error = NULL;
		g_autofree char *key = g_strdup_printf("V%d", i);
		bool is_there = reader_variable(store_reader(home->store), key, &variable, &error);
		g_assert_no_error(error);
		g_assert_true(is_there);
		g_assert_cmpint(strlen(variable.value), ==, VALUE_BYTES);
		variable_clear(&variable);
	}
}

/* A home in which a change failed, though all of it is in the log. */
static void home_init_failed(struct home *home, const char *keep_old)
{
	home_init(home, NULL);
	home_open(home);
	fill(home);
	home_close(home);
	home_number(home, "SELECT count(*) FROM run"); /* the log begins anew, and its index */
	home_open(home);
	is_index_full = true;
	g_autoptr(GError) error = try_change(home, keep_old);
	is_index_full = false;
	g_assert_nonnull(error);
	assert_whole(home);
}

static void a_change_that_failed_may_have_been_made(void)
{
	struct home home;
	g_autofree char *folder = g_dir_make_tmp("dagd-kept-XXXXXX", NULL);
	g_autofree char *keep_old = g_build_filename(folder, "old", NULL);
	home_init_failed(&home, keep_old);
	g_autofree char *old = text_of(home.key_path);
	home_close(&home);
	home_open(&home);
	assert_whole(&home);
	g_autofree char *new = text_of(home.key_path);
	g_assert_cmpstr(new, !=, old); /* so the log was as it is feared */
	g_autofree char *kept = text_of(keep_old);
	g_assert_cmpstr(kept, ==, old);
	home_remove(&home);
	g_remove(keep_old);
	g_rmdir(folder);
}

/* The next change is refused before it begins, but after it has written over what is left. */
static void what_a_change_that_failed_has_left_is_gone_with_the_next(void)
{
	struct home home;
	home_init_failed(&home, NULL);
	g_autofree char *old = text_of(home.key_path);
	g_autofree char *next = g_strconcat(home.key_path, ".new", NULL);
	g_assert_true(g_file_test(next, G_FILE_TEST_EXISTS));
	g_autoptr(GError) error = try_change(&home, next); /* no place for the old key */
	g_assert_error(error, STORE_ERROR, STORE_FAILED);
	home_close(&home);
	home_open(&home);
	assert_whole(&home);
	g_autofree char *now = text_of(home.key_path);
	g_assert_cmpstr(now, ==, old);
	g_assert_false(g_file_test(next, G_FILE_TEST_EXISTS));

	g_autoptr(GError) none = try_change(&home, NULL);
	g_assert_no_error(none);
	home_close(&home);
	home_open(&home);
	assert_whole(&home);
	home_remove(&home);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store-key/a_change_that_failed_may_have_been_made",
		a_change_that_failed_may_have_been_made);
	g_test_add_func("/store-key/what_a_change_that_failed_has_left_is_gone_with_the_next",
		what_a_change_that_failed_has_left_is_gone_with_the_next);
	return g_test_run();
}
