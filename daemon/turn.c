/* SPDX-License-Identifier: MIT */
/*
 * The engine decides at once, in memory; the disk follows. What was decided within one turn of the
 * loop becomes one batch, and while a batch is being committed the next one gathers. Everything
 * that must not happen before its decision is durable stands as a deed behind the batch: starting
 * and ending attempts, acknowledging results, answering who asked, telling who listens.
 *
 * When a commit fails, the engine knows more than the disk. Then all that wait are told so, the
 * engine is thrown away and loaded again from the store, and reports that were not stored are given
 * to it once more as soon as there is room.
 */
#include "daemon/turn.h"

#include <stdlib.h>

#include "daemon/clock.h"
#include "daemon/deed.h"
#include "daemon/effect.h"
#include "daemon/journal.h"
#include "daemon/launch.h"

enum { AGAIN_FIRST_MS = 1000, AGAIN_MAX_MS = 30000, LAZY_MS = 300 };

struct turn {
	struct daemon *daemon;
	uv_prepare_t prepare;
	uv_timer_t again; /* while degraded: when to try to write */
	uv_timer_t lazy;
	struct batch *batch; /* gathers */
	GArray *deeds;       /* of the gathering batch */
	GArray *committing;  /* deeds of the batch that is being committed; NULL: none is */
	GPtrArray *held;     /* reports whose commit failed, or that came since */
	unsigned again_ms, n_handles;
	unsigned n_versions; /* saved so far */
	GError *refusal;     /* while degraded: of all that is asked for */
	bool is_dirty, is_degraded, is_stopped;
	bool is_tick_due; /* once the batch that is being committed is durable */
};

static void deed_add(struct turn *turn, struct deed deed)
{
	g_array_append_val(turn->deeds, deed);
	turn->is_dirty = true;
}

static bool step(struct turn *turn, struct event *event, GError **error)
{
	struct effects effects;
	effects_init(&effects);
	event->at = clock_now();
	bool is_taken = engine_step(turn->daemon->engine, event, &effects, error);
	for (unsigned i = 0; i < effects.list->len; i++) {
		const struct effect *effect = &g_array_index(effects.list, struct effect, i);
		turn->n_versions += effect->kind == EFFECT_SAVE_VERSION;
		effect_take(turn->daemon, effect, turn->batch, turn->deeds);
	}
	turn->is_dirty |= effects.list->len > 0;
	effects_clear(&effects);
	clock_wake_at(turn->daemon->clock, engine_wake_at(turn->daemon->engine));
	return is_taken;
}

void turn_add(struct turn *turn, struct event event, turn_done *done, void *data)
{
	g_autoptr(GError) error = NULL;
	if (turn->is_degraded && done) {
		done(data, turn->refusal);
	} else if (!step(turn, &event, &error)) {
		if (done)
			done(data, error);
	} else if (done) {
		deed_add(turn, (struct deed){.kind = DEED_ANSWER, .done = done, .data = data});
	}
}

void turn_tick(struct turn *turn)
{
	turn->is_tick_due = turn->committing;
	if (!turn->is_tick_due)
		turn_add(turn, (struct event){.kind = EVENT_TICK}, NULL, NULL);
}

static void on_report_event(void *data, struct event *event)
{
	step(data, event, NULL);
}

void turn_add_report(struct turn *turn, struct report *report)
{
	struct daemon *daemon = turn->daemon;
	unsigned n_before = turn->deeds->len;
	if (turn->is_degraded) {
		g_ptr_array_add(turn->held, report);
	} else if (report_settle(daemon, report, turn->batch, on_report_event, turn)) {
		/* Before the starts that it lets happen: the worker that is acknowledged takes the
		 * next attempt with the same message. */
		struct deed deed = {
			.kind = DEED_ACKNOWLEDGE, .attempt = report->attempt, .report = report};
		g_array_insert_val(turn->deeds, n_before, deed);
		turn->is_dirty = true;
	} else {
		/* Settled before. While that is being committed it stays the worker's. */
		if (!attempts_get(daemon->attempts, report->attempt))
			executor_acknowledge(daemon->executor, report->attempt);
		report_free(report);
	}
}

/* ---- from decisions to the disk ---- */

/* The deeds of a batch that was not stored: none of them may happen, but who waits must know. */
static void deeds_fail(struct turn *turn, GArray *deeds, const GError *error)
{
	for (unsigned i = 0; i < deeds->len; i++) {
		struct deed *deed = &g_array_index(deeds, struct deed, i);
		if (deed->kind == DEED_ANSWER)
			deed->done(deed->data, error);
		if (deed->report)
			g_ptr_array_add(turn->held, g_steal_pointer(&deed->report));
	}
}

static void on_again(uv_timer_t *timer);

static void degrade(struct turn *turn, const GError *error)
{
	g_autoptr(GError) why = NULL;
	struct batch *dropped = turn->batch;
	g_autoptr(GArray) waiting = turn->deeds;
	if (g_error_matches(error, STORE_ERROR, STORE_SUPERSEDED)) {
		journal(JOURNAL_ERROR, "%s", error->message);
		abort();
	}
	trouble_begin(turn->daemon->troubles, TROUBLE_DATABASE, error->message);
	g_clear_error(&turn->refusal);
	turn->refusal =
		g_error_new(STORE_ERROR, error->code, "%s; nothing was changed", error->message);
	turn->is_degraded = true;
	turn->is_dirty = false;
	turn->batch = batch_new();
	turn->deeds = deeds_new();
	deeds_fail(turn, waiting, error);
	batch_free(dropped);
	if (!daemon_load_engine(turn->daemon, &why))
		g_error("the database cannot be read again: %s", why->message);
	uv_timer_start(&turn->again, on_again, turn->again_ms, 0);
	turn->again_ms = MIN(turn->again_ms * 2, AGAIN_MAX_MS);
}

static void flush(struct turn *turn);

static void on_committed(void *data, const GError *error)
{
	struct turn *turn = data;
	g_autoptr(GArray) deeds = g_steal_pointer(&turn->committing);
	if (error && turn->is_stopped) {
		deeds_fail(turn, deeds, error);
		return;
	}
	if (error) {
		deeds_fail(turn, deeds, error);
		degrade(turn, error);
		return;
	}
	turn->again_ms = AGAIN_FIRST_MS;
	trouble_end(turn->daemon->troubles, TROUBLE_DATABASE);
	for (unsigned i = 0; i < deeds->len; i++) {
		const struct deed *deed = &g_array_index(deeds, struct deed, i);
		if (!turn->is_stopped || deed->kind == DEED_ANSWER)
			deed_do(turn->daemon, deed);
	}
	if (turn->is_stopped)
		return;
	if (!turn->is_dirty)
		engine_release(turn->daemon->engine);
	if (turn->is_tick_due)
		turn_tick(turn);
	flush(turn);
}

static void launches_prepare(struct turn *turn)
{
	for (unsigned i = 0; i < turn->committing->len; i++) {
		const struct deed *deed = &g_array_index(turn->committing, struct deed, i);
		struct attempt *attempt = deed->kind == DEED_START
			? attempts_get(turn->daemon->attempts, deed->attempt)
			: NULL;
		if (attempt)
			launch_prepare(turn->daemon, attempt);
	}
}

static void flush(struct turn *turn)
{
	if (!turn->is_dirty || turn->committing || turn->is_degraded)
		return;
	turn->committing = turn->deeds;
	turn->deeds = deeds_new();
	turn->is_dirty = false;
	uv_timer_stop(&turn->lazy);
	struct batch *batch = turn->batch;
	turn->batch = batch_new();
	store_commit(turn->daemon->store, batch, on_committed, turn);
	/* The disk takes its time; this is done meanwhile. */
	launches_prepare(turn);
}

static void on_prepare(uv_prepare_t *prepare)
{
	flush(prepare->data);
}

/* Tries again to write: gives the reports that wait, and lets scheduling begin. */
static void on_again(uv_timer_t *timer)
{
	struct turn *turn = timer->data;
	g_autoptr(GPtrArray) held = turn->held;
	turn->held = g_ptr_array_new_with_free_func((GDestroyNotify)report_free);
	turn->is_degraded = false;
	for (unsigned i = 0; i < held->len; i++)
		turn_add_report(turn, g_steal_pointer(&held->pdata[i]));
	turn->is_dirty = true;
	/* Not before it is known what an earlier dagd left. */
	if (turn->daemon->is_recovered)
		turn_add(turn, (struct event){.kind = EVENT_RECOVERED}, NULL, NULL);
}

static void on_lazy(uv_timer_t *timer)
{
	struct turn *turn = timer->data;
	turn->is_dirty = true; /* on_prepare commits it */
}

struct batch *turn_batch(struct turn *turn)
{
	turn->is_dirty = true;
	return turn->batch;
}

struct batch *turn_lazy_batch(struct turn *turn)
{
	if (!uv_is_active((uv_handle_t *)&turn->lazy) && !turn->is_degraded)
		uv_timer_start(&turn->lazy, on_lazy, LAZY_MS, 0);
	return turn->batch;
}

struct turn *turn_open(struct daemon *daemon)
{
	struct turn *turn = g_new0(struct turn, 1);
	turn->daemon = daemon;
	turn->batch = batch_new();
	turn->deeds = deeds_new();
	turn->held = g_ptr_array_new_with_free_func((GDestroyNotify)report_free);
	turn->again_ms = AGAIN_FIRST_MS;
	uv_prepare_init(daemon->loop, &turn->prepare);
	uv_timer_init(daemon->loop, &turn->again);
	uv_timer_init(daemon->loop, &turn->lazy);
	turn->n_handles = 3;
	turn->prepare.data = turn->again.data = turn->lazy.data = turn;
	uv_prepare_start(&turn->prepare, on_prepare);
	return turn;
}

void turn_stop(struct turn *turn)
{
	turn->is_stopped = true;
	turn->is_dirty |= uv_is_active((uv_handle_t *)&turn->lazy);
	flush(turn);
}

/* In whatever order they are told of, the last one takes the memory with it that all are in. */
static void on_closed(uv_handle_t *handle)
{
	struct turn *turn = handle->data;
	if (--turn->n_handles > 0)
		return;
	batch_free(turn->batch);
	g_array_unref(turn->deeds);
	g_ptr_array_unref(turn->held);
	g_clear_error(&turn->refusal);
	g_free(turn);
}

void turn_close(struct turn *turn)
{
	if (!turn)
		return;
	g_assert(!turn->committing);
	uv_close((uv_handle_t *)&turn->prepare, on_closed);
	uv_close((uv_handle_t *)&turn->again, on_closed);
	uv_close((uv_handle_t *)&turn->lazy, on_closed);
}

unsigned turn_n_versions(const struct turn *turn)
{
	return turn->n_versions;
}

const GError *turn_refusal(const struct turn *turn)
{
	return turn->is_degraded ? turn->refusal : NULL;
}
