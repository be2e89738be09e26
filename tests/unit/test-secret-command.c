/* SPDX-License-Identifier: MIT */
#include "daemon/secret_command.h"

#include <fcntl.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "lib/base/instant.h"

enum { N_ASKERS = 3 };

static struct daemon daemon_of_test;

static struct asker {
	struct answers *answers;
	struct asking *asking; /* NULL: told, or stopped */
	unsigned n_told;
	char *why;
} askers[N_ASKERS];

static void on_answered(void *data, const char *why)
{
	struct asker *asker = data;
	asker->asking = NULL;
	asker->n_told++;
	g_free(asker->why);
	asker->why = g_strdup(why);
}

static void begin(const char *script)
{
	const char *words[] = {"sh", "-c", script, NULL};
	uv_loop_t *loop = g_new0(uv_loop_t, 1);
	uv_loop_init(loop);
	daemon_of_test =
		(struct daemon){.loop = loop, .keeper = open(DAGD_WORKER, O_PATH | O_CLOEXEC)};
	daemon_of_test.sources = (struct sources){
		.command = g_strdupv((char **)words), .command_timeout_us = MINUTE_US};
	daemon_of_test.file_limit = (struct rlimit){1024, 1024};
	daemon_of_test.secret_command = secret_command_open(&daemon_of_test);
	for (unsigned i = 0; i < N_ASKERS; i++)
		askers[i] = (struct asker){.answers = answers_new()};
}

static void end(void)
{
	uv_run(daemon_of_test.loop, UV_RUN_DEFAULT);
	g_assert_cmpint(uv_loop_close(daemon_of_test.loop), ==, 0);
	g_free(daemon_of_test.loop);
	close(daemon_of_test.keeper);
	sources_clear(&daemon_of_test.sources);
	troubles_clear(daemon_of_test.troubles);
	for (unsigned i = 0; i < N_ASKERS; i++) {
		answers_free(askers[i].answers);
		g_free(askers[i].why);
	}
}

static void close_command(void)
{
	secret_command_close(g_steal_pointer(&daemon_of_test.secret_command));
}

/* For variables, each with a name of one letter. */
static void ask(struct asker *asker, const char *names)
{
	for (const char *at = names; *at; at++) {
		g_autofree char *name = g_strndup(at, 1);
		g_assert_true(answers_want(asker->answers, SECRET_VARIABLE, name));
	}
	asker->asking =
		asking_begin(daemon_of_test.secret_command, asker->answers, on_answered, asker);
}

static void assert_told(const struct asker *asker, const char *why)
{
	g_assert_cmpuint(asker->n_told, ==, 1);
	g_assert_cmpstr(asker->why, ==, why);
}

static void all_who_wait_are_told_that_dagd_stops(void)
{
	begin("exec sleep 1000");
	ask(&askers[0], "ABCDEFGHIJKL"); /* some of them run, the others do not yet */
	ask(&askers[1], "LA");
	ask(&askers[2], "M");
	uv_run(daemon_of_test.loop, UV_RUN_NOWAIT);
	close_command();
	for (unsigned i = 0; i < N_ASKERS; i++)
		assert_told(&askers[i], "dagd is stopping");
	end();
}

/* Between what ends a run and what tells of it. */
static void on_check(uv_check_t *check)
{
	const struct answer *answer = answers_get(askers[0].answers, SECRET_VARIABLE, "A");
	if (!answer || !answer->is_known)
		return;
	g_assert_cmpuint(askers[0].n_told, ==, 0);
	close_command();
	uv_close((uv_handle_t *)check, NULL);
}

/* It would go on to use what is closed with dagd. */
static void an_answer_that_comes_with_the_end_of_dagd_is_none(void)
{
	uv_check_t check;
	begin("echo x");
	ask(&askers[0], "A");
	uv_check_init(daemon_of_test.loop, &check);
	uv_check_start(&check, on_check);
	uv_run(daemon_of_test.loop, UV_RUN_DEFAULT);
	assert_told(&askers[0], "dagd is stopping");
	end();
}

static void who_has_stopped_to_wait_is_not_told(void)
{
	begin("exec sleep 1000");
	ask(&askers[0], "AB");
	ask(&askers[1], "B");
	uv_run(daemon_of_test.loop, UV_RUN_NOWAIT);
	asking_stop(g_steal_pointer(&askers[0].asking));
	close_command();
	g_assert_cmpuint(askers[0].n_told, ==, 0);
	assert_told(&askers[1], "dagd is stopping");
	end();
}

/* ---- where the system has no process for it ---- */

static const char *trouble(void)
{
	return daemon_of_test.troubles[TROUBLE_SECRETS].sentence;
}

static void what_cannot_be_asked_now_is_asked_when_it_can_be(void)
{
	struct rlimit before;
	begin("echo x");
	g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, before.rlim_max});
	ask(&askers[0], "AB");
	while (!trouble())
		uv_run(daemon_of_test.loop, UV_RUN_NOWAIT);
	setrlimit(RLIMIT_NOFILE, &before);
	g_assert_cmpstr(
		trouble(), ==, "secrets.command \"sh\" cannot be started: Too many open files");
	g_assert_cmpuint(askers[0].n_told, ==, 0);
	uv_run(daemon_of_test.loop, UV_RUN_DEFAULT);
	assert_told(&askers[0], NULL);
	g_assert_null(trouble());
	close_command();
	end();
}

static void what_cannot_be_asked_yet_ends_with_dagd(void)
{
	struct rlimit before;
	begin("echo x");
	g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, before.rlim_max});
	ask(&askers[0], "A");
	while (!trouble())
		uv_run(daemon_of_test.loop, UV_RUN_NOWAIT);
	setrlimit(RLIMIT_NOFILE, &before);
	close_command();
	assert_told(&askers[0], "dagd is stopping");
	end();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/secret_command/all_who_wait_are_told_that_dagd_stops",
		all_who_wait_are_told_that_dagd_stops);
	g_test_add_func("/secret_command/an_answer_that_comes_with_the_end_of_dagd_is_none",
		an_answer_that_comes_with_the_end_of_dagd_is_none);
	g_test_add_func("/secret_command/who_has_stopped_to_wait_is_not_told",
		who_has_stopped_to_wait_is_not_told);
	g_test_add_func("/secret_command/what_cannot_be_asked_now_is_asked_when_it_can_be",
		what_cannot_be_asked_now_is_asked_when_it_can_be);
	g_test_add_func("/secret_command/what_cannot_be_asked_yet_ends_with_dagd",
		what_cannot_be_asked_yet_ends_with_dagd);
	return g_test_run();
}
