/* SPDX-License-Identifier: MIT */
/*
 * Tasks that wait and hold no worker: for an instant, for the next look of a sensor, for the end of
 * a run, for a person's answer. Nothing is asked periodically but what only a process can see: who
 * waits for a run of another DAG stands at its bell (bell.c), which is rung when something of that
 * run ends.
 */
#include "lib/engine/flow.h"
#include "lib/engine/why.h"

#include <string.h>

/* ---- how long ---- */

static int64_t later(int64_t at, int64_t duration_us)
{
	int64_t sum;
	return duration_us <= 0 || __builtin_add_overflow(at, duration_us, &sum) ? INSTANT_NEVER
										 : sum;
}

/* When a sensor gives up. */
static int64_t timeout_at(const struct instance *instance)
{
	return later(instance->record.wait_since, task_constant_us(instance->task, "timeout"));
}

/* When a try that holds no worker has taken too long. */
static int64_t execution_end(const struct instance *instance)
{
	return later(instance->record.wait_since, instance->task->execution_timeout_us);
}

int64_t wait_alarm(const struct instance *instance)
{
	const struct task_record *record = &instance->record;
	if (!instance->task)
		return INSTANT_NEVER;
	switch (record->wait) {
	case WAIT_LOOK:
		return record->wait_until;
	case WAIT_INSTANT:
		return MIN(record->wait_until, MIN(timeout_at(instance), execution_end(instance)));
	case WAIT_RUN:
	case WAIT_ANSWER:
		return execution_end(instance);
	case WAIT_NONE:
	case N_WAIT_KINDS:
		break;
	}
	return INSTANT_NEVER;
}

/* The time between two looks: as it is, or as much again as has passed, which doubles it. */
static int64_t next_look(const struct engine *engine, const struct instance *instance)
{
	const struct task *task = instance->task;
	int64_t wait_us = task_constant_us(task, "poke_interval");
	int64_t most_us = task_constant_us(task, "max_wait");
	if (task_constant_boolean(task, "exponential_backoff"))
		wait_us += engine->now - instance->record.wait_since;
	if (most_us > 0)
		wait_us = MIN(wait_us, most_us);
	/* The last look is when its time is over. */
	return MIN(later(engine->now, wait_us), timeout_at(instance));
}

/* ---- beginning to wait, and its end ---- */

bool task_state_is_waiting(enum task_state state)
{
	return state == TASK_DEFERRED || state == TASK_UP_FOR_RESCHEDULE;
}

void wait_arm(struct engine *engine, struct instance *instance)
{
	g_hash_table_add(engine->held, instance);
	wake_set(&engine->wakes, &instance->retry, wait_alarm(instance));
	bell_add(engine, instance);
}

/* What its attempt, which ended when the wait began, is to be known as. */
static void try_record_end(
	struct engine *engine, const struct instance *instance, enum task_state to)
{
	const struct task_record *record = &instance->record;
	enum attempt_state state = to == TASK_SUCCESS ? ATTEMPT_SUCCESS
		: to == TASK_SKIPPED                  ? ATTEMPT_SKIPPED
						      : ATTEMPT_FAILED;
	char *reason = g_strdup(record->reason);
	g_ptr_array_add(engine->reasons, reason);
	effect_add(engine,
		(struct effect){EFFECT_TRY_ENDED, .run = &instance->run->record, .task = record,
			.definition = instance->task, .run_dag = instance->run->dag,
			.attempt = record->attempt, .state = state, .ended_at = engine->now,
			.reason = reason});
}

void wait_leave(struct engine *engine, struct instance *instance)
{
	g_hash_table_remove(engine->held, instance);
	wake_set(&engine->wakes, &instance->retry, INSTANT_NEVER);
	bell_remove(engine, instance);
}

void wait_forget(struct task_record *record)
{
	record->wait = WAIT_NONE;
	record->wait_until = INSTANT_NONE;
	g_clear_pointer(&record->wait_dag, g_free);
	g_clear_pointer(&record->wait_run, g_free);
}

void wait_disarm(struct engine *engine, struct instance *instance)
{
	if (instance->record.state != TASK_NONE)
		try_record_end(engine, instance, instance->record.state);
	wait_leave(engine, instance);
	wait_forget(&instance->record);
}

bool wait_fits(const struct task_record *record, const struct task *task)
{
	enum flow flow = task->operator->flow;
	switch (record->wait) {
	case WAIT_NONE:
		/* A look is due, or is made now. */
		return record->wait_since == INSTANT_NONE || flow == FLOW_WAIT
			|| flow == FLOW_WAIT_TASK;
	case WAIT_LOOK:
		return flow == FLOW_WAIT || flow == FLOW_WAIT_TASK;
	case WAIT_INSTANT:
		return flow == FLOW_WAIT_TIME;
	case WAIT_RUN:
		return flow == FLOW_TRIGGER_DAG;
	case WAIT_ANSWER:
		return flow == FLOW_APPROVAL;
	case N_WAIT_KINDS:
		break;
	}
	g_assert_not_reached();
}

static void hold_for_run(struct instance *instance, const struct flow_end *flow)
{
	instance->record.wait = WAIT_RUN;
	instance->record.wait_dag = g_strdup(flow->trigger.dag_id);
	instance->record.wait_run = g_strdup(flow->trigger.run_id);
}

/* Without its DAG it is not known when it looks again: at once when that can be loaded. */
static void hold_for_look(
	const struct engine *engine, struct instance *instance, const struct flow_end *flow)
{
	struct task_record *record = &instance->record;
	record->wait = WAIT_LOOK;
	record->wait_until = engine->now;
	if (!instance->task)
		return;
	if (instance->task->operator->flow == FLOW_WAIT) {
		record->wait_until = next_look(engine, instance);
		return;
	}
	record->wait_until = timeout_at(instance);
	if (!flow || !flow->watch.dag_id)
		return;
	record->wait_dag = g_strdup(flow->watch.dag_id);
	record->wait_run = instant_iso(flow->watch.date);
	instance->bell_tasks = g_strdupv((char **)flow->watch.task_ids);
}

void task_hold(struct engine *engine, struct instance *instance, const struct event *event,
	enum task_state state)
{
	struct task_record *record = &instance->record;
	const struct flow_end *flow = event->ended.flow;
	enum flow kind = instance->task ? instance->task->operator->flow : FLOW_WAIT;
	if (record->wait_since == INSTANT_NONE)
		record->wait_since = record->started_at;
	record->ended_at = INSTANT_NONE;
	if (kind == FLOW_TRIGGER_DAG) {
		hold_for_run(instance, flow);
	} else if (kind == FLOW_APPROVAL) {
		record->wait = WAIT_ANSWER;
	} else if (kind == FLOW_WAIT_TIME) {
		record->wait = WAIT_INSTANT;
		record->wait_until = flow->until;
	} else {
		hold_for_look(engine, instance, flow);
	}
	task_move(engine, instance, state);
	wait_arm(engine, instance);
}

void task_look_again(struct engine *engine, struct instance *instance, int64_t at)
{
	instance->record.wait = WAIT_LOOK;
	instance->record.wait_until = at;
	task_move(engine, instance, TASK_UP_FOR_RESCHEDULE);
	wait_arm(engine, instance);
}

/* ---- giving up ---- */

static bool is_soft(const struct instance *instance)
{
	return instance->task && task_constant_boolean(instance->task, "soft_fail");
}

static char *timeout_text(const struct instance *instance)
{
	g_autofree char *limit = duration_text(task_constant_us(instance->task, "timeout"));
	return g_strdup_printf("timeout of %s has passed", limit);
}

static void give_up(struct engine *engine, struct instance *instance)
{
	task_reason(instance, timeout_text(instance));
	if (is_soft(instance))
		task_skip(engine, instance);
	else
		task_fail(engine, instance, TRY_FINAL);
}

static void fail_overdue(struct engine *engine, struct instance *instance)
{
	g_autofree char *limit = duration_text(instance->task->execution_timeout_us);
	task_reason(instance, g_strdup_printf("execution_timeout of %s has passed", limit));
	task_fail(engine, instance, TRY_MAY_REPEAT);
}

/* A look in vain is no failure, until its time is over. */
static void look_in_vain(struct engine *engine, struct instance *instance,
	const struct event *event, struct ending *ending)
{
	const struct task_record *record = &instance->record;
	int64_t since =
		record->wait_since == INSTANT_NONE ? record->started_at : record->wait_since;
	int64_t timeout_us = instance->task ? task_constant_us(instance->task, "timeout") : 0;
	g_free(ending->reason);
	ending->is_final = true;
	if (later(since, timeout_us) > engine->now) {
		ending->state = ATTEMPT_UP_FOR_RESCHEDULE;
		ending->reason = g_strdup(event->ended.last_line);
		return;
	}
	ending->reason = timeout_text(instance);
	ending->state = is_soft(instance) ? ATTEMPT_SKIPPED : ATTEMPT_FAILED;
}

void look_end(struct engine *engine, struct instance *instance, const struct event *event,
	struct ending *ending)
{
	bool has_ended = !event->ended.error && !event->ended.timed_out && !event->ended.signal;
	enum flow flow = instance->task ? instance->task->operator->flow : FLOW_NONE;
	bool is_sensor = flow == FLOW_WAIT || flow == FLOW_WAIT_TASK
		|| (!instance->task && instance->record.wait_since != INSTANT_NONE);
	if (!is_sensor)
		return;
	if (has_ended && event->ended.exit_code == EXIT_NOT_YET)
		look_in_vain(engine, instance, event, ending);
	else if (is_soft(instance) && (ending->is_final || event->ended.timed_out))
		ending->state = ATTEMPT_SKIPPED;
}

/* ---- what it waited for ---- */

void wait_over(struct engine *engine, struct instance *instance)
{
	const struct task_record *record = &instance->record;
	switch (record->wait) {
	case WAIT_LOOK:
		task_wait(engine, instance);
		return;
	case WAIT_INSTANT:
		if (record->wait_until <= engine->now)
			task_succeed(engine, instance);
		else if (timeout_at(instance) <= engine->now)
			give_up(engine, instance);
		else
			fail_overdue(engine, instance);
		return;
	case WAIT_RUN:
		fail_overdue(engine, instance);
		return;
	case WAIT_ANSWER:
		if (!answer_default(engine, instance))
			fail_overdue(engine, instance);
		return;
	case WAIT_NONE:
	case N_WAIT_KINDS:
		break;
	}
	g_assert_not_reached();
}

static bool list_names(const json_t *list, const char *name)
{
	size_t i;
	json_t *one;
	json_array_foreach(list, i, one) if (strcmp(json_string_value(one), name) == 0) return true;
	return false;
}

void wait_heard(struct engine *engine, struct instance *instance, const struct run_record *run)
{
	const struct task *task = instance->task;
	const char *state = run_state_name(run->state);
	if (instance->record.wait == WAIT_LOOK) {
		task_wait(engine, instance);
	} else if (task && list_names(task_constant(task, "failed_states"), state)) {
		task_reason(instance,
			g_strdup_printf("run \"%s\" of DAG \"%s\" ended as %s", run->run_id,
				run->dag_id, state));
		task_fail(engine, instance, TRY_MAY_REPEAT);
	} else if (task && list_names(task_constant(task, "allowed_states"), state)) {
		task_succeed(engine, instance);
	}
}

/* ---- why ---- */

static char *waits_for_external(const struct task_record *record)
{
	if (record->wait == WAIT_RUN)
		return g_strdup_printf("waits for the end of run \"%s\" of DAG \"%s\"",
			record->wait_run, record->wait_dag);
	return g_strdup_printf("waits for the run of DAG \"%s\" with the date %s", record->wait_dag,
		record->wait_run);
}

char *waits_without_worker(const struct instance *instance)
{
	const struct task_record *record = &instance->record;
	g_autofree char *until =
		record->wait_until == INSTANT_NONE ? NULL : instant_iso(record->wait_until);
	switch (record->wait) {
	case WAIT_INSTANT:
		return g_strdup_printf("waits until %s", until);
	case WAIT_LOOK:
		if (!record->wait_dag)
			return g_strdup_printf("looks again at %s%s%s", until,
				record->reason ? "; the last look: " : "",
				record->reason ? record->reason : "");
		return waits_for_external(record);
	case WAIT_RUN:
		return waits_for_external(record);
	case WAIT_ANSWER:
		return g_strdup_printf("waits for an answer: dagctl tasks answer %s %s %s OPTION",
			instance->run->record.dag_id, instance->run->record.run_id,
			record->task_id);
	case WAIT_NONE:
	case N_WAIT_KINDS:
		break;
	}
	g_assert_not_reached();
}
