/* SPDX-License-Identifier: MIT */
/* What becomes of attempts when workers or dagd die at the worst moments. */
#include <fcntl.h>

#include "tests/unit/executor_fixture.h"

static void recover(struct fixture *fixture, int64_t attempt)
{
	struct executor_left left = {.attempt = attempt, .boot_id = BOOT};
	token_make(left.token, attempt);
	unsigned n = fixture->n_recovered;
	executor_recover(fixture->executor, &left, 1, on_recovered);
	WAIT_UNTIL(fixture, fixture->n_recovered > n);
}

static bool folder_exists(struct fixture *fixture, int64_t attempt)
{
	g_autofree char *folder = attempt_folder(fixture, attempt);
	return g_file_test(folder, G_FILE_TEST_EXISTS);
}

/* Its folder is gone, or as good as new for another attempt. */
static bool is_settled(struct fixture *fixture, int64_t attempt)
{
	g_autofree char *folder = attempt_folder(fixture, attempt);
	g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
	const char *name = entries ? g_dir_read_name(entries) : NULL;
	return !name || (strcmp(name, "claim.new") == 0 && !g_dir_read_name(entries));
}

static void wait_settled(struct fixture *fixture, int64_t attempt)
{
	while (!is_settled(fixture, attempt))
		uv_run(&fixture->loop, UV_RUN_NOWAIT);
}

/* The worker has put its result where the next dagd finds it. */
static void wait_result_file(struct fixture *fixture, int64_t attempt)
{
	g_autofree char *folder = attempt_folder(fixture, attempt);
	g_autofree char *path = g_build_filename(folder, "result", NULL);
	while (!g_file_test(path, G_FILE_TEST_EXISTS))
		g_thread_yield();
}

static int worker_of(struct fixture *fixture, int64_t attempt)
{
	g_autofree char *folder = attempt_folder(fixture, attempt);
	struct claim claim;
	g_assert_cmpint(spool_read_claim(folder, &claim), ==, SPOOL_FOUND);
	return claim.pid;
}

static void worker_kill(struct fixture *fixture, int64_t attempt)
{
	g_assert_cmpint(kill(worker_of(fixture, attempt), SIGKILL), ==, 0);
}

/* Starts a script that says by the gate `up` that it runs and waits for the gate `go`. */
static int64_t begin_waiting(struct fixture *fixture, const char *script)
{
	gate_make(fixture, "up");
	gate_make(fixture, "go");
	int64_t attempt = begin_shell(fixture, script);
	wait_claimed(fixture, attempt);
	g_autofree char *up G_GNUC_UNUSED = gate_read(fixture, "up");
	return attempt;
}

static void an_acknowledged_attempt_leaves_only_its_log(struct fixture *fixture, const void *data)
{
	int64_t attempt =
		begin_shell(fixture, "mkdir -p a/b; touch a/b/c; chmod 0500 a/b; chmod 0 a");
	wait_end(fixture, attempt);
	wait_settled(fixture, attempt);
	g_autofree char *text = log_text(fixture, attempt);
	g_assert_cmpstr(text, ==, "");
}

static void a_folder_that_is_used_again_is_as_new(struct fixture *fixture, const void *data)
{
	/* The same folder over and over, and each time the shorter result behind the longer one. */
	static const char *const scripts[] = {"seq 1000 >$DAGD_OUTPUT; seq 1000 | tr '\\n' ' '",
		"test ! -e $DAGD_OUTPUT && ls -A", "echo left >left; exit 3", "ls -A"};
	static const bool lists[] = {false, true, false, true};
	for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
		int64_t attempt = begin_shell(fixture, scripts[i]);
		wait_end(fixture, attempt);
		g_assert_true(is_settled(fixture, attempt));
		g_autofree char *text = log_text(fixture, attempt);
		if (lists[i])
			g_assert_cmpstr(text, ==, "claim\nclaim.new\n");
		if (i > 0)
			g_assert_false(folder_exists(fixture, attempt - 1));
	}
	/* A result of an earlier attempt behind a claim is none. */
	fixture->acknowledges = false;
	int64_t attempt = begin_shell(fixture, "exit 5");
	wait_end(fixture, attempt);
	g_autofree char *folder = attempt_folder(fixture, attempt);
	struct wire_buffer bytes = {0};
	struct wire_frame frame;
	struct wire_result result;
	g_assert_cmpint(spool_read_result(folder, &bytes, &frame), ==, SPOOL_FOUND);
	g_assert_true(wire_get_result(&frame, &result));
	g_assert_cmpint(result.exit_code, ==, 5);
	g_assert_cmpint(result.attempt, ==, attempt);
	wire_buffer_clear(&bytes);
	executor_acknowledge(fixture->executor, attempt);
}

static void a_killed_worker_is_lost_and_nothing_of_it_runs(
	struct fixture *fixture, const void *data)
{
	int64_t attempt = begin_waiting(fixture,
		"setsid sleep 1000 & echo $! >$HERE/pids; sleep 1000 & echo $! >>$HERE/pids; "
		"env -i setsid env DAGD_ATTEMPT=$DAGD_ATTEMPT sleep 1000 & echo $! >>$HERE/pids; "
		"env -u DAGD_ATTEMPT sleep 1000 & echo $! >>$HERE/pids; "
		"echo $$ >>$HERE/pids; echo >$HERE/up; wait");
	worker_kill(fixture, attempt);
	struct seen *seen = seen_of(fixture, attempt);
	WAIT_UNTIL(fixture, seen->n_lost > 0);
	g_assert_cmpstr(seen->reason, ==, "its worker was killed by signal 9 (Killed)");
	g_autofree char *path = g_build_filename(fixture->folder, "pids", NULL);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_auto(GStrv) pids = g_strsplit(g_strchomp(text), "\n", -1);
	g_assert_cmpuint(g_strv_length(pids), ==, 5);
	for (char **pid = pids; *pid; pid++)
		g_assert_false(process_lives((int)strtol(*pid, NULL, 10)));
	g_assert_cmpuint(seen->n_ended + seen->n_taken_back, ==, 0);
	g_assert_false(folder_exists(fixture, attempt));
	g_assert_cmpint(run_shell(fixture, "exit 5")->result.exit_code, ==, 5);
}

static void a_task_of_another_dagd_with_the_same_id_lives_on(
	struct fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	char *argv[] = {"sleep", "1000", NULL};
	char *env[] = {"PATH=/usr/bin:/bin", "DAGD_ATTEMPT=1",
		"DAGD_OUTPUT=/other/attempts/1/output", NULL};
	GPid stranger;
	g_assert_true(g_spawn_async(NULL, argv, env,
		G_SPAWN_SEARCH_PATH_FROM_ENVP | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &stranger,
		&error));
	int64_t attempt = begin_waiting(fixture, "echo >$HERE/up; sleep 1000");
	g_assert_cmpint(attempt, ==, 1);
	worker_kill(fixture, attempt);
	struct seen *seen = seen_of(fixture, attempt);
	WAIT_UNTIL(fixture, seen->n_lost > 0);
	g_assert_true(process_lives(stranger));
	kill(stranger, SIGKILL);
	g_spawn_close_pid(stranger);
}

static void a_killed_worker_that_had_a_result_has_ended(struct fixture *fixture, const void *data)
{
	fixture->acknowledges = false;
	int64_t attempt = begin_shell(fixture, "echo fine; exit 6");
	struct seen *seen = wait_end(fixture, attempt);
	worker_kill(fixture, attempt);
	/* Its death is noticed when the pool has no pidfd of it any more: the next start says so.
	 */
	g_assert_cmpint(run_shell(fixture, "exit 0")->result.exit_code, ==, 0);
	recover(fixture, attempt);
	g_assert_cmpuint(seen->n_ended, ==, 2);
	g_assert_cmpint(seen->result.exit_code, ==, 6);
	g_assert_cmpuint(seen->n_lost + seen->n_taken_back, ==, 0);
	executor_acknowledge(fixture->executor, attempt);
	g_assert_true(is_settled(fixture, attempt));
}

static void a_running_attempt_is_adopted_and_ends_once(struct fixture *fixture, const void *data)
{
	int64_t attempt = begin_waiting(
		fixture, "echo $$ >>$HERE/ran; echo >$HERE/up; read x <$HERE/go; echo end; exit 9");
	executor_end(fixture);
	executor_begin(fixture);
	recover(fixture, attempt);
	struct seen *seen = seen_of(fixture, attempt);
	g_assert_cmpuint(seen->n_ended + seen->n_lost + seen->n_taken_back, ==, 0);
	gate_open(fixture, "go");
	wait_end(fixture, attempt);
	g_assert_cmpint(seen->result.exit_code, ==, 9);
	g_assert_cmpstr(seen->last_line, ==, "end");
	g_autofree char *path = g_build_filename(fixture->folder, "ran", NULL);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_cmpint((int)strtol(text, NULL, 10), ==, seen->result.pid);
	wait_settled(fixture, attempt);
	g_assert_cmpuint(seen->n_ended, ==, 1);
}

static void a_worker_may_come_before_recovery(struct fixture *fixture, const void *data)
{
	int64_t attempt = begin_waiting(fixture, "echo >$HERE/up; read x <$HERE/go; exit 9");
	executor_end(fixture);
	gate_open(fixture, "go");
	wait_result_file(fixture, attempt);
	executor_begin(fixture);
	/* Its HELLO and RESULT are there; they must not be looked at before the store is. */
	struct seen *seen = seen_of(fixture, attempt);
	for (int i = 0; i < 100; i++)
		uv_run(&fixture->loop, UV_RUN_NOWAIT);
	g_assert_cmpuint(seen->n_ended, ==, 0);
	recover(fixture, attempt);
	wait_end(fixture, attempt);
	g_assert_cmpint(seen->result.exit_code, ==, 9);
	wait_settled(fixture, attempt);
}

static void an_adopted_attempt_can_be_killed(struct fixture *fixture, const void *data)
{
	int64_t attempt = begin_waiting(fixture, "echo >$HERE/up; sleep 1000");
	executor_end(fixture);
	executor_begin(fixture);
	recover(fixture, attempt);
	executor_kill(fixture->executor, attempt);
	struct seen *seen = wait_end(fixture, attempt);
	g_assert_true(seen->result.killed);
	g_assert_cmpint(seen->result.signal, ==, SIGTERM);
}

static void an_adopted_worker_that_is_killed_is_lost(struct fixture *fixture, const void *data)
{
	int64_t attempt =
		begin_waiting(fixture, "sleep 1000 & echo $! >$HERE/pid; echo >$HERE/up; wait");
	executor_end(fixture);
	executor_begin(fixture);
	recover(fixture, attempt);
	worker_kill(fixture, attempt);
	struct seen *seen = seen_of(fixture, attempt);
	WAIT_UNTIL(fixture, seen->n_lost > 0);
	g_autofree char *path = g_build_filename(fixture->folder, "pid", NULL);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_false(process_lives((int)strtol(text, NULL, 10)));
}

static void a_worker_that_died_while_dagd_was_away_is_lost(
	struct fixture *fixture, const void *data)
{
	int64_t attempt = begin_waiting(
		fixture, "setsid sleep 1000 & echo $! >$HERE/pid; echo >$HERE/up; wait");
	executor_end(fixture);
	int worker = worker_of(fixture, attempt);
	kill(worker, SIGKILL);
	while (process_lives(worker))
		g_thread_yield();
	executor_begin(fixture);
	recover(fixture, attempt);
	struct seen *seen = seen_of(fixture, attempt);
	WAIT_UNTIL(fixture, seen->n_lost > 0);
	g_assert_cmpstr(seen->reason, ==, "its worker died while dagd was away");
	g_autofree char *path = g_build_filename(fixture->folder, "pid", NULL);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_false(process_lives((int)strtol(text, NULL, 10)));
}

static void an_unclaimed_attempt_is_taken_back(struct fixture *fixture, const void *data)
{
	/* 77 was committed only, 78 has a folder. */
	g_autoptr(GError) error = NULL;
	g_assert_true(executor_prepare(fixture->executor, 78, &error));
	executor_end(fixture);
	executor_begin(fixture);
	struct executor_left left[] = {
		{.attempt = 77, .boot_id = BOOT}, {.attempt = 78, .boot_id = BOOT}};
	token_make(left[0].token, 77);
	token_make(left[1].token, 78);
	executor_recover(fixture->executor, left, 2, on_recovered);
	g_assert_cmpuint(seen_of(fixture, 78)->n_taken_back, ==, 0);
	/* A late worker would find the claim: dagd has it. */
	g_autofree char *folder = attempt_folder(fixture, 78);
	struct claim claim = {.owner = CLAIM_WORKER, .pid = getpid(), .boot_id = BOOT};
	g_assert_cmpint(spool_claim(folder, &claim), ==, -EEXIST);
	WAIT_UNTIL(fixture, fixture->n_recovered == 2);
	g_assert_cmpuint(seen_of(fixture, 77)->n_taken_back, ==, 1);
	g_assert_cmpuint(seen_of(fixture, 78)->n_taken_back, ==, 1);
	/* Now it finds no folder. */
	g_assert_cmpint(spool_claim(folder, &claim), ==, -ENOENT);
}

static void what_was_taken_back_before_stays_so(struct fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_assert_true(executor_prepare(fixture->executor, 5, &error));
	struct executor_left left = {.attempt = 5, .boot_id = BOOT};
	token_make(left.token, 5);
	executor_recover(fixture->executor, &left, 1, on_recovered);
	/* dagd dies before it could commit that. */
	executor_end(fixture);
	g_assert_cmpuint(seen_of(fixture, 5)->n_taken_back, ==, 0);
	executor_begin(fixture);
	recover(fixture, 5);
	g_assert_cmpuint(seen_of(fixture, 5)->n_taken_back, ==, 1);
	g_assert_cmpuint(seen_of(fixture, 5)->n_lost, ==, 0);
}

static void after_a_reboot_only_results_count(struct fixture *fixture, const void *data)
{
	/* 1 has a result, 2 has no claim. */
	fixture->acknowledges = false;
	int64_t attempt = begin_shell(fixture, "exit 2");
	wait_end(fixture, attempt);
	int worker = worker_of(fixture, attempt);
	executor_end(fixture);
	kill(worker, SIGKILL);
	g_free(fixture->boot_id);
	fixture->boot_id = g_strdup("99999999-2222-3333-4444-555555555555");
	executor_begin(fixture);
	struct executor_left left[] = {
		{.attempt = attempt, .boot_id = BOOT}, {.attempt = 2, .boot_id = BOOT}};
	token_make(left[0].token, attempt);
	token_make(left[1].token, 2);
	executor_recover(fixture->executor, left, 2, on_recovered);
	WAIT_UNTIL(fixture, fixture->n_recovered == 2);
	g_assert_cmpuint(seen_of(fixture, attempt)->n_ended, ==, 2);
	g_assert_cmpuint(seen_of(fixture, 2)->n_lost, ==, 1);
}

static void a_damaged_result_is_no_result(struct fixture *fixture, const void *data)
{
	fixture->acknowledges = false;
	int64_t attempt = begin_shell(fixture, "exit 0");
	wait_end(fixture, attempt);
	int worker = worker_of(fixture, attempt);
	executor_end(fixture);
	kill(worker, SIGKILL);
	while (process_lives(worker))
		g_thread_yield();
	g_autofree char *folder = attempt_folder(fixture, attempt);
	g_autofree char *path = g_build_filename(folder, "result", NULL);
	GStatBuf info;
	g_assert_cmpint(g_stat(path, &info), ==, 0);
	g_assert_cmpint(truncate(path, info.st_size - 1), ==, 0);
	executor_begin(fixture);
	recover(fixture, attempt);
	struct seen *seen = seen_of(fixture, attempt);
	WAIT_UNTIL(fixture, seen->n_lost > 0);
	g_assert_cmpuint(seen->n_ended, ==, 1);
}

static void a_result_is_told_again_until_acknowledged(struct fixture *fixture, const void *data)
{
	fixture->acknowledges = false;
	int64_t attempt = begin_shell(fixture, "printf out >$DAGD_OUTPUT; exit 3");
	struct seen *seen = wait_end(fixture, attempt);
	recover(fixture, attempt);
	g_assert_cmpuint(seen->n_ended, ==, 2);
	executor_end(fixture);
	executor_begin(fixture);
	recover(fixture, attempt);
	WAIT_UNTIL(fixture, seen->n_ended == 3);
	g_assert_cmpint(seen->result.exit_code, ==, 3);
	g_assert_cmpstr(seen->output, ==, "out");
	executor_acknowledge(fixture->executor, attempt);
	executor_acknowledge(fixture->executor, attempt);
	wait_settled(fixture, attempt);
}

static void a_worker_whose_attempt_is_settled_is_set_free(struct fixture *fixture, const void *data)
{
	/* The acknowledgement was committed and never sent. */
	fixture->acknowledges = false;
	int64_t attempt = begin_shell(fixture, "exit 0");
	struct seen *seen = wait_end(fixture, attempt);
	executor_end(fixture);
	executor_begin(fixture);
	executor_recover(fixture->executor, NULL, 0, on_recovered);
	wait_settled(fixture, attempt);
	g_assert_cmpuint(seen->n_ended, ==, 1);
}

static void a_running_attempt_that_nobody_knows_is_ended(struct fixture *fixture, const void *data)
{
	int64_t attempt = begin_waiting(fixture, "echo >$HERE/up; sleep 1000");
	struct seen *seen = seen_of(fixture, attempt);
	executor_end(fixture);
	executor_begin(fixture);
	executor_recover(fixture->executor, NULL, 0, on_recovered);
	wait_settled(fixture, attempt);
	g_assert_cmpuint(seen->n_ended, ==, 0);
	g_assert_false(process_lives(seen->pid));
}

static void folders_of_unknown_attempts_are_removed(struct fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_assert_true(executor_prepare(fixture->executor, 41, &error));
	g_assert_false(executor_prepare(fixture->executor, 41, &error));
	g_assert_nonnull(strstr(error->message, "cannot make the folder"));
	g_autofree char *gone = g_strdup_printf("%s/attempts/40.gone", fixture->state);
	g_assert_cmpint(g_mkdir(gone, 0700), ==, 0);
	g_autofree char *other = g_strdup_printf("%s/attempts/notes", fixture->state);
	g_assert_cmpint(g_mkdir(other, 0700), ==, 0);
	executor_recover(fixture->executor, NULL, 0, on_recovered);
	g_assert_false(folder_exists(fixture, 41));
	g_assert_false(g_file_test(gone, G_FILE_TEST_EXISTS));
	g_assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
}

static void a_worker_that_finds_no_folder_drops_it(struct fixture *fixture, const void *data)
{
	const char *argv[] = {"true", NULL};
	const char *none[] = {NULL};
	struct wire_start start = {.attempt = 900,
		.argv = argv,
		.env = none,
		.masks = none,
		.log = "/dev/null",
		.output_max = 1};
	executor_start(fixture->executor, &start);
	struct seen *seen = seen_of(fixture, 900);
	WAIT_UNTIL(fixture, seen->n_taken_back > 0);
	g_assert_cmpstr(seen->reason, ==, "it had been taken back");
	g_assert_cmpuint(seen->n_ended, ==, 0);
}

static void a_start_that_is_too_large_fails(struct fixture *fixture, const void *data)
{
	g_autofree char *input = g_malloc0(WIRE_FRAME_MAX);
	const char *argv[] = {"true", NULL};
	int64_t attempt = begin(fixture,
		(struct wire_start){.argv = argv, .input = input, .input_size = WIRE_FRAME_MAX});
	g_assert_nonnull(strstr(wait_end(fixture, attempt)->error, "larger than 64 MiB"));
	g_assert_cmpint(run_shell(fixture, "exit 1")->result.exit_code, ==, 1);
}

static void a_missing_worker_program_is_one_sentence(struct fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *state = g_build_filename(fixture->folder, "other", NULL);
	struct executor_options options = {.loop = &fixture->loop,
		.worker = "/no/such/worker",
		.state_folder = state,
		.boot_id = BOOT,
		.n_workers_max = 1};
	g_assert_null(executor_open(&options, &error));
	g_assert_cmpstr(error->message, ==,
		"cannot start the worker \"/no/such/worker\": No such file or directory");
	g_clear_error(&error);
	options.state_folder = "/proc/none";
	g_assert_null(executor_open(&options, &error));
	g_assert_nonnull(strstr(error->message, "cannot make the folder \"/proc/none/attempts\""));
}

static void a_deep_home_works(struct fixture *fixture, const void *data)
{
	executor_end(fixture);
	g_autofree char *deep = g_strnfill(200, 'd');
	char *state = g_build_filename(fixture->folder, deep, "state", NULL);
	g_free(fixture->state);
	fixture->state = state;
	executor_begin(fixture);
	executor_recover(fixture->executor, NULL, 0, on_recovered);
	a_running_attempt_is_adopted_and_ends_once(fixture, data);
}

#define ADD(function)                                                                      \
	g_test_add("/recovery/" #function, struct fixture, NULL, fixture_set_up, function, \
		fixture_tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(an_acknowledged_attempt_leaves_only_its_log);
	ADD(a_folder_that_is_used_again_is_as_new);
	ADD(a_killed_worker_is_lost_and_nothing_of_it_runs);
	ADD(a_task_of_another_dagd_with_the_same_id_lives_on);
	ADD(a_killed_worker_that_had_a_result_has_ended);
	ADD(a_running_attempt_is_adopted_and_ends_once);
	ADD(a_worker_may_come_before_recovery);
	ADD(an_adopted_attempt_can_be_killed);
	ADD(an_adopted_worker_that_is_killed_is_lost);
	ADD(a_worker_that_died_while_dagd_was_away_is_lost);
	ADD(an_unclaimed_attempt_is_taken_back);
	ADD(what_was_taken_back_before_stays_so);
	ADD(after_a_reboot_only_results_count);
	ADD(a_damaged_result_is_no_result);
	ADD(a_result_is_told_again_until_acknowledged);
	ADD(a_worker_whose_attempt_is_settled_is_set_free);
	ADD(a_running_attempt_that_nobody_knows_is_ended);
	ADD(folders_of_unknown_attempts_are_removed);
	ADD(a_worker_that_finds_no_folder_drops_it);
	ADD(a_start_that_is_too_large_fails);
	ADD(a_missing_worker_program_is_one_sentence);
	ADD(a_deep_home_works);
	return g_test_run();
}
