/* SPDX-License-Identifier: MIT */
#include "lib/base/descriptor.h"

#include <sys/resource.h>

#include <glib.h>

enum { RESERVE = 32 };

bool descriptor_is_spare(int fd)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return true;
	return (rlim_t)fd < limit.rlim_cur - MIN(RESERVE, limit.rlim_cur / 4);
}
