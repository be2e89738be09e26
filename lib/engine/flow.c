/* SPDX-License-Identifier: MIT */
/*
 * What a task decides for those after it. The decision stands in its row, as JSON: of a branch the
 * list of the tasks directly after it that are followed, of a short circuit `false`, of an approval
 * the answer. Each instance counts the upstream instances that bar it; while there is one, it is
 * skipped, whatever its trigger rule says. The counts change where states change, so a task that
 * is cleared alone finds the decision still there.
 *
 * A short circuit that stops all that is after it marks the tasks that it skips: their decision is
 * its name, and they bar all of theirs. A task that has begun before, by a rule that did not wait,
 * is not undone, and neither is what follows from it.
 */
#include "lib/engine/flow.h"
#include "lib/engine/callback.h"

#include <string.h>

#include "lib/dag/branch.h"

/* Whether a task of that operator decides so. Another one stood in its place in the version with
 * which the run began, else. */
static bool is_decision_of(enum flow flow, const json_t *json)
{
	switch (flow) {
	case FLOW_BRANCH:
	case FLOW_LATEST_ONLY:
		return json_is_array(json);
	case FLOW_SHORT_CIRCUIT:
		return json_is_false(json);
	case FLOW_APPROVAL:
		return json_is_object(json);
	case FLOW_NONE:
	case FLOW_TRIGGER_DAG:
	case FLOW_WAIT:
	case FLOW_WAIT_TIME:
	case FLOW_WAIT_TASK:
		break;
	}
	return false;
}

void bar_open(struct bar *bar, const struct instance *instance)
{
	const char *decision = instance->record.decision;
	*bar = (struct bar){.task = instance->task};
	if (!decision || !instance->task)
		return;
	bar->json = json_loads(decision, JSON_DECODE_ANY, NULL);
	g_assert(bar->json);
	/* A name is of who was skipped, whatever its operator. */
	if (!json_is_string(bar->json)
		&& !is_decision_of(instance->task->operator->flow, bar->json))
		json_decref(g_steal_pointer(&bar->json));
	if (!json_is_array(bar->json))
		return;
	bar->followed = g_hash_table_new(g_str_hash, g_str_equal);
	for (size_t i = 0; i < json_array_size(bar->json); i++)
		g_hash_table_add(
			bar->followed, (char *)json_string_value(json_array_get(bar->json, i)));
}

void bar_close(struct bar *bar)
{
	if (bar->followed)
		g_hash_table_destroy(bar->followed);
	json_decref(bar->json);
}

static bool is_rejection(const json_t *answer)
{
	size_t i;
	json_t *option;
	json_array_foreach(json_object_get(answer, "chosen_options"), i,
		option) if (strcmp(json_string_value(option), REJECT) == 0) return true;
	return false;
}

bool bar_stops(const struct bar *bar, enum outcome outcome, const struct task *downstream)
{
	if (!bar->json || downstream->is_teardown)
		return false;
	if (json_is_string(bar->json))
		return outcome == OUTCOME_SKIPPED;
	if (outcome != OUTCOME_SUCCESS)
		return false;
	if (bar->followed)
		return !g_hash_table_contains(bar->followed, downstream->task_id);
	return json_is_object(bar->json) ? is_rejection(bar->json) : json_is_false(bar->json);
}

/* Whether it stops not only those directly after it. */
static bool bar_is_total(const struct bar *bar)
{
	if (json_is_string(bar->json))
		return true;
	return !bar->followed
		&& task_constant_boolean(bar->task, "ignore_downstream_trigger_rules");
}

struct barrier {
	const struct task *task; /* that is barred */
	unsigned n;
	/* Of the first that bars it, one that is total before others. */
	const struct instance *by;
	bool is_total;
};

static void on_upstream(const struct instance *upstream, void *data)
{
	struct barrier *barrier = data;
	struct bar bar;
	if (!upstream->record.decision)
		return;
	bar_open(&bar, upstream);
	if (bar_stops(&bar, outcome_of(upstream->record.state), barrier->task)) {
		bool is_total = bar_is_total(&bar);
		barrier->n++;
		if (!barrier->by || (is_total && !barrier->is_total))
			barrier->by = upstream;
		barrier->is_total |= is_total;
	}
	bar_close(&bar);
}

static struct barrier barrier_find(const struct instance *instance)
{
	struct barrier barrier = {.task = instance->task};
	instance_each_upstream(instance, on_upstream, &barrier);
	return barrier;
}

unsigned instance_count_bars(const struct instance *instance)
{
	return instance->task ? barrier_find(instance).n : 0;
}

static char *barred_text(enum flow flow, const char *name)
{
	switch (flow) {
	case FLOW_BRANCH:
		return g_strdup_printf("branch \"%s\" did not choose it", name);
	case FLOW_LATEST_ONLY:
		return g_strdup_printf("\"%s\" lets only the run of the newest slot go on", name);
	case FLOW_APPROVAL:
		return g_strdup_printf("\"%s\" was answered with " REJECT, name);
	case FLOW_NONE:
	case FLOW_SHORT_CIRCUIT:
	case FLOW_TRIGGER_DAG:
	case FLOW_WAIT:
	case FLOW_WAIT_TIME:
	case FLOW_WAIT_TASK:
		break;
	}
	return g_strdup_printf("short circuit \"%s\" has stopped what is after it", name);
}

/* Whose decision reaches to there, where that is not its own: who was stopped has noted the name.
 * (g_free) */
static char *barrier_noted(const struct instance *by)
{
	json_t *json = json_loads(by->record.decision, JSON_DECODE_ANY, NULL);
	char *name = g_strdup(json_string_value(json));
	json_decref(json);
	return name;
}

/* Only these two stop all; in the run's version another task may have the name of the one that did.
 */
static enum flow flow_of_noted(const struct instance *by, const char *noted)
{
	const struct task *task = dag_task(by->run->dag, noted);
	return task && task->operator->flow == FLOW_APPROVAL ? FLOW_APPROVAL : FLOW_SHORT_CIRCUIT;
}

bool flow_skip(struct engine *engine, struct instance *instance)
{
	if (instance->n_bars == 0)
		return false;
	struct barrier barrier = barrier_find(instance);
	const struct task *by = barrier.by->task;
	g_autofree char *noted = barrier_noted(barrier.by);
	g_autofree char *name = noted ? g_strdup(noted) : instance_name(barrier.by);
	enum flow flow = noted ? flow_of_noted(barrier.by, noted) : by->operator->flow;
	task_reason(instance, barred_text(flow, name));
	g_free(instance->record.decision);
	instance->record.decision =
		barrier.is_total ? g_strdup_printf("\"%s\"", noted ? noted : by->task_id) : NULL;
	task_move(engine, instance, TASK_SKIPPED);
	return true;
}

/* ---- latest_only ---- */

bool flow_is_instant(const struct task *task)
{
	return !task->operator->run[0] &&(
		task->operator->flow == FLOW_NONE || task->operator->flow == FLOW_LATEST_ONLY);
}

static bool is_newest(const struct engine *engine, const struct run *run)
{
	const struct run_record *record = &run->record;
	const struct dag *dag = run->workflow->dag ? run->workflow->dag : run->dag;
	int64_t slot = record->slot == INSTANT_NONE ? record->data_interval_end : record->slot;
	bool is_of_schedule = record->type == RUN_SCHEDULED || record->type == RUN_BACKFILL;
	if (!is_of_schedule || !dag->schedule || slot == INSTANT_NONE
		|| schedule_kind(dag->schedule) == SCHEDULE_CONTINUOUS)
		return true;
	int64_t next = schedule_next(dag->schedule, run->workflow->record.first_seen_at, slot);
	return next == INSTANT_NEVER || engine->now < next + schedule_delay(dag->schedule);
}

void flow_decide_instant(const struct engine *engine, struct instance *instance)
{
	if (instance->task->operator->flow == FLOW_LATEST_ONLY && !is_newest(engine, instance->run))
		instance->record.decision = g_strdup("[]");
}

/* ---- the end of an attempt ---- */

static void ending_set(struct ending *ending, enum attempt_state state, char *reason)
{
	g_free(ending->reason);
	ending->state = state;
	ending->reason = reason;
}

static bool is_truthy(const json_t *value)
{
	if (!value || json_is_null(value) || json_is_false(value))
		return false;
	if (json_is_string(value))
		return json_string_length(value) > 0;
	if (json_is_number(value))
		return json_number_value(value) != 0;
	return json_is_true(value) || json_array_size(value) || json_object_size(value);
}

static void branch_end(
	struct instance *instance, const struct flow_end *flow, struct ending *ending)
{
	g_autoptr(GError) error = NULL;
	json_t *list = branch_follow(
		instance->run->dag, instance->task, flow ? flow->value : NULL, &error);
	if (!list) {
		ending_set(ending, ATTEMPT_FAILED, g_strdup(error->message));
		ending->is_final = true;
		return;
	}
	g_autofree char *text = json_dumps(list, JSON_COMPACT);
	instance->record.decision = g_strdup(text);
	json_decref(list);
}

static char *exists_text(const struct flow_end *flow)
{
	return g_strdup_printf(
		"DAG \"%s\" has a run \"%s\" already", flow->trigger.dag_id, flow->trigger.run_id);
}

/* Of a run that exists; true when the task goes on to wait for it. */
static bool run_again(
	struct engine *engine, struct run *run, const struct flow_end *flow, struct ending *ending)
{
	/* All of its tasks. */
	struct event event = {.kind = EVENT_TASKS_CLEARED,
		.at = engine->now,
		.dag_id = run->record.dag_id,
		.run_id = run->record.run_id};
	g_autoptr(GError) error = NULL;
	if (flow->trigger.skips_existing)
		ending_set(ending, ATTEMPT_SKIPPED, exists_text(flow));
	else if (!flow->trigger.is_reset)
		ending_set(ending, ATTEMPT_FAILED, exists_text(flow));
	else if (tasks_clear(engine, &event, &error))
		return true;
	else
		ending_set(ending, ATTEMPT_FAILED, g_strdup(error->message));
	return false;
}

static bool run_trigger(struct engine *engine, const struct flow_end *flow, struct ending *ending)
{
	struct workflow *workflow = workflow_get(engine, flow->trigger.dag_id);
	g_autoptr(GError) error = NULL;
	struct event event = {
		.kind = EVENT_RUN_TRIGGERED,
		.at = engine->now,
		.dag_id = flow->trigger.dag_id,
		.run_id = flow->trigger.run_id,
		.triggered = {RUN_MANUAL, flow->trigger.logical_date, flow->trigger.conf, NULL,
			"operator"},
	};
	if (workflow && workflow->record.is_paused && flow->trigger.fails_when_paused) {
		ending_set(ending, ATTEMPT_FAILED,
			g_strdup_printf("DAG \"%s\" is paused", flow->trigger.dag_id));
		return false;
	}
	struct run *run = workflow ? run_find(workflow, flow->trigger.run_id) : NULL;
	if (run)
		return run_again(engine, run, flow, ending);
	if (engine_trigger(engine, &event, &error))
		return true;
	ending_set(ending, ATTEMPT_FAILED, g_strdup(error->message));
	return false;
}

static void trigger_end(struct engine *engine, struct instance *instance,
	const struct flow_end *flow, struct ending *ending)
{
	const struct task *task = instance->task;
	if (!flow || !run_trigger(engine, flow, ending))
		return;
	if (task->do_xcom_push) {
		json_t *value = json_string(flow->trigger.run_id);
		effect_xcom(engine, instance, "trigger_run_id", value);
		json_decref(value);
	}
	if (task_constant_boolean(task, "wait_for_completion"))
		ending_set(ending, ATTEMPT_DEFERRED, NULL);
}

/* A run that is being ended makes nothing new and waits for nothing. */
static void aborted_end(
	const struct instance *instance, const struct event *event, struct ending *ending)
{
	enum flow flow = instance->task->operator->flow;
	bool would_begin =
		flow == FLOW_TRIGGER_DAG || flow == FLOW_WAIT_TIME || flow == FLOW_APPROVAL;
	bool would_look = (flow == FLOW_WAIT || flow == FLOW_WAIT_TASK)
		&& event->ended.exit_code == EXIT_NOT_YET;
	if ((would_begin && ending->state == ATTEMPT_SUCCESS) || would_look)
		ending_set(ending, ATTEMPT_SKIPPED, g_strdup(instance->run->record.reason));
}

static void success_end(struct engine *engine, struct instance *instance,
	const struct flow_end *flow, struct ending *ending)
{
	if (flow && flow->skipped) {
		ending_set(ending, ATTEMPT_SKIPPED, g_strdup(flow->skipped));
		return;
	}
	switch (instance->task->operator->flow) {
	case FLOW_BRANCH:
		branch_end(instance, flow, ending);
		return;
	case FLOW_SHORT_CIRCUIT:
		if (!is_truthy(flow ? flow->value : NULL))
			instance->record.decision = g_strdup("false");
		return;
	case FLOW_TRIGGER_DAG:
		trigger_end(engine, instance, flow, ending);
		return;
	case FLOW_WAIT_TIME:
		if (flow && flow->until > engine->now)
			ending_set(ending, ATTEMPT_DEFERRED, NULL);
		return;
	case FLOW_APPROVAL:
		ending_set(ending, ATTEMPT_DEFERRED, NULL);
		return;
	case FLOW_NONE:
	case FLOW_LATEST_ONLY:
	case FLOW_WAIT:
	case FLOW_WAIT_TASK:
		return;
	}
}

void flow_judge(struct engine *engine, struct instance *instance, const struct event *event,
	struct ending *ending)
{
	if (instance->task && instance_is_ending(instance))
		aborted_end(instance, event, ending);
	else if (instance->task && ending->state == ATTEMPT_SUCCESS)
		success_end(engine, instance, event->ended.flow, ending);
	else if (ending->state == ATTEMPT_FAILED)
		look_end(engine, instance, event, ending);
}
