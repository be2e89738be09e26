/* SPDX-License-Identifier: MIT */
/*
 * libuv's timers count elapsed time and do not notice that the clock was set. A timerfd of the
 * real-time clock does both; when the clock is set, reading it gives ECANCELED.
 */
#include "daemon/clock.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <glib.h>

#include "lib/base/instant.h"

struct clock {
	uv_poll_t poll;
	int fd;
	int64_t wake_at;
	void (*on_due)(void *data);
	void *data;
};

int64_t clock_now(void)
{
	return g_get_real_time();
}

static void timer_arm(struct clock *clock)
{
	/* A timer that is never due still tells of a set clock. */
	int64_t at = MIN(clock->wake_at, INT64_C(1) << 60);
	struct itimerspec when = {
		.it_value = {.tv_sec = at / SECOND_US, .tv_nsec = at % SECOND_US * 1000}};
	if (at <= 0)
		when.it_value = (struct timespec){.tv_nsec = 1};
	int set = timerfd_settime(
		clock->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &when, NULL);
	/* ECANCELED: armed, and the clock was set since the last look. */
	g_assert(set == 0 || errno == ECANCELED);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct clock *clock = poll->data;
	uint64_t n;
	if (read(clock->fd, &n, sizeof n) < 0 && errno == EAGAIN)
		return;
	clock->wake_at = INSTANT_NEVER;
	timer_arm(clock);
	clock->on_due(clock->data);
}

struct clock *clock_open(uv_loop_t *loop, void (*on_due)(void *data), void *data)
{
	struct clock *clock = g_new0(struct clock, 1);
	clock->on_due = on_due;
	clock->data = data;
	clock->wake_at = INSTANT_NEVER;
	clock->fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (clock->fd < 0) {
		g_free(clock);
		return NULL;
	}
	uv_poll_init(loop, &clock->poll, clock->fd);
	clock->poll.data = clock;
	timer_arm(clock);
	uv_poll_start(&clock->poll, UV_READABLE, on_readable);
	return clock;
}

static void on_closed(uv_handle_t *handle)
{
	struct clock *clock = handle->data;
	close(clock->fd);
	g_free(clock);
}

void clock_close(struct clock *clock)
{
	if (clock)
		uv_close((uv_handle_t *)&clock->poll, on_closed);
}

void clock_wake_at(struct clock *clock, int64_t at)
{
	if (at == clock->wake_at)
		return;
	clock->wake_at = at;
	timer_arm(clock);
}
