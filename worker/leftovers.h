/* SPDX-License-Identifier: MIT */
/* Kills what an operator leaves running when it ends: its session, and what fled from that. */
#pragma once

#include "lib/wire/wire.h"

/*
 * Returns when the caller, a subreaper, has no child any more. Children that appear meanwhile are
 * killed, too. What they took is added.
 */
void leftovers_kill(int session, struct wire_usage *usage);
