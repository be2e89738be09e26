/* SPDX-License-Identifier: MIT */
/*
 * The model counts, queues and sets wakes so that nothing has to be searched for. Here all of that
 * is searched for, and must be the same.
 */
#include "lib/engine/model.h"

#include "lib/base/instant.h"

struct tally {
	unsigned n_runs, n_finished, n_queued, n_attempts, n_wakes;
};

static bool is_active(enum task_state state)
{
	return state == TASK_QUEUED || state == TASK_RUNNING || state == TASK_RESTARTING;
}

static void wake_check(const struct engine *engine, const struct wake *wake, const void *owner,
	struct tally *tally)
{
	if (!wake->place)
		return;
	tally->n_wakes++;
	g_assert(wake->owner == owner);
	g_assert(wake->place <= engine->wakes.heap->len);
	g_assert(engine->wakes.heap->pdata[wake->place - 1] == wake);
	g_assert(wake->at != INSTANT_NEVER);
}

static void heap_check(const struct wakes *wakes)
{
	for (unsigned i = 1; i < wakes->heap->len; i++) {
		const struct wake *wake = wakes->heap->pdata[i];
		const struct wake *up = wakes->heap->pdata[(i + 1) / 2 - 1];
		g_assert(up->at <= wake->at);
	}
}

/* In which queue it stands, and that it stands there. */
static void place_check(
	const struct engine *engine, const struct instance *instance, struct tally *tally)
{
	const GSequence *queue = instance->run->ready;
	bool is_placed = instance->task
		&& (instance->record.state == TASK_SCHEDULED
			|| instance->record.state == TASK_QUEUED);
	g_assert((instance->place != NULL) == is_placed);
	if (!is_placed)
		return;
	if (instance->record.state == TASK_QUEUED) {
		queue = engine->queued;
		tally->n_queued++;
	}
	g_assert(g_sequence_iter_get_sequence(instance->place) == queue);
	g_assert(g_sequence_get(instance->place) == instance);
}

static void attempt_check(
	const struct engine *engine, const struct instance *instance, struct tally *tally)
{
	const struct task_record *record = &instance->record;
	bool is_alive = record->state == TASK_RUNNING || record->state == TASK_RESTARTING;
	const void *found = g_hash_table_lookup(engine->attempts, &record->attempt);
	g_assert((found == instance) == is_alive);
	tally->n_attempts += is_alive;
}

/* A task that waits has something to wait for. */
static void waiting_check(const struct engine *engine, const struct instance *instance)
{
	const struct task *task = instance->task;
	unsigned n = 0;
	if (!task || instance->record.state != TASK_NONE || engine->is_recovering
		|| instance->run->record.state != RUN_RUNNING)
		return;
	for (size_t i = 0; i < task->n_upstream; i++) {
		enum task_state state = instance->run->instances[task->upstream[i]].record.state;
		g_assert(state != TASK_FAILED && state != TASK_UPSTREAM_FAILED
			&& state != TASK_SKIPPED);
		n += !task_state_is_finished(state);
	}
	g_assert(n > 0 && instance->n_waiting == n);
}

static void instance_check(
	const struct engine *engine, const struct instance *instance, struct tally *tally)
{
	const struct task_record *record = &instance->record;
	g_assert(!instance->is_changed);
	g_assert(record->run == instance->run->record.id);
	bool waits = record->state == TASK_UP_FOR_RETRY && instance->task;
	g_assert((instance->retry.place != 0) == waits);
	g_assert(!waits || instance->retry.at == record->retry_at);
	wake_check(engine, &instance->retry, instance, tally);
	place_check(engine, instance, tally);
	attempt_check(engine, instance, tally);
	waiting_check(engine, instance);
}

static void instance_count(const struct engine *engine, const struct instance *instance,
	struct tally *tally, struct run *counted)
{
	instance_check(engine, instance, tally);
	counted->n_unfinished += !task_state_is_finished(instance->record.state);
	counted->n_active += is_active(instance->record.state);
}

static void sequence_check(GSequence *sequence, GCompareDataFunc compare)
{
	GSequenceIter *iter = g_sequence_get_begin_iter(sequence);
	while (!g_sequence_iter_is_end(iter)) {
		GSequenceIter *next = g_sequence_iter_next(iter);
		if (!g_sequence_iter_is_end(next))
			g_assert(compare(g_sequence_get(iter), g_sequence_get(next), NULL) < 0);
		iter = next;
	}
}

/* Nothing waits that could go on. */
static void run_progress_check(const struct engine *engine, const struct run *run)
{
	if (run->record.state != RUN_RUNNING || !run->dag || engine->is_recovering)
		return;
	g_assert(run->n_unfinished > 0);
	if (!run->workflow->record.is_paused)
		g_assert(g_sequence_is_empty(run->ready)
			|| run->n_active >= run->dag->max_active_tasks);
}

static void run_check(const struct engine *engine, const struct run *run, struct tally *tally)
{
	struct run counted = {0};
	GHashTableIter iter;
	const struct instance *instance;
	tally->n_runs++;
	tally->n_finished += run->is_finished;
	g_assert(!run->is_changed && !run->is_touched && !run->is_restoring);
	g_assert(run->is_finished == run_state_is_finished(run->record.state));
	g_assert(g_hash_table_lookup(engine->by_id, &run->record.id) == run);
	for (size_t i = 0; i < run->n_instances; i++)
		instance_count(engine, &run->instances[i], tally, &counted);
	if (run->by_task)
		g_hash_table_iter_init(&iter, run->by_task);
	while (run->by_task && g_hash_table_iter_next(&iter, NULL, (void **)&instance))
		instance_count(engine, instance, tally, &counted);
	g_assert(run->n_unfinished == counted.n_unfinished);
	g_assert(run->n_active == counted.n_active);
	g_assert(!run->is_finished || run->n_unfinished == 0);
	g_assert(!run->timeout.place || run->record.state == RUN_RUNNING);
	wake_check(engine, &run->timeout, run, tally);
	sequence_check(run->ready, instance_compare);
	run_progress_check(engine, run);
}

static void workflow_check(
	const struct engine *engine, const struct workflow *workflow, struct tally *tally)
{
	unsigned n_running = 0, n_queued = 0;
	GHashTableIter iter;
	const struct run *run;
	g_assert(!workflow->is_changed);
	g_hash_table_iter_init(&iter, workflow->runs);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&run)) {
		run_check(engine, run, tally);
		n_running += run->record.state == RUN_RUNNING;
		n_queued += run->record.state == RUN_QUEUED;
		g_assert((run->place != NULL) == (run->record.state == RUN_QUEUED));
	}
	g_assert(workflow->n_running == n_running);
	g_assert((unsigned)g_sequence_get_length(workflow->queued) == n_queued);
	wake_check(engine, &workflow->slot, workflow, tally);
	if (n_queued && workflow->dag && !engine->is_recovering && !workflow->record.is_paused)
		g_assert(n_running >= workflow->dag->max_active_runs);
}

void engine_check(const struct engine *engine)
{
	struct tally tally = {0};
	GHashTableIter iter;
	const struct workflow *workflow;
	g_assert(engine->changed_instances->len == 0 && engine->changed_runs->len == 0
		&& engine->changed_workflows->len == 0);
	g_assert(engine->touched->len == 0 && engine->restored->len == 0);
	g_assert(g_queue_is_empty((GQueue *)&engine->settled));
	g_hash_table_iter_init(&iter, engine->workflows);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&workflow))
		workflow_check(engine, workflow, &tally);
	g_assert(g_hash_table_size(engine->by_id) == tally.n_runs);
	g_assert(engine->finished->len == tally.n_finished);
	g_assert(g_hash_table_size(engine->attempts) == tally.n_attempts);
	g_assert((unsigned)g_sequence_get_length(engine->queued) == tally.n_queued);
	g_assert(engine->wakes.heap->len == tally.n_wakes);
	heap_check(&engine->wakes);
	sequence_check(engine->queued, instance_compare);
	if (tally.n_queued && !engine->is_recovering)
		g_assert(tally.n_attempts >= engine->options.n_workers);
}
