/* SPDX-License-Identifier: MIT */
/* What time it is, for people: microseconds since 1970-01-01 UTC. */
#pragma once

#include <stdint.h>
#include <time.h>

static inline int64_t clock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
