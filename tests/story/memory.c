/* SPDX-License-Identifier: MIT */
#include "tests/story/memory_parts.h"

#include <string.h>

#include "lib/base/instant.h"
#include "tests/story/heard.h"
#include "tests/story/missed.h"

enum row_kind {
	ROW_VERSION,
	ROW_DAG,
	ROW_MISSED,
	ROW_DAG_GONE,
	ROW_RUN,
	ROW_RUN_GONE,
	ROW_TASK,
	ROW_TASK_GONE,
	ROW_START,
	ROW_ENDED,
	ROW_POOL,
	ROW_ASSET_QUEUED,
	ROW_ASSETS_TAKEN,
	ROW_BACKFILL,
	ROW_QUESTION, /* run: whose past is asked for */
};

struct row {
	enum row_kind kind;
	union {
		struct dag *version;
		struct dag_record dag;
		struct missed_record missed;
		struct run_record run;
		struct task_record task;
		struct attempt_record attempt;
		struct pool_record pool;
		struct asset_event_record asset; /* its dag_id: who has heard of it */
		struct backfill_record backfill;
	};
};

static void row_clear(void *data)
{
	struct row *row = data;
	switch (row->kind) {
	case ROW_VERSION:
		dag_unref(row->version);
		return;
	case ROW_DAG:
	case ROW_DAG_GONE:
		dag_record_clear(&row->dag);
		return;
	case ROW_MISSED:
		missed_record_clear(&row->missed);
		return;
	case ROW_RUN:
	case ROW_RUN_GONE:
	case ROW_QUESTION:
		run_record_clear(&row->run);
		return;
	case ROW_TASK:
	case ROW_TASK_GONE:
		task_record_clear(&row->task);
		return;
	case ROW_POOL:
		pool_record_clear(&row->pool);
		return;
	case ROW_ASSET_QUEUED:
	case ROW_ASSETS_TAKEN:
		asset_event_record_clear(&row->asset);
		return;
	case ROW_BACKFILL:
		backfill_record_clear(&row->backfill);
		return;
	case ROW_START:
	case ROW_ENDED:
		attempt_record_clear(&row->attempt);
		return;
	}
}

#define FREE_RECORD(type)                     \
	static void type##_free(void *record) \
	{                                     \
		type##_clear(record);         \
		g_free(record);               \
	}
FREE_RECORD(dag_record)
FREE_RECORD(run_record)
FREE_RECORD(task_record)
FREE_RECORD(attempt_record)
FREE_RECORD(pool_record)
FREE_RECORD(backfill_record)

static void version_free(void *dag)
{
	dag_unref(dag);
}

static GHashTable *names_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

struct memory *memory_new(void)
{
	struct memory *memory = g_new0(struct memory, 1);
	memory->batch = g_array_new(FALSE, TRUE, sizeof(struct row));
	g_array_set_clear_func(memory->batch, row_clear);
	memory->versions = g_ptr_array_new_with_free_func(version_free);
	memory->dags = g_ptr_array_new_with_free_func(dag_record_free);
	memory->missed = missed_new();
	memory->runs = g_ptr_array_new_with_free_func(run_record_free);
	memory->tasks = g_ptr_array_new_with_free_func(task_record_free);
	memory->attempts = g_ptr_array_new_with_free_func(attempt_record_free);
	memory->heard = heard_new();
	memory->questions = g_ptr_array_new_with_free_func(run_record_free);
	memory->pools = g_ptr_array_new_with_free_func(pool_record_free);
	memory->backfills = g_ptr_array_new_with_free_func(backfill_record_free);
	memory->runs_by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
	memory->attempts_by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
	memory->runs_by_name = names_new();
	memory->slots = names_new();
	memory->tasks_by_name = g_hash_table_new(memory_task_hash, memory_is_same_task);
	return memory;
}

void memory_free(struct memory *memory)
{
	g_array_unref(memory->batch);
	g_hash_table_destroy(memory->runs_by_id);
	g_hash_table_destroy(memory->attempts_by_id);
	g_hash_table_destroy(memory->runs_by_name);
	g_hash_table_destroy(memory->slots);
	g_hash_table_destroy(memory->tasks_by_name);
	g_ptr_array_unref(memory->versions);
	g_ptr_array_unref(memory->dags);
	g_ptr_array_unref(memory->missed);
	g_ptr_array_unref(memory->runs);
	g_ptr_array_unref(memory->tasks);
	g_ptr_array_unref(memory->attempts);
	g_ptr_array_unref(memory->pools);
	g_ptr_array_unref(memory->heard);
	g_ptr_array_unref(memory->backfills);
	g_ptr_array_unref(memory->questions);
	g_free(memory);
}

/* ---- a batch ---- */

static struct attempt_record attempt_of(const struct effect *effect, int64_t now)
{
	return (struct attempt_record){
		.id = effect->attempt,
		.run = effect->run->id,
		.task_id = g_strdup(effect->task->task_id),
		.map_index = effect->task->map_index,
		.try_number = effect->task->try_number,
		.state = ATTEMPT_LAUNCHING,
		.launched_at = now,
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.exit_code = -1,
	};
}

/* A started attempt is that of its task, which runs. */
static void start_check(const struct effect *effect)
{
	g_assert(effect->attempt == effect->task->attempt);
	g_assert(effect->definition && effect->run_dag);
	g_assert(effect->task->state == TASK_RUNNING);
	g_assert(effect->run->state == RUN_RUNNING || effect->definition->is_callback);
	g_assert_cmpstr(effect->definition->task_id, ==, effect->task->task_id);
}

/* False: nothing of it is saved. */
static bool row_of(const struct effect *effect, int64_t now, struct row *row)
{
	switch (effect->kind) {
	case EFFECT_SAVE_VERSION:
		*row = (struct row){ROW_VERSION, .version = dag_ref(effect->dag)};
		return true;
	case EFFECT_SAVE_DAG:
		*row = (struct row){ROW_DAG, .dag = dag_record_copy(effect->dag_record)};
		return true;
	case EFFECT_SAVE_MISSED:
		*row = (struct row){ROW_MISSED, .missed = missed_record_copy(effect->missed)};
		return true;
	case EFFECT_SAVE_BACKFILL:
		*row = (struct row){
			ROW_BACKFILL, .backfill = backfill_record_copy(effect->backfill)};
		return true;
	case EFFECT_SAVE_RUN:
		*row = (struct row){ROW_RUN, .run = run_record_copy(effect->run)};
		return true;
	case EFFECT_SAVE_TASK:
		*row = (struct row){ROW_TASK, .task = task_record_copy(effect->task)};
		return true;
	case EFFECT_START:
		start_check(effect);
		*row = (struct row){ROW_START, .attempt = attempt_of(effect, now)};
		return true;
	case EFFECT_ENDED:
		*row = (struct row){ROW_ENDED, .attempt = attempt_of(effect, now)};
		row->attempt.state = effect->state;
		return true;
	case EFFECT_DELETE_DAG:
		*row = (struct row){ROW_DAG_GONE, .dag.dag_id = g_strdup(effect->dag_id)};
		return true;
	case EFFECT_DELETE_RUN:
		*row = (struct row){ROW_RUN_GONE, .run.id = effect->deleted};
		return true;
	case EFFECT_DELETE_TASK:
		*row = (struct row){ROW_TASK_GONE, .task = task_record_copy(effect->task)};
		return true;
	case EFFECT_FIND_PAST:
		*row = (struct row){ROW_QUESTION, .run = run_record_copy(effect->run)};
		return true;
	case EFFECT_QUEUE_ASSET:
		*row = (struct row){ROW_ASSET_QUEUED,
			.asset = {.asset = g_strdup(effect->asset_event->asset),
				.dag_id = g_strdup(effect->consumer)}};
		return true;
	case EFFECT_TAKE_ASSETS:
		*row = (struct row){
			ROW_ASSETS_TAKEN, .asset = {.dag_id = g_strdup(effect->run->dag_id)}};
		return true;
	case EFFECT_FORGET_ASSETS:
		*row = (struct row){ROW_ASSETS_TAKEN,
			.asset = {.asset = g_strdup(effect->forgotten),
				.dag_id = g_strdup(effect->consumer)}};
		return true;
	case EFFECT_SAVE_ASSET:
	case EFFECT_SAVE_ASSET_EVENT:
	case EFFECT_FORGET_XCOMS:
	case EFFECT_SAVE_XCOM:
	case EFFECT_TRY_ENDED:
	case EFFECT_KILL:
		return false;
	}
	g_assert_not_reached();
}

void memory_gather(struct memory *memory, const struct effects *effects, int64_t now)
{
	for (unsigned i = 0; i < effects->list->len; i++) {
		struct row row;
		if (row_of(&g_array_index(effects->list, struct effect, i), now, &row))
			g_array_append_val(memory->batch, row);
	}
}

void memory_drop(struct memory *memory)
{
	g_array_set_size(memory->batch, 0);
}

/* ---- what is committed ---- */

static void version_put(struct memory *memory, struct dag *dag)
{
	for (unsigned i = 0; i < memory->versions->len; i++)
		if (g_str_equal(((struct dag *)memory->versions->pdata[i])->hash, dag->hash))
			return;
	g_ptr_array_add(memory->versions, dag_ref(dag));
}

static void dag_put(struct memory *memory, const struct dag_record *dag)
{
	for (unsigned i = 0; i < memory->dags->len; i++) {
		struct dag_record *old = memory->dags->pdata[i];
		if (!g_str_equal(old->dag_id, dag->dag_id))
			continue;
		dag_record_clear(old);
		*old = dag_record_copy(dag);
		return;
	}
	struct dag_record copy = dag_record_copy(dag);
	g_ptr_array_add(memory->dags, g_memdup2(&copy, sizeof copy));
}

static void run_add(struct memory *memory, const struct run_record *run)
{
	struct run_record copy = run_record_copy(run);
	struct run_record *own = g_memdup2(&copy, sizeof copy);
	missed_check(memory->missed, run);
	g_ptr_array_add(memory->runs, own);
	g_assert(g_hash_table_insert(memory->runs_by_id, &own->id, own));
	g_assert(g_hash_table_insert(memory->runs_by_name, memory_run_name(run), own));
	if (run->slot == INSTANT_NONE)
		return;
	g_assert(g_hash_table_insert(memory->slots, memory_slot_name(run), own));
}

static void run_put(struct memory *memory, const struct run_record *run)
{
	struct run_record *old = g_hash_table_lookup(memory->runs_by_id, &run->id);
	if (!old) {
		run_add(memory, run);
		return;
	}
	g_assert_cmpstr(old->run_id, ==, run->run_id);
	run_record_clear(old);
	*old = run_record_copy(run);
}

static void task_put(struct memory *memory, const struct task_record *task)
{
	struct task_record *old = g_hash_table_lookup(memory->tasks_by_name, task);
	struct task_record copy = task_record_copy(task);
	if (old) {
		task_record_clear(old);
		*old = copy;
		return;
	}
	old = g_memdup2(&copy, sizeof copy);
	g_ptr_array_add(memory->tasks, old);
	g_hash_table_add(memory->tasks_by_name, old);
}

/* Slots below -1 stand for a pool that is no more. */
static void pool_put(struct memory *memory, const struct pool_record *pool)
{
	for (unsigned i = 0; i < memory->pools->len; i++)
		if (g_str_equal(((struct pool_record *)memory->pools->pdata[i])->name, pool->name))
			g_ptr_array_remove_index(memory->pools, i--);
	struct pool_record copy = pool_record_copy(pool);
	if (pool->slots >= -1)
		g_ptr_array_add(memory->pools, g_memdup2(&copy, sizeof copy));
	else
		pool_record_clear(&copy);
}

void memory_pool(struct memory *memory, const struct pool_record *pool)
{
	struct row row = {ROW_POOL, .pool = pool_record_copy(pool)};
	g_array_append_val(memory->batch, row);
}

static void backfill_put(struct memory *memory, const struct backfill_record *backfill)
{
	struct backfill_record copy = backfill_record_copy(backfill);
	for (unsigned i = 0; i < memory->backfills->len; i++) {
		struct backfill_record *old = memory->backfills->pdata[i];
		if (old->id != backfill->id)
			continue;
		g_assert(old->completed_at == INSTANT_NONE);
		backfill_record_clear(old);
		*old = copy;
		return;
	}
	g_ptr_array_add(memory->backfills, g_memdup2(&copy, sizeof copy));
}

static void attempt_add(struct memory *memory, const struct attempt_record *attempt)
{
	struct attempt_record copy = attempt_record_copy(attempt);
	struct attempt_record *own = g_memdup2(&copy, sizeof copy);
	g_ptr_array_add(memory->attempts, own);
	g_assert(g_hash_table_insert(memory->attempts_by_id, &own->id, own));
}

static void attempt_end(struct memory *memory, const struct attempt_record *attempt)
{
	struct attempt_record *old = g_hash_table_lookup(memory->attempts_by_id, &attempt->id);
	g_assert(old && old->state == ATTEMPT_LAUNCHING);
	g_assert(attempt->state != ATTEMPT_LAUNCHING);
	old->state = attempt->state;
	old->ended_at = attempt->launched_at;
}

static void question_add(struct memory *memory, const struct run_record *run)
{
	struct run_record copy = run_record_copy(run);
	g_ptr_array_add(memory->questions, g_memdup2(&copy, sizeof copy));
}

static void row_put(struct memory *memory, const struct row *row)
{
	switch (row->kind) {
	case ROW_VERSION:
		version_put(memory, row->version);
		return;
	case ROW_MISSED:
		missed_put(memory->missed, memory->runs, &row->missed);
		return;
	case ROW_DAG:
		dag_put(memory, &row->dag);
		return;
	case ROW_DAG_GONE:
		memory_dag_remove(memory, row->dag.dag_id);
		return;
	case ROW_RUN:
		run_put(memory, &row->run);
		return;
	case ROW_RUN_GONE:
		memory_run_remove(memory, row->run.id);
		return;
	case ROW_TASK:
		task_put(memory, &row->task);
		return;
	case ROW_TASK_GONE:
		memory_task_remove(memory, &row->task);
		return;
	case ROW_ASSET_QUEUED:
		heard_add(memory->heard, &row->asset);
		return;
	case ROW_ASSETS_TAKEN:
		heard_take(memory->heard, row->asset.dag_id, row->asset.asset);
		return;
	case ROW_POOL:
		pool_put(memory, &row->pool);
		return;
	case ROW_BACKFILL:
		backfill_put(memory, &row->backfill);
		return;
	case ROW_START:
		attempt_add(memory, &row->attempt);
		return;
	case ROW_ENDED:
		attempt_end(memory, &row->attempt);
		return;
	case ROW_QUESTION:
		question_add(memory, &row->run);
		return;
	}
}

void memory_commit(struct memory *memory)
{
	for (unsigned i = 0; i < memory->batch->len; i++)
		row_put(memory, &g_array_index(memory->batch, struct row, i));
	memory_drop(memory);
}

const struct run_record *memory_run(
	const struct memory *memory, const char *dag_id, const char *run_id)
{
	g_autofree char *name = g_strconcat(dag_id, "/", run_id, NULL);
	return g_hash_table_lookup(memory->runs_by_name, name);
}

const struct task_record *memory_task(
	const struct memory *memory, int64_t run, const char *task_id, int map_index)
{
	const struct task_record wanted = {
		.run = run, .task_id = (char *)task_id, .map_index = map_index};
	return g_hash_table_lookup(memory->tasks_by_name, &wanted);
}

const GPtrArray *memory_runs(const struct memory *memory)
{
	return memory->runs;
}

const GPtrArray *memory_tasks(const struct memory *memory)
{
	return memory->tasks;
}

const GPtrArray *memory_attempts(const struct memory *memory)
{
	return memory->attempts;
}

const GPtrArray *memory_backfills(const struct memory *memory)
{
	return memory->backfills;
}

bool memory_has_attempt(const struct memory *memory, int64_t attempt)
{
	return g_hash_table_contains(memory->attempts_by_id, &attempt);
}

const GPtrArray *memory_pools(const struct memory *memory)
{
	return memory->pools;
}

const GPtrArray *memory_heard(const struct memory *memory)
{
	return memory->heard;
}
