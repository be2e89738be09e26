/* SPDX-License-Identifier: MIT */
/* What is asked of dagd by a signal: to stop, to read its settings again, to look who has its home.
 */
#pragma once

#include "daemon/daemon.h"

void signals_open(struct daemon *daemon);
/* Runs the loop until their handles are closed. */
void signals_close(struct daemon *daemon);
