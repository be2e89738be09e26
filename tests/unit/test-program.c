/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/program.h"
#include "lib/base/instant.h"

static const int64_t LONG_US = 60 * SECOND_US;

static int keeper; /* a descriptor of dagd-worker */

struct seen {
	unsigned n_ends, n_turns; /* of the loop */
	enum program_ending ending;
	int exit_code, signal;
	char *output, *errors, *last_line, *text;
	size_t output_size;
	int64_t timeout_us;
	bool has_remains; /* of what was dropped from stderr */
};

static void on_done(void *data, const struct program_end *end)
{
	struct seen *seen = data;
	seen->n_ends++;
	seen->ending = end->ending;
	seen->exit_code = end->exit_code;
	seen->signal = end->signal;
	seen->output = g_memdup2(end->output, end->output_size + 1);
	seen->output_size = end->output_size;
	seen->errors = g_strdup(end->errors);
	/* Half of what it is kept in is free then. */
	if (g_str_has_suffix(end->errors, "\nhalf\n"))
		seen->has_remains = memchr(end->errors + strlen(end->errors), 'S', 4000) != NULL;
	seen->last_line = g_strdup(end->last_line);
	seen->text = program_end_text(end, seen->timeout_us);
}

static void seen_clear(struct seen *seen)
{
	g_free(seen->output);
	g_free(seen->errors);
	g_free(seen->last_line);
	g_free(seen->text);
}

/* A shell script with an input, or NULL: run to its end. */
static struct seen run(const char *script, const char *input, int64_t timeout_us)
{
	struct seen seen = {.timeout_us = timeout_us};
	uv_loop_t loop;
	g_autoptr(GError) error = NULL;
	uv_loop_init(&loop);
	struct program_order order = {.loop = &loop,
		.keeper = keeper,
		.argv = (const char *const[]){"sh", "-c", script, "sh", "a word", NULL},
		.env = (const char *const[]){"PATH=/usr/bin:/bin", "NAME=its own", NULL},
		.input = input,
		.input_size = input ? strlen(input) : 0,
		.output_max = 1000,
		.timeout_us = timeout_us,
		.on_done = on_done,
		.data = &seen};
	g_assert_nonnull(program_start(&order, &error));
	g_assert_no_error(error);
	while (uv_run(&loop, UV_RUN_ONCE))
		seen.n_turns++;
	g_assert_cmpint(uv_loop_close(&loop), ==, 0);
	g_assert_cmpuint(seen.n_ends, ==, 1);
	return seen;
}

/* After `trap` it says "ready" and takes its time: given so much that it comes so far. */
static struct seen run_too_slow(const char *trap)
{
	g_autofree char *script =
		g_strconcat(trap, "; echo ready >&2; while :; do sleep 0.05; done", NULL);
	for (int64_t timeout_us = 50000;; timeout_us *= 2) {
		struct seen seen = run(script, NULL, timeout_us);
		g_assert_cmpint(seen.ending, ==, PROGRAM_TOO_SLOW);
		if (g_str_has_prefix(seen.errors, "ready\n"))
			return seen;
		seen_clear(&seen);
	}
}

static void test_answer(void)
{
	struct seen seen = run("read line; printf '%s|%s|%s' \"$line\" \"$1\" \"$NAME\"; "
			       "echo first >&2; printf '  last one\\n\\n' >&2; exit 7",
		"of stdin\n", LONG_US);
	g_assert_cmpint(seen.ending, ==, PROGRAM_EXITED);
	g_assert_cmpint(seen.exit_code, ==, 7);
	g_assert_cmpstr(seen.output, ==, "of stdin|a word|its own");
	g_assert_cmpstr(seen.last_line, ==, "last one");
	g_assert_cmpstr(seen.text, ==, "exited with 7: last one");
	seen_clear(&seen);
}

static void test_environment(void)
{
	g_setenv("DAGD_OF_THIS_TEST", "1", TRUE);
	struct seen seen = run("env | grep -c DAGD_OF_THIS_TEST; ulimit -c", NULL, LONG_US);
	g_assert_cmpstr(seen.output, ==, "0\n0\n");
	seen_clear(&seen);
}

static void test_no_input(void)
{
	struct seen seen = run("cat; echo done", NULL, LONG_US);
	g_assert_cmpstr(seen.output, ==, "done\n");
	g_assert_cmpstr(seen.last_line, ==, "");
	seen_clear(&seen);
}

/* More than a pipe holds, and nobody reads it. */
static void test_large_input(void)
{
	g_autofree char *input = g_strnfill(300 * 1000, 'x');
	struct seen seen = run("exit 0", input, LONG_US);
	g_assert_cmpint(seen.exit_code, ==, 0);
	seen_clear(&seen);
	seen = run("wc -c", input, LONG_US);
	g_assert_cmpstr(g_strstrip(seen.output), ==, "300000");
	seen_clear(&seen);
}

static void test_not_text(void)
{
	struct seen seen = run("printf 'a\\000b'; printf 'x\\033[1m\\377' >&2", NULL, LONG_US);
	g_assert_cmpuint(seen.output_size, ==, 3);
	g_assert_cmpint(memcmp(seen.output, "a\0b", 4), ==, 0);
	g_assert_true(g_utf8_validate(seen.last_line, -1, NULL));
	g_assert_null(strchr(seen.last_line, 033));
	seen_clear(&seen);
}

static void test_too_large(void)
{
	struct seen seen = run("printf %1000s x", NULL, LONG_US);
	g_assert_cmpint(seen.ending, ==, PROGRAM_EXITED);
	g_assert_cmpuint(seen.output_size, ==, 1000);
	seen_clear(&seen);
	seen = run("printf %1001s x", NULL, LONG_US);
	g_assert_cmpint(seen.ending, ==, PROGRAM_TOO_LARGE);
	seen_clear(&seen);
	seen = run("yes", NULL, LONG_US);
	g_assert_cmpint(seen.ending, ==, PROGRAM_TOO_LARGE);
	g_assert_cmpstr(seen.text, ==, "printed more than it may");
	seen_clear(&seen);
}

static void test_many_errors(void)
{
	struct seen seen = run("i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); echo line $i; done "
			       ">&2; exit 1",
		NULL, LONG_US);
	g_assert_cmpstr(seen.last_line, ==, "line 3000");
	seen_clear(&seen);
}

/* Part of a secret could not be masked. */
static void test_long_error(void)
{
	struct seen seen = run("printf %40000s x >&2; exit 1", NULL, LONG_US);
	g_assert_cmpstr(seen.errors, ==, "");
	g_assert_cmpstr(seen.text, ==, "exited with 1");
	seen_clear(&seen);
	seen = run("printf '%40000s\\n\\000 whole\\n' x >&2; exit 1", NULL, LONG_US);
	g_assert_cmpstr(seen.errors, ==, "  whole\n");
	g_assert_cmpstr(seen.text, ==, "exited with 1: whole");
	seen_clear(&seen);
}

static void test_dropped_errors(void)
{
	struct seen seen =
		run("echo >&2; printf %16383s x | tr ' ' S >&2; printf '\\n\\nhalf\\n' >&2", NULL,
			LONG_US);
	g_assert_cmpstr(seen.errors, ==, "\nhalf\n");
	g_assert_false(seen.has_remains);
	seen_clear(&seen);
}

/* It may be asked to end, and say something; it need not want to. */
static void test_too_slow(void)
{
	struct seen seen = run_too_slow("trap 'echo asked >&2; exit 0' TERM");
	g_assert_true(g_str_has_prefix(seen.text, "took longer than "));
	g_assert_true(g_str_has_suffix(seen.text, "s: asked"));
	seen_clear(&seen);
	seen = run_too_slow("trap '' TERM");
	g_assert_cmpint(seen.signal, ==, SIGKILL);
	seen_clear(&seen);
}

/* What is not read any more does not keep the loop busy. */
static void test_too_slow_and_too_large(void)
{
	struct seen seen = run_too_slow("trap 'exec yes' TERM");
	g_assert_cmpint(seen.signal, ==, SIGKILL);
	g_assert_cmpuint(seen.n_turns, <, 100);
	seen_clear(&seen);
}

static void test_killed(void)
{
	struct seen seen = run("kill -SEGV $$", NULL, LONG_US);
	g_assert_cmpint(seen.ending, ==, PROGRAM_KILLED);
	g_assert_nonnull(strstr(seen.text, "was killed by signal 11"));
	seen_clear(&seen);
}

/* What holds its pipes open keeps nobody waiting, and does not outlive it. */
static void test_left_behind(void)
{
	struct seen seen = run("sleep 1000 & echo $!", NULL, LONG_US);
	g_assert_cmpint(seen.ending, ==, PROGRAM_EXITED);
	pid_t pid = (pid_t)g_ascii_strtoll(seen.output, NULL, 10);
	g_assert_cmpint(pid, >, 1);
	/* It is killed, though perhaps nobody has waited for it yet. */
	struct pollfd end = {pidfd_open(pid, 0), POLLIN, 0};
	g_assert_true(end.fd < 0 || poll(&end, 1, -1) == 1);
	close(end.fd);
	seen_clear(&seen);
}

static void test_closes_its_output(void)
{
	struct seen seen = run("exec >&- 2>&-; sleep 0.1; exit 3", NULL, LONG_US);
	g_assert_cmpint(seen.exit_code, ==, 3);
	seen_clear(&seen);
}

static void test_stop(void)
{
	struct seen seen = {0};
	uv_loop_t loop;
	uv_loop_init(&loop);
	struct program_order order = {.loop = &loop,
		.keeper = keeper,
		.argv = (const char *const[]){"sleep", "1000", NULL},
		.env = (const char *const[]){NULL},
		.output_max = 10,
		.timeout_us = LONG_US,
		.on_done = on_done,
		.data = &seen};
	struct program *program = program_start(&order, NULL);
	g_assert_nonnull(program);
	program_stop(program);
	uv_run(&loop, UV_RUN_DEFAULT);
	g_assert_cmpint(uv_loop_close(&loop), ==, 0);
	g_assert_cmpuint(seen.n_ends, ==, 0);
	program_stop(NULL);
}

/* ---- what cannot be killed ---- */

/* A program that another process, its tracer, has in its hand. */
struct held {
	struct seen seen;
	uv_loop_t loop;
	struct program *program;
	pid_t pid, tracer;
};

static pid_t only_child(void)
{
	g_autofree char *path = g_strdup_printf("/proc/self/task/%d/children", getpid());
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

/* 0: this user may not trace. */
static pid_t tracer_begin(pid_t pid, int options)
{
	int ready[2];
	char is_traced = 0;
	g_assert_cmpint(pipe(ready), ==, 0);
	pid_t tracer = fork();
	if (tracer == 0) {
		is_traced = ptrace(PTRACE_SEIZE, pid, NULL, options) == 0;
		if (write(ready[1], &is_traced, 1) != 1 || !is_traced)
			_exit(1);
		for (;;)
			pause();
	}
	g_assert_cmpint(read(ready[0], &is_traced, 1), ==, 1);
	close(ready[0]);
	close(ready[1]);
	if (is_traced)
		return tracer;
	waitpid(tracer, NULL, 0);
	return 0;
}

static void tracer_end(struct held *held)
{
	kill(held->tracer, SIGKILL);
	g_assert_cmpint(waitpid(held->tracer, NULL, 0), ==, held->tracer);
}

static bool held_begin(struct held *held, int64_t timeout_us, int options)
{
	*held = (struct held){.seen.timeout_us = timeout_us};
	uv_loop_init(&held->loop);
	struct program_order order = {
		.loop = &held->loop,
		.keeper = keeper,
		.argv = (const char *const[]){"sleep", "1000", NULL},
		.env = (const char *const[]){NULL},
		.output_max = 10,
		.timeout_us = timeout_us,
		.on_done = on_done,
		.data = &held->seen,
	};
	held->program = program_start(&order, NULL);
	g_assert_nonnull(held->program);
	held->pid = only_child();
	held->tracer = tracer_begin(held->pid, options);
	if (held->tracer)
		return true;
	g_test_skip("this user may not trace a process");
	program_stop(held->program);
	uv_run(&held->loop, UV_RUN_DEFAULT);
	uv_loop_close(&held->loop);
	return false;
}

/* It has ended by now: it is reaped, and nothing is left of it. */
static void held_end(struct held *held)
{
	uv_run(&held->loop, UV_RUN_DEFAULT);
	g_assert_cmpint(uv_loop_close(&held->loop), ==, 0);
	g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
	seen_clear(&held->seen);
}

static void test_too_slow_to_be_killed(void)
{
	struct held held;
	if (!held_begin(&held, 50000, PTRACE_O_TRACEEXIT))
		return;
	while (held.seen.n_ends == 0)
		uv_run(&held.loop, UV_RUN_ONCE);
	g_assert_cmpint(held.seen.ending, ==, PROGRAM_TOO_SLOW);
	g_assert_cmpstr(held.seen.text, ==, "took longer than 0.05s");
	g_assert_cmpint(waitpid(held.pid, NULL, WNOHANG), ==, 0);
	tracer_end(&held);
	held_end(&held);
	g_assert_cmpuint(held.seen.n_ends, ==, 1);
}

static void test_stop_is_not_waited_for(void)
{
	struct held held;
	if (!held_begin(&held, LONG_US, PTRACE_O_TRACEEXIT))
		return;
	program_stop(held.program);
	g_assert_cmpint(waitpid(held.pid, NULL, WNOHANG), ==, 0);
	tracer_end(&held);
	held_end(&held);
	g_assert_cmpuint(held.seen.n_ends, ==, 0);
}

static void on_timer(uv_timer_t *timer)
{
	tracer_end(timer->data);
	uv_close((uv_handle_t *)timer, NULL);
}

/* It is a zombie that its tracer has not seen yet. */
static void test_ended_but_traced(void)
{
	struct held held;
	uv_timer_t timer;
	if (!held_begin(&held, LONG_US, 0))
		return;
	kill(held.pid, SIGKILL);
	uv_timer_init(&held.loop, &timer);
	timer.data = &held;
	uv_timer_start(&timer, on_timer, 300, 0);
	held_end(&held);
	g_assert_cmpuint(held.seen.n_ends, ==, 1);
	g_assert_cmpint(held.seen.ending, ==, PROGRAM_KILLED);
}

/* ---- dagd's own end ---- */

/* Starts the script and waits until it is killed. */
static _Noreturn void asker_run(const char *script)
{
	uv_loop_t loop;
	uv_loop_init(&loop);
	struct program_order order = {.loop = &loop,
		.keeper = keeper,
		.argv = (const char *const[]){"sh", "-c", script, NULL},
		.env = (const char *const[]){"PATH=/usr/bin:/bin", NULL},
		.output_max = 10,
		.timeout_us = LONG_US,
		.on_done = on_done};
	program_start(&order, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	_exit(1);
}

/* The pids that a script has written to a pipe with this name: each as a pidfd. */
static void pidfds_read(const char *fifo, struct pollfd *ends, unsigned n)
{
	FILE *file = fopen(fifo, "re");
	int pid;
	g_assert_nonnull(file);
	for (unsigned i = 0; i < n; i++) {
		g_assert_cmpint(fscanf(file, "%d", &pid), ==, 1);
		ends[i] = (struct pollfd){pidfd_open(pid, 0), POLLIN, 0};
		g_assert_cmpint(ends[i].fd, >=, 0);
	}
	fclose(file);
}

/* What a script waits for hangs; a signal does not end it. */
static void test_ends_with_its_asker(void)
{
	g_autofree char *folder = g_dir_make_tmp("dagd-XXXXXX", NULL);
	g_autofree char *fifo = g_build_filename(folder, "pids", NULL);
	g_autofree char *script = g_strdup_printf(
		"trap '' TERM HUP; sleep 1000 & echo $$ $! > %s; wait; sleep 1000", fifo);
	struct pollfd ends[2];
	g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
	pid_t asker = fork();
	if (asker == 0)
		asker_run(script);
	pidfds_read(fifo, ends, G_N_ELEMENTS(ends));
	kill(asker, SIGKILL);
	g_assert_cmpint(waitpid(asker, NULL, 0), ==, asker);
	for (unsigned i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_assert_cmpint(poll(&ends[i], 1, -1), ==, 1);
		close(ends[i].fd);
	}
	g_assert_cmpint(unlink(fifo), ==, 0);
	g_assert_cmpint(rmdir(folder), ==, 0);
}

static void test_not_there(void)
{
	uv_loop_t loop;
	g_autoptr(GError) error = NULL;
	uv_loop_init(&loop);
	struct program_order order = {.loop = &loop,
		.keeper = keeper,
		.argv = (const char *const[]){"no-such-program", NULL},
		.env = (const char *const[]){NULL},
		.output_max = 10,
		.timeout_us = LONG_US,
		.on_done = on_done};
	g_assert_null(program_start(&order, &error));
	g_assert_cmpstr(error->message, ==,
		"\"no-such-program\" cannot be started: No such file or directory");
	uv_run(&loop, UV_RUN_DEFAULT);
	g_assert_cmpint(uv_loop_close(&loop), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add_func("/program/" path, function)
	keeper = open(DAGD_WORKER, O_PATH | O_CLOEXEC);
	g_assert_cmpint(keeper, >=, 0);
	ADD("its_answer_is_told", test_answer);
	ADD("it_gets_no_environment_of_dagd", test_environment);
	ADD("it_may_have_no_input", test_no_input);
	ADD("it_need_not_read_its_input", test_large_input);
	ADD("it_may_print_anything", test_not_text);
	ADD("what_prints_too_much_is_ended", test_too_large);
	ADD("the_last_of_many_errors_is_kept", test_many_errors);
	ADD("an_error_without_its_beginning_is_none", test_long_error);
	ADD("errors_that_are_dropped_are_overwritten", test_dropped_errors);
	ADD("what_is_too_slow_is_ended", test_too_slow);
	ADD("what_is_too_slow_and_prints_too_much_keeps_no_loop_busy", test_too_slow_and_too_large);
	ADD("a_signal_is_named", test_killed);
	ADD("nothing_is_left_behind", test_left_behind);
	ADD("its_end_is_not_that_of_its_output", test_closes_its_output);
	ADD("it_can_be_stopped", test_stop);
	ADD("one_that_cannot_be_killed_is_too_slow_and_reaped_later", test_too_slow_to_be_killed);
	ADD("one_that_cannot_be_killed_is_stopped_without_waiting", test_stop_is_not_waited_for);
	ADD("one_that_has_ended_and_is_traced_keeps_nobody_waiting", test_ended_but_traced);
	ADD("it_and_what_it_waits_for_end_with_who_asked", test_ends_with_its_asker);
	ADD("one_that_is_not_there_is_named", test_not_there);
	return g_test_run();
}
