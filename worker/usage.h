/* SPDX-License-Identifier: MIT */
/* What the processes of an attempt took, as the kernel tells when each of them is reaped. */
#pragma once

#include "lib/wire/wire.h"

/*
 * waitpid(-1) that does not block, and adds what the child took with all whom it has waited for
 * itself. What a child took that nobody waited for (its parent ignores SIGCHLD) is not told by
 * anybody.
 */
int usage_wait(struct wire_usage *usage, int *status);
/* Who knows more has counted so much at least. */
void usage_raise(struct wire_usage *usage, int64_t user_us, int64_t system_us);
