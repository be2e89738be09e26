/* SPDX-License-Identifier: MIT */
#include "daemon/launches.h"

#include "daemon/daemon.h"
#include "daemon/launch.h"
#include "daemon/secret_command.h"

enum { AGAIN_FIRST_MS = 1000, AGAIN_MAX_MS = 60000 };

struct launches {
	struct daemon *daemon;
	GQueue waiting;     /* of int64_t *: in the order in which they were decided */
	GHashTable *places; /* of each in the queue: its GList *; owns the id */
	GHashTable *askers; /* id -> struct asker, owned: those that have asked for values */
	uv_timer_t again;
	unsigned again_ms;
};

struct asker {
	struct launches *launches;
	int64_t id;
	struct answers *answers;
	struct asking *asking; /* NULL: they are there */
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
	g_assert(!g_hash_table_contains(launches->places, &id));
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

static void asker_free(void *data)
{
	struct asker *asker = data;
	asking_stop(asker->asking);
	answers_free(asker->answers);
	g_free(asker);
}

static enum launched try(struct launches *launches, int64_t id);

static void on_answered(void *data, const char *why)
{
	struct asker *asker = data;
	struct launches *launches = asker->launches;
	struct daemon *daemon = launches->daemon;
	int64_t id = asker->id;
	asker->asking = NULL;
	if (!why) {
		try(launches, id);
		return;
	}
	struct attempt *attempt = attempts_get(daemon->attempts, id);
	g_hash_table_remove(launches->askers, &id);
	if (attempt)
		launch_fail(daemon, attempt, why);
}

/* Takes over the answers of one that has not asked before. */
static void ask(struct launches *launches, int64_t id, struct answers *answers)
{
	struct asker *asker = g_hash_table_lookup(launches->askers, &id);
	if (!asker) {
		asker = g_new0(struct asker, 1);
		*asker = (struct asker){launches, id, answers, NULL};
		g_hash_table_insert(launches->askers, &asker->id, asker);
	}
	asker->asking =
		asking_begin(launches->daemon->secret_command, asker->answers, on_answered, asker);
}

/* What it was answered is of no more use. */
static void answers_drop(struct launches *launches, int64_t id, struct answers *answers)
{
	if (!g_hash_table_remove(launches->askers, &id))
		answers_free(answers);
}

/* It waits for its turn. */
static void put_off(struct launches *launches, int64_t id, struct answers *answers)
{
	waiting_add(launches, id);
	if (!g_hash_table_contains(launches->askers, &id))
		answers_free(answers);
}

static enum launched try(struct launches *launches, int64_t id)
{
	struct attempt *attempt = attempts_get(launches->daemon->attempts, id);
	struct asker *asker = g_hash_table_lookup(launches->askers, &id);
	struct answers *answers = asker ? asker->answers : answers_new();
	g_autoptr(GError) error = NULL;
	enum launched launched = !attempt ? LAUNCHED_ENDED /* meanwhile */
		: is_held(launches)       ? LAUNCHED_NOT
					  : launch(launches->daemon, attempt, answers, &error);
	if (launched == LAUNCHED_ASKS)
		ask(launches, id, answers);
	else if (launched == LAUNCHED_NOT)
		put_off(launches, id, answers);
	else
		answers_drop(launches, id, answers);
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

const char *launches_why(const struct launches *launches, int64_t attempt)
{
	const struct asker *asker = g_hash_table_lookup(launches->askers, &attempt);
	if (asker && asker->asking)
		return "waits for the values that secrets.command is asked for";
	return g_hash_table_contains(launches->places, &attempt) ? "waits to be begun" : NULL;
}

bool launches_remove(struct launches *launches, int64_t attempt)
{
	GList *place = g_hash_table_lookup(launches->places, &attempt);
	if (place)
		waiting_take(launches, place);
	return g_hash_table_remove(launches->askers, &attempt) || place;
}

struct launches *launches_open(struct daemon *daemon)
{
	struct launches *launches = g_new0(struct launches, 1);
	launches->daemon = daemon;
	g_queue_init(&launches->waiting);
	launches->places = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	launches->askers = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, asker_free);
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
	g_hash_table_unref(launches->askers);
	g_free(launches);
}

void launches_close(struct launches *launches)
{
	if (!launches)
		return;
	g_hash_table_remove_all(launches->askers);
	uv_close((uv_handle_t *)&launches->again, on_closed);
}
