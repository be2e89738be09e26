/* SPDX-License-Identifier: MIT */
#include "daemon/log_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/journal.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"

#define ASIDE ".removed"
#define DAG_PREFIX "dag_id="
#define RUN_PREFIX "run_id="

/* Deeper trees are none of ours. */
enum { DEPTH_MAX = 32 };

struct log_folder {
	char *path;
	int fd;
	dev_t device;
};

struct log_folder *log_folder_open(const char *path, GError **error)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		error_say(error, "the log folder \"%s\" cannot be opened: %s", path,
			g_strerror(errno));
		return NULL;
	}
	int known = fstat(fd, &status);
	g_assert(known == 0);
	struct log_folder *folder = g_new(struct log_folder, 1);
	*folder = (struct log_folder){g_strdup(path), fd, status.st_dev};
	return folder;
}

void log_folder_close(struct log_folder *folder)
{
	if (!folder)
		return;
	close(folder->fd);
	g_free(folder->path);
	g_free(folder);
}

/* ---- one folder in another ---- */

/* A folder of the same file system, by its name in another one; -1: there is none. */
static int folder_enter(const struct log_folder *folder, int parent, const char *name)
{
	struct stat status;
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &status) == 0 && status.st_dev == folder->device)
		return fd;
	close(fd);
	return -1;
}

/* Its entries but . and ..; they may be removed meanwhile. */
static GPtrArray *names_in(int fd)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	while (entries && (entry = readdir(entries)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			g_ptr_array_add(names, g_strdup(entry->d_name));
	if (entries)
		closedir(entries);
	else if (copy >= 0)
		close(copy);
	return names;
}

static int64_t instant_of(const struct timespec *time)
{
	return time->tv_sec * SECOND_US + time->tv_nsec / 1000;
}

/* ---- removing ---- */

static void file_remove(int parent, const char *name, struct log_sum *sum)
{
	struct stat status;
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0
		|| unlinkat(parent, name, 0) != 0)
		return;
	sum->n_files += g_str_has_suffix(name, ".log");
	sum->n_bytes += status.st_size;
}

static void tree_remove(const struct log_folder *folder, int parent, const char *name,
	const bool *is_stopped, struct log_sum *sum, unsigned depth)
{
	int fd = depth < DEPTH_MAX ? folder_enter(folder, parent, name) : -1;
	if (fd < 0) {
		file_remove(parent, name, sum);
		return;
	}
	g_autoptr(GPtrArray) names = names_in(fd);
	for (unsigned i = 0; i < names->len && !__atomic_load_n(is_stopped, __ATOMIC_RELAXED); i++)
		tree_remove(folder, fd, names->pdata[i], is_stopped, sum, depth + 1);
	close(fd);
	unlinkat(parent, name, AT_REMOVEDIR);
}

/* Its own folder stays: something may be put into it at any time. */
void log_folder_empty(struct log_folder *folder, const bool *is_stopped, struct log_sum *sum)
{
	int fd = folder_enter(folder, folder->fd, ASIDE);
	if (fd < 0)
		return;
	g_autoptr(GPtrArray) names = names_in(fd);
	for (unsigned i = 0; i < names->len && !__atomic_load_n(is_stopped, __ATOMIC_RELAXED); i++)
		tree_remove(folder, fd, names->pdata[i], is_stopped, sum, 0);
	close(fd);
}

/* ---- putting aside ---- */

static bool put_aside(const struct log_folder *folder, int parent, const char *name)
{
	static unsigned n_aside; /* makes names differ */
	char aside[64];
	bool is_made = mkdirat(folder->fd, ASIDE, 0700) == 0 || errno == EEXIST;
	int to = is_made ? folder_enter(folder, folder->fd, ASIDE) : -1;
	g_snprintf(aside, sizeof aside, "%" G_GINT64_FORMAT ".%u", g_get_real_time(),
		__atomic_fetch_add(&n_aside, 1, __ATOMIC_RELAXED));
	bool is_moved = to >= 0 && renameat(parent, name, to, aside) == 0;
	if (!is_moved && errno != ENOENT)
		journal(JOURNAL_WARNING, "the logs in \"%s/.../%s\" cannot be removed: %s",
			folder->path, name, g_strerror(errno));
	if (to >= 0)
		close(to);
	return is_moved;
}

bool log_folder_put_aside(struct log_folder *folder, const char *dag_id, const char *run_id)
{
	g_autofree char *dag_name = g_strconcat(DAG_PREFIX, dag_id, NULL);
	g_autofree char *run_name = g_strconcat(RUN_PREFIX, run_id, NULL);
	int parent = folder_enter(folder, folder->fd, dag_name);
	if (parent < 0)
		return false;
	bool is_moved = put_aside(folder, parent, run_name);
	close(parent);
	return is_moved;
}

/* ---- looking ---- */

/* Whether nothing came, went or was renamed in the folder since. */
static bool is_older(int parent, const char *name, int64_t before)
{
	struct stat status;
	return fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0
		&& instant_of(&status.st_mtim) < before && instant_of(&status.st_ctim) < before;
}

static void owner_clear(void *data)
{
	struct log_owner *owner = data;
	g_free(owner->dag_id);
	g_free(owner->run_id);
}

static void owners_add(
	const struct log_folder *folder, const char *dag_name, int64_t before, GArray *owners)
{
	int fd = folder_enter(folder, folder->fd, dag_name);
	if (fd < 0)
		return;
	g_autoptr(GPtrArray) names = names_in(fd);
	for (unsigned i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		if (!g_str_has_prefix(name, RUN_PREFIX) || !is_older(fd, name, before))
			continue;
		struct log_owner owner = {g_strdup(dag_name + strlen(DAG_PREFIX)),
			g_strdup(name + strlen(RUN_PREFIX))};
		g_array_append_val(owners, owner);
	}
	close(fd);
}

GArray *log_folder_owners(struct log_folder *folder, int64_t before)
{
	GArray *owners = g_array_new(FALSE, FALSE, sizeof(struct log_owner));
	g_array_set_clear_func(owners, owner_clear);
	g_autoptr(GPtrArray) names = names_in(folder->fd);
	for (unsigned i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		bool is_deleted = strchr(name, '~') != NULL;
		if (!g_str_has_prefix(name, DAG_PREFIX))
			continue;
		if (!is_deleted)
			owners_add(folder, name, before, owners);
		else if (is_older(folder->fd, name, before))
			put_aside(folder, folder->fd, name);
	}
	return owners;
}

/* ---- by age ---- */

struct aging {
	const struct log_folder *folder;
	int64_t before;
	const bool *is_stopped;
	struct log_sum *sum;
};

static bool is_log(const char *name)
{
	return g_str_has_prefix(name, "attempt=")
		&& (g_str_has_suffix(name, ".log") || g_str_has_suffix(name, ".idx"));
}

/* All that is a log in the folder of a run. */
static void tree_age(const struct aging *aging, int parent, const char *name, unsigned depth)
{
	struct stat status;
	int fd = depth < DEPTH_MAX ? folder_enter(aging->folder, parent, name) : -1;
	if (fd < 0) {
		if (is_log(name) && fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0
			&& instant_of(&status.st_mtim) < aging->before)
			file_remove(parent, name, aging->sum);
		return;
	}
	g_autoptr(GPtrArray) names = names_in(fd);
	for (unsigned i = 0;
		i < names->len && !__atomic_load_n(aging->is_stopped, __ATOMIC_RELAXED); i++)
		tree_age(aging, fd, names->pdata[i], depth + 1);
	close(fd);
}

static void dag_age(const struct aging *aging, const char *dag_name, GHashTable *spared)
{
	int fd = folder_enter(aging->folder, aging->folder->fd, dag_name);
	if (fd < 0)
		return;
	g_autoptr(GPtrArray) names = names_in(fd);
	for (unsigned i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		g_autofree char *owner = g_strconcat(dag_name, "/", name, NULL);
		if (g_str_has_prefix(name, RUN_PREFIX) && !g_hash_table_contains(spared, owner))
			tree_age(aging, fd, name, 0);
	}
	close(fd);
}

void log_folder_age(struct log_folder *folder, int64_t before, GHashTable *spared,
	const bool *is_stopped, struct log_sum *sum)
{
	struct aging aging = {folder, before, is_stopped, sum};
	g_autoptr(GPtrArray) names = names_in(folder->fd);
	for (unsigned i = 0; i < names->len; i++)
		if (g_str_has_prefix(names->pdata[i], DAG_PREFIX))
			dag_age(&aging, names->pdata[i], spared);
}

char *log_owner_name(const char *dag_id, const char *run_id)
{
	return g_strconcat(DAG_PREFIX, dag_id, "/" RUN_PREFIX, run_id, NULL);
}
