/* SPDX-License-Identifier: MIT */
/*
 * The caller takes an item once it is loaded and loads another one while it waits; its helpers only
 * load. Where the system has no thread left there are fewer of them, or none. No helper gets so far
 * ahead of the taking that all that is loaded fills the memory.
 */
#include "daemon/ahead.h"

#include <stdbool.h>

enum { AHEAD_MAX = 64, THREADS_MAX = 4, ITEMS_PER_THREAD = 16 };

struct ahead {
	const struct ahead_work *work;
	GPtrArray *items;
	GMutex mutex; /* of all below */
	GCond changed;
	bool *is_loaded;
	unsigned n_begun, n_taken;
};

static bool may_load(const struct ahead *ahead)
{
	return ahead->n_begun < ahead->items->len && ahead->n_begun < ahead->n_taken + AHEAD_MAX;
}

/* Called with the mutex, which is free meanwhile. */
static void load_next(struct ahead *ahead)
{
	unsigned i = ahead->n_begun++;
	g_mutex_unlock(&ahead->mutex);
	ahead->work->load(ahead->work->data, ahead->items->pdata[i]);
	g_mutex_lock(&ahead->mutex);
	ahead->is_loaded[i] = true;
	g_cond_broadcast(&ahead->changed);
}

static void *help(void *data)
{
	struct ahead *ahead = data;
	g_mutex_lock(&ahead->mutex);
	while (ahead->n_begun < ahead->items->len) {
		if (may_load(ahead))
			load_next(ahead);
		else
			g_cond_wait(&ahead->changed, &ahead->mutex);
	}
	g_mutex_unlock(&ahead->mutex);
	return NULL;
}

static void take_all(struct ahead *ahead)
{
	g_mutex_lock(&ahead->mutex);
	while (ahead->n_taken < ahead->items->len) {
		if (ahead->is_loaded[ahead->n_taken]) {
			g_mutex_unlock(&ahead->mutex);
			ahead->work->take(ahead->work->data, ahead->items->pdata[ahead->n_taken]);
			g_mutex_lock(&ahead->mutex);
			ahead->n_taken++;
			g_cond_broadcast(&ahead->changed);
		} else if (may_load(ahead)) {
			load_next(ahead);
		} else {
			g_cond_wait(&ahead->changed, &ahead->mutex);
		}
	}
	g_mutex_unlock(&ahead->mutex);
}

void ahead_run(const struct ahead_work *work, GPtrArray *items)
{
	GThread *helpers[THREADS_MAX];
	unsigned n_helpers = MIN(g_get_num_processors(), THREADS_MAX) - 1;
	n_helpers = MIN(n_helpers, items->len / ITEMS_PER_THREAD);
	struct ahead ahead = {.work = work, .items = items, .is_loaded = g_new0(bool, items->len)};
	g_mutex_init(&ahead.mutex);
	g_cond_init(&ahead.changed);
	unsigned n = 0;
	while (n < n_helpers && (helpers[n] = g_thread_try_new("dag files", help, &ahead, NULL)))
		n++;
	take_all(&ahead);
	while (n > 0)
		g_thread_join(helpers[--n]);
	g_mutex_clear(&ahead.mutex);
	g_cond_clear(&ahead.changed);
	g_free(ahead.is_loaded);
}
