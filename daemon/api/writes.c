/* SPDX-License-Identifier: MIT */
#include "daemon/api/writes.h"

#include "daemon/api/entries.h"
#include "daemon/api/reply.h"

struct writes {
	struct daemon *daemon;
	GQueue waiting; /* of struct write */
	/* The one that is being committed. */
	struct request *committing;
	const struct entry_kind *kind;
	struct write_answer answer;
	bool is_stopped;
};

struct writes *writes_new(struct daemon *daemon)
{
	struct writes *writes = g_new0(struct writes, 1);
	writes->daemon = daemon;
	g_queue_init(&writes->waiting);
	return writes;
}

void writes_stop(struct writes *writes)
{
	if (!writes)
		return;
	writes->is_stopped = true;
	while (!g_queue_is_empty(&writes->waiting)) {
		g_autofree struct write *write = g_queue_pop_head(&writes->waiting);
		request_refuse(write->request, 503, "dagd is stopping");
	}
}

void writes_free(struct writes *writes)
{
	if (!writes)
		return;
	g_assert(g_queue_is_empty(&writes->waiting) && !writes->committing);
	g_free(writes);
}

void write_changed(struct write_answer *answer, const char *name)
{
	g_ptr_array_add(answer->changed, g_strdup(name));
}

static void next(struct writes *writes);

/* Those that the engine knows, too, are known to it before the answer goes out. */
static void tell_changed(struct writes *writes, const GPtrArray *names)
{
	for (unsigned i = 0; writes->kind->changed && i < names->len; i++)
		writes->kind->changed(writes->daemon, names->pdata[i]);
}

static void on_committed(void *data, const GError *error)
{
	struct writes *writes = data;
	struct request *request = g_steal_pointer(&writes->committing);
	json_t *json = g_steal_pointer(&writes->answer.json);
	g_autoptr(GPtrArray) changed = g_steal_pointer(&writes->answer.changed);
	if (error) {
		json_decref(json);
		request_fail(request, error);
	} else {
		tell_changed(writes, changed);
		request_answer(request, writes->answer.status, json);
	}
	next(writes);
}

static void begin(struct writes *writes, const struct write *write)
{
	struct batch *batch = batch_new();
	writes->answer = (struct write_answer){
		.status = 200, .changed = g_ptr_array_new_with_free_func(g_free)};
	bool is_decided = write->decide(write, batch, &writes->answer);
	if (!is_decided || batch_is_empty(batch)) {
		batch_free(batch);
		g_clear_pointer(&writes->answer.changed, g_ptr_array_unref);
	}
	if (!is_decided)
		return;
	if (!writes->answer.changed) {
		request_answer(write->request, writes->answer.status,
			g_steal_pointer(&writes->answer.json));
	} else {
		writes->committing = write->request;
		writes->kind = write->kind;
		store_commit(writes->daemon->store, batch, on_committed, writes);
	}
}

static void next(struct writes *writes)
{
	while (!writes->committing && !g_queue_is_empty(&writes->waiting)) {
		g_autofree struct write *write = g_queue_pop_head(&writes->waiting);
		const GError *refusal = turn_refusal(writes->daemon->turn);
		if (refusal)
			request_fail(write->request, refusal);
		else
			begin(writes, write);
	}
}

void writes_add(struct writes *writes, struct write write)
{
	if (writes->is_stopped) {
		request_refuse(write.request, 503, "dagd is stopping");
		return;
	}
	g_queue_push_tail(&writes->waiting, g_memdup2(&write, sizeof write));
	next(writes);
}
