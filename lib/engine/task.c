/* SPDX-License-Identifier: MIT */
#include "lib/engine/model.h"

#include <string.h>

/* Airflow's exit code for "do not try again" has no number; 78 is sysexits' EX_CONFIG. */
enum { EXIT_FOR_GOOD = 78 };
/* A task whose worker could not be started waits so long before it is tried again. */
#define START_AGAIN_US SECOND_US
#define RETRY_DELAY_MAX DAY_US

static bool is_active(enum task_state state)
{
	return state == TASK_QUEUED || state == TASK_RUNNING || state == TASK_RESTARTING;
}

void instance_changed(struct engine *engine, struct instance *instance)
{
	if (instance->is_changed)
		return;
	instance->is_changed = true;
	g_ptr_array_add(engine->changed_instances, instance);
}

void task_reason(struct instance *instance, char *reason)
{
	g_free(instance->record.reason);
	instance->record.reason = reason;
}

void task_move(struct engine *engine, struct instance *instance, enum task_state state)
{
	struct run *run = instance->run;
	enum task_state from = instance->record.state;
	g_assert(task_move_is_allowed(from, state));
	run->n_active += is_active(state);
	run->n_active -= is_active(from);
	run->n_unfinished += !task_state_is_finished(state);
	run->n_unfinished -= !task_state_is_finished(from);
	instance->record.state = state;
	if (state == TASK_SCHEDULED)
		instance->record.scheduled_at = engine->now;
	if (state == TASK_QUEUED)
		instance->record.queued_at = engine->now;
	if (task_state_is_finished(state)) {
		if (instance->record.ended_at == INSTANT_NONE)
			instance->record.ended_at = engine->now;
		g_queue_push_tail(&engine->settled, instance);
	}
	instance_changed(engine, instance);
	run_touch(engine, run);
}

void task_ready(struct engine *engine, struct instance *instance)
{
	task_move(engine, instance, TASK_SCHEDULED);
	instance->place =
		g_sequence_insert_sorted(instance->run->ready, instance, instance_compare, NULL);
}

static void upstream_failed(
	struct engine *engine, struct instance *instance, const struct instance *upstream)
{
	task_reason(instance,
		g_strdup_printf("upstream task \"%s\" %s", upstream->record.task_id,
			upstream->record.state == TASK_FAILED ? "failed" : "could not run"));
	task_move(engine, instance, TASK_UPSTREAM_FAILED);
}

static void upstream_skipped(
	struct engine *engine, struct instance *instance, const struct instance *upstream)
{
	task_reason(instance,
		g_strdup_printf("upstream task \"%s\" was skipped", upstream->record.task_id));
	task_move(engine, instance, TASK_SKIPPED);
}

/* The law of the rule all_success for one upstream task that has ended. */
static void upstream_ended(
	struct engine *engine, struct instance *instance, const struct instance *upstream)
{
	if (instance->record.state != TASK_NONE || instance->run->record.state != RUN_RUNNING)
		return;
	switch (upstream->record.state) {
	case TASK_FAILED:
	case TASK_UPSTREAM_FAILED:
		upstream_failed(engine, instance, upstream);
		return;
	case TASK_SKIPPED:
		upstream_skipped(engine, instance, upstream);
		return;
	case TASK_SUCCESS:
	case TASK_REMOVED:
		g_assert(instance->n_waiting > 0);
		/* Looks again: what ended while the DAG could not be loaded was told to nobody. */
		if (--instance->n_waiting == 0)
			task_evaluate(engine, instance);
		return;
	case TASK_NONE:
	case TASK_SCHEDULED:
	case TASK_QUEUED:
	case TASK_RUNNING:
	case TASK_UP_FOR_RETRY:
	case TASK_RESTARTING:
	case TASK_DEFERRED:
	case TASK_UP_FOR_RESCHEDULE:
	case N_TASK_STATES:
		return; /* cleared within the same step */
	}
}

void tasks_propagate(struct engine *engine)
{
	struct instance *ended;
	while ((ended = g_queue_pop_head(&engine->settled))) {
		const struct task *task = ended->task;
		for (size_t i = 0; task && i < task->n_downstream; i++)
			upstream_ended(engine, &ended->run->instances[task->downstream[i]], ended);
	}
}

void task_count_waiting(struct instance *instance)
{
	const struct task *task = instance->task;
	instance->n_waiting = 0;
	for (size_t i = 0; task && i < task->n_upstream; i++)
		instance->n_waiting += !task_state_is_finished(
			instance->run->instances[task->upstream[i]].record.state);
}

void task_evaluate(struct engine *engine, struct instance *instance)
{
	const struct instance *skipped = NULL;
	const struct task *task = instance->task;
	if (!task || instance->record.state != TASK_NONE
		|| instance->run->record.state != RUN_RUNNING)
		return;
	task_count_waiting(instance);
	for (size_t i = 0; i < task->n_upstream; i++) {
		const struct instance *upstream = &instance->run->instances[task->upstream[i]];
		enum task_state state = upstream->record.state;
		if (state == TASK_FAILED || state == TASK_UPSTREAM_FAILED) {
			upstream_failed(engine, instance, upstream);
			return;
		}
		if (state == TASK_SKIPPED && !skipped)
			skipped = upstream;
	}
	if (skipped)
		upstream_skipped(engine, instance, skipped);
	else if (instance->n_waiting == 0)
		task_ready(engine, instance);
}

/*
 * The wait before the next try. Exponential backoff doubles the delay with each try and adds up to
 * as much again, spread by a hash of the try's name, so that it is fixed and yet differs between
 * tasks (Airflow's TaskInstance.next_retry_datetime).
 */
static int64_t retry_delay(const struct instance *instance)
{
	const struct task *task = instance->task;
	int64_t most = task->max_retry_delay_us ? task->max_retry_delay_us : RETRY_DELAY_MAX;
	if (!task->retry_exponential_backoff)
		return task->retry_delay_us;
	unsigned doublings = MIN(instance->record.try_number - 1, 30u);
	int64_t least = MAX(task->retry_delay_us, SECOND_US);
	least = least > most >> doublings ? most : least << doublings;
	g_autofree char *name = g_strdup_printf("%s#%s#%s#%u", instance->run->record.dag_id,
		instance->record.task_id, instance->run->record.run_id,
		instance->record.try_number);
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA1, name, -1);
	hash[8] = '\0';
	int64_t spread = (int64_t)(g_ascii_strtoull(hash, NULL, 16) * SECOND_US / 1000);
	return MIN(least + spread % least, most);
}

static void task_wait_for_retry(struct engine *engine, struct instance *instance, int64_t at)
{
	instance->record.retry_at = at;
	task_move(engine, instance, TASK_UP_FOR_RETRY);
	if (instance->task)
		wake_set(&engine->wakes, &instance->retry, at);
}

/* As soon as its upstream tasks let it: they may have been cleared meanwhile. */
static void task_wait(struct engine *engine, struct instance *instance)
{
	task_move(engine, instance, TASK_NONE);
	task_evaluate(engine, instance);
}

void task_retry(struct engine *engine, struct instance *instance)
{
	instance->record.retry_at = INSTANT_NONE;
	task_wait(engine, instance);
}

/* The try has failed: another one, or the end. `is_final`: no further try can help. */
static void task_fail(struct engine *engine, struct instance *instance, bool is_final)
{
	struct task_record *record = &instance->record;
	/* Without its DAG the delay is not known; it waits until that can be loaded anyway. */
	int64_t delay_us = instance->task ? retry_delay(instance) : 0;
	if (is_final || run_is_aborted(instance->run) || record->try_number > record->max_tries)
		task_move(engine, instance, TASK_FAILED);
	else
		task_wait_for_retry(engine, instance, engine->now + delay_us);
}

static char *signal_text(int signal)
{
	return g_strdup_printf("ended by signal %d (%s)", signal, strsignal(signal));
}

/* Why a try failed, in one line. */
static char *failure_text(const struct instance *instance, const struct event *event)
{
	const char *last_line = event->ended.last_line;
	if (event->ended.error)
		return g_strdup(event->ended.error);
	if (event->ended.timed_out) {
		g_autofree char *limit =
			duration_text(instance->task ? instance->task->execution_timeout_us : 0);
		return g_strdup_printf("execution_timeout of %s has passed", limit);
	}
	if (event->ended.signal)
		return signal_text(event->ended.signal);
	if (!last_line || !*last_line)
		return g_strdup_printf("exit code %d", event->ended.exit_code);
	return g_strdup_printf("exit code %d: %s", event->ended.exit_code, last_line);
}

static enum attempt_state ended_state(const struct instance *instance, const struct event *event)
{
	if (event->ended.error || event->ended.timed_out || event->ended.signal)
		return ATTEMPT_FAILED;
	if (event->ended.exit_code == 0)
		return ATTEMPT_SUCCESS;
	bool skips = instance->task
		&& exit_codes_have(&instance->task->skip_on, event->ended.exit_code);
	return skips ? ATTEMPT_SKIPPED : ATTEMPT_FAILED;
}

/* The instance that runs this attempt, which is over with this; NULL: settled before. */
static struct instance *attempt_take(struct engine *engine, int64_t attempt, GError **error)
{
	struct instance *instance = g_hash_table_lookup(engine->attempts, &attempt);
	if (!instance) {
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN,
			"attempt %" G_GINT64_FORMAT " has been settled before", attempt);
		return NULL;
	}
	g_hash_table_remove(engine->attempts, &attempt);
	return instance;
}

static void attempt_record_end(struct engine *engine, struct instance *instance,
	enum attempt_state state, int64_t ended_at, const char *reason)
{
	char *copy = g_strdup(reason);
	g_ptr_array_add(engine->reasons, copy);
	effect_add(engine,
		(struct effect){EFFECT_ENDED, .run = &instance->run->record,
			.task = &instance->record, .definition = instance->task,
			.run_dag = instance->run->dag, .attempt = instance->record.attempt,
			.state = state, .ended_at = ended_at, .reason = copy});
}

/* Its run is being ended: it does not begin any more. */
static void task_never_mind(struct engine *engine, struct instance *instance)
{
	task_reason(instance, g_strdup(instance->run->record.reason));
	task_move(engine, instance, TASK_SKIPPED);
}

void task_kill(struct engine *engine, struct instance *instance)
{
	effect_add(engine,
		(struct effect){EFFECT_KILL, .run = &instance->run->record,
			.task = &instance->record, .attempt = instance->record.attempt});
}

/* It was cleared while it ran: the try does not count, it begins anew unless its run is being
 * ended. */
static void task_restart(struct engine *engine, struct instance *instance)
{
	if (run_is_aborted(instance->run)) {
		task_never_mind(engine, instance);
		return;
	}
	instance->record.started_at = instance->record.ended_at = INSTANT_NONE;
	task_reason(instance, NULL);
	task_wait(engine, instance);
}

bool task_ended(struct engine *engine, const struct event *event, GError **error)
{
	struct instance *instance = attempt_take(engine, event->ended.attempt, error);
	if (!instance)
		return false;
	enum attempt_state state = ended_state(instance, event);
	struct task_record *record = &instance->record;
	record->ended_at =
		event->ended.ended_at == INSTANT_NONE ? engine->now : event->ended.ended_at;
	if (event->ended.started_at != INSTANT_NONE)
		record->started_at = event->ended.started_at;
	task_reason(instance, state == ATTEMPT_FAILED ? failure_text(instance, event) : NULL);
	attempt_record_end(engine, instance, state, record->ended_at, record->reason);
	if (record->state == TASK_RESTARTING)
		task_restart(engine, instance);
	else if (state == ATTEMPT_SUCCESS)
		task_move(engine, instance, TASK_SUCCESS);
	else if (state == ATTEMPT_SKIPPED)
		task_move(engine, instance, TASK_SKIPPED);
	else
		task_fail(engine, instance,
			event->ended.exit_code == EXIT_FOR_GOOD && !event->ended.error);
	return true;
}

bool task_lost(struct engine *engine, const struct event *event, GError **error)
{
	struct instance *instance = attempt_take(engine, event->lost.attempt, error);
	if (!instance)
		return false;
	instance->record.ended_at = engine->now;
	task_reason(instance, g_strdup_printf("lost: %s", event->lost.reason));
	attempt_record_end(engine, instance, ATTEMPT_LOST, engine->now, instance->record.reason);
	if (instance->record.state == TASK_RESTARTING)
		task_restart(engine, instance);
	else
		task_fail(engine, instance,
			!instance->task || instance->task->on_lost == ON_LOST_FAIL);
	return true;
}

bool task_taken_back(struct engine *engine, const struct event *event, GError **error)
{
	struct instance *instance = attempt_take(engine, event->lost.attempt, error);
	if (!instance)
		return false;
	attempt_record_end(engine, instance, ATTEMPT_TAKEN_BACK, engine->now, event->lost.reason);
	instance->record.try_number--;
	instance->record.started_at = INSTANT_NONE;
	if (instance->record.state == TASK_RESTARTING) {
		instance->record.max_tries--; /* it counted that try */
		task_restart(engine, instance);
	} else if (run_is_aborted(instance->run)) {
		task_never_mind(engine, instance);
	} else if (engine->is_recovering) {
		task_move(engine, instance, TASK_SCHEDULED);
		task_wait(engine, instance);
	} else {
		task_reason(instance, g_strdup(event->lost.reason));
		task_wait_for_retry(engine, instance, engine->now + START_AGAIN_US);
	}
	return true;
}
