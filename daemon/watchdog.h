/* SPDX-License-Identifier: MIT */
/* Tells systemd that the loop turns, as often as the unit's WatchdogSec asks for. */
#pragma once

#include <uv.h>

struct watchdog;

/* NULL: nobody asks. The first ping comes after half the time that is allowed. */
struct watchdog *watchdog_open(uv_loop_t *loop);
/* Its memory is freed when the loop has run once more. NULL is fine. */
void watchdog_close(struct watchdog *watchdog);
