/* SPDX-License-Identifier: MIT */
/* An engine from what was committed, as dagd makes one at its start. */
#include "lib/base/instant.h"
#include "tests/story/heard.h"
#include "tests/story/memory_parts.h"
#include "tests/story/missed.h"

static struct dag *version_get(const struct memory *memory, const char *hash)
{
	for (unsigned i = 0; i < memory->versions->len; i++)
		if (g_str_equal(((struct dag *)memory->versions->pdata[i])->hash, hash))
			return memory->versions->pdata[i];
	return NULL;
}

static void restore_run(const struct memory *memory, struct engine *engine,
	const struct run_record *run, const char *why_not)
{
	struct dag *dag = version_get(memory, run->version);
	g_assert(dag);
	engine_restore_run(engine, run, why_not ? NULL : dag, why_not);
	for (unsigned i = 0; i < memory->tasks->len; i++) {
		const struct task_record *task = memory->tasks->pdata[i];
		if (task->run == run->id)
			engine_restore_task(engine, task);
	}
}

/* Not all of them have ended. */
static bool has_callbacks(const struct memory *memory, const struct run_record *run)
{
	for (unsigned i = 0; i < memory->tasks->len; i++) {
		const struct task_record *task = memory->tasks->pdata[i];
		if (task->run == run->id && !task_state_is_finished(task->state))
			return true;
	}
	return false;
}

struct engine *memory_restore(
	struct memory *memory, const struct engine_options *options, const char *why_not)
{
	struct engine_options own = *options;
	own.next_run = memory->last_run + 1;
	own.next_attempt = memory->last_attempt + 1;
	own.next_backfill = memory->backfills->len + 1;
	for (unsigned i = 0; i < memory->attempts->len; i++) {
		const struct attempt_record *attempt = memory->attempts->pdata[i];
		own.next_attempt = MAX(own.next_attempt, attempt->id + 1);
	}
	for (unsigned i = 0; i < memory->runs->len; i++) {
		const struct run_record *run = memory->runs->pdata[i];
		own.next_run = MAX(own.next_run, run->id + 1);
	}
	struct engine *engine = engine_new(&own);
	g_ptr_array_set_size(memory->questions, 0); /* the dead one's */
	for (unsigned i = 0; i < memory->pools->len; i++)
		engine_restore_pool(engine, memory->pools->pdata[i]);
	for (unsigned i = 0; i < memory->dags->len; i++)
		engine_restore_dag(engine, memory->dags->pdata[i]);
	for (unsigned i = 0; i < memory->backfills->len; i++) {
		const struct backfill_record *backfill = memory->backfills->pdata[i];
		if (backfill->completed_at == INSTANT_NONE)
			engine_restore_backfill(engine, backfill);
	}
	missed_restore(memory->missed, engine);
	heard_restore(memory->heard, engine);
	for (unsigned i = 0; i < memory->runs->len; i++) {
		const struct run_record *run = memory->runs->pdata[i];
		if (!run_state_is_finished(run->state) || has_callbacks(memory, run))
			restore_run(memory, engine, run, why_not);
	}
	for (unsigned i = 0; i < memory->attempts->len; i++) {
		const struct attempt_record *attempt = memory->attempts->pdata[i];
		if (attempt->state == ATTEMPT_LAUNCHING)
			engine_restore_attempt(engine, attempt);
	}
	engine_restored(engine);
	return engine;
}

bool memory_restore_run(
	struct memory *memory, struct engine *engine, const char *dag_id, const char *run_id)
{
	const struct run_record *run = memory_run(memory, dag_id, run_id);
	if (!run || engine_run(engine, dag_id, run_id) || engine_run_is_deleted(engine, run))
		return false;
	restore_run(memory, engine, run, NULL);
	engine_restored(engine);
	return true;
}

GArray *memory_pasts(
	const struct memory *memory, const char *dag_id, int64_t from_date, int64_t to_date)
{
	GArray *pasts = g_array_new(FALSE, FALSE, sizeof(struct backfill_past));
	for (unsigned i = 0; i < memory->runs->len; i++) {
		const struct run_record *run = memory->runs->pdata[i];
		struct backfill_past past = {run->logical_date, run->run_id, run->state};
		if (g_str_equal(run->dag_id, dag_id) && run->logical_date >= from_date
			&& run->logical_date <= to_date)
			g_array_append_val(pasts, past);
	}
	return pasts;
}

struct run_record *memory_take_question(struct memory *memory)
{
	return memory->questions->len ? g_ptr_array_steal_index(memory->questions, 0) : NULL;
}
