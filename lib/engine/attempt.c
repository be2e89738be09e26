/* SPDX-License-Identifier: MIT */
#include "lib/engine/assets.h"
#include "lib/engine/callback.h"
#include "lib/engine/flow.h"

#include <string.h>

/* Airflow's exit code for "do not try again" has no number; 78 is sysexits' EX_CONFIG. */
enum { EXIT_FOR_GOOD = 78 };
/* A task whose worker could not be started waits so long before it is tried again. */
#define START_AGAIN_US SECOND_US
#define RETRY_DELAY_MAX DAY_US

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
	g_autofree char *task_name = instance_name(instance);
	g_autofree char *name = g_strdup_printf("%s#%s#%s#%u", instance->run->record.dag_id,
		task_name, instance->run->record.run_id, instance->record.try_number);
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

void task_fail(struct engine *engine, struct instance *instance, enum failure failure)
{
	struct task_record *record = &instance->record;
	/* Without its DAG the delay is not known; it waits until that can be loaded anyway. */
	int64_t delay_us = instance->task ? retry_delay(instance) : 0;
	bool is_ending = instance_is_ending(instance);
	const struct group *group = NULL;
	if (record->try_number > record->max_tries)
		group = group_to_retry(instance);
	if (failure == TRY_FINAL || is_ending
		|| (record->try_number > record->max_tries && !group)) {
		task_move(engine, instance, TASK_FAILED);
		if (!is_ending)
			task_failed(engine, instance);
		return;
	}
	task_wait_for_retry(
		engine, instance, engine->now + (group ? group->retry_delay_us : delay_us));
	task_call(engine, instance, CALLBACK_RETRY);
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
	bool skips =
		instance->task && exit_codes_have(&instance->task->skip_on, event->ended.exit_code);
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

/* It was cleared while it ran: the try does not count, it begins anew unless its run is being
 * ended. */
static void task_restart(struct engine *engine, struct instance *instance)
{
	if (instance_is_ending(instance)) {
		task_never_mind(engine, instance);
		return;
	}
	instance->record.started_at = instance->record.ended_at = INSTANT_NONE;
	task_reason(instance, NULL);
	task_wait(engine, instance);
}

void task_succeed(struct engine *engine, struct instance *instance)
{
	task_move(engine, instance, TASK_SUCCESS);
	assets_told_by(engine, instance);
	task_call(engine, instance, CALLBACK_SUCCESS);
}

void task_skip(struct engine *engine, struct instance *instance)
{
	task_move(engine, instance, TASK_SKIPPED);
	task_call(engine, instance, CALLBACK_SKIPPED);
}

static void callback_settle(struct engine *engine, struct instance *instance)
{
	if (instance->is_callback && task_state_is_finished(instance->record.state))
		callback_ended(engine, instance);
}

/* Whether the exit code says that no further try can help. */
static bool is_final(const struct task *task, const struct event *event)
{
	int code = event->ended.exit_code;
	if (event->ended.error || event->ended.timed_out || event->ended.signal)
		return false;
	if (!task || exit_codes_have(&task->retry_on, code))
		return false;
	return code == EXIT_FOR_GOOD || exit_codes_have(&task->fail_on, code)
		|| !exit_codes_are_empty(&task->retry_on);
}

static void task_go_on(struct engine *engine, struct instance *instance, const struct event *event,
	const struct ending *ending)
{
	switch (ending->state) {
	case ATTEMPT_SUCCESS:
		instance->record.map_length = event->ended.map_length;
		instance->record.map_label = g_strdup(event->ended.map_label);
		task_succeed(engine, instance);
		return;
	case ATTEMPT_SKIPPED:
		task_skip(engine, instance);
		return;
	case ATTEMPT_DEFERRED:
		task_hold(engine, instance, event, TASK_DEFERRED);
		return;
	case ATTEMPT_UP_FOR_RESCHEDULE:
		task_hold(engine, instance, event, TASK_UP_FOR_RESCHEDULE);
		return;
	case ATTEMPT_FAILED:
		task_fail(engine, instance, ending->is_final ? TRY_FINAL : TRY_MAY_REPEAT);
		return;
	case ATTEMPT_LAUNCHING:
	case ATTEMPT_LOST:
	case ATTEMPT_TAKEN_BACK:
	case N_ATTEMPT_STATES:
		break;
	}
	g_assert_not_reached();
}

bool task_ended(struct engine *engine, const struct event *event, GError **error)
{
	struct instance *instance = attempt_take(engine, event->ended.attempt, error);
	if (!instance)
		return false;
	struct task_record *record = &instance->record;
	struct ending ending = {
		.state = ended_state(instance, event), .is_final = is_final(instance->task, event)};
	if (ending.state == ATTEMPT_FAILED)
		ending.reason = failure_text(instance, event);
	record->ended_at =
		event->ended.ended_at == INSTANT_NONE ? engine->now : event->ended.ended_at;
	/* Of a sensor that looks again the first look counts. */
	if (event->ended.started_at != INSTANT_NONE && record->wait_since == INSTANT_NONE)
		record->started_at = event->ended.started_at;
	if (record->state == TASK_RUNNING && !instance_is_marked(instance))
		flow_judge(engine, instance, event, &ending);
	task_reason(instance, ending.reason);
	attempt_record_end(engine, instance, ending.state, record->ended_at, record->reason);
	if (instance_obey(engine, instance))
		return true;
	if (record->state == TASK_RESTARTING)
		task_restart(engine, instance);
	else
		task_go_on(engine, instance, event, &ending);
	callback_settle(engine, instance);
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
	if (instance_obey(engine, instance))
		return true;
	if (instance->record.state == TASK_RESTARTING)
		task_restart(engine, instance);
	else
		task_fail(engine, instance,
			!instance->task || instance->task->on_lost == ON_LOST_FAIL
				? TRY_FINAL
				: TRY_MAY_REPEAT);
	callback_settle(engine, instance);
	return true;
}

bool task_taken_back(struct engine *engine, const struct event *event, GError **error)
{
	struct instance *instance = attempt_take(engine, event->lost.attempt, error);
	if (!instance)
		return false;
	attempt_record_end(engine, instance, ATTEMPT_TAKEN_BACK, engine->now, event->lost.reason);
	bool is_look = instance->record.wait_since != INSTANT_NONE;
	if (!is_look) {
		instance->record.try_number--;
		instance->record.started_at = INSTANT_NONE;
	}
	if (instance_obey(engine, instance)) {
		return true;
	} else if (instance->record.state == TASK_RESTARTING) {
		instance->record.max_tries--; /* it counted that try */
		task_restart(engine, instance);
	} else if (instance_is_ending(instance)) {
		task_never_mind(engine, instance);
	} else if (engine->is_recovering) {
		task_move(engine, instance, TASK_SCHEDULED);
		task_wait(engine, instance);
	} else if (is_look) {
		task_look_again(engine, instance, engine->now + START_AGAIN_US);
	} else {
		task_reason(instance, g_strdup(event->lost.reason));
		task_wait_for_retry(engine, instance, engine->now + START_AGAIN_US);
	}
	return true;
}
