/* SPDX-License-Identifier: MIT */
#include "lib/base/descriptor.h"

#include <errno.h>
#include <sys/resource.h>

#include <glib.h>

enum { RESERVE = 32, CLIENTS = 32 };

bool descriptor_is_spare(int fd, enum descriptor_use use)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return true;
	rlim_t kept = MIN(RESERVE, limit.rlim_cur / 4);
	if (use == DESCRIPTOR_OF_TASK)
		kept += MIN(CLIENTS, limit.rlim_cur / 8);
	return (rlim_t)fd < limit.rlim_cur - kept;
}

bool descriptor_is_lacking(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}
