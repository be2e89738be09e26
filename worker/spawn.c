/* SPDX-License-Identifier: MIT */
/*
 * The child borrows our memory until it has become the operator's program (CLONE_VM and
 * CLONE_VFORK), as posix_spawn does: nothing is copied, and it can leave its errno in a struct of
 * ours. Until then it may only make system calls.
 */
#include "worker/spawn.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_STACK_SIZE (64u << 10)

enum spawn_step { STEP_RUN, STEP_STREAMS, STEP_FOLDER };

struct child {
	char cgroup_procs[PATH_MAX];
	const struct spawn_order *order;
	const char *path; /* the PATH, or NULL where argv[0] says it all */
	int parent_pid;
	enum spawn_step step;
	int error;
};

/* The child is on a stack that the sanitizers do not know. */
#define CHILD_SIDE __attribute__((no_sanitize_address))

CHILD_SIDE static void run_in_path(struct child *child)
{
	static char candidate[PATH_MAX];
	const char *name = child->order->argv[0];
	size_t name_size = strlen(name) + 1;
	int error = ENOENT;
	for (const char *folder = child->path; folder;) {
		const char *end = strchr(folder, ':');
		size_t size = end ? (size_t)(end - folder) : strlen(folder);
		if (size > 0 && size + 1 + name_size <= sizeof(candidate)) {
			memcpy(candidate, folder, size);
			candidate[size] = '/';
			memcpy(candidate + size + 1, name, name_size);
			execve(candidate, (char **)child->order->argv, (char **)child->order->env);
			if (errno != ENOENT && errno != ENOTDIR)
				error = errno;
			if (error != ENOENT && error != EACCES)
				break;
		}
		folder = end ? end + 1 : NULL;
	}
	child->error = error;
}

/* Outside of it, the sweep finds what it can find otherwise. */
CHILD_SIDE static void cgroup_join(const struct child *child)
{
	int fd = open(child->cgroup_procs, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = write(fd, "0", 1);
	(void)n;
	close(fd);
}

CHILD_SIDE static int child_main(void *data)
{
	struct child *child = data;
	const struct spawn_order *order = child->order;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != child->parent_pid)
		_exit(127);
	setsid();
	if (order->cgroup)
		cgroup_join(child);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	child->step = STEP_STREAMS;
	if ((order->input_fd != 0 && dup2(order->input_fd, 0) < 0) || dup2(order->output_fd, 1) < 0
		|| dup2(order->output_fd, 2) < 0) {
		child->error = errno;
		_exit(127);
	}
	close_range(3, ~0U, 0);
	child->step = STEP_FOLDER;
	if (chdir(order->cwd) != 0) {
		child->error = errno;
		_exit(127);
	}
	child->step = STEP_RUN;
	if (child->path) {
		run_in_path(child);
	} else {
		execve(order->argv[0], (char **)order->argv, (char **)order->env);
		child->error = errno;
	}
	_exit(127);
}

static const char *env_path(const struct spawn_order *order)
{
	if (strchr(order->argv[0], '/'))
		return NULL;
	for (size_t i = 0; order->env[i]; i++)
		if (strncmp(order->env[i], "PATH=", 5) == 0)
			return order->env[i] + 5;
	return "/usr/local/bin:/usr/bin:/bin";
}

/* What the errno means here, else the C library's text, which begins with a capital. */
static const char *reason_of(int error, char text[128])
{
	switch (error) {
	case ENOENT:
		return "no such file";
	case E2BIG:
		return "its arguments and environment are larger than the kernel takes "
		       "(128 KiB for each)";
	case ENOEXEC:
		return "it is neither a program nor a script that begins with \"#!\"";
	default:
		snprintf(text, 128, "%s", strerror(error));
		text[0] = (char)tolower((unsigned char)text[0]);
		return text;
	}
}

/* It is shown whole or not at all: of a secret that was cut nobody could tell that it is one. */
static bool is_shown(const char *path)
{
	return strlen(path) < PATH_MAX;
}

static void explain(const struct child *child, char *error, size_t size)
{
	char text[128];
	const char *reason = reason_of(child->error, text);
	const char *program = child->order->argv[0], *folder = child->order->cwd;
	switch (child->step) {
	case STEP_RUN:
		if (is_shown(program))
			snprintf(error, size, "cannot run \"%s\": %s%s", program, reason,
				child->path && child->error == ENOENT ? " of that name in PATH"
								      : "");
		else
			snprintf(error, size, "cannot run the program: %s", reason);
		return;
	case STEP_STREAMS:
		snprintf(error, size, "cannot connect the program's streams: %s", reason);
		return;
	case STEP_FOLDER:
		if (is_shown(folder))
			snprintf(error, size, "cannot enter the folder \"%s\": %s", folder,
				child->error == ENOENT ? "it does not exist" : reason);
		else
			snprintf(error, size, "cannot enter the folder: %s", reason);
		return;
	}
}

bool is_shortage(int error)
{
	return error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
}

int spawn(const struct spawn_order *order, char *error, size_t error_size)
{
	static _Alignas(16) char stack[CHILD_STACK_SIZE];
	struct child child = {.order = order, .path = env_path(order), .parent_pid = getpid()};
	if (order->cgroup)
		snprintf(child.cgroup_procs, sizeof(child.cgroup_procs), "%s/cgroup.procs",
			order->cgroup);
	int pid =
		clone(child_main, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &child);
	if (pid < 0)
		child.error = errno;
	if (child.error == 0)
		return pid;
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (is_shortage(child.error))
		return -child.error;
	explain(&child, error, error_size);
	return 0;
}
