/* SPDX-License-Identifier: MIT */
#include "worker/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/wire/spool.h"
#include "worker/usage.h"

/* Orphans of the operator are our children, wherever they went: we are their subreaper. */
static void children_kill(void)
{
	DIR *processes = opendir("/proc");
	if (!processes)
		return;
	int self = getpid();
	struct dirent *entry;
	while ((entry = readdir(processes))) {
		int pid = (int)strtol(entry->d_name, NULL, 10);
		if (pid > 0 && process_parent(pid) == self)
			kill(pid, SIGKILL);
	}
	closedir(processes);
}

/* Reaps those that are dead already. False: there is no child left. */
static bool children_reap(struct wire_usage *usage)
{
	int pid;
	do
		pid = usage_wait(usage, NULL, false);
	while (pid > 0);
	return pid == 0;
}

void leftovers_kill(int session, struct wire_usage *usage)
{
	while (children_reap(usage)) {
		kill(-session, SIGKILL);
		children_kill();
		/* Its own children become ours now, so there is another round. */
		usage_wait(usage, NULL, true);
	}
}
