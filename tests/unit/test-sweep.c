/* SPDX-License-Identifier: MIT */
/* How what is left of attempts is looked for when many of them die at once. */
#include <dirent.h>
#include <dlfcn.h>
#include <sys/wait.h>

#include "tests/unit/executor_fixture.h"

enum { N_LEFT = 50 };

static unsigned n_looks;

/* Instead of the library's: counts who goes through all processes. */
DIR *opendir(const char *path)
{
	DIR *(*open_folder)(const char *) = dlsym(RTLD_NEXT, "opendir");
	if (strcmp(path, "/proc") == 0)
		n_looks++;
	return open_folder(path);
}

/* A process with this in its environment and nothing else that gives it away. */
static GPid marked_start(const char *attempt, const char *output)
{
	g_autoptr(GError) error = NULL;
	char *argv[] = {"/bin/sleep", "1000", NULL};
	char *env[] = {(char *)attempt, (char *)output, NULL};
	GPid pid;
	g_assert_true(g_spawn_async(
		NULL, argv, env, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error));
	return pid;
}

static void recover_all(struct fixture *fixture)
{
	struct executor_left left[N_LEFT];
	for (int i = 0; i < N_LEFT; i++) {
		left[i] = (struct executor_left){
			.attempt = i + 1, .boot_id = BOOT, .is_restored = true};
		token_make(left[i].token, left[i].attempt);
	}
	executor_recover(fixture->executor, left, N_LEFT, on_recovered);
}

static void expect_killed(GPid pid)
{
	int status;
	g_assert_cmpint(waitpid(pid, &status, WNOHANG), ==, pid);
	g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void one_look_is_for_all_that_died_at_once(struct fixture *fixture, const void *data)
{
	n_looks = 0;
	recover_all(fixture);
	for (int64_t attempt = 1; attempt <= N_LEFT; attempt++)
		WAIT_UNTIL(fixture, seen_of(fixture, attempt)->n_lost > 0);
	g_assert_cmpuint(n_looks, ==, 1);
	g_assert_cmpuint(fixture->n_recovered, ==, 2);
}

static void each_is_lost_when_nothing_of_it_is_left(struct fixture *fixture, const void *data)
{
	g_autofree char *output =
		g_strdup_printf("DAGD_OUTPUT=%s/attempts/7/output", fixture->state);
	GPid three = marked_start("DAGD_ATTEMPT=3", NULL);
	GPid seven = marked_start("DAGD_ATTEMPT=7", output);
	GPid seven_as_well = marked_start("DAGD_ATTEMPT=7", NULL);
	recover_all(fixture);
	WAIT_UNTIL(fixture, seen_of(fixture, 3)->n_lost > 0);
	expect_killed(three);
	WAIT_UNTIL(fixture, seen_of(fixture, 7)->n_lost > 0);
	expect_killed(seven);
	expect_killed(seven_as_well);
}

static void what_only_looks_like_an_attempt_is_left_alone(struct fixture *fixture, const void *data)
{
	GPid others[] = {marked_start("DAGD_ATTEMPT=3", "DAGD_OUTPUT=/elsewhere/attempts/3/output"),
		marked_start("DAGD_ATTEMPT=3rd", NULL), marked_start("DAGD_ATTEMPT=03", NULL),
		marked_start("NOT_DAGD_ATTEMPT=3", NULL), marked_start("DAGD_ATTEMPT=51", NULL)};
	recover_all(fixture);
	for (int64_t attempt = 1; attempt <= N_LEFT; attempt++)
		WAIT_UNTIL(fixture, seen_of(fixture, attempt)->n_lost > 0);
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		g_assert_cmpint(waitpid(others[i], NULL, WNOHANG), ==, 0);
		kill(others[i], SIGKILL);
		waitpid(others[i], NULL, 0);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(function)                                                                   \
	g_test_add("/sweep/" #function, struct fixture, NULL, fixture_set_up, function, \
		fixture_tear_down)
	ADD(one_look_is_for_all_that_died_at_once);
	ADD(each_is_lost_when_nothing_of_it_is_left);
	ADD(what_only_looks_like_an_attempt_is_left_alone);
	return g_test_run();
}
