/* SPDX-License-Identifier: MIT */
/*
 * Two lanes, one for batches and one for queries. Each has a thread that takes what waits; what it
 * has done goes back to the loop, which calls the callbacks in the same order.
 *
 * Whoever made a batch built it on those before it. So when one fails, the others of its
 * generation, made before anybody could know, are not tried any more; a new generation begins as
 * its failure is told.
 */
#include "daemon/store/store.h"

#include "daemon/store/batch.h"
#include "daemon/store/database.h"
#include "daemon/store/opening.h"
#include "daemon/store/reader.h"
#include "daemon/store/writer.h"

/* So long nothing must come before the log is moved into the file. */
#define IDLE_NS (200 * UINT64_C(1000000))

struct query {
	store_query *run;
	store_query_done *done;
	void *data;
};

struct lane {
	uv_thread_t thread;
	uv_cond_t wake;
	GPtrArray *waiting, *finished;
	bool is_busy;
};

/* Outlives the store until the loop has closed it. */
struct doorbell {
	uv_async_t async;
	struct store *store;
};

struct store {
	struct opening parts;
	int64_t next_run, next_attempt, next_backfill, next_asset_event;
	struct doorbell *doorbell;
	unsigned generation; /* of the batches that are given now; the loop's */

	/* The writer's. */
	GError *refusal;
	unsigned refused_generation;

	uv_mutex_t mutex; /* for all below */
	uv_cond_t settled;
	struct lane writes, reads;
	bool is_stopping;
};

/* ---- the threads ---- */

/* Takes all that waits, or NULL when there is nothing and never will be. With the mutex. */
static GPtrArray *lane_take(struct store *store, struct lane *lane)
{
	if (lane->waiting->len == 0)
		return NULL;
	GPtrArray *taken = lane->waiting;
	lane->waiting = g_ptr_array_new();
	lane->is_busy = true;
	return taken;
}

/* With the mutex; takes `taken` over. */
static void lane_finish(struct store *store, struct lane *lane, GPtrArray *taken)
{
	g_ptr_array_extend_and_steal(lane->finished, taken);
	lane->is_busy = false;
	uv_cond_signal(&store->settled);
	uv_async_send(&store->doorbell->async);
}

/* With the mutex. A long log is moved when nothing comes for a while. */
static void writes_wait(struct store *store)
{
	struct writer *writer = store->parts.writer;
	while (store->writes.waiting->len == 0 && !store->is_stopping) {
		if (!writer_wants_checkpoint(writer)) {
			uv_cond_wait(&store->writes.wake, &store->mutex);
		} else if (uv_cond_timedwait(&store->writes.wake, &store->mutex, IDLE_NS)
			== UV_ETIMEDOUT) {
			uv_mutex_unlock(&store->mutex);
			writer_checkpoint(writer);
			uv_mutex_lock(&store->mutex);
		}
	}
}

static void batches_refuse(struct store *store, struct batch **batches, size_t n)
{
	for (size_t i = 0; i < n; i++)
		batches[i]->error = g_error_copy(store->refusal);
}

static void batches_commit(struct store *store, struct batch **batches, size_t n)
{
	size_t n_refused = 0;
	if (n == 0)
		return;
	while (n_refused < n && store->refusal != NULL
		&& batches[n_refused]->generation == store->refused_generation)
		n_refused++;
	batches_refuse(store, batches, n_refused);
	batches += n_refused;
	n -= n_refused;

	g_autoptr(GError) error = NULL;
	size_t n_durable = writer_commit(store->parts.writer, batches, n, &error);
	if (n_durable == n)
		return;
	g_clear_error(&store->refusal);
	store->refusal = g_steal_pointer(&error);
	store->refused_generation = batches[n_durable]->generation;
	batches_refuse(store, batches + n_durable, n - n_durable);
}

/* A change of the key is a transaction of its own; whether it succeeds matters to no batch. */
static void batches_take(struct store *store, struct batch **batches, size_t n)
{
	struct opening *parts = &store->parts;
	size_t begin = 0;
	for (size_t i = 0; i < n; i++) {
		if (batches[i]->key_change == NULL)
			continue;
		batches_commit(store, batches + begin, i - begin);
		key_change(&parts->key_files, parts->writer, parts->vault, batches[i]->key_change,
			&batches[i]->error);
		begin = i + 1;
	}
	batches_commit(store, batches + begin, n - begin);
}

static void writes_main(void *data)
{
	struct store *store = data;
	GPtrArray *taken;
	uv_mutex_lock(&store->mutex);
	for (;;) {
		writes_wait(store);
		taken = lane_take(store, &store->writes);
		if (taken == NULL)
			break;
		uv_mutex_unlock(&store->mutex);
		batches_take(store, (struct batch **)taken->pdata, taken->len);
		uv_mutex_lock(&store->mutex);
		lane_finish(store, &store->writes, taken);
	}
	uv_mutex_unlock(&store->mutex);
}

static void reads_main(void *data)
{
	struct store *store = data;
	uv_mutex_lock(&store->mutex);
	for (;;) {
		while (store->reads.waiting->len == 0 && !store->is_stopping)
			uv_cond_wait(&store->reads.wake, &store->mutex);
		GPtrArray *taken = lane_take(store, &store->reads);
		if (taken == NULL)
			break;
		uv_mutex_unlock(&store->mutex);
		for (guint i = 0; i < taken->len; i++) {
			struct query *query = taken->pdata[i];
			query->run(store->parts.query_reader, query->data);
		}
		uv_mutex_lock(&store->mutex);
		lane_finish(store, &store->reads, taken);
	}
	uv_mutex_unlock(&store->mutex);
}

/* ---- the loop ---- */

static void batch_tell(struct store *store, struct batch *batch)
{
	if (batch->error != NULL && batch->key_change == NULL
		&& batch->generation == store->generation)
		store->generation++;
	if (batch->done != NULL)
		batch->done(batch->data, batch->error);
	batch_free(batch);
}

static GPtrArray *lane_collect(struct store *store, struct lane *lane)
{
	uv_mutex_lock(&store->mutex);
	GPtrArray *finished = lane->finished;
	lane->finished = g_ptr_array_new();
	uv_mutex_unlock(&store->mutex);
	return finished;
}

static void store_tell(struct store *store)
{
	g_autoptr(GPtrArray) batches = lane_collect(store, &store->writes);
	g_autoptr(GPtrArray) queries = lane_collect(store, &store->reads);
	for (guint i = 0; i < batches->len; i++)
		batch_tell(store, batches->pdata[i]);
	for (guint i = 0; i < queries->len; i++) {
		g_autofree struct query *query = queries->pdata[i];
		if (query->done != NULL)
			query->done(query->data);
	}
}

static void on_doorbell(uv_async_t *async)
{
	store_tell(((struct doorbell *)async->data)->store);
}

static void on_doorbell_closed(uv_handle_t *handle)
{
	g_free(handle->data);
}

/* Wakes the lane only when it may be asleep. */
static void lane_give(struct store *store, struct lane *lane, void *item)
{
	uv_mutex_lock(&store->mutex);
	g_ptr_array_add(lane->waiting, item);
	if (lane->waiting->len == 1)
		uv_cond_signal(&lane->wake);
	uv_mutex_unlock(&store->mutex);
}

void store_commit(struct store *store, struct batch *batch, store_done *done, void *data)
{
	store->next_run = MAX(store->next_run, batch->run_max + 1);
	store->next_attempt = MAX(store->next_attempt, batch->attempt_max + 1);
	store->next_backfill = MAX(store->next_backfill, batch->backfill_max + 1);
	store->next_asset_event = MAX(store->next_asset_event, batch->asset_event_max + 1);
	batch->done = done;
	batch->data = data;
	batch->generation = store->generation;
	lane_give(store, &store->writes, batch);
}

/* Who wants to know of a change of the key. */
struct key_waiter {
	struct key_change change;
	store_key_done *done;
	void *data;
};

static void on_key_changed(void *data, const GError *error)
{
	struct key_waiter *waiter = data;
	waiter->done(waiter->data, waiter->change.n_values, error);
	vault_forget(waiter->change.new_key);
	g_free(waiter->change.keep_old);
	g_free(waiter);
}

void store_change_key(
	struct store *store, char *new_key, char *keep_old, store_key_done *done, void *data)
{
	struct key_waiter *waiter = g_new0(struct key_waiter, 1);
	struct batch *batch = batch_new();
	*waiter = (struct key_waiter){{new_key, keep_old, 0}, done, data};
	batch->key_change = &waiter->change;
	store_commit(store, batch, on_key_changed, waiter);
}

bool store_key_is_ahead(const struct store *store)
{
	return key_is_ahead(&store->parts.key_files, store->parts.vault);
}

void store_read(struct store *store, store_query *run, store_query_done *done, void *data)
{
	struct query *query = g_new(struct query, 1);
	*query = (struct query){.run = run, .done = done, .data = data};
	lane_give(store, &store->reads, query);
}

/* ---- opening and closing ---- */

/* What the system refuses here it lacks memory or threads for. */
static void insist(int code)
{
	if (code < 0)
		g_error("cannot start the store: %s", uv_strerror(code));
}

static void lane_open(struct store *store, struct lane *lane, uv_thread_cb thread)
{
	insist(uv_cond_init(&lane->wake));
	lane->waiting = g_ptr_array_new();
	lane->finished = g_ptr_array_new();
	insist(uv_thread_create(&lane->thread, thread, store));
}

static void lane_close(struct lane *lane)
{
	uv_cond_signal(&lane->wake);
	uv_thread_join(&lane->thread);
	g_ptr_array_unref(lane->waiting);
	g_ptr_array_unref(lane->finished);
	uv_cond_destroy(&lane->wake);
}

struct store *store_open(const struct store_options *options, GError **error)
{
	struct opening parts;
	if (!opening_begin(&parts, options, error))
		return NULL;
	struct store *store = g_new0(struct store, 1);
	store->parts = parts;
	store->next_run = parts.last_run + 1;
	store->next_attempt = parts.last_attempt + 1;
	store->next_backfill = parts.last_backfill + 1;
	store->next_asset_event = parts.last_asset_event + 1;
	store->doorbell = g_new0(struct doorbell, 1);
	store->doorbell->store = store;
	store->doorbell->async.data = store->doorbell;
	insist(uv_async_init(options->loop, &store->doorbell->async, on_doorbell));
	insist(uv_mutex_init(&store->mutex));
	insist(uv_cond_init(&store->settled));
	lane_open(store, &store->writes, writes_main);
	lane_open(store, &store->reads, reads_main);
	return store;
}

static bool lane_is_at_rest(const struct lane *lane)
{
	return lane->waiting->len == 0 && !lane->is_busy;
}

/* Callbacks may give new work: goes on until there is none. */
static void store_drain(struct store *store)
{
	bool is_drained = false;
	while (!is_drained) {
		uv_mutex_lock(&store->mutex);
		while (!lane_is_at_rest(&store->writes) || !lane_is_at_rest(&store->reads))
			uv_cond_wait(&store->settled, &store->mutex);
		is_drained = store->writes.finished->len == 0 && store->reads.finished->len == 0;
		uv_mutex_unlock(&store->mutex);
		store_tell(store);
	}
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	store_drain(store);
	uv_mutex_lock(&store->mutex);
	store->is_stopping = true;
	uv_mutex_unlock(&store->mutex);
	lane_close(&store->writes);
	lane_close(&store->reads);
	uv_close((uv_handle_t *)&store->doorbell->async, on_doorbell_closed);
	opening_end(&store->parts);
	g_clear_error(&store->refusal);
	uv_mutex_destroy(&store->mutex);
	uv_cond_destroy(&store->settled);
	g_free(store);
}

int64_t store_epoch(const struct store *store)
{
	return store->parts.epoch;
}

int64_t store_next_run(const struct store *store)
{
	return store->next_run;
}

int64_t store_next_attempt(const struct store *store)
{
	return store->next_attempt;
}

int64_t store_next_asset_event(const struct store *store)
{
	return store->next_asset_event;
}

int64_t store_next_backfill(const struct store *store)
{
	return store->next_backfill;
}

struct reader *store_reader(struct store *store)
{
	return store->parts.loop_reader;
}

struct reader *store_reader_open(const struct store *store, GError **error)
{
	const struct opening *parts = &store->parts;
	const char *path = sqlite3_db_filename(parts->loop_reader->db, NULL);
	return reader_open(path, parts->vault, error);
}

void store_reader_close(struct reader *reader)
{
	reader_close(reader);
}
