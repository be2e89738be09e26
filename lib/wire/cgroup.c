/* SPDX-License-Identifier: MIT */
#include "lib/wire/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How deep a tree that a task has made is looked at. */
#define DEPTH_MAX 50

static bool path_make(char path[PATH_MAX], const char *folder, const char *name)
{
	int size = snprintf(path, PATH_MAX, "%s/%s", folder, name);
	return size > 0 && size < PATH_MAX;
}

int cgroup_make(const char *path)
{
	char kill[PATH_MAX];
	if (mkdir(path, 0755) != 0)
		return -errno;
	if (path_make(kill, path, "cgroup.kill") && access(kill, W_OK) == 0)
		return 0;
	rmdir(path);
	return -ENOTSUP;
}

void cgroup_kill(const char *path)
{
	char kill[PATH_MAX];
	int fd = path_make(kill, path, "cgroup.kill") ? open(kill, O_WRONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	/* A failure shows as processes that live on, which are looked for anyway. */
	ssize_t n = write(fd, "1", 1);
	(void)n;
	close(fd);
}

/* Calls on_folder for each cgroup directly below. */
static void children_visit(const char *path, int depth,
	void (*on_folder)(const char *path, int depth, void *data), void *data)
{
	char child[PATH_MAX];
	DIR *entries = depth < DEPTH_MAX ? opendir(path) : NULL;
	if (!entries)
		return;
	struct dirent *entry;
	while ((entry = readdir(entries)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.'
			&& path_make(child, path, entry->d_name))
			on_folder(child, depth + 1, data);
	closedir(entries);
}

struct visitor {
	void (*on_pid)(void *data, int pid);
	void *data;
};

static void folder_visit(const char *path, int depth, void *data)
{
	const struct visitor *visitor = data;
	char procs[PATH_MAX], line[32];
	FILE *pids = path_make(procs, path, "cgroup.procs") ? fopen(procs, "re") : NULL;
	while (pids && fgets(line, sizeof(line), pids)) {
		int pid = (int)strtol(line, NULL, 10);
		/* 0: of another namespace. */
		if (pid > 0)
			visitor->on_pid(visitor->data, pid);
	}
	if (pids)
		fclose(pids);
	children_visit(path, depth, folder_visit, data);
}

void cgroup_visit(const char *path, void (*on_pid)(void *data, int pid), void *data)
{
	struct visitor visitor = {on_pid, data};
	folder_visit(path, 0, &visitor);
}

struct cgroup_time cgroup_time(const char *path)
{
	struct cgroup_time time = {-1, -1};
	char file[PATH_MAX], line[128];
	FILE *stat = path_make(file, path, "cpu.stat") ? fopen(file, "re") : NULL;
	long long value;
	while (stat && fgets(line, sizeof(line), stat)) {
		if (sscanf(line, "user_usec %lld", &value) == 1)
			time.user_us = value;
		else if (sscanf(line, "system_usec %lld", &value) == 1)
			time.system_us = value;
	}
	if (stat)
		fclose(stat);
	return time;
}

int64_t cgroup_oom_kills(const char *path)
{
	char file[PATH_MAX], line[128];
	FILE *events = path_make(file, path, "memory.events") ? fopen(file, "re") : NULL;
	long long n = -1;
	while (events && n < 0 && fgets(line, sizeof(line), events))
		sscanf(line, "oom_kill %lld", &n);
	if (events)
		fclose(events);
	return n;
}

static void folder_remove(const char *path, int depth, void *data)
{
	/* Most have nothing below them. */
	if (rmdir(path) == 0 || errno == ENOENT)
		return;
	children_visit(path, depth, folder_remove, data);
	rmdir(path);
}

void cgroup_remove(const char *path)
{
	folder_remove(path, 0, NULL);
}
