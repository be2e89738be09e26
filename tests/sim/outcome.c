/* SPDX-License-Identifier: MIT */
/* How a run that came to its end by itself must have ended: as its last tasks did. */
#include <string.h>

#include "tests/sim/view.h"

/* A teardown decides nothing, unless it is said to. */
static bool is_passed_by(const struct task *task)
{
	return task->is_teardown && !task->on_failure_fail_dagrun;
}

static bool is_last(const struct dag *dag, const struct task *task)
{
	for (size_t i = 0; i < task->n_downstream; i++)
		if (!is_passed_by(&dag->tasks[task->downstream[i]]))
			return false;
	return !is_passed_by(task);
}

static bool has_failed(const struct seen_run *run)
{
	for (size_t i = 0; i < run->dag->n_tasks; i++)
		for (unsigned k = 0; k < run->tasks[i].n; k++) {
			enum task_state state = run->tasks[i].instances[k].state;
			if (is_last(run->dag, &run->dag->tasks[i])
				&& (state == TASK_FAILED || state == TASK_UPSTREAM_FAILED))
				return true;
		}
	return false;
}

static void run_remember(const struct sim *sim, const struct run_record *run)
{
	if (run_state_is_finished(run->state))
		g_hash_table_add(sim->over, g_memdup2(&run->id, sizeof run->id));
	else
		g_hash_table_remove(sim->over, &run->id);
}

void outcomes_remember(const struct sim *sim)
{
	const GPtrArray *runs = memory_runs(sim->memory);
	g_hash_table_remove_all(sim->over);
	for (unsigned i = 0; i < runs->len; i++)
		run_remember(sim, runs->pdata[i]);
}

/* Only a task ends its run so, and no callback: those have an `@` in their names. */
static void fast_end_judge(const struct run_record *record)
{
	g_assert(!record->reason || !g_str_has_prefix(record->reason, "fail_fast: ")
		|| !strchr(record->reason, '@'));
}

static void run_judge(const struct view *view, const struct run_record *record)
{
	const struct seen_run *run = seen_run_of(view, record->id);
	if (!run || !run->dag || run->is_marked || record->started_at == INSTANT_NONE)
		return;
	if (record->state == RUN_SUCCESS)
		g_assert(!has_failed(run));
	else if (record->reason && g_str_has_prefix(record->reason, "task \""))
		g_assert(has_failed(run));
}

/* One that had ended may be saved again, with a version that lacks the task that failed. */
void outcomes_judge(const struct sim *sim, const struct view *view, const struct effects *effects)
{
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind != EFFECT_SAVE_RUN)
			continue;
		fast_end_judge(effect->run);
		if (run_state_is_finished(effect->run->state)
			&& !g_hash_table_contains(sim->over, &effect->run->id))
			run_judge(view, effect->run);
		run_remember(sim, effect->run);
	}
}
