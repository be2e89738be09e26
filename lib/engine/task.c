/* SPDX-License-Identifier: MIT */
#include "lib/engine/assets.h"
#include "lib/engine/callback.h"
#include "lib/engine/flow.h"
#include "lib/engine/past.h"
#include "lib/engine/scope.h"

void task_reason(struct instance *instance, char *reason)
{
	g_free(instance->record.reason);
	instance->record.reason = reason;
}

void task_move(struct engine *engine, struct instance *instance, enum task_state state)
{
	struct run *run = instance->run;
	enum task_state from = instance->record.state;
	bool stood_well = past_stands_well(instance);
	g_assert(task_move_is_allowed(from, state));
	unsigned *n_unfinished = instance->is_callback ? &run->n_callbacks : &run->n_unfinished;
	*n_unfinished += !task_state_is_finished(state);
	*n_unfinished -= !task_state_is_finished(from);
	instance->record.state = state;
	if (task_state_is_waiting(from))
		wait_disarm(engine, instance);
	bool ends_try = task_state_is_finished(state) || state == TASK_UP_FOR_RETRY
		|| state == TASK_RESTARTING;
	if (ends_try)
		instance->record.wait_since = INSTANT_NONE;
	if (state == TASK_SCHEDULED)
		instance->record.scheduled_at = engine->now;
	if (task_state_is_finished(state)) {
		instance->record.wish = WISH_NONE;
		if (instance->record.ended_at == INSTANT_NONE)
			instance->record.ended_at = engine->now;
	}
	instance_count_active(engine, instance, from, state);
	instance_changed(engine, instance);
	instance_tell(engine, instance, outcome_of(from));
	/* What it decided was told; in another state it has decided nothing. */
	if (task_state_is_finished(from) || !task_state_is_finished(state))
		g_clear_pointer(&instance->record.decision, g_free);
	if (task_state_is_finished(state))
		bells_task_ended(engine, instance);
	past_tell(engine, instance, stood_well);
	if (task_state_is_active(from))
		scope_is_done(engine, run);
	run_touch(engine, run);
}

void task_begin(struct engine *engine, struct instance *instance)
{
	struct task_record *record = &instance->record;
	record->ended_at = INSTANT_NONE;
	task_reason(instance, NULL);
	/* Another look of the same try. */
	if (record->wait_since != INSTANT_NONE)
		return;
	if (record->attempt)
		effect_add(engine, (struct effect){EFFECT_FORGET_XCOMS, .task = record});
	record->try_number++;
	record->started_at = engine->now;
	record->map_length = -1;
	g_clear_pointer(&record->map_label, g_free);
}

static bool run_is_free(const struct engine *engine, const struct run *run)
{
	return !engine->is_recovering && run->record.state == RUN_RUNNING
		&& !run->workflow->record.is_paused;
}

static void succeed_at_once(struct engine *engine, struct instance *instance)
{
	instance_dequeue(engine, instance);
	task_begin(engine, instance);
	task_call(engine, instance, CALLBACK_EXECUTE);
	flow_decide_instant(engine, instance);
	task_move(engine, instance, TASK_SUCCESS);
	assets_told_by(engine, instance);
	task_call(engine, instance, CALLBACK_SUCCESS);
}

void run_admit_processless(struct engine *engine, struct run *run)
{
	while (run->processless && !g_sequence_is_empty(run->processless)
		&& run_is_free(engine, run))
		succeed_at_once(
			engine, g_sequence_get(g_sequence_get_begin_iter(run->processless)));
}

void task_ready(struct engine *engine, struct instance *instance)
{
	struct run *run = instance->run;
	if (instance->record.state != TASK_SCHEDULED)
		task_move(engine, instance, TASK_SCHEDULED);
	/* An operator such as `empty` needs no worker, and no limit holds it. */
	if (!flow_is_instant(instance->task)) {
		instance_enqueue(engine, instance);
		return;
	}
	if (!run->processless)
		run->processless = g_sequence_new(NULL);
	instance->place =
		g_sequence_insert_sorted(run->processless, instance, instance_compare, NULL);
	run_touch(engine, run);
}

/* ---- what the trigger rule says ---- */

char *instance_name(const struct instance *instance)
{
	const struct task_record *record = &instance->record;
	return record->map_index < 0
		? g_strdup(record->task_id)
		: g_strdup_printf("%s[%d]", record->task_id, record->map_index);
}

static const char *const outcome_words[N_OUTCOMES] = {
	[OUTCOME_SUCCESS] = "succeeded",
	[OUTCOME_FAILED] = "failed",
	[OUTCOME_UPSTREAM_FAILED] = "could not run",
	[OUTCOME_SKIPPED] = "was skipped",
};

/* Names the first upstream task with the first of these outcomes that there is. */
static char *culprit_text(const struct instance *instance, const enum outcome *outcomes)
{
	for (; *outcomes != OUTCOME_NONE; outcomes++) {
		const struct instance *upstream = instance->n_upstream[*outcomes]
			? instance_upstream(instance, *outcomes)
			: NULL;
		if (!upstream)
			continue;
		g_autofree char *name = instance_name(upstream);
		return g_strdup_printf("upstream task \"%s\" %s", name, outcome_words[*outcomes]);
	}
	return NULL;
}

/* Why a rule has this answer, when it is no upstream task that decided it. */
static const char *lack_text(enum trigger_rule rule)
{
	switch (rule) {
	case RULE_ONE_FAILED:
		return "no upstream task failed";
	case RULE_ONE_DONE:
		return "no upstream task succeeded or failed";
	case RULE_ONE_SUCCESS:
	case RULE_ALL_DONE_MIN_ONE_SUCCESS:
		return "no upstream task succeeded";
	case RULE_ALL_DONE_SETUP_SUCCESS:
		return "no setup of it succeeded";
	case RULE_NONE_FAILED_MIN_ONE_SUCCESS:
		return "all upstream tasks were skipped";
	case RULE_ALL_SUCCESS:
	case RULE_ALL_FAILED:
	case RULE_ALL_DONE:
	case RULE_ALL_SKIPPED:
	case RULE_NONE_FAILED:
	case RULE_NONE_SKIPPED:
	case RULE_ALWAYS:
	case N_TRIGGER_RULES:
		break;
	}
	g_assert_not_reached();
}

/* In one line, with the rule before it where that is not the one that everybody expects. */
static char *verdict_text(const struct instance *instance, enum verdict verdict)
{
	static const enum outcome failures[] = {
		OUTCOME_FAILED, OUTCOME_UPSTREAM_FAILED, OUTCOME_NONE};
	static const enum outcome skips[] = {OUTCOME_SKIPPED, OUTCOME_NONE};
	static const enum outcome not_failed[] = {OUTCOME_SUCCESS, OUTCOME_SKIPPED, OUTCOME_NONE};
	static const enum outcome not_skipped[] = {
		OUTCOME_SUCCESS, OUTCOME_FAILED, OUTCOME_UPSTREAM_FAILED, OUTCOME_NONE};
	enum trigger_rule rule = instance->task->trigger_rule;
	g_autofree char *text = NULL;
	bool is_lack = rule == RULE_ONE_FAILED || rule == RULE_ONE_DONE || rule == RULE_ONE_SUCCESS
		|| rule == RULE_ALL_DONE_SETUP_SUCCESS
		|| (rule == RULE_NONE_FAILED_MIN_ONE_SUCCESS && verdict == VERDICT_SKIP)
		|| (rule == RULE_ALL_DONE_MIN_ONE_SUCCESS && verdict == VERDICT_UPSTREAM_FAILED);
	if (!is_lack)
		text = culprit_text(instance,
			verdict == VERDICT_UPSTREAM_FAILED ? failures
				: rule == RULE_ALL_FAILED  ? not_failed
				: rule == RULE_ALL_SKIPPED ? not_skipped
							   : skips);
	if (!text)
		text = g_strdup(lack_text(rule));
	if (rule == RULE_ALL_SUCCESS)
		return g_steal_pointer(&text);
	return g_strdup_printf("trigger rule %s: %s", trigger_rules[rule], text);
}

static void task_pass_over(struct engine *engine, struct instance *instance, enum verdict verdict)
{
	char *scope = scope_text(instance, verdict);
	task_reason(instance, scope ? scope : verdict_text(instance, verdict));
	task_move(engine, instance, verdict == VERDICT_SKIP ? TASK_SKIPPED : TASK_UPSTREAM_FAILED);
}

enum verdict task_verdict(const struct instance *instance)
{
	enum trigger_rule rule = instance->task->trigger_rule;
	enum verdict scope = scope_verdict(instance);
	unsigned n_setups[N_OUTCOMES] = {0};
	if (scope == VERDICT_SKIP || scope == VERDICT_UPSTREAM_FAILED)
		return scope;
	if (rule == RULE_ALL_DONE_SETUP_SUCCESS)
		scope_count(instance, n_setups);
	enum verdict own = rule_decide(rule, instance->n_upstream, n_setups);
	return own == VERDICT_RUN ? scope : own;
}

static void task_evaluate(struct engine *engine, struct instance *instance)
{
	const struct task *task = instance->task;
	if (!task || instance->record.state != TASK_NONE || instance->expansion
		|| instance->run->record.state != RUN_RUNNING)
		return;
	if (instance->record.wish == WISH_START) {
		task_ready(engine, instance);
		return;
	}
	if (flow_skip(engine, instance) || mapping_apply_group(engine, instance))
		return;
	enum verdict verdict = task_verdict(instance);
	if (verdict == VERDICT_WAIT || (verdict == VERDICT_RUN && scope_is_working(instance)))
		return;
	if (verdict != VERDICT_RUN)
		task_pass_over(engine, instance, verdict);
	else if (past_lets(instance) && !mapping_apply(engine, instance))
		task_ready(engine, instance);
}

void tasks_evaluate(struct engine *engine)
{
	struct instance *instance;
	while ((instance = g_queue_pop_head(&engine->doubtful))) {
		instance->is_doubtful = false;
		task_evaluate(engine, instance);
	}
}

void task_wait(struct engine *engine, struct instance *instance)
{
	task_move(engine, instance, TASK_NONE);
	if (instance->is_callback)
		callback_ready(engine, instance);
	else
		instance_doubt(engine, instance);
}

void task_failed(struct engine *engine, struct instance *instance)
{
	task_call(engine, instance, CALLBACK_FAILURE);
	fail_fast(engine, instance);
}

void task_retry(struct engine *engine, struct instance *instance)
{
	if (task_state_is_waiting(instance->record.state)) {
		wait_over(engine, instance);
		return;
	}
	bool is_for_group = instance_waits_for_group(instance);
	instance->record.retry_at = INSTANT_NONE;
	if (!is_for_group)
		task_wait(engine, instance);
	else if (group_to_retry(instance))
		group_retry(engine, instance);
	else
		task_move(engine, instance, TASK_FAILED); /* the run has moved to another version */
}

void task_kill(struct engine *engine, struct instance *instance)
{
	effect_add(engine,
		(struct effect){EFFECT_KILL, .run = &instance->run->record,
			.task = &instance->record, .attempt = instance->record.attempt});
}
