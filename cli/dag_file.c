/* SPDX-License-Identifier: MIT */
#include "cli/dag_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/print.h"
#include "lib/base/nest.h"
#include "lib/yaml/yaml.h"

char *part_path(const char *built, const char *installed)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *own = self ? g_path_get_dirname(self) : g_strdup(".");
	char *beside = g_build_filename(own, "..", built, NULL);
	if (g_file_test(beside, G_FILE_TEST_EXISTS))
		return beside;
	g_free(beside);
	return g_strdup(installed);
}

struct operators *operators_open(const struct address *address, struct problems *problems)
{
	g_autofree char *shipped = part_path("operators", DAGD_LIBDIR "/operators");
	const char *folders[] = {shipped, address->operators, NULL};
	struct problems *unseen = problems ? NULL : problems_new();
	struct operators *operators = operators_load(folders, problems ? problems : unseen);
	problems_free(unseen);
	return operators;
}

/* ---- one file ---- */

static char *bytes_read(int fd, const char *path, size_t *len, struct problems *problems)
{
	size_t n = 0, size = 64 * 1024;
	g_autofree char *text = g_malloc(size + 1);
	ssize_t got = 1;
	while (n <= YAML_SIZE_MAX && (got = read(fd, text + n, size - n)) > 0) {
		n += (size_t)got;
		if (n == size)
			text = g_realloc(text, (size *= 2) + 1);
	}
	struct place place = {.file = path};
	if (got < 0) {
		problem_add(problems, place, "cannot be read: %s", g_strerror(errno));
		return NULL;
	}
	if (n > YAML_SIZE_MAX) {
		problem_add(problems, place, "has more than 16 MiB; at most 16 MiB is read");
		return NULL;
	}
	text[n] = '\0';
	*len = n;
	return g_realloc(g_steal_pointer(&text), n + 1);
}

static char *text_read(const char *path, size_t *len, struct problems *problems)
{
	/* A FIFO in which nobody writes has no text, instead of holding whoever checks a folder;
	 * one in which somebody does, such as bash's <(...), is read to its end. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fcntl(fd, F_SETFL, 0) < 0) {
		problem_add(problems, (struct place){.file = path}, "cannot be read: %s",
			g_strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	char *text = bytes_read(fd, path, len, problems);
	close(fd);
	return text;
}

struct dag_file *dag_file_read(
	const char *path, const struct operators *operators, struct problems *problems)
{
	struct dag_file *file = g_new0(struct dag_file, 1);
	size_t len = 0;
	file->path = g_strdup(path);
	file->text = text_read(file->path, &len, problems);
	if (file->text)
		file->dags = dag_load(file->path, file->text, len,
			&(struct dag_context){.operators = operators}, problems);
	problems_sort(problems);
	return file;
}

void dag_file_free(void *data)
{
	struct dag_file *file = data;
	if (!file)
		return;
	g_clear_pointer(&file->dags, g_ptr_array_unref);
	g_free(file->path);
	g_free(file->text);
	g_free(file);
}

bool word_is_file(const char *word)
{
	return strchr(word, '/') || g_str_has_suffix(word, ".yaml")
		|| g_str_has_suffix(word, ".yml") || g_file_test(word, G_FILE_TEST_IS_REGULAR);
}

bool problems_say(const struct problems *problems, const struct dag_file *file)
{
	for (unsigned i = 0; i < problems->list->len; i++) {
		const struct problem *problem = problems->list->pdata[i];
		bool is_own = file && strcmp(problem->file, file->path) == 0;
		g_autofree char *text = problem_text(problem, is_own ? file->text : NULL);
		fputs(text, stderr);
	}
	return problems->n_errors > 0;
}

const struct dag *dag_file_choose(
	const struct dag_file *file, const char *dag_id, const struct problems *problems)
{
	if (problems_say(problems, file))
		return NULL;
	unsigned n = file->dags ? file->dags->len : 0;
	g_autoptr(GPtrArray) ids = g_ptr_array_new();
	for (unsigned i = 0; i < n; i++) {
		const struct dag *dag = file->dags->pdata[i];
		if (dag_id ? strcmp(dag->dag_id, dag_id) == 0 : n == 1)
			return dag;
		g_ptr_array_add(ids, (char *)dag->dag_id);
	}
	g_ptr_array_add(ids, NULL);
	g_autofree char *list = g_strjoinv(", ", (char **)ids->pdata);
	if (n == 0)
		say("%s defines no DAG", file->path);
	else if (dag_id)
		say("%s defines no DAG \"%s\", but %s", file->path, dag_id, list);
	else
		say("%s defines %u DAGs (%s); choose one with --dag-id", file->path, n, list);
	return NULL;
}

/* ---- folders ---- */

static bool is_dag_file_name(const char *name)
{
	return *name != '_' && (g_str_has_suffix(name, ".yaml") || g_str_has_suffix(name, ".yml"));
}

static void scan(const char *folder, const struct nest *up, GPtrArray *paths)
{
	struct nest nest;
	g_autoptr(GDir) dir = nest_enter(&nest, up, folder) ? g_dir_open(folder, 0, NULL) : NULL;
	for (const char *name; dir && (name = g_dir_read_name(dir));) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		bool is_folder = g_file_test(path, G_FILE_TEST_IS_DIR);
		bool is_config = !up && strcmp(name, "config") == 0;
		if (*name == '.' || (is_folder && is_config))
			continue;
		if (is_folder && *name != '_')
			scan(path, &nest, paths);
		else if (!is_folder && is_dag_file_name(name))
			g_ptr_array_add(paths, g_steal_pointer(&path));
	}
}

static int path_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *dag_files_below(const char *folder)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	scan(folder, NULL, paths);
	g_ptr_array_sort(paths, path_compare);
	return paths;
}

/* The key as the home's dagd.yaml has it, or NULL; whether the file is right is the daemon's
 * matter. */
static char *configured_folder(const char *config)
{
	g_autofree char *text = NULL;
	size_t len;
	if (!g_file_get_contents(config, &text, &len, NULL))
		return NULL;
	struct arena *arena = arena_new();
	struct problems *problems = problems_new();
	struct yaml_documents documents = {0};
	char *folder = NULL;
	yaml_parse(arena, config, text, len, &documents, problems);
	const struct node *root = documents.n ? documents.roots[0] : NULL;
	const struct node *core = root && root->kind == NODE_MAP ? node_get(root, "core") : NULL;
	const struct node *key =
		core && core->kind == NODE_MAP ? node_get(core, "dags_folder") : NULL;
	if (key && key->kind == NODE_SCALAR && *key->text)
		folder = g_strdup(key->text);
	problems_free(problems);
	arena_free(arena);
	return folder;
}

char *dags_folder(const struct address *address)
{
	const char *variable = g_getenv("DAGD__CORE__DAGS_FOLDER");
	g_autofree char *configured =
		variable && *variable ? g_strdup(variable) : configured_folder(address->config);
	return configured ? g_canonicalize_filename(configured, address->home ? address->home : "/")
			  : g_strdup(address->dags);
}
