/* SPDX-License-Identifier: MIT */
/* The wall clock: what time it is, and a wake-up at an instant that also notices when the clock is
 * set. */
#pragma once

#include <stdint.h>

#include <uv.h>

struct clock;

/* `on_due` is called at the instant, and whenever the clock was set. NULL and errno: there is no
 * descriptor for it. */
struct clock *clock_open(uv_loop_t *loop, void (*on_due)(void *data), void *data);
void clock_close(struct clock *clock);
/* INSTANT_NEVER: no wake-up but for a set clock. */
void clock_wake_at(struct clock *clock, int64_t at);
int64_t clock_now(void);
