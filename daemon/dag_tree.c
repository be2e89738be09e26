/* SPDX-License-Identifier: MIT */
#include "daemon/dag_tree.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include <glib.h>

#include "daemon/dag_file.h"
#include "lib/base/nest.h"

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* NULL: that was the last, or errno says why there is none. */
static struct dirent *entry_next(DIR *dir)
{
	errno = 0;
	return readdir(dir);
}

/* Of what is in it, sorted; *is_whole becomes false when it cannot be read to its end now. */
static GPtrArray *names_in(const char *path, bool *is_whole)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	DIR *dir = opendir(path);
	for (struct dirent *entry; dir && (entry = entry_next(dir));)
		if (entry->d_name[0] != '.')
			g_ptr_array_add(names, g_strdup(entry->d_name));
	if (error_may_pass(errno))
		*is_whole = false;
	if (dir)
		closedir(dir);
	g_ptr_array_sort(names, name_compare);
	return names;
}

static bool walk(const struct dag_tree *tree, const char *relative, const struct nest *up)
{
	g_autofree char *path = g_build_filename(tree->path, relative, NULL);
	struct nest nest;
	bool is_whole = true;
	if (!nest_enter(&nest, up, path))
		return true;
	g_autoptr(GPtrArray) names = names_in(path, &is_whole);
	for (unsigned i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		g_autofree char *file =
			*relative ? g_strconcat(relative, "/", name, NULL) : g_strdup(name);
		g_autofree char *full = g_build_filename(tree->path, file, NULL);
		struct stat now;
		bool is_there = stat(full, &now) == 0;
		if (is_there && S_ISDIR(now.st_mode))
			is_whole &= walk(tree, file, &nest);
		else if (is_there || !error_may_pass(errno))
			tree->on_file(tree->data, file, is_there ? &now : NULL);
		else
			is_whole = false;
	}
	return is_whole;
}

bool dag_tree_walk(const struct dag_tree *tree)
{
	return walk(tree, "", NULL);
}
