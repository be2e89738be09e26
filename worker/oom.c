/* SPDX-License-Identifier: MIT */
#include "worker/oom.h"

#include <stddef.h>
#include <stdio.h>

int64_t oom_kills(void)
{
	FILE *counts = fopen("/proc/vmstat", "re");
	char line[128];
	long long n = -1;
	while (counts && n < 0 && fgets(line, sizeof(line), counts))
		sscanf(line, "oom_kill %lld", &n);
	if (counts)
		fclose(counts);
	return n;
}

const char *oom_tell(int64_t own, int64_t before)
{
	if (own > 0)
		return "the kernel killed a process of it for lack of memory";
	if (own == 0 || before < 0 || oom_kills() <= before)
		return NULL;
	return "meanwhile the kernel killed processes for lack of memory";
}
