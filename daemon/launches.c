/* SPDX-License-Identifier: MIT */
#include "daemon/launches.h"

#include "daemon/daemon.h"
#include "daemon/launch.h"

enum { AGAIN_FIRST_MS = 1000, AGAIN_MAX_MS = 60000 };

struct launches {
	struct daemon *daemon;
	GQueue waiting;     /* of int64_t *: in the order in which they were decided */
	GHashTable *places; /* of each in the queue: its GList *; owns the id */
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

static void waiting_add(struct launches *launches, int64_t id)
{
	int64_t *waiting = g_memdup2(&id, sizeof id);
	g_assert(!launches_has(launches, id));
	g_queue_push_tail(&launches->waiting, waiting);
	g_hash_table_insert(launches->places, waiting, launches->waiting.tail);
}

static int64_t waiting_take(struct launches *launches, GList *place)
{
	int64_t id = *(int64_t *)place->data;
	g_queue_delete_link(&launches->waiting, place);
	g_hash_table_remove(launches->places, &id);
	return id;
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
		waiting_add(launches, id);
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
	bool is_given = false;
	/* Each once: those that cannot be launched now are added at the end again. */
	for (unsigned n = launches->waiting.length; n > 0; n--)
		is_given |=
			try(launches, waiting_take(launches, launches->waiting.head)) == LAUNCHED;
	if (!is_given)
		launches_go_on(launches);
}

bool launches_has(const struct launches *launches, int64_t attempt)
{
	return g_hash_table_contains(launches->places, &attempt);
}

bool launches_remove(struct launches *launches, int64_t attempt)
{
	GList *place = g_hash_table_lookup(launches->places, &attempt);
	if (place)
		waiting_take(launches, place);
	return place;
}

struct launches *launches_open(struct daemon *daemon)
{
	struct launches *launches = g_new0(struct launches, 1);
	launches->daemon = daemon;
	g_queue_init(&launches->waiting);
	launches->places = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	launches->again_ms = AGAIN_FIRST_MS;
	uv_timer_init(daemon->loop, &launches->again);
	launches->again.data = launches;
	return launches;
}

static void on_closed(uv_handle_t *handle)
{
	struct launches *launches = handle->data;
	g_queue_clear(&launches->waiting);
	g_hash_table_unref(launches->places);
	g_free(launches);
}

void launches_close(struct launches *launches)
{
	if (launches)
		uv_close((uv_handle_t *)&launches->again, on_closed);
}
