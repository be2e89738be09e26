/* SPDX-License-Identifier: MIT */
/*
 * Looks whether there is a file. The pattern is taken part by part, so that only the folders that
 * it can mean are read.
 */
#include <errno.h>
#include <fnmatch.h>
#include <locale.h>
#include <string.h>

#include <glib/gstdio.h>

#include "operators/program.h"

/* Deeper than this no folder is looked into: a link may lead back up. */
enum { DEPTH_MAX = 64 };

struct look {
	char **parts; /* of the pattern, NULL-terminated */
	bool is_recursive;
	char *found;
};

static bool has_file(const char *path, unsigned depth);

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Calls `visit` for the names in a folder, in their order, until it says true. */
static bool folder_visit(const char *path, bool (*visit)(void *data, const char *name), void *data)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	bool is_done = false;
	for (const char *name; dir && (name = g_dir_read_name(dir));)
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, name_compare);
	for (guint i = 0; !is_done && i < names->len; i++)
		is_done = visit(data, names->pdata[i]);
	return is_done;
}

struct below {
	const char *path;
	unsigned depth;
};

static bool on_below(void *data, const char *name)
{
	const struct below *below = data;
	g_autofree char *path = g_build_filename(below->path, name, NULL);
	GStatBuf info;
	/* A link to a folder is not followed. */
	if (g_lstat(path, &info) == 0 && S_ISLNK(info.st_mode)
		&& g_file_test(path, G_FILE_TEST_IS_DIR))
		return false;
	return has_file(path, below->depth + 1);
}

/* It is a file, or a folder that holds one somewhere. */
static bool has_file(const char *path, unsigned depth)
{
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		return depth < DEPTH_MAX
			&& folder_visit(path, on_below, &(struct below){path, depth});
	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static bool parts_match(struct look *look, const char *path, char **parts, unsigned depth);

struct step {
	struct look *look;
	const char *path;
	char **parts;
	unsigned depth;
};

static bool on_name(void *data, const char *name)
{
	const struct step *step = data;
	/* FNM_PERIOD: as in a shell, a hidden file must be meant. */
	if (fnmatch(step->parts[0], name, FNM_PERIOD) != 0)
		return false;
	g_autofree char *path = g_build_filename(step->path, name, NULL);
	return parts_match(step->look, path, step->parts + 1, step->depth + 1);
}

/* `**`: what follows it may stand in any folder below. */
static bool on_folder(void *data, const char *name)
{
	const struct step *step = data;
	g_autofree char *path = g_build_filename(step->path, name, NULL);
	if (name[0] == '.' || !g_file_test(path, G_FILE_TEST_IS_DIR)
		|| g_file_test(path, G_FILE_TEST_IS_SYMLINK))
		return false;
	return parts_match(step->look, path, step->parts, step->depth + 1);
}

static bool parts_match(struct look *look, const char *path, char **parts, unsigned depth)
{
	while (*parts && !**parts)
		parts++; /* of `//` and of a slash at the end */
	if (!*parts) {
		if (!has_file(path, 0))
			return false;
		look->found = g_strdup(path);
		return true;
	}
	if (depth > DEPTH_MAX)
		return false;
	struct step step = {look, path, parts, depth};
	if (look->is_recursive && strcmp(*parts, "**") == 0)
		return parts_match(look, path, parts + 1, depth)
			|| folder_visit(path, on_folder, &step);
	if (strpbrk(*parts, "*?[\\"))
		return folder_visit(path, on_name, &step);
	g_autofree char *next = g_build_filename(path, *parts, NULL);
	return parts_match(look, next, parts + 1, depth + 1);
}

/* NULL and a sentence when it cannot be known which file is meant. */
static char *path_whole(const json_t *arguments, const char **why)
{
	const char *path = program_text(arguments, "filepath");
	const json_t *extra = json_object_get(json_object_get(arguments, "fs_conn_id"), "extra");
	const char *base = program_text(extra, "path");
	if (!path)
		*why = "\"filepath\" is missing";
	else if (path[0] != '/' && !base)
		*why = "\"filepath\" is relative: write it from / on, or give the connection "
		       "fs_conn_id a \"path\" in its extra";
	else
		return path[0] == '/' ? g_strdup(path) : g_build_filename(base, path, NULL);
	return NULL;
}

static int task_run(const json_t *arguments)
{
	const char *why = NULL;
	g_autofree char *path = path_whole(arguments, &why);
	if (!path)
		return program_fail_for_good("%s", why);
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	struct look look = {parts, program_boolean(arguments, "recursive", false), NULL};
	if (!parts_match(&look, "/", parts, 0))
		return program_not_yet("not yet: there is no %s", path);
	g_autofree char *found = look.found;
	json_t *value = json_string(found);
	printf("found %s\n", found);
	return value ? program_succeed(value)
		     : program_fail_for_good("the name of the file is not UTF-8");
}

int main(void)
{
	/* Else `?` would be one byte of a letter. */
	setlocale(LC_CTYPE, "C.UTF-8");
	json_t *arguments = program_arguments();
	int code = task_run(arguments);
	json_decref(arguments);
	return code;
}
