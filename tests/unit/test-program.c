/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "daemon/program.h"
#include "lib/base/instant.h"

static const int64_t LONG_US = 60 * SECOND_US;

struct seen {
	unsigned n_ends;
	enum program_ending ending;
	int exit_code, signal;
	char *output, *last_line, *text;
	size_t output_size;
	int64_t timeout_us;
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
	seen->last_line = g_strdup(end->last_line);
	seen->text = program_end_text(end, seen->timeout_us);
}

static void seen_clear(struct seen *seen)
{
	g_free(seen->output);
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
	struct program_order order = {
		.loop = &loop,
		.argv = (const char *const[]){"sh", "-c", script, "sh", "a word", NULL},
		.env = (const char *const[]){"PATH=/usr/bin:/bin", "NAME=its own", NULL},
		.input = input,
		.input_size = input ? strlen(input) : 0,
		.output_max = 1000,
		.timeout_us = timeout_us,
		.on_done = on_done,
		.data = &seen,
	};
	g_assert_nonnull(program_start(&order, &error));
	g_assert_no_error(error);
	uv_run(&loop, UV_RUN_DEFAULT);
	g_assert_cmpint(uv_loop_close(&loop), ==, 0);
	g_assert_cmpuint(seen.n_ends, ==, 1);
	return seen;
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

/* It may be asked to end, and say something; it need not want to. */
static void test_too_slow(void)
{
	struct seen seen = run(
		"trap 'echo asked >&2; exit 0' TERM; while :; do sleep 0.05; done", NULL, 50000);
	g_assert_cmpint(seen.ending, ==, PROGRAM_TOO_SLOW);
	g_assert_cmpstr(seen.text, ==, "took longer than 0.05s: asked");
	seen_clear(&seen);
	seen = run("trap '' TERM; while :; do sleep 0.05; done", NULL, 50000);
	g_assert_cmpint(seen.ending, ==, PROGRAM_TOO_SLOW);
	g_assert_cmpint(seen.signal, ==, SIGKILL);
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
	struct program_order order = {
		.loop = &loop,
		.argv = (const char *const[]){"sleep", "1000", NULL},
		.env = (const char *const[]){NULL},
		.output_max = 10,
		.timeout_us = LONG_US,
		.on_done = on_done,
		.data = &seen,
	};
	struct program *program = program_start(&order, NULL);
	g_assert_nonnull(program);
	program_stop(program);
	uv_run(&loop, UV_RUN_DEFAULT);
	g_assert_cmpint(uv_loop_close(&loop), ==, 0);
	g_assert_cmpuint(seen.n_ends, ==, 0);
	program_stop(NULL);
}

static void test_not_there(void)
{
	uv_loop_t loop;
	g_autoptr(GError) error = NULL;
	uv_loop_init(&loop);
	struct program_order order = {
		.loop = &loop,
		.argv = (const char *const[]){"no-such-program", NULL},
		.env = (const char *const[]){NULL},
		.output_max = 10,
		.timeout_us = LONG_US,
		.on_done = on_done,
	};
	g_assert_null(program_start(&order, &error));
	g_assert_cmpstr(error->message, ==,
		"\"no-such-program\" cannot be started: No such file or directory");
	uv_run(&loop, UV_RUN_DEFAULT);
	g_assert_cmpint(uv_loop_close(&loop), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/program/its_answer_is_told", test_answer);
	g_test_add_func("/program/it_gets_no_environment_of_dagd", test_environment);
	g_test_add_func("/program/it_may_have_no_input", test_no_input);
	g_test_add_func("/program/it_need_not_read_its_input", test_large_input);
	g_test_add_func("/program/it_may_print_anything", test_not_text);
	g_test_add_func("/program/what_prints_too_much_is_ended", test_too_large);
	g_test_add_func("/program/the_last_of_many_errors_is_kept", test_many_errors);
	g_test_add_func("/program/what_is_too_slow_is_ended", test_too_slow);
	g_test_add_func("/program/a_signal_is_named", test_killed);
	g_test_add_func("/program/nothing_is_left_behind", test_left_behind);
	g_test_add_func("/program/its_end_is_not_that_of_its_output", test_closes_its_output);
	g_test_add_func("/program/it_can_be_stopped", test_stop);
	g_test_add_func("/program/one_that_is_not_there_is_named", test_not_there);
	return g_test_run();
}
