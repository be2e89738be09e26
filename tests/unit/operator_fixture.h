/* SPDX-License-Identifier: MIT */
/* Operators for tests that need some: their manifests, in a folder of their own. */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>

#include "lib/dag/dag.h"

static const struct {
	const char *name, *text;
} fixture_manifests[] = {
	{"bash",
		"name: bash\n"
		"summary: Runs a script.\n"
		"aliases: [BashOperator, airflow.providers.standard.operators.bash.BashOperator]\n"
		"parameters:\n"
		"  bash_command: {type: shell, required: true, summary: The script.}\n"
		"  cwd: {type: text, summary: The folder.}\n"
		"  skip_on_exit_code: {type: any, default: 99, summary: The code.}\n"
		"run: [/bin/bash, -c, \"{bash_command}\"]\n"
		"cwd_parameter: cwd\n"
		"skip_code_parameter: skip_on_exit_code\n"
		"output: last_line\n"},
	{"empty",
		"name: empty\n"
		"summary: Does nothing.\n"},
	{"probe",
		"name: probe\n"
		"summary: Takes anything.\n"
		"parameters:\n"
		"  text: {type: text, summary: A text.}\n"
		"  choice: {type: text, choices: [plain, gzip], default: plain, summary: One of.}\n"
		"  integer: {type: integer, summary: A number.}\n"
		"  number: {type: number, summary: A number.}\n"
		"  boolean: {type: boolean, default: false, summary: A boolean.}\n"
		"  duration: {type: duration, default: 5m, summary: A time.}\n"
		"  size: {type: size, default: 10MiB, summary: Bytes.}\n"
		"  list: {type: list, summary: A list.}\n"
		"  map: {type: map, summary: A map.}\n"
		"  any: {type: any, summary: Anything.}\n"
		"  connection: {type: connection, summary: A connection.}\n"
		"  code: {type: any, values_in: list, summary: Code.}\n"
		"run: [/bin/true]\n"
		"arguments: stdin\n"
		"destroys_data: true\n"},
};

static inline void fixture_write(const char *folder, const char *name, const char *text)
{
	g_autofree char *own = g_build_filename(folder, name, NULL);
	g_autofree char *file = g_build_filename(own, "operator.yaml", NULL);
	g_assert_cmpint(g_mkdir_with_parents(own, 0755), ==, 0);
	g_assert_true(g_file_set_contents(file, text, -1, NULL));
}

static inline void fixture_remove(const char *folder, const char *name)
{
	g_autofree char *own = g_build_filename(folder, name, NULL);
	g_autofree char *file = g_build_filename(own, "operator.yaml", NULL);
	g_assert_cmpint(g_unlink(file), ==, 0);
	g_assert_cmpint(g_rmdir(own), ==, 0);
}

/* bash, empty, and probe with a parameter of each type. */
static inline struct operators *fixture_operators(void)
{
	g_autofree char *folder = g_dir_make_tmp("operators-XXXXXX", NULL);
	const char *const folders[] = {folder, NULL};
	struct problems *problems = problems_new();
	for (size_t i = 0; i < G_N_ELEMENTS(fixture_manifests); i++)
		fixture_write(folder, fixture_manifests[i].name, fixture_manifests[i].text);
	struct operators *operators = operators_load(folders, problems);
	g_assert_cmpuint(problems->list->len, ==, 0);
	problems_free(problems);
	for (size_t i = 0; i < G_N_ELEMENTS(fixture_manifests); i++)
		fixture_remove(folder, fixture_manifests[i].name);
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	return operators;
}

/* All problems, a line each: `line:column: message | hint`. */
static inline char *fixture_problems(struct problems *problems)
{
	GString *text = g_string_new(NULL);
	problems_sort(problems);
	for (unsigned i = 0; i < problems->list->len; i++) {
		const struct problem *problem = problems->list->pdata[i];
		g_string_append_printf(text, "%s%u:%u: %s%s%s%s", i ? "\n" : "", problem->line,
			problem->column, problem->severity == SEVERITY_WARNING ? "warning: " : "",
			problem->message, problem->hint ? " | " : "",
			problem->hint ? problem->hint : "");
	}
	return g_string_free(text, FALSE);
}

/* The only DAG of a text without any problem. */
static inline struct dag *fixture_dag(const struct operators *operators, const char *text)
{
	struct problems *problems = problems_new();
	GPtrArray *dags = dag_load("folder/stem.yaml", text, strlen(text),
		&(struct dag_context){.operators = operators}, problems);
	g_autofree char *told = fixture_problems(problems);
	g_assert_cmpstr(told, ==, "");
	g_assert_cmpuint(dags->len, ==, 1);
	struct dag *dag = dag_ref(dags->pdata[0]);
	g_ptr_array_unref(dags);
	problems_free(problems);
	return dag;
}
