/* SPDX-License-Identifier: MIT */
/* Starts a program in the care of a keeper (worker/keeper.c), so that it ends when dagd does. */
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

struct keeper_order {
	int keeper;              /* dagd-worker, whose file it is: a descriptor */
	const char *const *argv; /* the program is looked for in the PATH of env */
	const char *const *env;  /* all of its environment */
	int input, output, errors;
	const struct rlimit *file_limit; /* how many files it may open; NULL: as many as dagd */
};

/*
 * 0 once the program runs, or the errno. `pid` is that of the keeper, which leads the program's
 * session and group and ends as the program does; it may be there after an error, too, and then
 * ends at once. 0: there is none.
 */
int keeper_start(const struct keeper_order *order, pid_t *pid);
