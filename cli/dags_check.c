/* SPDX-License-Identifier: MIT */
/* `dags check`: what is wrong in DAG files, without a daemon. */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/dag_file.h"
#include "cli/dags.h"
#include "cli/print.h"

struct check {
	const struct invocation *invocation;
	struct operators *operators;
	GHashTable *owners; /* dag_id -> the file that defines it */
	json_t *list;       /* of problems as JSON */
	unsigned n_files, n_dags, n_errors, n_warnings;
};

static json_t *problem_json(const struct problem *problem)
{
	return json_pack("{s:s, s:i, s:i, s:s, s:s, s:s?}", "file", problem->file, "line",
		(int)problem->line, "column", (int)problem->column, "severity",
		problem->severity == SEVERITY_ERROR ? "error" : "warning", "message",
		problem->message, "hint", problem->hint);
}

static void take_problems(
	struct check *check, const struct problems *problems, const struct dag_file *file)
{
	bool is_text = check->invocation->output == OUTPUT_TABLE
		|| check->invocation->output == OUTPUT_PLAIN;
	for (unsigned i = 0; i < problems->list->len; i++) {
		const struct problem *problem = problems->list->pdata[i];
		bool is_own = file && strcmp(problem->file, file->path) == 0;
		json_array_append_new(check->list, problem_json(problem));
		if (!is_text)
			continue;
		g_autofree char *text = problem_text(problem, is_own ? file->text : NULL);
		fputs(text, stdout);
	}
	check->n_errors += problems->n_errors;
	check->n_warnings += problems->list->len - problems->n_errors;
}

/* A daemon takes one DAG of each id only. */
static void claim_ids(struct check *check, const struct dag_file *file, struct problems *problems)
{
	for (unsigned i = 0; file->dags && i < file->dags->len; i++) {
		const struct dag *dag = file->dags->pdata[i];
		const char *owner = g_hash_table_lookup(check->owners, dag->dag_id);
		check->n_dags++;
		if (owner && strcmp(owner, file->path) != 0)
			problem_add(problems,
				(struct place){.file = file->path, .line = dag->line, .column = 1},
				"dag_id \"%s\" is defined in %s already", dag->dag_id, owner);
		else
			g_hash_table_replace(
				check->owners, g_strdup(dag->dag_id), g_strdup(file->path));
	}
}

static void check_file(struct check *check, const char *path)
{
	struct problems *problems = problems_new();
	struct dag_file *file = dag_file_read(path, check->operators, problems);
	check->n_files++;
	claim_ids(check, file, problems);
	problems_sort(problems);
	take_problems(check, problems, file);
	dag_file_free(file);
	problems_free(problems);
}

/* A file, or a folder with all its DAG files. */
static void check_path(struct check *check, const char *path)
{
	if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
		check_file(check, path);
		return;
	}
	g_autoptr(GPtrArray) files = dag_files_below(path);
	for (unsigned i = 0; i < files->len; i++)
		check_file(check, files->pdata[i]);
}

static void check_all(struct check *check)
{
	const struct invocation *invocation = check->invocation;
	g_autofree char *folder = dags_folder(invocation->address);
	if (invocation->arguments->len == 0)
		check_path(check, folder);
	for (unsigned i = 0; i < invocation->arguments->len; i++)
		check_path(check, invocation_argument(invocation, i));
}

static void tell_sum(const struct check *check)
{
	fflush(stdout);
	fprintf(stderr, "%u file%s, %u DAG%s, %u error%s, %u warning%s\n", check->n_files,
		check->n_files == 1 ? "" : "s", check->n_dags, check->n_dags == 1 ? "" : "s",
		check->n_errors, check->n_errors == 1 ? "" : "s", check->n_warnings,
		check->n_warnings == 1 ? "" : "s");
}

int dags_check(struct invocation *invocation)
{
	struct problems *problems = problems_new();
	struct check check = {
		.invocation = invocation,
		.operators = operators_open(invocation->address, problems),
		.owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.list = json_array(),
	};
	/* Manifests belong to the home, not to a file that is named. */
	if (invocation->arguments->len == 0)
		take_problems(&check, problems, NULL);
	check_all(&check);
	json_auto_t *answer = json_pack("{s:o}", "problems", check.list);
	if (invocation->output == OUTPUT_JSON || invocation->output == OUTPUT_YAML)
		print_object(invocation, answer);
	else
		tell_sum(&check);
	problems_free(problems);
	operators_free(check.operators);
	g_hash_table_destroy(check.owners);
	return check.n_errors > 0 ? EXIT_REFUSED : EXIT_OK;
}
