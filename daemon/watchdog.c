/* SPDX-License-Identifier: MIT */
#include "daemon/watchdog.h"

#include <unistd.h>

#include <glib.h>

#include "daemon/journal.h"

struct watchdog {
	uv_timer_t timer;
};

/* Between two pings, in milliseconds; 0: none are wanted, or not of this process. */
static uint64_t period_ms(void)
{
	const char *time = g_getenv("WATCHDOG_USEC"), *pid = g_getenv("WATCHDOG_PID");
	if (!time || (pid && g_ascii_strtoll(pid, NULL, 10) != getpid()))
		return 0;
	uint64_t allowed_us = g_ascii_strtoull(time, NULL, 10);
	return allowed_us > 0 ? MAX(allowed_us / 2000, 1) : 0;
}

static void on_timer(uv_timer_t *timer)
{
	journal_notify("WATCHDOG=1");
}

struct watchdog *watchdog_open(uv_loop_t *loop)
{
	uint64_t period = period_ms();
	if (period == 0)
		return NULL;
	struct watchdog *watchdog = g_new0(struct watchdog, 1);
	uv_timer_init(loop, &watchdog->timer);
	uv_timer_start(&watchdog->timer, on_timer, period, period);
	return watchdog;
}

static void on_closed(uv_handle_t *handle)
{
	g_free(handle);
}

void watchdog_close(struct watchdog *watchdog)
{
	if (watchdog)
		uv_close((uv_handle_t *)&watchdog->timer, on_closed);
}
