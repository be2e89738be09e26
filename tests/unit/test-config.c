/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <glib/gstdio.h>

#include "daemon/config.h"
#include "lib/base/instant.h"

static struct problems *problems;
static struct config config;

/* Reads the text as dagd.yaml; returns all problems as one text. */
static char *read_text(const char *yaml, char **environment)
{
	g_autofree char *folder = g_dir_make_tmp("dagd-config-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(folder, "dagd.yaml", NULL);
	if (yaml)
		g_assert_true(g_file_set_contents(file, yaml, -1, NULL));
	problems = problems_new();
	bool is_fine = config_read(&config, file, environment, problems);
	g_assert_true(is_fine == (problems->n_errors == 0));
	GString *text = g_string_new(NULL);
	for (unsigned i = 0; i < problems->list->len; i++) {
		const struct problem *problem = problems->list->pdata[i];
		g_autofree char *name = g_path_get_basename(problem->file);
		g_string_append_printf(text, "%s:%u:%u: %s (%s)\n", name, problem->line,
			problem->column, problem->message, problem->hint ? problem->hint : "");
	}
	problems_free(problems);
	g_unlink(file);
	g_rmdir(folder);
	return g_string_free(text, FALSE);
}

static void a_home_without_a_file_has_the_defaults(void)
{
	g_autofree char *text = read_text(NULL, NULL);
	g_assert_cmpstr(text, ==, "");
	g_assert_cmpuint(config.parallelism, ==, 32);
	g_assert_cmpint(config.killed_task_cleanup_us, ==, 60 * SECOND_US);
	g_assert_cmpint(config.max_xcom_bytes, ==, 1 << 20);
	g_assert_false(config.dags_are_paused_at_creation);
	config_clear(&config);
}

static void the_environment_wins_over_the_file(void)
{
	char *environment[] = {"PATH=/bin", "DAGD__CORE__PARALLELISM=7", "DAGD_HOME=/x",
		"DAGD__api__max_body_size=8KiB", NULL};
	g_autofree char *text = read_text(
		"core:\n  parallelism: 3\n  killed_task_cleanup_time: 1m30s\n", environment);
	g_assert_cmpstr(text, ==, "");
	g_assert_cmpuint(config.parallelism, ==, 7);
	g_assert_cmpint(config.killed_task_cleanup_us, ==, 90 * SECOND_US);
	g_assert_cmpint(config.body_max_bytes, ==, 8192);
	config_clear(&config);
}

static void every_mistake_is_named_with_its_place(void)
{
	char *environment[] = {"DAGD__CORE__NOTHING=1", "DAGD__CORE__PARALLELISM=none", NULL};
	g_autofree char *text = read_text("core:\n"
					  "  paralelism: 3\n"
					  "  parallelism: 0\n"
					  "  dags_are_paused_at_creation: [yes]\n"
					  "cor: {}\n"
					  "logging: loud\n",
		environment);
	g_assert_cmpstr(text, ==,
		"dagd.yaml:2:3: unknown key \"paralelism\" (did you mean \"parallelism\"?)\n"
		"dagd.yaml:3:16: core.parallelism: \"0\" is out of range: from 1 to 1024 ()\n"
		"dagd.yaml:4:32: core.dags_are_paused_at_creation is a list; one value is expected "
		"()\n"
		"dagd.yaml:5:1: unknown section \"cor\" (did you mean \"core\"?)\n"
		"dagd.yaml:6:10: section \"logging\" is text; a map of its keys is expected ()\n"
		"DAGD__CORE__NOTHING:0:0: unknown configuration variable \"DAGD__CORE__NOTHING\" "
		"(dagctl config list shows all of them)\n"
		"DAGD__CORE__PARALLELISM:0:0: core.parallelism: \"none\" is no whole number ()\n");
	config_clear(&config);
}

static void the_manual_has_every_key(void)
{
	g_autofree char *manual = config_manual();
	for (const struct config_key *key = config_keys; key->section; key++) {
		g_autofree char *name = g_strdup_printf("`%s.%s`", key->section, key->name);
		g_assert_nonnull(strstr(manual, name));
	}
}

static void commands_and_paths_are_looked_at(void)
{
	g_autofree char *text = read_text("secrets:\n  command: \"'a\"\n  folder: values\n", NULL);
	g_assert_nonnull(strstr(text, "dagd.yaml:2:12: secrets.command: is no command line: "));
	g_assert_nonnull(strstr(text,
		"dagd.yaml:3:11: secrets.folder: \"values\" is no whole path; one begins with /"));
	config_clear(&config);
	g_autofree char *relative = read_text("secrets:\n  command: ./ask me\n", NULL);
	g_assert_nonnull(
		strstr(relative, "\"./ask\" is neither a whole path nor a program's name"));
	config_clear(&config);
	g_autofree char *fine =
		read_text("secrets:\n  command: \"'/a b/c' --d\"\n  folder: /e\n", NULL);
	g_assert_cmpstr(fine, ==, "");
	g_assert_cmpstr(config.secrets_command, ==, "'/a b/c' --d");
	config_clear(&config);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/a_home_without_a_file_has_the_defaults",
		a_home_without_a_file_has_the_defaults);
	g_test_add_func(
		"/config/the_environment_wins_over_the_file", the_environment_wins_over_the_file);
	g_test_add_func("/config/every_mistake_is_named_with_its_place",
		every_mistake_is_named_with_its_place);
	g_test_add_func("/config/the_manual_has_every_key", the_manual_has_every_key);
	g_test_add_func(
		"/config/commands_and_paths_are_looked_at", commands_and_paths_are_looked_at);
	return g_test_run();
}
