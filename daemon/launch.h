/* SPDX-License-Identifier: MIT */
/* Starts an attempt that is committed: renders its arguments and gives it to a worker. */
#pragma once

#include "daemon/daemon.h"

/* What goes wrong before a worker has it ends the attempt with a sentence, in its log too. */
void launch(struct daemon *daemon, struct attempt *attempt);
