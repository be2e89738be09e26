/* SPDX-License-Identifier: MIT */
/*
 * It leads the group of the program, and is one of it. So when dagd is gone it kills the whole
 * group: also what a script has started and waits for, which a signal at the death of the script's
 * own parent would leave behind. The group's number cannot be anybody else's meanwhile.
 */
#include "worker/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TOLD_FD = 3 };

/* What is sent to the group is meant for the program. */
static void signals_block(void)
{
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

/* The program's: what it holds may be secret, and it leaves no core file. */
static void limits_set(rlim_t n_files)
{
	struct rlimit files;
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && n_files < files.rlim_max)
		setrlimit(RLIMIT_NOFILE, &(struct rlimit){n_files, files.rlim_max});
}

/* A process that took dagd's place as our parent, when that had ended before, is not dagd. */
static int dagd_open(pid_t dagd)
{
	int fd = pidfd_open(dagd, 0);
	if (getppid() != dagd)
		_exit(127);
	return fd;
}

/* 0 or the errno. */
static int program_spawn(char **argv, pid_t *pid)
{
	extern char **environ;
	posix_spawnattr_t attributes;
	sigset_t none;
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	int code = posix_spawnp(pid, argv[0], NULL, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	return code;
}

static void tell(int code)
{
	ssize_t n = write(TOLD_FD, &code, sizeof(code));
	(void)n;
	/* The program's streams are for itself to close. */
	close_range(0, TOLD_FD, 0);
	if (code != 0)
		_exit(127);
}

/* As the program ended, by the same signal too. */
static _Noreturn void end_as(int status)
{
	sigset_t one;
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	sigemptyset(&one);
	sigaddset(&one, WTERMSIG(status));
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	_exit(127);
}

void keeper_main(char **words)
{
	enum { DAGD, PROGRAM, N };
	pid_t pid = 0;
	int status;
	signals_block();
	dup2((int)strtol(words[0], NULL, 10), TOLD_FD);
	close_range(TOLD_FD + 1, ~0U, 0);
	close_range(TOLD_FD, TOLD_FD, CLOSE_RANGE_CLOEXEC);
	/* It was started by way of a descriptor, whose number is no name. */
	prctl(PR_SET_NAME, "dagd-keeper");
	struct pollfd ends[N] = {[DAGD] = {dagd_open((pid_t)strtol(words[1], NULL, 10)), POLLIN, 0},
		[PROGRAM] = {-1, POLLIN, 0}};
	if (ends[DAGD].fd < 0)
		tell(errno);
	limits_set(strtoull(words[2], NULL, 10));
	tell(program_spawn(words + 3, &pid));
	ends[PROGRAM].fd = pidfd_open(pid, 0);
	while (poll(ends, N, -1) < 0)
		;
	if (ends[DAGD].revents)
		kill(0, SIGKILL);
	waitpid(pid, &status, 0);
	end_as(status);
}
