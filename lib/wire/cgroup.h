/* SPDX-License-Identifier: MIT */
/*
 * The cgroup (version 2) of one attempt: the kernel's own list of all that its program has started,
 * which nobody leaves by forking, by a new session or as another user. Without controllers, so it
 * costs a task nothing.
 *
 * Paths are absolute, below one that dagd may write to.
 */
#pragma once

#include <stdint.h>

/* 0 or -errno; -ENOTSUP: what is made there cannot be killed as a whole (before Linux 5.14). */
int cgroup_make(const char *path);
/* Kills whoever is in it or in one below it, also those that are being started just now. */
void cgroup_kill(const char *path);
/* Calls on_pid for each process in it and in those below it. */
void cgroup_visit(const char *path, void (*on_pid)(void *data, int pid), void *data);
struct cgroup_time {
	int64_t user_us, system_us;
};

/* Processor time of all that ever was in it; -1: not known. */
struct cgroup_time cgroup_time(const char *path);
/* How many processes of it the kernel has killed for lack of memory; -1: not known, since it has no
 * controller of memory. */
int64_t cgroup_oom_kills(const char *path);
/* Removes it, with what a task has made below it. Nobody may be in it any more. */
void cgroup_remove(const char *path);
