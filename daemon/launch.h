/* SPDX-License-Identifier: MIT */
/* Starts an attempt that is committed: renders its arguments and gives it to a worker. */
#pragma once

#include "daemon/daemon.h"

/*
 * Templates that cannot be rendered fail the attempt, with the sentence in its log. Without room
 * for its folders it is taken back: it never began, and begins again when there is room.
 */
void launch(struct daemon *daemon, struct attempt *attempt);
