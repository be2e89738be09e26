/* SPDX-License-Identifier: MIT */
/* Starts the operator's process: its own session, its streams, its folder, and nothing else of
 * ours. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct spawn_order {
	const char *const *argv; /* argv[0] without a slash is looked for in the PATH of env */
	const char *const *env;
	const char *cwd;
	const char *cgroup; /* to be joined, if it can be; or NULL */
	int input_fd, output_fd;
};

/*
 * The process, once the program itself runs; else 0, and `error` says why in one sentence, or
 * -errno: the machine lacks what any program needs. The process is killed when the caller dies. The
 * caller keeps SIGCHLD blocked, the process has no signal blocked.
 */
int spawn(const struct spawn_order *order, char *error, size_t error_size);

/* Of an errno: there may be enough later, and what failed is not to blame. */
bool is_shortage(int error);
