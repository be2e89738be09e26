/* SPDX-License-Identifier: MIT */
/* What an attempt does in the hands of a worker, and what is reported of it. */
#include "tests/unit/executor_fixture.h"

static void true_ends_with_0(struct fixture *fixture, const void *data)
{
	const char *argv[] = {"/bin/true", NULL};
	int64_t attempt = begin(fixture, (struct wire_start){.argv = argv});
	struct seen *seen = wait_end(fixture, attempt);
	g_assert_cmpint(seen->result.exit_code, ==, 0);
	g_assert_cmpint(seen->result.signal, ==, 0);
	g_assert_cmpint(seen->result.pid, >, 0);
	g_assert_cmpint(seen->result.started_at, <=, seen->result.ended_at);
	g_assert_null(seen->error);
	g_assert_null(seen->output);
	g_assert_null(seen->last_line);
	g_autofree char *text = log_text(fixture, attempt);
	g_assert_cmpstr(text, ==, "");
	g_assert_cmpuint(seen->n_ended, ==, 1);
}

struct script {
	const char *script;
	int exit_code, signal;
	const char *output, *last_line, *log;
};

static const struct script scripts[] = {
	{"exit 3", 3, 0, NULL, NULL, ""},
	{"kill -9 $$", -1, 9, NULL, NULL, ""},
	{"kill -TERM $$", -1, 15, NULL, NULL, ""},
	{"echo one; echo two >&2; echo three", 0, 0, NULL, "three", "one\ntwo\nthree\n"},
	{"printf 'no newline'", 0, 0, NULL, "no newline", "no newline"},
	{"printf 'blanks \\t\\r\\n'", 0, 0, NULL, "blanks", "blanks \t\r\n"},
	{"echo text; echo", 0, 0, NULL, "", "text\n\n"},
	{"printf 'a\\0b\\n'", 0, 0, NULL, "a?b", NULL},
	{"printf '{\"a\": 1}' >$DAGD_OUTPUT", 0, 0, "{\"a\": 1}", NULL, ""},
	{": >$DAGD_OUTPUT", 0, 0, "", NULL, ""},
	{"cat; echo $DAGD_ATTEMPT | grep -qx '[0-9]*'", 0, 0, NULL, NULL, ""},
	{"test \"$(ps -o sid= -p $$ | tr -d ' ')\" = $$", 0, 0, NULL, NULL, ""},
	{"ls /proc/self/fd | tr '\\n' ' '", 0, 0, NULL, "0 1 2 3", "0 1 2 3 "},
	{"umask; pwd | sed 's:.*/attempts/[0-9]*$:here:'", 0, 0, NULL, "here", "0022\nhere\n"},
	/* 32 and 33 are the C library's own, which nobody can set. */
	{"grep -E 'Sig(Blk|Ign)' /proc/self/status | tr -d '\\t' | sed s/00018/00000/", 0, 0, NULL,
		"SigIgn:0000000000000000", "SigBlk:0000000000000000\nSigIgn:0000000000000000\n"},
};

static void scripts_end_as_they_end(struct fixture *fixture, const void *data)
{
	for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
		const struct script *script = &scripts[i];
		int64_t attempt = begin_shell(fixture, script->script);
		struct seen *seen = wait_end(fixture, attempt);
		g_test_message("%s", script->script);
		g_assert_cmpint(seen->result.exit_code, ==, script->exit_code);
		g_assert_cmpint(seen->result.signal, ==, script->signal);
		g_assert_cmpstr(seen->output, ==, script->output);
		g_assert_cmpstr(seen->last_line, ==, script->last_line);
		g_autofree char *text = log_text(fixture, attempt);
		if (script->log)
			g_assert_cmpstr(text, ==, script->log);
	}
}

static void a_missing_program_is_one_sentence(struct fixture *fixture, const void *data)
{
	const char *argv[] = {"no-such-program", NULL};
	int64_t attempt = begin(fixture, (struct wire_start){.argv = argv});
	struct seen *seen = wait_end(fixture, attempt);
	g_assert_cmpstr(seen->error, ==,
		"cannot run \"no-such-program\": no such file of that name in PATH");
	g_assert_cmpint(seen->result.pid, ==, 0);
	g_assert_cmpint(seen->result.exit_code, ==, -1);
	g_autofree char *text = log_text(fixture, attempt);
	g_assert_nonnull(strstr(text, seen->error));
	/* The worker is as good as before. */
	g_assert_cmpint(run_shell(fixture, "exit 4")->result.exit_code, ==, 4);
}

static void what_cannot_run_says_why(struct fixture *fixture, const void *data)
{
	g_autofree char *text = g_build_filename(fixture->folder, "text", NULL);
	g_assert_true(g_file_set_contents(text, "only text", -1, NULL));
	const char *refused[] = {text, NULL};
	int64_t attempt = begin(fixture, (struct wire_start){.argv = refused});
	g_assert_nonnull(strstr(wait_end(fixture, attempt)->error, "permission denied"));
	g_assert_cmpint(chmod(text, 0700), ==, 0);
	attempt = begin(fixture, (struct wire_start){.argv = refused});
	g_assert_nonnull(
		strstr(wait_end(fixture, attempt)->error, "neither a program nor a script"));
	const char *argv[] = {"true", NULL};
	attempt = begin(fixture, (struct wire_start){.argv = argv, .cwd = "/no/such/folder"});
	g_assert_cmpstr(wait_end(fixture, attempt)->error, ==,
		"cannot enter the folder \"/no/such/folder\": it does not exist");
	attempt = begin(fixture, (struct wire_start){.argv = argv, .log = "/no/such/folder/1.log"});
	g_assert_nonnull(strstr(
		wait_end(fixture, attempt)->error, "cannot write the log \"/no/such/folder"));
	g_autofree char *large = g_strnfill(200000, 'x');
	const char *large_argv[] = {"true", large, NULL};
	attempt = begin(fixture, (struct wire_start){.argv = large_argv});
	g_assert_nonnull(strstr(wait_end(fixture, attempt)->error, "128 KiB"));
}

static void input_is_read_from_its_beginning(struct fixture *fixture, const void *data)
{
	g_autofree char *input = g_strnfill(3 << 20, 'x');
	const char *argv[] = {"sh", "-c", "wc -c", NULL};
	int64_t attempt = begin(
		fixture, (struct wire_start){.argv = argv, .input = input, .input_size = 3 << 20});
	g_assert_cmpstr(wait_end(fixture, attempt)->last_line, ==, "3145728");
}

static void an_output_that_is_too_large_is_told(struct fixture *fixture, const void *data)
{
	const char *argv[] = {"sh", "-c", "head -c 1001 /dev/zero >$DAGD_OUTPUT", NULL};
	int64_t attempt = begin(fixture, (struct wire_start){.argv = argv, .output_max = 1000});
	struct seen *seen = wait_end(fixture, attempt);
	g_assert_true(seen->result.output_too_large);
	g_assert_null(seen->output);
	g_assert_cmpint(seen->result.exit_code, ==, 0);
	struct seen *link = run_shell(fixture, "ln -s /etc/passwd $DAGD_OUTPUT");
	g_assert_nonnull(strstr(link->error, "DAGD_OUTPUT"));
	g_assert_null(link->output);
}

static void a_flood_of_output_is_kept_whole(struct fixture *fixture, const void *data)
{
	int64_t attempt = begin_shell(fixture,
		"i=0; while [ $i -lt 16 ]; do head -c 4194304 /dev/zero | tr '\\0' x; "
		"i=$((i+1)); done; echo; echo last");
	struct seen *seen = wait_end(fixture, attempt);
	g_autofree char *path = log_path(fixture, attempt);
	GStatBuf info;
	g_assert_cmpint(g_stat(path, &info), ==, 0);
	g_assert_cmpint(info.st_size, ==, (64 << 20) + 6);
	g_assert_cmpstr(seen->last_line, ==, "last");
	/* A line that is too long is kept as far as allowed. */
	seen = run_shell(fixture, "head -c 100000 /dev/zero | tr '\\0' y");
	g_assert_cmpuint(strlen(seen->last_line), ==, 65536);
}

static void the_index_says_when_output_came(struct fixture *fixture, const void *data)
{
	gate_make(fixture, "up");
	gate_make(fixture, "go");
	int64_t before = g_get_real_time();
	int64_t attempt =
		begin_shell(fixture, "echo first; echo >$HERE/up; read x <$HERE/go; echo second");
	g_autofree char *up G_GNUC_UNUSED = gate_read(fixture, "up");
	wait_log(fixture, attempt, "first\n");
	int64_t between = g_get_real_time();
	/* The index is fine to the millisecond. */
	while (g_get_real_time() < between + 2000)
		;
	gate_open(fixture, "go");
	wait_end(fixture, attempt);
	g_autofree char *path =
		g_strdup_printf("%s/%" G_GINT64_FORMAT ".idx", fixture->folder, attempt);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	long long first_at, second_at, offset;
	g_assert_cmpint(sscanf(text, "0 %lld\n%lld %lld\n", &first_at, &offset, &second_at), ==, 3);
	g_assert_cmpint(first_at, >=, before);
	g_assert_cmpint(offset, ==, 6);
	g_assert_cmpint(second_at, >=, between);
}

static void secrets_are_masked_wherever_reads_cut_them(struct fixture *fixture, const void *data)
{
	gate_make(fixture, "up");
	gate_make(fixture, "go");
	const char *masks[] = {"hunter", "hunter22", "abc", NULL};
	const char *argv[] = {"sh", "-c",
		"printf 'x hunt'; echo >$HERE/up; read x <$HERE/go; "
		"printf 'er22 y hunter z abc hunter2'; printf '{\"p\": \"hunter22\"}' "
		">$DAGD_OUTPUT",
		NULL};
	int64_t attempt = begin(fixture, (struct wire_start){.argv = argv, .masks = masks});
	g_autofree char *up G_GNUC_UNUSED = gate_read(fixture, "up");
	gate_open(fixture, "go");
	struct seen *seen = wait_end(fixture, attempt);
	g_autofree char *text = log_text(fixture, attempt);
	g_assert_cmpstr(text, ==, "x *** y *** z abc ***2");
	g_assert_cmpstr(seen->last_line, ==, text);
	g_assert_cmpstr(seen->output, ==, "{\"p\": \"***\"}");
	const char *secret[] = {"hunter22", NULL};
	attempt = begin(fixture, (struct wire_start){.argv = secret, .masks = masks});
	g_assert_nonnull(strstr(wait_end(fixture, attempt)->error, "cannot run \"***\""));
}

/* Wherever a descriptor is lacking, the program has its limit of time or never ran. */
static void nothing_runs_that_could_not_be_ended(struct fixture *fixture, const void *data)
{
	const char *argv[] = {"sleep", "1000", NULL};
	for (rlim_t n_files = 7; n_files < 14; n_files++) {
		fixture->file_limit = &(struct rlimit){n_files, n_files};
		executor_end(fixture);
		executor_begin(fixture);
		int64_t attempt =
			begin(fixture, (struct wire_start){.argv = argv, .timeout_us = 1000});
		struct seen *seen = seen_of(fixture, attempt);
		WAIT_UNTIL(fixture, seen->n_ended + seen->n_taken_back > 0);
		g_assert_true(seen->n_taken_back > 0 || seen->result.timed_out);
	}
}

static void one_that_never_stops_writing_is_told_of(struct fixture *fixture, const void *data)
{
	const char *argv[] = {"yes", NULL};
	int64_t attempt = begin(fixture,
		(struct wire_start){.argv = argv, .log_max = 1000, .kill_after_us = 30000000});
	int pid = wait_claimed(fixture, attempt)->pid;
	executor_kill(fixture->executor, attempt);
	g_assert_cmpint(wait_end(fixture, attempt)->result.pid, ==, pid);
}

/* Of one that was cut nobody could tell that it is a secret. */
static void a_secret_is_hidden_however_long_the_sentence_is(
	struct fixture *fixture, const void *data)
{
	const char *masks[] = {"hunter22", NULL}, *argv[] = {"true", NULL};
	for (size_t size = 190; size < 202; size++) {
		g_autofree char *path = g_strnfill(size, '/');
		g_autofree char *program = g_strconcat(path, "hunter22", NULL);
		const char *missing[] = {program, NULL};
		int64_t attempt =
			begin(fixture, (struct wire_start){.argv = missing, .masks = masks});
		g_assert_null(strstr(wait_end(fixture, attempt)->error, "hunt"));
	}
	for (size_t size = 940; size < 1024; size++) {
		g_autofree char *path = g_strnfill(size, '/');
		g_autofree char *cwd = g_strconcat(path, "hunter22", NULL);
		int64_t attempt = begin(
			fixture, (struct wire_start){.argv = argv, .cwd = cwd, .masks = masks});
		g_assert_nonnull(strstr(wait_end(fixture, attempt)->error, "***"));
		g_autofree char *text = log_text(fixture, attempt);
		g_assert_null(strstr(text, "hunt"));
	}
}

static void what_it_leaves_running_is_killed(struct fixture *fixture, const void *data)
{
	/* A background process, one that fled to its own session, and a daemon; two hold the pipe.
	 */
	struct seen *seen = run_shell(fixture,
		"sleep 1000 & echo $! >$HERE/pids; setsid sleep 1000 & "
		"(setsid sh -c 'sleep 1000 & echo $! >>$HERE/pids' >/dev/null 2>&1 </dev/null & "
		"wait); "
		"echo $! >>$HERE/pids; echo done");
	g_assert_cmpstr(seen->last_line, ==, "done");
	g_autofree char *path = g_build_filename(fixture->folder, "pids", NULL);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_auto(GStrv) pids = g_strsplit(g_strchomp(text), "\n", -1);
	g_assert_cmpuint(g_strv_length(pids), ==, 3);
	for (char **pid = pids; *pid; pid++)
		g_assert_false(process_lives((int)strtol(*pid, NULL, 10)));
}

static void a_timeout_ends_it_with_sigterm(struct fixture *fixture, const void *data)
{
	const char *argv[] = {"sh", "-c", "echo begun; sleep 1000", NULL};
	int64_t attempt = begin(fixture,
		(struct wire_start){.argv = argv, .timeout_us = 50000, .kill_after_us = 30000000});
	struct seen *seen = wait_end(fixture, attempt);
	g_assert_true(seen->result.timed_out);
	g_assert_false(seen->result.killed);
	g_assert_cmpint(seen->result.signal, ==, SIGTERM);
	g_assert_cmpstr(seen->last_line, ==, "begun");
}

static void who_ignores_sigterm_gets_sigkill(struct fixture *fixture, const void *data)
{
	const char *argv[] = {"sh", "-c", "trap '' TERM; while :; do sleep 1000; done", NULL};
	int64_t attempt = begin(fixture,
		(struct wire_start){.argv = argv, .timeout_us = 50000, .kill_after_us = 50000});
	struct seen *seen = wait_end(fixture, attempt);
	g_assert_true(seen->result.timed_out);
	g_assert_cmpint(seen->result.signal, ==, SIGKILL);
}

static void a_kill_leaves_time_to_all_that_it_started(struct fixture *fixture, const void *data)
{
	/* The shell ends at once; one child is of its group, the other has fled. */
	static const char script[] = "cleaner='trap \"sleep 0.2; echo cleaned \\$0; exit\" TERM; "
				     "echo >$HERE/$0; while :; "
				     "do sleep 0.1; done'; sh -c \"$cleaner\" group & (setsid sh "
				     "-c \"$cleaner\" fled &); "
				     "wait";
	const char *argv[] = {"bash", "-c", script, NULL};
	gate_make(fixture, "group");
	gate_make(fixture, "fled");
	int64_t attempt =
		begin(fixture, (struct wire_start){.argv = argv, .kill_after_us = 30000000});
	g_free(gate_read(fixture, "group"));
	g_free(gate_read(fixture, "fled"));
	executor_kill(fixture->executor, attempt);
	struct seen *seen = wait_end(fixture, attempt);
	g_autofree char *text = log_text(fixture, attempt);
	g_assert_cmpint(seen->result.signal, ==, SIGTERM);
	g_assert_nonnull(strstr(text, "cleaned group\n"));
	g_assert_nonnull(strstr(text, "cleaned fled\n"));
}

static void what_is_left_has_no_more_than_the_grace(struct fixture *fixture, const void *data)
{
	const char *argv[] = {"bash", "-c",
		"(trap '' TERM; exec setsid sleep 1000) & (trap '' TERM; echo >$HERE/up; exec "
		"sleep 1000) & wait",
		NULL};
	gate_make(fixture, "up");
	int64_t attempt =
		begin(fixture, (struct wire_start){.argv = argv, .kill_after_us = 300000});
	g_free(gate_read(fixture, "up"));
	executor_kill(fixture->executor, attempt);
	struct seen *seen = wait_end(fixture, attempt);
	g_assert_cmpint(seen->result.signal, ==, SIGTERM);
	g_assert_cmpint(seen->result.ended_at - seen->result.started_at, >=, 300000);
}

static void one_that_has_stopped_itself_is_ended(struct fixture *fixture, const void *data)
{
	const char *argv[] = {"sh", "-c", "kill -STOP $$; echo goes on; sleep 1000", NULL};
	int64_t attempt = begin(fixture,
		(struct wire_start){.argv = argv, .timeout_us = 50000, .kill_after_us = 30000000});
	struct seen *seen = wait_end(fixture, attempt);
	g_assert_true(seen->result.timed_out);
	g_assert_cmpint(seen->result.signal, ==, SIGTERM);
}

static void a_kill_lets_it_clean_up(struct fixture *fixture, const void *data)
{
	gate_make(fixture, "up");
	int64_t attempt = begin_shell(
		fixture, "trap 'echo cleaned; exit 7' TERM; echo >$HERE/up; sleep 1000 & wait");
	g_autofree char *up G_GNUC_UNUSED = gate_read(fixture, "up");
	executor_kill(fixture->executor, attempt);
	executor_kill(fixture->executor, attempt);
	struct seen *seen = wait_end(fixture, attempt);
	g_assert_true(seen->result.killed);
	g_assert_false(seen->result.timed_out);
	g_assert_cmpint(seen->result.exit_code, ==, 7);
	g_assert_cmpstr(seen->last_line, ==, "cleaned");
}

static void a_kill_right_behind_the_start_is_heard(struct fixture *fixture, const void *data)
{
	int64_t attempt = begin_shell(fixture, "sleep 1000");
	executor_kill(fixture->executor, attempt);
	struct seen *seen = wait_end(fixture, attempt);
	g_assert_true(seen->result.killed);
	g_assert_cmpint(seen->result.signal, ==, SIGTERM);
}

static void many_attempts_run_beside_each_other(struct fixture *fixture, const void *data)
{
	int64_t attempts[4];
	for (int i = 0; i < 4; i++) {
		g_autofree char *name = g_strdup_printf("gate%d", i);
		gate_make(fixture, name);
	}
	/* Each opens the next one's gate: they end only if all of them run. */
	static const char *const links[] = {"echo >$HERE/gate1; read x <$HERE/gate0",
		"read x <$HERE/gate1; echo >$HERE/gate2", "read x <$HERE/gate2; echo >$HERE/gate3",
		"read x <$HERE/gate3; echo >$HERE/gate0"};
	for (int i = 0; i < 4; i++)
		attempts[i] = begin_shell(fixture, links[i]);
	for (int i = 0; i < 4; i++)
		g_assert_cmpint(wait_end(fixture, attempts[i])->result.exit_code, ==, 0);
}

static void orphans_are_reaped_while_it_runs(struct fixture *fixture, const void *data)
{
	struct seen *seen = run_shell(fixture,
		"for i in 1 2 3 4 5 6 7 8; do sh -c 'true & :'; done; "
		"while ps -o stat= --ppid $PPID | grep -q Z; do :; done; echo none");
	g_assert_cmpstr(seen->last_line, ==, "none");
}

/* More than the worker reads at once, all of it printed while the worker stood still. */
static void what_is_in_the_pipe_at_the_end_is_in_the_log(struct fixture *fixture, const void *data)
{
	gate_make(fixture, "up");
	gate_make(fixture, "go");
	int64_t attempt = begin_shell(fixture,
		"exec python3 -c 'import fcntl, os; fcntl.fcntl(1, 1031, 1 << 20);" /* F_SETPIPE_SZ
										     */
		" open(os.environ[\"HERE\"] + \"/up\", \"w\").close();"
		" open(os.environ[\"HERE\"] + \"/go\").read(); os.write(1, b\"x\" * 300000)'");
	int pid = wait_claimed(fixture, attempt)->pid;
	g_autofree char *up G_GNUC_UNUSED = gate_read(fixture, "up");
	g_autofree char *folder = attempt_folder(fixture, attempt);
	struct claim claim;
	g_assert_cmpint(spool_read_claim(folder, &claim), ==, SPOOL_FOUND);
	g_assert_cmpint(kill(claim.pid, SIGSTOP), ==, 0);
	gate_open(fixture, "go");
	while (process_lives(pid))
		g_thread_yield();
	g_assert_cmpint(kill(claim.pid, SIGCONT), ==, 0);
	g_assert_cmpint(wait_end(fixture, attempt)->result.exit_code, ==, 0);
	g_autofree char *text = log_text(fixture, attempt);
	g_assert_cmpuint(strlen(text), ==, 300000);
}

#define ADD(path, function)                                                           \
	g_test_add("/executor/" path, struct fixture, NULL, fixture_set_up, function, \
		fixture_tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("true_ends_with_0", true_ends_with_0);
	ADD("scripts_end_as_they_end", scripts_end_as_they_end);
	ADD("a_missing_program_is_one_sentence", a_missing_program_is_one_sentence);
	ADD("what_cannot_run_says_why", what_cannot_run_says_why);
	ADD("input_is_read_from_its_beginning", input_is_read_from_its_beginning);
	ADD("an_output_that_is_too_large_is_told", an_output_that_is_too_large_is_told);
	ADD("a_flood_of_output_is_kept_whole", a_flood_of_output_is_kept_whole);
	ADD("the_index_says_when_output_came", the_index_says_when_output_came);
	ADD("secrets_are_masked_wherever_reads_cut_them",
		secrets_are_masked_wherever_reads_cut_them);
	ADD("nothing_runs_that_could_not_be_ended", nothing_runs_that_could_not_be_ended);
	ADD("one_that_never_stops_writing_is_told_of", one_that_never_stops_writing_is_told_of);
	ADD("a_secret_is_hidden_however_long_the_sentence_is",
		a_secret_is_hidden_however_long_the_sentence_is);
	ADD("what_it_leaves_running_is_killed", what_it_leaves_running_is_killed);
	ADD("a_timeout_ends_it_with_sigterm", a_timeout_ends_it_with_sigterm);
	ADD("who_ignores_sigterm_gets_sigkill", who_ignores_sigterm_gets_sigkill);
	ADD("a_kill_leaves_time_to_all_that_it_started", a_kill_leaves_time_to_all_that_it_started);
	ADD("what_is_left_has_no_more_than_the_grace", what_is_left_has_no_more_than_the_grace);
	ADD("one_that_has_stopped_itself_is_ended", one_that_has_stopped_itself_is_ended);
	ADD("a_kill_lets_it_clean_up", a_kill_lets_it_clean_up);
	ADD("a_kill_right_behind_the_start_is_heard", a_kill_right_behind_the_start_is_heard);
	ADD("many_attempts_run_beside_each_other", many_attempts_run_beside_each_other);
	ADD("orphans_are_reaped_while_it_runs", orphans_are_reaped_while_it_runs);
	ADD("what_is_in_the_pipe_at_the_end_is_in_the_log",
		what_is_in_the_pipe_at_the_end_is_in_the_log);
	return g_test_run();
}
