/* SPDX-License-Identifier: MIT */
/* Whether it was for lack of memory that the kernel killed an attempt. */
#pragma once

#include <stdint.h>

/* How many processes the kernel has killed for that on this machine; -1: it does not tell. */
int64_t oom_kills(void);

/*
 * What is known of it once a program was killed: half a sentence, or NULL. `own`: how many were
 * killed in its cgroup, -1: not known; then it counts what has happened on the machine since there
 * were `before`.
 */
const char *oom_tell(int64_t own, int64_t before);
