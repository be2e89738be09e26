/* SPDX-License-Identifier: MIT */
/* What is known of a kill: of the attempt's own cgroup, or of the whole machine. */
#include <glib.h>
#include <glib/gstdio.h>

#include "lib/wire/cgroup.h"
#include "worker/oom.h"

#define OWN "the kernel killed a process of it for lack of memory"
#define NEAR "meanwhile the kernel killed processes for lack of memory"

static void a_cgroup_with_a_controller_of_memory_counts_its_own(void)
{
	static const char events[] = "low 0\nhigh 3\nmax 7\noom 2\noom_kill 2\noom_group_kill 1\n";
	g_autofree char *folder = g_dir_make_tmp("dagd-oom-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(folder, "memory.events", NULL);
	g_assert_cmpint(cgroup_oom_kills(folder), ==, -1);
	g_assert_true(g_file_set_contents(file, events, -1, NULL));
	g_assert_cmpint(cgroup_oom_kills(folder), ==, 2);
	g_assert_true(g_file_set_contents(file, "oom_kill 0\n", -1, NULL));
	g_assert_cmpint(cgroup_oom_kills(folder), ==, 0);
	g_unlink(file);
	g_rmdir(folder);
}

static void what_the_cgroup_knows_counts_alone(void)
{
	int64_t before = oom_kills();
	g_assert_cmpint(before, >=, 0);
	g_assert_cmpstr(oom_tell(1, before), ==, OWN);
	g_assert_null(oom_tell(0, before - 1));
}

static void without_one_it_counts_what_has_happened_on_the_machine(void)
{
	int64_t before = oom_kills();
	g_assert_cmpstr(oom_tell(-1, before - 1), ==, before > 0 ? NEAR : NULL);
	g_assert_null(oom_tell(-1, before + 1000));
	g_assert_null(oom_tell(-1, -1));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/oom/a_cgroup_with_a_controller_of_memory_counts_its_own",
		a_cgroup_with_a_controller_of_memory_counts_its_own);
	g_test_add_func(
		"/oom/what_the_cgroup_knows_counts_alone", what_the_cgroup_knows_counts_alone);
	g_test_add_func("/oom/without_one_it_counts_what_has_happened_on_the_machine",
		without_one_it_counts_what_has_happened_on_the_machine);
	return g_test_run();
}
