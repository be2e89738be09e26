/* SPDX-License-Identifier: MIT */
/*
 * Plays many seeds; `--play=N` plays one, `--seeds=A-B` those from A to B and tells now and then
 * how far it is.
 */
#include "tests/sim/sim.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEEDS = 600, SEEDS_PER_TEST = 200 };
#define TELL_EVERY_US (10 * G_USEC_PER_SEC)

static struct operators *operators;
static struct sim_tally tally;
static char at_work[64];

/* A broken law aborts: which seed it was must be known then. */
static void on_abort(int number)
{
	if (write(STDERR_FILENO, at_work, strlen(at_work)) < 0)
		_exit(1);
	signal(SIGABRT, SIG_DFL);
	raise(SIGABRT);
}

static void play(uint32_t seed)
{
	snprintf(at_work, sizeof at_work, "# play it again: test-sim --play=%u\n", seed);
	sim_play(seed, operators, &tally);
}

/* `A-B` */
static int play_range(const char *range)
{
	char *rest;
	uint32_t first = (uint32_t)strtoul(range, &rest, 10);
	uint32_t last = (uint32_t)strtoul(*rest ? rest + 1 : rest, NULL, 10);
	int64_t begun = g_get_monotonic_time(), told = begun;
	for (uint32_t seed = first; seed <= last; seed++) {
		play(seed);
		int64_t now = g_get_monotonic_time();
		if (now - told < TELL_EVERY_US && seed < last)
			continue;
		told = now;
		printf("seeds %u to %u: no law is broken; %.0f s\n", first, seed,
			(double)(now - begun) / G_USEC_PER_SEC);
		fflush(stdout);
	}
	return 0;
}

static void test_seeds(const void *data)
{
	uint32_t first = (uint32_t)GPOINTER_TO_UINT(data);
	for (uint32_t seed = first; seed < first + SEEDS_PER_TEST; seed++) {
		play(seed);
	}
}

static void enough_happened(void)
{
	g_test_message(
		"%u runs, %u starts, %u tasks retried, %u deaths of which %u dropped what "
		"was decided, %u lost, %u taken back, %u cleared, %u aborted, %u starts in "
		"vain, %u backfills, %u of them cancelled, %u moved to the newest version, %u "
		"marked, %u forced, %u deleted, %u let go",
		tally.n_runs, tally.n_starts, tally.n_retries, tally.n_deaths, tally.n_dropped,
		tally.n_lost, tally.n_taken_back, tally.n_cleared, tally.n_aborted, tally.n_held,
		tally.n_backfills, tally.n_cancelled, tally.n_moved, tally.n_marked, tally.n_forced,
		tally.n_deleted, tally.n_let_go);
	g_assert_cmpuint(tally.n_runs, >, SEEDS);
	g_assert_cmpuint(tally.n_starts, >, 10 * SEEDS);
	g_assert_cmpuint(tally.n_retries, >, SEEDS);
	g_assert_cmpuint(tally.n_dropped, >, SEEDS);
	g_assert_cmpuint(tally.n_lost, >, SEEDS / 4);
	g_assert_cmpuint(tally.n_taken_back, >, SEEDS / 4);
	g_assert_cmpuint(tally.n_cleared, >, SEEDS);
	g_assert_cmpuint(tally.n_aborted, >, SEEDS / 4);
	g_assert_cmpuint(tally.n_held, >, SEEDS / 4);
	g_assert_cmpuint(tally.n_backfills, >, SEEDS / 4);
	g_assert_cmpuint(tally.n_cancelled, >, SEEDS / 20);
	g_assert_cmpuint(tally.n_moved, >, SEEDS / 10);
	g_assert_cmpuint(tally.n_marked, >, SEEDS / 2);
	g_assert_cmpuint(tally.n_forced, >, SEEDS / 8);
	g_assert_cmpuint(tally.n_deleted, >, SEEDS / 40);
	g_assert_cmpuint(tally.n_let_go, >, SEEDS / 100);
	g_test_message("%u callbacks called, %u runs failed fast, %u DAGs paused themselves",
		tally.n_called, tally.n_failed_fast, tally.n_auto_paused);
	g_test_message("%u waits without a worker, %u runs triggered by tasks, %u answers",
		tally.n_waited, tally.n_triggered, tally.n_answered);
	g_assert_cmpuint(tally.n_waited, >, SEEDS);
	g_assert_cmpuint(tally.n_triggered, >, SEEDS / 5);
	g_assert_cmpuint(tally.n_answered, >, SEEDS / 80);
	g_test_message("%u runs made by assets", tally.n_by_assets);
	g_assert_cmpuint(tally.n_by_assets, >, SEEDS / 4);
	g_assert_cmpuint(tally.n_called, >, 4 * SEEDS);
	g_assert_cmpuint(tally.n_failed_fast, >, SEEDS / 10);
	g_assert_cmpuint(tally.n_auto_paused, >, SEEDS / 10);
}

static void operators_open(void)
{
	const char *const folders[] = {g_getenv("DAGD_OPERATORS"), NULL};
	struct problems *problems = problems_new();
	g_assert_nonnull(folders[0]);
	operators = operators_load(folders, problems);
	problems_free(problems);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	signal(SIGABRT, on_abort);
	signal(SIGTRAP, on_abort); /* of g_error() */
	operators_open();
	if (argc > 1 && g_str_has_prefix(argv[1], "--play=")) {
		play((uint32_t)strtoul(argv[1] + strlen("--play="), NULL, 10));
		operators_free(operators);
		return 0;
	}
	if (argc > 1 && g_str_has_prefix(argv[1], "--seeds=")) {
		int status = play_range(argv[1] + strlen("--seeds="));
		operators_free(operators);
		return status;
	}
	for (unsigned first = 0; first < SEEDS; first += SEEDS_PER_TEST) {
		g_autofree char *path =
			g_strdup_printf("/sim/no_law_is_broken_from_seed_%04u", first);
		g_test_add_data_func(path, GUINT_TO_POINTER(first), test_seeds);
	}
	g_test_add_func("/sim/there_was_enough_of_everything", enough_happened);
	int failed = g_test_run();
	operators_free(operators);
	return failed;
}
