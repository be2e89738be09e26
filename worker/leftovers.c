/* SPDX-License-Identifier: MIT */
#include "worker/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/wire/spool.h"
#include "worker/usage.h"

/* After which a result does not wait any more for the end of what cannot be killed. */
#define PATIENCE_S 4

/*
 * Orphans of the operator are our children, wherever they went: we are their subreaper. Its process
 * group is killed as a whole while one of them is in it: the number of one that is empty may have
 * been given away.
 */
static void child_kill(int pid, int session)
{
	if (getpgid(pid) == session)
		kill(-session, SIGKILL);
	kill(pid, SIGKILL);
}

/* The group itself has been told already. */
static void child_terminate(int pid, int session)
{
	if (getpgid(pid) == session)
		return;
	kill(pid, SIGTERM);
	kill(pid, SIGCONT);
}

/* By their parent, which each of all processes is asked for. */
static int children_seek(void (*end)(int pid, int session), int session)
{
	DIR *processes = opendir("/proc");
	int last = 0;
	if (!processes)
		return last;
	int self = getpid();
	struct dirent *entry;
	while ((entry = readdir(processes))) {
		int pid = (int)strtol(entry->d_name, NULL, 10);
		if (pid <= 0 || process_parent(pid) != self)
			continue;
		end(pid, session);
		last = pid;
	}
	closedir(processes);
	return last;
}

/* It waits to be reaped. */
static bool has_ended(int pid)
{
	siginfo_t info = {0};
	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0
		|| info.si_pid == pid;
}

/*
 * Does it to each child; the last one, 0: there is none. They are on a list of the kernel's own,
 * from which nobody is hidden (hidepid). One may be missed while another ends: the next round finds
 * it.
 */
static int children_each(void (*end)(int pid, int session), int session)
{
	FILE *children = fopen("/proc/thread-self/children", "re");
	if (!children) /* a kernel without it */
		return children_seek(end, session);
	int last = 0, pid;
	while (fscanf(children, "%d", &pid) == 1) {
		if (has_ended(pid))
			continue;
		end(pid, session);
		last = pid;
	}
	fclose(children);
	return last;
}

static int64_t seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec;
}

/* Waits for the next end of a child. The signal is blocked, so it is there if it came before. */
static void child_wait(void)
{
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigtimedwait(&child, NULL, &(struct timespec){.tv_sec = 1});
}

/* Reaps those that are dead already. False: there is no child left. */
static bool children_reap(struct wire_usage *usage)
{
	int pid;
	do
		pid = usage_wait(usage, NULL);
	while (pid > 0);
	return pid == 0;
}

bool leftovers_terminate(int session)
{
	return children_each(child_terminate, session) != 0;
}

int leftovers_kill(int session, struct wire_usage *usage)
{
	int64_t end = 0;
	while (children_reap(usage)) {
		int last = children_each(child_kill, session);
		end = end ? end : seconds_now() + PATIENCE_S;
		if (last && seconds_now() > end)
			return last;
		/* Its own children become ours when it is dead, so there is another round. */
		child_wait();
	}
	return 0;
}
