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

void outcomes_judge(const struct view *view, const struct effects *effects)
{
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		const struct seen_run *run =
			effect->kind == EFFECT_SAVE_RUN ? seen_run_of(view, effect->run->id) : NULL;
		if (!run || !run->dag || run->is_marked || run->record->started_at == INSTANT_NONE)
			continue;
		const char *reason = effect->run->reason;
		if (effect->run->state == RUN_SUCCESS)
			g_assert(!has_failed(run));
		else if (effect->run->state == RUN_FAILED && reason
			&& g_str_has_prefix(reason, "task \""))
			g_assert(has_failed(run));
	}
}
