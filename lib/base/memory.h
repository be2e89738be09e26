/* SPDX-License-Identifier: MIT */
/* Keeps to itself what a process has in its memory. */
#pragma once

#include <sys/prctl.h>
#include <sys/resource.h>

/*
 * No core file, no debugger of another process of this user. What the process starts leaves no core
 * file either, but may raise that limit again.
 */
static inline void memory_close(void)
{
	struct rlimit core;
	prctl(PR_SET_DUMPABLE, 0);
	if (getrlimit(RLIMIT_CORE, &core) == 0)
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, core.rlim_max});
}
