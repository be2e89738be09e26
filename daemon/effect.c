/* SPDX-License-Identifier: MIT */
#include "daemon/effect.h"

#include <sys/random.h>

#include "daemon/clock.h"
#include "daemon/deed.h"
#include "daemon/journal.h"

struct taker {
	struct daemon *daemon;
	struct batch *batch;
	GArray *deeds; /* that wait for it */
};

static void deed_add(struct taker *taker, struct deed deed)
{
	g_array_append_val(taker->deeds, deed);
}

static void effect_start(struct taker *taker, const struct effect *effect)
{
	struct daemon *daemon = taker->daemon;
	struct attempt_record record = {
		.id = effect->attempt,
		.run = effect->run->id,
		.task_id = g_strdup(effect->task->task_id),
		.map_index = effect->task->map_index,
		.try_number = effect->task->try_number,
		.state = ATTEMPT_LAUNCHING,
		.boot_id = g_strdup(daemon->boot_id),
		.launched_at = clock_now(),
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.exit_code = -1,
		.usage = ATTEMPT_USAGE_NONE,
	};
	ssize_t n = getrandom(record.token, sizeof record.token, 0);
	g_assert(n == sizeof record.token);
	attempts_add(daemon->attempts, &record, effect->run, effect->run_dag);
	batch_attempt(taker->batch, &record);
	deed_add(taker, (struct deed){.kind = DEED_START, .attempt = effect->attempt});
}

static void effect_ended(struct taker *taker, const struct effect *effect)
{
	struct attempt *attempt = attempts_get(taker->daemon->attempts, effect->attempt);
	g_assert(attempt);
	attempt->record.state = effect->state;
	attempt->record.ended_at = effect->ended_at;
	g_free(attempt->record.reason);
	attempt->record.reason = g_strdup(effect->reason);
	batch_attempt(taker->batch, &attempt->record);
	enum flow flow = attempt->task ? attempt->task->operator->flow : FLOW_NONE;
	if (flow == FLOW_WAIT || flow == FLOW_WAIT_TASK)
		batch_looks_delete(taker->batch, &attempt->record);
}

static void effect_save_xcom(struct taker *taker, const struct effect *effect)
{
	const struct task_record *task = effect->task;
	batch_xcom(taker->batch, &(struct task_key){task->run, task->task_id, task->map_index},
		effect->key, effect->value);
}

static void effect_try_ended(struct taker *taker, const struct effect *effect)
{
	batch_try_end(taker->batch,
		&(struct attempt_record){
			.id = effect->attempt,
			.state = effect->state,
			.ended_at = effect->ended_at,
			.reason = (char *)effect->reason,
		});
}

/* What listeners are told of: all but what may be large. */
static struct run_record run_told(const struct run_record *run)
{
	struct run_record told = *run;
	told.conf = told.note = NULL;
	return run_record_copy(&told);
}

/*
 * Told whether anyone listens or not: who begins to listen before this is durable reads the state
 * before it.
 */
static void effect_save_run(struct taker *taker, const struct run_record *run)
{
	batch_run(taker->batch, run);
	deed_add(taker, (struct deed){.kind = DEED_TELL_RUN, .run = run_told(run)});
}

static void effect_save_task(
	struct taker *taker, const struct run_record *run, const struct task_record *task)
{
	batch_task(taker->batch, task);
	deed_add(taker,
		(struct deed){.kind = DEED_TELL_TASK,
			.run = run_told(run),
			.task = task_record_copy(task)});
}

static void effect_save_dag(struct taker *taker, const struct dag_record *dag)
{
	batch_dag(taker->batch, dag);
	if (dag->pause_reason)
		journal(JOURNAL_WARNING, "DAG \"%s\" is paused: %s", dag->dag_id,
			dag->pause_reason);
}

static void effect_forget(struct taker *taker, const struct effect *effect)
{
	const struct task_record *task = effect->task;
	struct task_key key = {task->run, task->task_id, task->map_index};
	if (effect->kind == EFFECT_FORGET_XCOMS)
		batch_xcom_delete(taker->batch, &key);
	else
		batch_task_delete(taker->batch, &key);
}

static void effect_of_asset(struct batch *batch, const struct effect *effect)
{
	if (effect->kind == EFFECT_SAVE_ASSET)
		batch_asset(batch, effect->asset, clock_now());
	else if (effect->kind == EFFECT_SAVE_ASSET_EVENT)
		batch_asset_event(batch, effect->asset_event);
	else if (effect->kind == EFFECT_QUEUE_ASSET)
		batch_asset_heard(batch, effect->consumer, effect->asset_event->id);
	else if (effect->kind == EFFECT_TAKE_ASSETS)
		batch_run_assets(batch, effect->run->id, effect->run->dag_id);
	else
		batch_assets_forget(batch, effect->consumer, effect->forgotten);
}

static void take(struct taker *taker, const struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_SAVE_VERSION:
		batch_version(taker->batch, effect->dag->hash, effect->dag->dag_id,
			effect->dag->file, effect->dag->text);
		return;
	case EFFECT_SAVE_DAG:
		effect_save_dag(taker, effect->dag_record);
		return;
	case EFFECT_SAVE_MISSED:
		batch_missed(taker->batch, effect->missed);
		return;
	case EFFECT_DELETE_DAG:
		batch_dag_delete(taker->batch, effect->dag_id);
		return;
	case EFFECT_DELETE_RUN:
		batch_run_delete(taker->batch, effect->deleted);
		return;
	case EFFECT_SAVE_BACKFILL:
		batch_backfill(taker->batch, effect->backfill);
		return;
	case EFFECT_SAVE_RUN:
		effect_save_run(taker, effect->run);
		return;
	case EFFECT_SAVE_TASK:
		effect_save_task(taker, effect->run, effect->task);
		return;
	case EFFECT_SAVE_XCOM:
		effect_save_xcom(taker, effect);
		return;
	case EFFECT_SAVE_ASSET:
	case EFFECT_SAVE_ASSET_EVENT:
	case EFFECT_QUEUE_ASSET:
	case EFFECT_TAKE_ASSETS:
	case EFFECT_FORGET_ASSETS:
		effect_of_asset(taker->batch, effect);
		return;
	case EFFECT_FORGET_XCOMS:
	case EFFECT_DELETE_TASK:
		effect_forget(taker, effect);
		return;
	case EFFECT_START:
		effect_start(taker, effect);
		return;
	case EFFECT_ENDED:
		effect_ended(taker, effect);
		return;
	case EFFECT_TRY_ENDED:
		effect_try_ended(taker, effect);
		return;
	case EFFECT_KILL:
		deed_add(taker, (struct deed){.kind = DEED_KILL, .attempt = effect->attempt});
		return;
	case EFFECT_FIND_PAST:
		deed_add(taker,
			(struct deed){.kind = DEED_FIND_PAST,
				.run = run_told(effect->run),
				.is_of_schedule = effect->run_dag->catchup == CATCHUP_TRUE});
		return;
	}
}

void effect_take(
	struct daemon *daemon, const struct effect *effect, struct batch *batch, GArray *deeds)
{
	struct taker taker = {daemon, batch, deeds};
	take(&taker, effect);
}
