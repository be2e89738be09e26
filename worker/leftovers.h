/* SPDX-License-Identifier: MIT */
/* Kills what an operator leaves running when it ends: its session, and what fled from that. */
#pragma once

#include <stdbool.h>

#include "lib/wire/wire.h"

/* Asks those to end that are not in the operator's process group, which was asked already. False:
 * the caller has no child any more. */
bool leftovers_terminate(int session);

/*
 * Returns when the caller, a subreaper, has no child any more. Children that appear meanwhile are
 * killed, too. What they took is added. 0, or the pid of one that could not be killed within some
 * seconds: it has become another user's, or it waits for a disk.
 */
int leftovers_kill(int session, struct wire_usage *usage);
