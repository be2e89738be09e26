/* SPDX-License-Identifier: MIT */
/* What the files of an attempt must say to be believed, when a dagd recovers. */
#include <fcntl.h>
#include <sys/wait.h>

#include "tests/unit/executor_fixture.h"

static void recover(struct fixture *fixture, const struct executor_left *left)
{
	unsigned n = fixture->n_recovered;
	executor_recover(fixture->executor, left, 1, on_recovered);
	WAIT_UNTIL(fixture, fixture->n_recovered > n);
}

/* Its worker is dead, its result was not acknowledged. */
static int64_t leave_result(struct fixture *fixture)
{
	fixture->acknowledges = false;
	int64_t attempt = begin_shell(fixture, "exit 3");
	wait_end(fixture, attempt);
	g_autofree char *folder = attempt_folder(fixture, attempt);
	struct claim claim;
	g_assert_cmpint(spool_read_claim(folder, &claim), ==, SPOOL_FOUND);
	executor_end(fixture);
	kill(claim.pid, SIGKILL);
	while (process_lives(claim.pid))
		g_thread_yield();
	executor_begin(fixture);
	return attempt;
}

/* As after a database was put back from a backup, and numbers were given again. */
static void a_result_of_another_token_is_none(struct fixture *fixture, const void *data)
{
	struct executor_left left = {.attempt = leave_result(fixture), .boot_id = BOOT};
	token_make(left.token, left.attempt + 1);
	recover(fixture, &left);
	struct seen *seen = seen_of(fixture, left.attempt);
	WAIT_UNTIL(fixture, seen->n_lost > 0);
	g_assert_cmpuint(seen->n_ended, ==, 1); /* by its own executor, before */
}

static void the_result_of_a_dead_worker_is_taken(struct fixture *fixture, const void *data)
{
	struct executor_left left = {.attempt = leave_result(fixture), .boot_id = BOOT};
	token_make(left.token, left.attempt);
	fixture->acknowledges = true;
	recover(fixture, &left);
	struct seen *seen = seen_of(fixture, left.attempt);
	WAIT_UNTIL(fixture, seen->n_ended == 2);
	g_assert_cmpint(seen->result.exit_code, ==, 3);
	g_assert_cmpuint(seen->n_lost, ==, 0);
}

/* The worker died, and the kernel has given its pid to a process that started later. */
static void a_process_with_the_pid_of_a_dead_worker_is_none(
	struct fixture *fixture, const void *data)
{
	struct executor_left left = {.attempt = 50, .boot_id = BOOT};
	token_make(left.token, left.attempt);
	struct claim claim = {
		.owner = CLAIM_WORKER, .pid = getpid(), .pid_started = 1, .boot_id = BOOT};
	token_make(claim.token, left.attempt);
	g_autoptr(GError) error = NULL;
	g_assert_true(executor_prepare(fixture->executor, left.attempt, &error));
	g_autofree char *folder = attempt_folder(fixture, left.attempt);
	int fd = spool_claim(folder, &claim);
	g_assert_cmpint(fd, >=, 0);
	close(fd);
	recover(fixture, &left);
	struct seen *seen = seen_of(fixture, left.attempt);
	WAIT_UNTIL(fixture, seen->n_lost > 0);
	g_assert_cmpstr(seen->reason, ==, "its worker died while dagd was away");
}

static void a_result_that_cannot_be_read_now_is_read_later(
	struct fixture *fixture, const void *data)
{
	struct executor_left left = {.attempt = leave_result(fixture), .boot_id = BOOT};
	token_make(left.token, left.attempt);
	fixture->acknowledges = true;
	struct rlimit before = files_exhaust();
	recover(fixture, &left);
	files_restore(&before);
	struct seen *seen = seen_of(fixture, left.attempt);
	WAIT_UNTIL(fixture, seen->n_ended + seen->n_lost == 2);
	g_assert_cmpint(seen->result.exit_code, ==, 3);
	g_assert_cmpuint(seen->n_lost, ==, 0);
}

static void a_task_whose_worker_cannot_be_seen_now_is_left_alone(
	struct fixture *fixture, const void *data)
{
	gate_make(fixture, "up");
	gate_make(fixture, "go");
	int64_t attempt = begin_shell(fixture, "echo >$HERE/up; cat $HERE/go; exit 6");
	g_autofree char *up G_GNUC_UNUSED = gate_read(fixture, "up");
	executor_end(fixture);
	executor_begin(fixture);
	struct executor_left left = {.attempt = attempt, .boot_id = BOOT};
	token_make(left.token, attempt);
	struct rlimit before = files_exhaust();
	recover(fixture, &left);
	files_restore(&before);
	struct seen *seen = wait_claimed(fixture, attempt);
	g_assert_true(process_lives(seen->pid));
	gate_open(fixture, "go");
	g_assert_cmpint(wait_end(fixture, attempt)->result.exit_code, ==, 6);
	g_assert_cmpuint(seen->n_lost + seen->n_taken_back, ==, 0);
}

static void what_is_left_and_cannot_be_seen_now_is_ended_later(
	struct fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	struct executor_left left = {.attempt = 70, .boot_id = BOOT, .is_restored = true};
	token_make(left.token, left.attempt);
	char *argv[] = {"/bin/sleep", "1000", NULL}, *env[] = {"DAGD_ATTEMPT=70", NULL};
	GPid pid;
	int status;
	g_assert_true(g_spawn_async(
		NULL, argv, env, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error));
	struct rlimit before = files_exhaust_but_one();
	recover(fixture, &left);
	files_restore(&before);
	struct seen *seen = seen_of(fixture, left.attempt);
	WAIT_UNTIL(fixture, seen->n_lost > 0);
	g_assert_cmpint(waitpid(pid, &status, WNOHANG), ==, pid);
	g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void what_cannot_be_claimed_now_is_not_lost(struct fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	struct executor_left left = {.attempt = 60, .boot_id = BOOT};
	token_make(left.token, left.attempt);
	g_assert_true(executor_prepare(fixture->executor, left.attempt, &error));
	g_autofree char *folder = attempt_folder(fixture, left.attempt);
	/* As if there were no room for it. */
	g_autofree char *in_place = g_build_filename(folder, "claim.dagd", NULL);
	g_assert_cmpint(g_mkdir(in_place, 0700), ==, 0);
	recover(fixture, &left);
	g_assert_cmpint(g_rmdir(in_place), ==, 0);
	struct seen *seen = seen_of(fixture, left.attempt);
	WAIT_UNTIL(fixture, seen->n_taken_back + seen->n_lost > 0);
	g_assert_cmpuint(seen->n_lost, ==, 0);
}

#define ADD(function)                                                                    \
	g_test_add("/belief/" #function, struct fixture, NULL, fixture_set_up, function, \
		fixture_tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(a_result_of_another_token_is_none);
	ADD(the_result_of_a_dead_worker_is_taken);
	ADD(a_process_with_the_pid_of_a_dead_worker_is_none);
	ADD(a_result_that_cannot_be_read_now_is_read_later);
	ADD(a_task_whose_worker_cannot_be_seen_now_is_left_alone);
	ADD(what_is_left_and_cannot_be_seen_now_is_ended_later);
	ADD(what_cannot_be_claimed_now_is_not_lost);
	return g_test_run();
}
