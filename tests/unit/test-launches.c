/* SPDX-License-Identifier: MIT */
/* Attempts that wait to be launched, where what launches them is an answer that the test gives. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/launch.h"
#include "daemon/launches.h"
#include "daemon/secret_command.h"
#include "lib/base/instant.h"

enum { N_ATTEMPTS = 4 };

static struct daemon daemon_of_test;
static struct launches *launches;
static const char *lack; /* of the machine; NULL: it has what is needed */
static GString
	*launched; /* what was tried, in this order: "1! 2" is one that failed, one that did not */

static bool asks;    /* each attempt wants the variable A */
static char *failed; /* why the last one has failed */

void launch_fail(struct daemon *daemon, const struct attempt *attempt, const char *why)
{
	g_free(failed);
	failed = g_strdup(why);
}

enum launched launch(
	struct daemon *daemon, struct attempt *attempt, struct answers *answers, GError **error)
{
	const struct answer *answer = answers_get(answers, SECRET_VARIABLE, "A");
	if (asks && !answer) {
		g_assert_true(answers_want(answers, SECRET_VARIABLE, "A"));
		return LAUNCHED_ASKS;
	}
	if (answer)
		g_string_append_printf(launched, "(%s)", answer->text);
	g_string_append_printf(launched, "%s%d%s", launched->len ? " " : "",
		(int)attempt->record.id, lack ? "!" : "");
	if (!lack)
		return LAUNCHED;
	g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, lack);
	return LAUNCHED_NOT;
}

static void begin(const char *what_lacks)
{
	uv_loop_t *loop = g_new0(uv_loop_t, 1);
	uv_loop_init(loop);
	lack = what_lacks;
	launched = g_string_new(NULL);
	daemon_of_test = (struct daemon){.loop = loop,
		.keeper = open(DAGD_WORKER, O_PATH | O_CLOEXEC),
		.attempts = attempts_new()};
	for (int64_t id = 1; id <= N_ATTEMPTS; id++) {
		struct attempt_record record = {.id = id, .task_id = g_strdup("t")};
		struct run_record run = {.id = 1};
		attempts_add(daemon_of_test.attempts, &record, &run, NULL);
	}
	daemon_of_test.sources = (struct sources){.command_timeout_us = MINUTE_US};
	daemon_of_test.file_limit = (struct rlimit){1024, 1024};
	daemon_of_test.secret_command = secret_command_open(&daemon_of_test);
	launches = launches_open(&daemon_of_test);
}

static void end(void)
{
	launches_close(launches);
	secret_command_close(daemon_of_test.secret_command);
	sources_clear(&daemon_of_test.sources);
	g_clear_pointer(&failed, g_free);
	asks = false;
	uv_run(daemon_of_test.loop, UV_RUN_DEFAULT);
	g_assert_cmpint(uv_loop_close(daemon_of_test.loop), ==, 0);
	g_free(daemon_of_test.loop);
	close(daemon_of_test.keeper);
	attempts_free(daemon_of_test.attempts);
	troubles_clear(daemon_of_test.troubles);
	g_string_free(launched, TRUE);
}

static void add(int64_t first, int64_t last)
{
	for (int64_t id = first; id <= last; id++)
		launches_add(launches, id);
}

static const char *trouble(void)
{
	return daemon_of_test.troubles[TROUBLE_LAUNCHES].sentence;
}

/* Until it is tried again; how long that took. */
static uint64_t wait_ms(void)
{
	uint64_t begun_at = uv_now(daemon_of_test.loop);
	uv_run(daemon_of_test.loop, UV_RUN_ONCE);
	return uv_now(daemon_of_test.loop) - begun_at;
}

static void where_nothing_lacks_none_waits(void)
{
	begin(NULL);
	add(1, N_ATTEMPTS);
	g_assert_cmpstr(launched->str, ==, "1 2 3 4");
	g_assert_null(launches_why(launches, 1));
	g_assert_null(trouble());
	end();
}

static void after_one_that_fails_the_others_are_not_tried(void)
{
	begin("no room");
	add(1, N_ATTEMPTS);
	g_assert_cmpstr(launched->str, ==, "1!");
	g_assert_cmpstr(trouble(), ==, "no room");
	for (int64_t id = 1; id <= N_ATTEMPTS; id++)
		g_assert_cmpstr(launches_why(launches, id), ==, "waits to be begun");
	end();
}

static void they_begin_in_the_order_in_which_they_were_decided(void)
{
	begin("no room");
	add(1, N_ATTEMPTS);
	lack = NULL;
	wait_ms();
	g_assert_cmpstr(launched->str, ==, "1! 1 2 3 4");
	/* A worker has got one, and may still say that it could not begin. */
	g_assert_nonnull(trouble());
	launches_go_on(launches);
	g_assert_null(trouble());
	end();
}

static void one_that_is_not_wanted_any_more_is_left_out(void)
{
	begin("no room");
	add(1, N_ATTEMPTS);
	g_assert_true(launches_remove(launches, 2));
	g_assert_false(launches_remove(launches, 2));
	attempts_remove(daemon_of_test.attempts, 4); /* it has ended by itself */
	lack = NULL;
	wait_ms();
	g_assert_cmpstr(launched->str, ==, "1! 1 3");
	end();
}

static void where_none_is_left_that_waits_all_is_well(void)
{
	begin("no room");
	add(1, 1);
	g_assert_true(launches_remove(launches, 1));
	wait_ms();
	g_assert_null(trouble());
	add(2, 2);
	g_assert_cmpstr(launched->str, ==, "1! 2!");
	end();
}

static void the_pause_doubles_until_one_has_begun(void)
{
	begin("no room");
	add(1, 2);
	uint64_t first_ms = wait_ms(), second_ms = wait_ms();
	g_assert_cmpstr(launched->str, ==, "1! 1! 1!");
	g_assert_cmpuint(first_ms, >=, 1000);
	g_assert_cmpuint(second_ms, >=, 2000);
	lack = NULL;
	launches_go_on(launches); /* too early: it is held */
	g_assert_nonnull(trouble());
	wait_ms();
	launches_go_on(launches);
	g_assert_null(trouble());
	lack = "no process";
	add(3, 3);
	uint64_t begun_at = uv_now(daemon_of_test.loop);
	wait_ms();
	g_assert_cmpuint(uv_now(daemon_of_test.loop) - begun_at, <, 4000);
	end();
}

static void a_worker_that_could_not_begin_holds_the_others(void)
{
	begin(NULL);
	add(1, 1);
	launches_hold(launches, "no process");
	add(2, 3);
	g_assert_cmpstr(launched->str, ==, "1");
	g_assert_cmpstr(trouble(), ==, "no process");
	wait_ms();
	g_assert_cmpstr(launched->str, ==, "1 2 3");
	end();
}

/* ---- those that ask ---- */

static void begin_asking(const char *script)
{
	const char *words[] = {"sh", "-c", script, NULL};
	begin(NULL);
	daemon_of_test.sources.command = g_strdupv((char **)words);
	asks = true;
}

static void those_that_ask_begin_with_the_answer_of_one_run(void)
{
	begin_asking("echo x");
	add(1, 3);
	g_assert_cmpstr(launched->str, ==, "");
	g_assert_nonnull(strstr(launches_why(launches, 2), "waits for the values"));
	g_assert_true(launches_remove(launches, 2));
	uv_run(daemon_of_test.loop, UV_RUN_DEFAULT);
	g_assert_cmpstr(launched->str, ==, "(x) 1(x) 3");
	g_assert_null(launches_why(launches, 1));
	end();
}

static void one_that_gets_no_answer_fails(void)
{
	begin_asking("echo why >&2; exit 9");
	add(1, 1);
	uv_run(daemon_of_test.loop, UV_RUN_DEFAULT);
	g_assert_cmpstr(launched->str, ==, "");
	g_assert_cmpstr(
		failed, ==, "variable \"A\" cannot be had: secrets.command exited with 9: why");
	g_assert_null(launches_why(launches, 1));
	end();
}

static void answers_wait_with_their_attempt(void)
{
	begin_asking("echo x");
	add(1, 1);
	lack = "no room";
	while (!trouble())
		uv_run(daemon_of_test.loop, UV_RUN_ONCE);
	g_assert_cmpstr(launches_why(launches, 1), ==, "waits to be begun");
	lack = NULL;
	while (launches_why(launches, 1))
		uv_run(daemon_of_test.loop, UV_RUN_ONCE);
	g_assert_cmpstr(launched->str, ==, "(x) 1!(x) 1");
	end();
}

static void what_is_asked_for_ends_with_dagd(void)
{
	begin_asking("exec sleep 1000");
	add(1, 2);
	uv_run(daemon_of_test.loop, UV_RUN_NOWAIT);
	end();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/launches/where_nothing_lacks_none_waits", where_nothing_lacks_none_waits);
	g_test_add_func("/launches/after_one_that_fails_the_others_are_not_tried",
		after_one_that_fails_the_others_are_not_tried);
	g_test_add_func("/launches/they_begin_in_the_order_in_which_they_were_decided",
		they_begin_in_the_order_in_which_they_were_decided);
	g_test_add_func("/launches/one_that_is_not_wanted_any_more_is_left_out",
		one_that_is_not_wanted_any_more_is_left_out);
	g_test_add_func("/launches/where_none_is_left_that_waits_all_is_well",
		where_none_is_left_that_waits_all_is_well);
	g_test_add_func("/launches/the_pause_doubles_until_one_has_begun",
		the_pause_doubles_until_one_has_begun);
	g_test_add_func("/launches/a_worker_that_could_not_begin_holds_the_others",
		a_worker_that_could_not_begin_holds_the_others);
	g_test_add_func("/launches/those_that_ask_begin_with_the_answer_of_one_run",
		those_that_ask_begin_with_the_answer_of_one_run);
	g_test_add_func("/launches/one_that_gets_no_answer_fails", one_that_gets_no_answer_fails);
	g_test_add_func(
		"/launches/answers_wait_with_their_attempt", answers_wait_with_their_attempt);
	g_test_add_func(
		"/launches/what_is_asked_for_ends_with_dagd", what_is_asked_for_ends_with_dagd);
	return g_test_run();
}
