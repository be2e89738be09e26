/* SPDX-License-Identifier: MIT */
/*
 * The model counts, queues and sets wakes so that nothing has to be searched for. Here all of that
 * is searched for, and must be the same.
 */
#include "lib/engine/assets.h"
#include "lib/engine/callback.h"
#include "lib/engine/flow.h"
#include "lib/engine/gate.h"
#include "lib/engine/past.h"
#include "lib/engine/scope.h"

#include "lib/base/instant.h"

struct tally {
	unsigned n_held, n_bells, n_runs, n_expiring, n_attempts, n_wakes,
		n_callbacks; /* those that wait */
	GHashTable *gates;   /* struct gate -> how many are active at it */
	GPtrArray *waiting;  /* instances that count as such in their pools */
};

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

/* Where it waits, and that it stands there. */
static void place_check(
	const struct engine *engine, const struct instance *instance, struct tally *tally)
{
	bool is_placed = instance->task && instance->record.state == TASK_SCHEDULED;
	g_assert((instance->place != NULL) == is_placed);
	g_assert(!instance->queue || is_placed);
	if (!is_placed)
		return;
	g_assert(g_sequence_get(instance->place) == instance);
	if (instance->queue)
		g_assert(g_sequence_iter_get_sequence(instance->place) == instance->queue->ready);
}

static void attempt_check(
	const struct engine *engine, const struct instance *instance, struct tally *tally)
{
	const struct task_record *record = &instance->record;
	bool is_alive = record->state == TASK_RUNNING || record->state == TASK_RESTARTING;
	/* That there are no others follows from their number. */
	if (!is_alive)
		return;
	g_assert(g_hash_table_lookup(engine->attempts, &record->attempt) == instance);
	tally->n_attempts++;
}

/* The counts of its upstream follow from the states; a task that waits has something to wait for.
 */
static void waiting_check(const struct engine *engine, const struct instance *instance)
{
	unsigned n[N_OUTCOMES];
	if (!instance->task)
		return;
	instance_count(instance, n);
	for (unsigned o = 0; o < N_OUTCOMES; o++)
		g_assert(n[o] == instance->n_upstream[o]);
	g_assert(!instance->is_callback || instance->record.state != TASK_NONE);
	g_assert(instance->n_bars == instance_count_bars(instance));
	if (instance->record.state == TASK_NONE && !engine->is_recovering
		&& instance->run->record.state == RUN_RUNNING)
		g_assert(instance->n_bars == 0
			&& (task_verdict(instance) == VERDICT_WAIT || !past_lets(instance)
				|| scope_is_working(instance)));
}

/* Who waits without a worker has an alarm, or a bell, or a person. */
static void hold_check(
	const struct engine *engine, const struct instance *instance, struct tally *tally)
{
	const struct task_record *record = &instance->record;
	bool is_held = task_state_is_waiting(record->state);
	g_assert((record->wait != WAIT_NONE) == is_held);
	g_assert(!is_held || g_hash_table_contains(engine->held, instance));
	tally->n_held += is_held;
	g_assert(!is_held || record->wait_since != INSTANT_NONE);
	g_assert(!task_state_is_finished(record->state) || record->wait_since == INSTANT_NONE);
	g_assert((instance->bell != NULL) == (record->wait_dag != NULL));
	g_assert((record->wait_dag != NULL) == (record->wait_run != NULL));
	g_assert(record->wait != WAIT_RUN || record->wait_dag);
	if (!instance->bell)
		return;
	const GPtrArray *list = g_hash_table_lookup(engine->bells, instance->bell);
	g_assert(list && g_ptr_array_find((GPtrArray *)list, instance, NULL));
	tally->n_bells++;
}

static unsigned bells_count(const struct engine *engine)
{
	GHashTableIter iter;
	const GPtrArray *list;
	unsigned n = 0;
	g_hash_table_iter_init(&iter, engine->bells);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&list))
		n += list->len;
	return n;
}

static void instance_check(
	const struct engine *engine, const struct instance *instance, struct tally *tally)
{
	const struct task_record *record = &instance->record;
	g_assert(!instance->is_changed && !instance->is_doubtful);
	g_assert(record->run == instance->run->record.id);
	int64_t alarm = INSTANT_NEVER;
	if (record->state == TASK_UP_FOR_RETRY && instance->task)
		alarm = record->retry_at;
	else if (task_state_is_waiting(record->state))
		alarm = wait_alarm(instance);
	g_assert((instance->retry.place != 0) == (alarm != INSTANT_NEVER));
	g_assert(!instance->retry.place || instance->retry.at == alarm);
	hold_check(engine, instance, tally);
	wake_check(engine, &instance->retry, instance, tally);
	place_check(engine, instance, tally);
	attempt_check(engine, instance, tally);
	waiting_check(engine, instance);
}

static void unit_check(const struct engine *engine, const struct instance *instance,
	struct tally *tally, struct run *counted)
{
	instance_check(engine, instance, tally);
	/* What was not known when its run was ended without its DAG, or before it began. */
	g_assert(!instance->run->is_finished || task_state_is_finished(instance->record.state)
		|| instance->record.state == TASK_NONE);
	counted->n_unfinished += !task_state_is_finished(instance->record.state);
	counted->n_active += task_state_is_active(instance->record.state);
	if (!instance->task || !instance->task->is_teardown)
		counted->n_working += task_state_is_active(instance->record.state);
	if (instance->task)
		gates_check(engine, instance, tally->gates);
	if (instance->task
		&& (instance->record.state == TASK_SCHEDULED
			|| instance->record.state == TASK_DEFERRED))
		g_ptr_array_add(tally->waiting, (void *)instance);
}

static void task_check(const struct engine *engine, const struct instance *instance,
	struct tally *tally, struct run *counted)
{
	const struct expansion *expansion = instance->expansion;
	unsigned n[N_OUTCOMES] = {0};
	if (!expansion) {
		unit_check(engine, instance, tally, counted);
		return;
	}
	for (unsigned i = 0; i < expansion->units->len; i++) {
		const struct instance *unit = expansion->units->pdata[i];
		g_assert(unit->record.map_index == (int)i && !unit->expansion);
		unit_check(engine, unit, tally, counted);
		n[outcome_of(unit->record.state)]++;
	}
	for (unsigned o = 0; o < N_OUTCOMES; o++)
		g_assert(n[o] == expansion->n[o]);
}

/* One that has not ended is due, and one that has ended is not. */
static void callbacks_check(const struct engine *engine, const struct run *run, struct tally *tally)
{
	unsigned n_callbacks = 0;
	GHashTableIter iter;
	const struct instance *instance;
	if (run->callbacks)
		g_hash_table_iter_init(&iter, run->callbacks);
	while (run->callbacks && g_hash_table_iter_next(&iter, (void **)&instance, NULL)) {
		const struct task_record *record = &instance->record;
		bool has_ended = task_state_is_finished(record->state);
		bool waits = instance->task && record->state == TASK_SCHEDULED;
		g_assert(instance->is_callback && task_id_is_callback(record->task_id));
		g_assert(!instance->task || instance->task->is_callback);
		g_assert(has_ended == (record->calls == NULL));
		instance_check(engine, instance, tally);
		n_callbacks += !has_ended;
		tally->n_callbacks += waits;
		if (waits)
			g_ptr_array_add(tally->waiting, (void *)instance);
	}
	g_assert(run->n_callbacks == n_callbacks);
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

/* A run stands in the line of each pool for which it has ready tasks, when they may start. */
static void run_queues_check(const struct engine *engine, const struct run *run)
{
	bool is_open = !engine->is_recovering && run->dag && run->record.state == RUN_RUNNING
		&& !run->workflow->record.is_paused && run->n_active < run->dag->max_active_tasks;
	for (unsigned i = 0; run->queues && i < run->queues->len; i++) {
		const struct run_queue *queue = run->queues->pdata[i];
		sequence_check(queue->ready, instance_compare);
		g_assert((queue->place != NULL) == (is_open && !g_sequence_is_empty(queue->ready)));
	}
	if (is_open && run->processless)
		g_assert(g_sequence_is_empty(run->processless));
	if (run->record.state == RUN_RUNNING && run->dag && !engine->is_recovering)
		g_assert(run->n_unfinished > 0);
}

static void run_check(const struct engine *engine, const struct run *run, struct tally *tally)
{
	struct run counted = {0};
	GHashTableIter iter;
	const struct instance *instance;
	tally->n_runs++;
	tally->n_expiring += run->is_expiring;
	g_assert(!run->is_finished || run->is_expiring || run_is_needed(run));
	past_check(run);
	g_assert(!run->is_changed && !run->is_touched && !run->is_restoring);
	g_assert(run->is_finished == run_state_is_finished(run->record.state));
	g_assert(g_hash_table_lookup(engine->by_id, &run->record.id) == run);
	for (size_t i = 0; i < run->n_instances; i++)
		task_check(engine, &run->instances[i], tally, &counted);
	if (run->by_task)
		g_hash_table_iter_init(&iter, run->by_task);
	while (run->by_task && g_hash_table_iter_next(&iter, NULL, (void **)&instance))
		unit_check(engine, instance, tally, &counted);
	g_assert(run->n_unfinished == counted.n_unfinished);
	g_assert(run->n_active == counted.n_active && run->n_working == counted.n_working);
	g_assert(!run->timeout.place || run->record.state == RUN_RUNNING);
	wake_check(engine, &run->timeout, run, tally);
	g_assert(!run->deadline.place || run->deadline.at == run->record.deadline_at);
	g_assert((run->deadline.place != 0)
		== (run->record.deadline_at != INSTANT_NONE && !run->is_finished && run->dag));
	wake_check(engine, &run->deadline, run, tally);
	callbacks_check(engine, run, tally);
	run_queues_check(engine, run);
}

/* What it counts follows from the runs that name it; it ends with the last of them. */
static void backfill_check(const struct engine *engine, const struct backfill *backfill)
{
	unsigned n_running = 0, n_queued = 0;
	GHashTableIter iter;
	const struct run *run;
	g_assert(backfill->workflow->backfill == backfill);
	g_assert(!backfill->is_changed && !backfill->is_filling);
	g_assert(backfill->record.completed_at == INSTANT_NONE);
	g_assert(g_hash_table_lookup(engine->backfills, &backfill->record.id) == backfill);
	g_hash_table_iter_init(&iter, backfill->workflow->runs);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&run)) {
		bool is_of_it = run->record.backfill == backfill->record.id && !run->is_finished;
		g_assert(is_of_it == (run->backfill == backfill));
		g_assert(is_of_it == g_hash_table_contains(backfill->runs, run));
		n_running += is_of_it && run->record.state == RUN_RUNNING;
		n_queued += is_of_it && run->record.state == RUN_QUEUED;
	}
	g_assert(backfill->n_running == n_running);
	g_assert((unsigned)g_sequence_get_length(backfill->queued) == n_queued);
	g_assert(engine->is_recovering || n_running + n_queued > 0);
	if (!n_queued || engine->is_recovering || backfill->record.is_paused
		|| backfill->workflow->record.is_paused)
		return;
	run = g_sequence_get(g_sequence_get_begin_iter(backfill->queued));
	g_assert(n_running >= backfill->record.max_active_runs || !run->dag);
}

/* What is waited for is still to come, and begins when its jitter lets it. */
static void slot_check(const struct engine *engine, const struct workflow *workflow)
{
	const struct schedule *schedule = workflow->dag ? workflow->dag->schedule : NULL;
	g_assert(!workflow->missed.reason
		|| workflow->missed.first_slot <= workflow->missed.last_slot);
	if (!workflow->slot.place)
		return;
	g_assert(schedule && !workflow->record.is_paused && !workflow->record.is_stale);
	/* One instant later the next step goes on with what this one was too long for. */
	g_assert(!workflow->goes_on || workflow->slot.at <= engine->now + 1);
	if (schedule_kind(schedule) == SCHEDULE_CONTINUOUS || workflow->goes_on)
		return;
	g_assert(workflow->next_slot > workflow->record.last_slot);
	g_assert(workflow->slot.at == workflow->next_slot + schedule_delay(schedule));
}

static void workflow_check(
	const struct engine *engine, const struct workflow *workflow, struct tally *tally)
{
	unsigned n_running = 0, n_queued = 0, n_active = 0;
	GHashTableIter iter;
	const struct run *run;
	g_assert(!workflow->is_changed && !workflow->is_scheduling);
	g_hash_table_iter_init(&iter, workflow->runs);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&run)) {
		run_check(engine, run, tally);
		n_running += run->record.state == RUN_RUNNING && !run->record.backfill;
		n_queued += run->record.state == RUN_QUEUED && !run->backfill;
		n_active += run->n_active;
		g_assert((run->place != NULL) == (run->record.state == RUN_QUEUED));
	}
	g_assert(workflow->n_running == n_running && workflow->n_active == n_active);
	g_assert((unsigned)g_sequence_get_length(workflow->queued) == n_queued);
	wake_check(engine, &workflow->assets, workflow, tally);
	wake_check(engine, &workflow->slot, workflow, tally);
	slot_check(engine, workflow);
	if (n_queued && workflow->dag && !engine->is_recovering && !workflow->record.is_paused)
		g_assert(n_running >= runs_limit(workflow->dag));
	if (workflow->backfill)
		backfill_check(engine, workflow->backfill);
}

static void dag_queue_check(const struct dag_queue *queue)
{
	g_assert((queue->place != NULL) == !g_sequence_is_empty(queue->runs));
}

/* Its slots follow from the attempts; who stands first in it and has room would have started. */
static void pool_check(
	const struct engine *engine, const struct pool *pool, const struct tally *tally)
{
	int64_t n_active = 0, n_scheduled = 0, n_deferred = 0;
	GHashTableIter iter;
	const struct instance *instance;
	g_hash_table_iter_init(&iter, engine->attempts);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&instance))
		if (instance->task && g_str_equal(instance->task->pool, pool->record.name))
			n_active += instance->task->pool_slots;
	for (unsigned i = 0; i < tally->waiting->len; i++) {
		instance = tally->waiting->pdata[i];
		if (!g_str_equal(instance->task->pool, pool->record.name))
			continue;
		if (instance->record.state == TASK_SCHEDULED)
			n_scheduled += instance->task->pool_slots;
		else
			n_deferred += instance->task->pool_slots;
	}
	g_assert(pool->n_active == n_active);
	g_assert(pool->n_scheduled == n_scheduled && pool->n_deferred == n_deferred);
	const struct instance *callback = callback_first(engine);
	if (callback && !engine->is_recovering
		&& g_str_equal(callback->task->pool, pool->record.name))
		g_assert(g_hash_table_size(engine->attempts) >= engine->options.n_workers
			|| !pool_has_room(pool, callback));
	if (engine->is_recovering || g_sequence_is_empty(pool->dags))
		return;
	const struct dag_queue *dag = g_sequence_get(g_sequence_get_begin_iter(pool->dags));
	const struct run_queue *run = g_sequence_get(g_sequence_get_begin_iter(dag->runs));
	const struct instance *first = g_sequence_get(g_sequence_get_begin_iter(run->ready));
	g_assert(g_hash_table_size(engine->attempts) >= engine->options.n_workers
		|| !pool_has_room(pool, first));
}

void engine_check(const struct engine *engine)
{
	struct tally tally = {.waiting = g_ptr_array_new(), .gates = g_hash_table_new(NULL, NULL)};
	GHashTableIter iter;
	const struct workflow *workflow;
	g_assert(engine->changed_instances->len == 0 && engine->changed_runs->len == 0
		&& engine->changed_workflows->len == 0);
	g_assert(engine->changed_backfills->len == 0);
	g_assert(engine->touched->len == 0 && engine->restored->len == 0);
	g_assert(g_queue_is_empty((GQueue *)&engine->doubtful));
	g_hash_table_iter_init(&iter, engine->workflows);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&workflow)) {
		workflow_check(engine, workflow, &tally);
		for (unsigned i = 0; i < workflow->queues->len; i++)
			dag_queue_check(workflow->queues->pdata[i]);
	}
	for (unsigned i = 0; i < engine->pools->len; i++)
		pool_check(engine, engine->pools->pdata[i], &tally);
	g_ptr_array_unref(tally.waiting);
	g_assert((unsigned)g_sequence_get_length(engine->callbacks) == tally.n_callbacks);
	gates_check_end(tally.gates);
	g_hash_table_unref(tally.gates);
	g_assert(g_hash_table_size(engine->by_id) == tally.n_runs);
	g_assert(engine->finished->len == tally.n_expiring);
	g_assert(g_hash_table_size(engine->attempts) == tally.n_attempts);
	g_assert(engine->wakes.heap->len == tally.n_wakes);
	g_assert(tally.n_held == g_hash_table_size(engine->held));
	g_assert(tally.n_bells == bells_count(engine));
	assets_check(engine);
	heap_check(&engine->wakes);
}
