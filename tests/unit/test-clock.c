/* SPDX-License-Identifier: MIT */
/* When the clock calls. That it was set is the kernel's word, which is played: no test sets the
 * clock of this machine. */
#include <errno.h>
#include <stdbool.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <glib.h>

#include "daemon/clock.h"

static bool was_set;
static unsigned n_due;

ssize_t __real_read(int fd, void *buffer, size_t size);
ssize_t __wrap_read(int fd, void *buffer, size_t size);
int __real_timerfd_settime(
	int fd, int flags, const struct itimerspec *when, struct itimerspec *before);
int __wrap_timerfd_settime(
	int fd, int flags, const struct itimerspec *when, struct itimerspec *before);

ssize_t __wrap_read(int fd, void *buffer, size_t size)
{
	ssize_t n = __real_read(fd, buffer, size);
	if (!was_set)
		return n;
	was_set = false;
	errno = ECANCELED;
	return -1;
}

/* Each timer is one of which the kernel says it. */
int __wrap_timerfd_settime(
	int fd, int flags, const struct itimerspec *when, struct itimerspec *before)
{
	g_assert_cmpint(flags, ==, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
	return __real_timerfd_settime(fd, flags, when, before);
}

static void on_due(void *loop)
{
	n_due++;
	uv_stop(loop);
}

static void a_clock_that_is_set_calls_at_once_and_goes_on(void)
{
	uv_loop_t loop;
	g_assert_cmpint(uv_loop_init(&loop), ==, 0);
	struct clock *clock = clock_open(&loop, on_due, &loop);
	g_assert_nonnull(clock);
	was_set = true;
	clock_wake_at(clock, 1);
	uv_run(&loop, UV_RUN_DEFAULT);
	g_assert_false(was_set);
	g_assert_cmpuint(n_due, ==, 1);
	clock_wake_at(clock, clock_now() + 1000);
	uv_run(&loop, UV_RUN_DEFAULT);
	g_assert_cmpuint(n_due, ==, 2);
	clock_close(clock);
	uv_run(&loop, UV_RUN_DEFAULT);
	g_assert_cmpint(uv_loop_close(&loop), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/clock/a_clock_that_is_set_calls_at_once_and_goes_on",
		a_clock_that_is_set_calls_at_once_and_goes_on);
	return g_test_run();
}
