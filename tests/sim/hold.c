/* SPDX-License-Identifier: MIT */
/* What depends_on_past and wait_for_downstream make of the run before: found among all runs,
 * slowly. */
#include <string.h>

#include "lib/base/instant.h"
#include "tests/sim/view.h"

static bool is_earlier(const struct run_record *one, const struct run_record *other)
{
	if (one->logical_date != other->logical_date)
		return one->logical_date < other->logical_date;
	return one->id < other->id;
}

static bool can_be_before(const struct run_record *past, const struct seen_run *run)
{
	if (past->logical_date == INSTANT_NONE || past->logical_date >= run->record->logical_date
		|| strcmp(past->dag_id, run->record->dag_id) != 0)
		return false;
	return run->dag->catchup != CATCHUP_TRUE || past->type != RUN_MANUAL;
}

/* Of those in the engine and in the store. */
static const struct run_record *run_before(
	const struct sim *sim, const struct view *view, const struct seen_run *run)
{
	const GPtrArray *stored = memory_runs(sim->memory);
	const struct run_record *best = NULL;
	for (unsigned i = 0; i < view->runs->len; i++) {
		const struct run_record *one = g_array_index(view->runs, struct seen_run, i).record;
		if (can_be_before(one, run) && (!best || is_earlier(best, one)))
			best = one;
	}
	for (unsigned i = 0; i < stored->len; i++) {
		const struct run_record *one = stored->pdata[i];
		if (can_be_before(one, run) && (!best || is_earlier(best, one))
			&& !seen_run_of(view, one->id))
			best = one;
	}
	return best;
}

enum standing { NOWHERE, WELL, ILL };

static enum standing standing_of(const struct seen_run *past, const char *task_id)
{
	bool has_ended = past->record->state == RUN_SUCCESS || past->record->state == RUN_FAILED;
	const struct task *task = dag_task(past->dag, task_id);
	const struct seen_task *seen = task ? &past->tasks[task->index] : NULL;
	if (!seen)
		return NOWHERE;
	for (unsigned i = 0; i < seen->n; i++)
		if (seen->instances[i].state != TASK_SUCCESS
			&& seen->instances[i].state != TASK_SKIPPED
			&& seen->instances[i].state != TASK_REMOVED)
			return ILL;
	return seen->n == 0 && !has_ended ? ILL : WELL; /* dropped before it began */
}

enum hold hold_of(const struct sim *sim, const struct view *view, const struct seen_run *run,
	const struct task *task)
{
	if (!task->depends_on_past || run->record->logical_date == INSTANT_NONE)
		return IS_FREE;
	const struct run_record *before = run_before(sim, view, run);
	if (run->is_waiting_for_past)
		return IS_OPEN;
	if (!before)
		return IS_FREE;
	const struct seen_run *past = seen_run_of(view, before->id);
	g_assert(past); /* it is not forgotten while somebody looks at it */
	if (!past->dag)
		return IS_OPEN;
	enum standing own = standing_of(past, task->task_id);
	if (own == ILL || (own == NOWHERE && !task->ignore_first_depends_on_past))
		return IS_HELD;
	for (size_t i = 0; task->wait_for_downstream && i < task->n_downstream; i++)
		if (standing_of(past, run->dag->tasks[task->downstream[i]].task_id) == ILL)
			return IS_HELD;
	return IS_FREE;
}
