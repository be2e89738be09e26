/* SPDX-License-Identifier: MIT */
#include "daemon/launches.h"

#include "daemon/daemon.h"
#include "daemon/launch.h"

enum { AGAIN_FIRST_MS = 1000, AGAIN_MAX_MS = 60000 };

struct launches {
	struct daemon *daemon;
	GArray *waiting; /* of int64_t: in the order in which they were decided */
	uv_timer_t again;
	unsigned again_ms;
};

static bool is_held(const struct launches *launches)
{
	return uv_is_active((const uv_handle_t *)&launches->again);
}

static void on_again(uv_timer_t *timer);

void launches_hold(struct launches *launches, const char *why)
{
	trouble_begin(launches->daemon->troubles, TROUBLE_LAUNCHES, why);
	if (is_held(launches))
		return;
	uv_timer_start(&launches->again, on_again, launches->again_ms, 0);
	launches->again_ms = MIN(launches->again_ms * 2, AGAIN_MAX_MS);
}

void launches_go_on(struct launches *launches)
{
	if (is_held(launches))
		return;
	launches->again_ms = AGAIN_FIRST_MS;
	trouble_end(launches->daemon->troubles, TROUBLE_LAUNCHES);
}

static enum launched try(struct launches *launches, int64_t id)
{
	struct attempt *attempt = attempts_get(launches->daemon->attempts, id);
	g_autoptr(GError) error = NULL;
	if (!attempt)
		return LAUNCHED_ENDED; /* meanwhile */
	enum launched launched =
		is_held(launches) ? LAUNCHED_NOT : launch(launches->daemon, attempt, &error);
	if (launched == LAUNCHED_NOT)
		g_array_append_val(launches->waiting, id);
	if (error)
		launches_hold(launches, error->message);
	return launched;
}

void launches_add(struct launches *launches, int64_t attempt)
{
	try(launches, attempt);
}

/* Where a worker has got one, its word is waited for before it is said that all is well. */
static void on_again(uv_timer_t *timer)
{
	struct launches *launches = timer->data;
	g_autoptr(GArray) waiting = launches->waiting;
	bool is_given = false;
	launches->waiting = g_array_new(FALSE, FALSE, sizeof(int64_t));
	for (unsigned i = 0; i < waiting->len; i++)
		is_given |= try(launches, g_array_index(waiting, int64_t, i)) == LAUNCHED;
	if (!is_given)
		launches_go_on(launches);
}

static int launches_find(const struct launches *launches, int64_t attempt)
{
	for (unsigned i = 0; i < launches->waiting->len; i++)
		if (g_array_index(launches->waiting, int64_t, i) == attempt)
			return (int)i;
	return -1;
}

bool launches_has(const struct launches *launches, int64_t attempt)
{
	return launches_find(launches, attempt) >= 0;
}

bool launches_remove(struct launches *launches, int64_t attempt)
{
	int i = launches_find(launches, attempt);
	if (i >= 0)
		g_array_remove_index(launches->waiting, (unsigned)i);
	return i >= 0;
}

struct launches *launches_open(struct daemon *daemon)
{
	struct launches *launches = g_new0(struct launches, 1);
	launches->daemon = daemon;
	launches->waiting = g_array_new(FALSE, FALSE, sizeof(int64_t));
	launches->again_ms = AGAIN_FIRST_MS;
	uv_timer_init(daemon->loop, &launches->again);
	launches->again.data = launches;
	return launches;
}

static void on_closed(uv_handle_t *handle)
{
	struct launches *launches = handle->data;
	g_array_unref(launches->waiting);
	g_free(launches);
}

void launches_close(struct launches *launches)
{
	if (launches)
		uv_close((uv_handle_t *)&launches->again, on_closed);
}
