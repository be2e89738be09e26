/* SPDX-License-Identifier: MIT */
/*
 * Plays many seeds; `--play=N` plays one and prints it as a story, `--seeds=A-B` those from A to B
 * and tells now and then how far it is. When a law is broken the story of that seed is printed up
 * to there: the seed is played once more for it, for telling costs time.
 */
#include "tests/sim/sim.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/tale.h"
#include "tests/story/story.h"

enum { SEEDS = 600, SEEDS_PER_TEST = 200, STORIES = 100 };
#define TELL_EVERY_US (10 * G_USEC_PER_SEC)

static struct operators *operators;
static struct sim_tally tally;
static char at_work[64];  /* the option that plays the seed again; empty: none is played */
static struct tale *tale; /* of the seed that is played, if it is told */

static void say(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(1);
}

/* A broken law aborts: what led to it must be known then. */
static void on_abort(int number)
{
	signal(number, SIG_DFL);
	if (!*at_work) {
		raise(number);
		return;
	}
	if (!tale) {
		say("# the seed in which a law is broken: test-sim ");
		say(at_work);
		say("\n");
		execl("/proc/self/exe", "test-sim", at_work, "--again", NULL);
		_exit(1);
	}
	say(tale->head->str);
	say("\n");
	say(tale->lines->str);
	say("# here a law is broken\n");
	raise(number);
}

static void play(uint32_t seed)
{
	snprintf(at_work, sizeof at_work, "--play=%u", seed);
	sim_play(seed, operators, &tally, tale);
	*at_work = '\0';
}

/* What GLib has to say of an assertion is no part of the story. */
static void print_aside(const char *text)
{
	g_printerr("%s", text);
}

/* `is_again`: it broke a law before, so that there is something wrong with the simulation when it
 * comes to its end. */
static int play_one(uint32_t seed, bool is_again)
{
	g_set_print_handler(print_aside);
	tale = tale_new();
	play(seed);
	printf("%s\n%s", tale->head->str, tale->lines->str);
	g_clear_pointer(&tale, tale_free);
	return is_again;
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
	g_assert_cmpuint(tally.n_cancelled, >, SEEDS / 30);
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
	g_test_message("%u runs made by assets, %u runs deleted alone", tally.n_by_assets,
		tally.n_deleted_runs);
	g_assert_cmpuint(tally.n_deleted_runs, >, SEEDS / 20);
	g_assert_cmpuint(tally.n_by_assets, >, SEEDS / 4);
	g_test_message("%u tasks skipped by a decision, %u of them by a short circuit that stops "
		       "all, %u runs of latest_only that were not the newest",
		tally.n_decided, tally.n_stopped, tally.n_late);
	g_assert_cmpuint(tally.n_decided, >, SEEDS);
	g_assert_cmpuint(tally.n_stopped, >, SEEDS / 5);
	g_assert_cmpuint(tally.n_late, >, SEEDS / 10);
	g_test_message("%u tries of groups", tally.n_group_tries);
	g_assert_cmpuint(tally.n_group_tries, >, SEEDS / 30);
	g_assert_cmpuint(tally.n_called, >, 4 * SEEDS);
	g_assert_cmpuint(tally.n_failed_fast, >, SEEDS / 10);
	g_assert_cmpuint(tally.n_auto_paused, >, SEEDS / 10);
}

/* ---- a story ---- */

static struct story *story_read(const struct tale *told, GPtrArray **stories)
{
	g_autofree char *file = NULL;
	g_autofree char *text = g_strconcat(told->head->str, "\n", told->lines->str, NULL);
	g_autoptr(GError) error = NULL;
	int fd = g_file_open_tmp("sim-XXXXXX.story", &file, &error);
	g_assert_no_error(error);
	close(fd);
	g_file_set_contents(file, text, -1, &error);
	g_assert_no_error(error);
	*stories = stories_read(file, &error);
	g_assert_no_error(error);
	g_assert_cmpuint((*stories)->len, ==, 1);
	unlink(file);
	return (*stories)->pdata[0];
}

static void same_endings(uint32_t seed, const char *sim, const char *story)
{
	g_auto(GStrv) left = g_strsplit(sim, "\n", -1), right = g_strsplit(story, "\n", -1);
	for (unsigned i = 0; left[i] || right[i]; i++)
		if (g_strcmp0(left[i], right[i]) != 0)
			g_error("seed %u: %s; as a story: %s", seed, left[i] ? left[i] : "-",
				right[i] ? right[i] : "-");
}

/* Played as a story, the same is in the store at the end. */
static void story_judge(uint32_t seed)
{
	struct tale *told = tale_new();
	g_autoptr(GPtrArray) stories = NULL;
	g_autoptr(GError) error = NULL;
	struct memory *left = NULL;
	sim_play(seed, operators, &tally, told);
	const struct story *story = story_read(told, &stories);
	g_autoptr(GPtrArray) lines = story_play(story, operators, &left, &error);
	g_autofree char *ending = memory_text(left);
	if (error)
		g_error("seed %u: %s", seed, error->message);
	same_endings(seed, told->ending, ending);
	g_assert_cmpuint(lines->len, >, 20);
	memory_free(left);
	tale_free(told);
}

static void test_stories(void)
{
	for (uint32_t seed = 0; seed < STORIES; seed++)
		story_judge(seed);
}

static void operators_open(void)
{
	const char *const folders[] = {g_getenv("DAGD_OPERATORS"), NULL};
	struct problems *problems = problems_new();
	g_assert_nonnull(folders[0]);
	operators = operators_load(folders, problems);
	problems_free(problems);
}

/* What aborts in a handler of that signal leaves it blocked for who comes after it. */
static void aborts_catch(void)
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGABRT);
	sigaddset(&signals, SIGTRAP); /* of g_error() */
	sigaddset(&signals, SIGSEGV);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
	signal(SIGABRT, on_abort);
	signal(SIGTRAP, on_abort);
	signal(SIGSEGV, on_abort);
}

static int tests_run(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (unsigned first = 0; first < SEEDS; first += SEEDS_PER_TEST) {
		g_autofree char *path =
			g_strdup_printf("/sim/no_law_is_broken_from_seed_%04u", first);
		g_test_add_data_func(path, GUINT_TO_POINTER(first), test_seeds);
	}
	g_test_add_func("/sim/there_was_enough_of_everything", enough_happened);
	g_test_add_func("/sim/a_seed_and_its_story_end_alike", test_stories);
	return g_test_run();
}

int main(int argc, char **argv)
{
	const char *option = argc > 1 ? argv[1] : "";
	int status;
	aborts_catch();
	operators_open();
	if (g_str_has_prefix(option, "--play="))
		status =
			play_one((uint32_t)strtoul(option + strlen("--play="), NULL, 10), argc > 2);
	else if (g_str_has_prefix(option, "--seeds="))
		status = play_range(option + strlen("--seeds="));
	else
		status = tests_run(argc, argv);
	operators_free(operators);
	return status;
}
