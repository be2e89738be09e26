/* SPDX-License-Identifier: MIT */
#include "worker/usage.h"

#include <sys/resource.h>
#include <sys/wait.h>

/* In which the kernel counts blocks, whatever the disk's are. */
#define BLOCK_SIZE 512

static int64_t microseconds(const struct timeval *time)
{
	return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

static void usage_add(struct wire_usage *usage, const struct rusage *child)
{
	int64_t memory = (int64_t)child->ru_maxrss * 1024;
	usage->user_us += microseconds(&child->ru_utime);
	usage->system_us += microseconds(&child->ru_stime);
	usage->read_bytes += (int64_t)child->ru_inblock * BLOCK_SIZE;
	usage->written_bytes += (int64_t)child->ru_oublock * BLOCK_SIZE;
	if (usage->memory_bytes < memory)
		usage->memory_bytes = memory;
}

int usage_wait(struct wire_usage *usage, int *status)
{
	struct rusage child;
	int pid = wait4(-1, status, WNOHANG, &child);
	if (pid > 0)
		usage_add(usage, &child);
	return pid;
}

void usage_raise(struct wire_usage *usage, int64_t user_us, int64_t system_us)
{
	if (usage->user_us < user_us)
		usage->user_us = user_us;
	if (usage->system_us < system_us)
		usage->system_us = system_us;
}
