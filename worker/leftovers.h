/* SPDX-License-Identifier: MIT */
/* Kills what an operator leaves running when it ends: its session, and what fled from that. */
#pragma once

/*
 * Returns when the caller, a subreaper, has no child any more. Children that appear meanwhile are
 * killed, too.
 */
void leftovers_kill(int session);
