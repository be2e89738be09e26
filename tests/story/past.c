/* SPDX-License-Identifier: MIT */
/* Which run was before another one, of those that are committed. */
#include "lib/base/instant.h"
#include "tests/story/memory.h"

static bool is_before(
	const struct run_record *past, const struct run_record *run, bool is_of_schedule)
{
	return g_str_equal(past->dag_id, run->dag_id) && past->logical_date != INSTANT_NONE
		&& past->logical_date < run->logical_date
		&& !(is_of_schedule && past->type == RUN_MANUAL);
}

/* Where the schedule alone counts, none that people made. */
static const struct run_record *run_before(const struct memory *memory, const struct engine *engine,
	const struct run_record *run, bool is_of_schedule)
{
	const GPtrArray *runs = memory_runs(memory);
	const struct run_record *best = NULL;
	for (unsigned i = 0; i < runs->len; i++) {
		const struct run_record *one = runs->pdata[i];
		if (is_before(one, run, is_of_schedule) && !engine_run_is_deleted(engine, one)
			&& (!best || one->logical_date >= best->logical_date))
			best = one;
	}
	return best;
}

/* Fills the event in from the question; false: the run was deleted since. */
static bool answer(struct memory *memory, struct engine *engine, const struct run_record *asked,
	struct event *event)
{
	const struct run_record *run = memory_run(memory, asked->dag_id, asked->run_id);
	if (!run)
		return false;
	const struct dag *dag = engine_run_dag(engine, run->dag_id, run->run_id);
	const struct run_record *past =
		run_before(memory, engine, run, dag && dag->catchup == CATCHUP_TRUE);
	if (past)
		memory_restore_run(memory, engine, past->dag_id, past->run_id);
	*event = (struct event){
		.kind = EVENT_PAST_FOUND,
		.dag_id = run->dag_id,
		.run_id = run->run_id,
		.past_run_id = past ? past->run_id : NULL,
	};
	return true;
}

bool memory_find_past(struct memory *memory, struct engine *engine, struct event *event)
{
	struct run_record *asked;
	while ((asked = memory_take_question(memory))) {
		bool is_answered = answer(memory, engine, asked, event);
		run_record_clear(asked);
		g_free(asked);
		if (is_answered)
			return true;
	}
	return false;
}
