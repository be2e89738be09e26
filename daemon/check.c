/* SPDX-License-Identifier: MIT */
#include "daemon/check.h"

#include <stdio.h>

#include "daemon/config.h"
#include "daemon/folder.h"
#include "daemon/home.h"

static unsigned print(const struct problems *problems, const char *source)
{
	for (unsigned i = 0; i < problems->list->len; i++) {
		g_autofree char *text = problem_text(problems->list->pdata[i], source);
		fputs(text, stderr);
	}
	return problems->n_errors;
}

static void on_loaded(void *data, struct dag *dag)
{
	(*(unsigned *)data)++;
}

static void on_gone(void *data, const char *dag_id)
{
}

static void on_problems(void *data, const char *file, const struct problems *problems)
{
}

static unsigned check_dags(const char *path, const struct dag_context *context)
{
	unsigned n_dags = 0, n_errors = 0;
	struct folder_options options = {.path = path,
		.context = *context,
		.on_loaded = on_loaded,
		.on_gone = on_gone,
		.on_problems = on_problems,
		.data = &n_dags};
	struct folder *folder = folder_open(&options);
	folder_rescan(folder);
	while (folder_work(folder, G_MAXUINT))
		;
	g_autoptr(GPtrArray) files = folder_files(folder);
	for (unsigned i = 0; i < files->len; i++) {
		const struct folder_file *file = files->pdata[i];
		n_errors += print(file->problems, file->text);
	}
	printf("%u DAGs in %u files of %s\n", n_dags, files->len, path);
	folder_close(folder);
	return n_errors;
}

static unsigned check_home(const struct home *home, const char *shipped)
{
	struct config config;
	struct problems *problems = problems_new();
	g_auto(GStrv) environment = g_get_environ();
	config_read(&config, home->config, environment, problems);
	const char *folders[] = {shipped, home->operators, NULL};
	struct operators *operators = operators_load(folders, problems);
	g_autoptr(GError) error = NULL;
	struct dag_context context = {.operators = operators,
		.zone = zone_get(config.default_timezone, &error),
		.is_paused_upon_creation = config.dags_are_paused_at_creation,
		.max_map_length = config.max_map_length};
	if (!context.zone)
		problem_add(problems, (struct place){.file = home->config},
			"core.default_timezone: %s", error->message);
	unsigned n_errors = print(problems, NULL);
	const char *base = home->path ? home->path : "/";
	g_autofree char *dags = *config.dags_folder
		? g_canonicalize_filename(config.dags_folder, base)
		: g_strdup(home->dags);
	n_errors += check_dags(dags, &context);
	operators_free(operators);
	problems_free(problems);
	config_clear(&config);
	return n_errors;
}

int check(const char *home_path, const char *operators)
{
	g_autoptr(GError) error = NULL;
	struct home home;
	if (!home_find(home_path, &home, &error)) {
		fprintf(stderr, "dagd: %s\n", error->message);
		return 1;
	}
	unsigned n_errors = check_home(&home, operators);
	home_clear(&home);
	return n_errors > 0;
}
