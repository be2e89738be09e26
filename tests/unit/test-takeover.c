/* SPDX-License-Identifier: MIT */
/* Another dagd has taken over the state folder, and the one before goes on. */
#include "tests/unit/executor_fixture.h"

/* It stood still after it had committed an attempt; its successor took that back, unclaimed. */
static void one_that_was_succeeded_makes_no_folder(struct fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL, error_again = NULL;
	run_shell(fixture, "true"); /* it has a folder to use again */
	struct executor *old = fixture->executor;
	executor_begin(fixture);
	struct executor_left left = {.attempt = 70, .boot_id = BOOT};
	executor_recover(fixture->executor, &left, 1, on_recovered);
	WAIT_UNTIL(fixture, fixture->n_recovered == 2);
	g_assert_cmpuint(seen_of(fixture, 70)->n_taken_back, ==, 1);
	g_assert_false(executor_prepare(old, 70, &error));
	g_assert_nonnull(strstr(error->message, "cannot make the folder"));
	g_assert_false(executor_prepare(old, 70, &error_again));
	g_autofree char *folder = attempt_folder(fixture, 70);
	g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
	executor_close(old);
	g_autofree char *socket = g_build_filename(fixture->state, "worker.sock", NULL);
	g_assert_true(g_file_test(socket, G_FILE_TEST_EXISTS));
	g_assert_cmpint(run_shell(fixture, "exit 5")->result.exit_code, ==, 5);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/takeover/one_that_was_succeeded_makes_no_folder", struct fixture, NULL,
		fixture_set_up, one_that_was_succeeded_makes_no_folder, fixture_tear_down);
	return g_test_run();
}
