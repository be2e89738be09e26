/* SPDX-License-Identifier: MIT */
/*
 * What follows from a try that did not succeed: another one, and when, or the end of its task. Of
 * operators without a flow: the others may wait, look again or be answered.
 */
#include <string.h>

#include "lib/base/instant.h"
#include "tests/sim/view.h"

/* As the manual has it: "do not try again". */
enum { EXIT_DOES_NOT_HELP = 78 };

static bool is_being_ended(const struct run_record *run)
{
	return run->state == RUN_RUNNING && run->reason;
}

static void run_remember(const struct sim *sim, const struct run_record *run)
{
	if (is_being_ended(run))
		g_hash_table_add(sim->ending, g_memdup2(&run->id, sizeof run->id));
	else
		g_hash_table_remove(sim->ending, &run->id);
}

void tries_remember(const struct sim *sim)
{
	const GPtrArray *runs = memory_runs(sim->memory);
	g_hash_table_remove_all(sim->ending);
	for (unsigned i = 0; i < runs->len; i++)
		run_remember(sim, runs->pdata[i]);
}

/* The exit code says that no further try can help. */
static bool is_for_good(const struct event *event, const struct task *task)
{
	int code = event->ended.exit_code;
	if (event->kind == EVENT_ATTEMPT_LOST)
		return task->on_lost == ON_LOST_FAIL;
	if (event->ended.signal || exit_codes_have(&task->retry_on, code))
		return false;
	return code == EXIT_DOES_NOT_HELP || exit_codes_have(&task->fail_on, code)
		|| !exit_codes_are_empty(&task->retry_on);
}

/* The group around it that is tried again as a whole, while it may be; NULL: none. */
static const struct group *group_of(
	const struct dag *dag, const struct task *task, const struct task_record *record)
{
	for (int at = task->group; at >= 0; at = dag->groups[at].parent)
		if (dag->groups[at].retries > record->group_tries)
			return &dag->groups[at];
	return NULL;
}

static void failed_judge(const struct sim *sim, const struct event *event,
	const struct effect *ended, const struct dag *dag)
{
	const struct task *task = ended->definition;
	const struct task_record *record = ended->task;
	const struct group *group = group_of(dag, task, record);
	bool has_tries = record->try_number <= record->max_tries;
	bool is_last = (g_hash_table_contains(sim->ending, &record->run) && !task->is_teardown)
		|| is_for_good(event, task) || (!has_tries && !group);
	g_assert(record->state == (is_last ? TASK_FAILED : TASK_UP_FOR_RETRY));
	sim->tally->n_group_tries += !is_last && !has_tries;
	if (is_last)
		return;
	if (!has_tries)
		g_assert(record->retry_at == sim->clock + group->retry_delay_us);
	else if (!task->retry_exponential_backoff)
		g_assert(record->retry_at == sim->clock + task->retry_delay_us);
	else
		g_assert(record->retry_at >= sim->clock + task->retry_delay_us);
}

/* A try that never began does not count; where the run is being ended nothing follows it. */
static void taken_back_judge(const struct sim *sim, const struct effect *ended)
{
	const struct task_record *record = ended->task;
	bool is_ending =
		g_hash_table_contains(sim->ending, &record->run) && !ended->definition->is_teardown;
	g_assert(record->try_number + 1 == committed_attempt(sim, ended->attempt)->try_number);
	g_assert(!is_ending || record->state == TASK_SKIPPED);
	g_assert(is_ending || sim->is_recovering || record->state == TASK_UP_FOR_RETRY);
}

/* It was not cleared or marked while it ran. */
static bool is_left_alone(const struct sim *sim, const struct task_record *record)
{
	return state_kept(sim, record) == TASK_RUNNING
		&& !(record->reason && g_str_has_prefix(record->reason, "marked as"));
}

void tries_judge(const struct sim *sim, const struct view *view, const struct event *event,
	const struct effects *effects)
{
	const struct effect *ended = ended_of(effects);
	const struct seen_run *run = ended ? seen_run_of(view, ended->run->id) : NULL;
	const struct task *task = run && run->dag ? ended->definition : NULL;
	if (task && !task->is_callback
		&& task->operator->flow == FLOW_NONE && is_left_alone(sim, ended->task)) {
		if (ended->state == ATTEMPT_FAILED || ended->state == ATTEMPT_LOST)
			failed_judge(sim, event, ended, run->dag);
		else if (ended->state == ATTEMPT_TAKEN_BACK)
			taken_back_judge(sim, ended);
	}
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind == EFFECT_SAVE_RUN)
			run_remember(sim, effect->run);
	}
}
