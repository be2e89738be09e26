/* SPDX-License-Identifier: MIT */
/*
 * A store without a disk. What the engine decides waits in one batch until that is committed or
 * dropped; an engine is made again from what was committed. It asserts what a database would
 * refuse: a run id, a slot or an attempt id that exists, an attempt that ends twice.
 */
#pragma once

#include "lib/engine/engine.h"

struct memory;

struct memory *memory_new(void);
void memory_free(struct memory *memory);

/* Copies what the effects of a step want saved into the batch. */
void memory_gather(struct memory *memory, const struct effects *effects, int64_t now);
/* A pool that a user sets, into the batch; with slots below -1 it is no more. */
void memory_pool(struct memory *memory, const struct pool_record *pool);
void memory_commit(struct memory *memory);
void memory_drop(struct memory *memory);

/*
 * A new engine from what was committed; the ids to give out in `options` are replaced. `why_not`,
 * when it is not NULL, is why no version of a DAG can be loaded.
 */
struct engine *memory_restore(
	struct memory *memory, const struct engine_options *options, const char *why_not);
/* Gives a finished run back to the engine, so that it can be cleared; false: there is none. */
bool memory_restore_run(
	struct memory *memory, struct engine *engine, const char *dag_id, const char *run_id);

/* Array of struct backfill_past: the runs of a DAG with logical dates from one to the other. */
GArray *memory_pasts(
	const struct memory *memory, const char *dag_id, int64_t from_date, int64_t to_date);
/*
 * Answers the engine's oldest question for the run before one, of those that are committed: gives
 * that run to the engine and fills the event in. False: there is no question.
 */
bool memory_find_past(struct memory *memory, struct engine *engine, struct event *event);
/* The run that it is about, as it was then; NULL: none. Owned by the caller. */
struct run_record *memory_take_question(struct memory *memory);

/* What was committed, in the order of ids; NULL: there is none. */
const struct run_record *memory_run(
	const struct memory *memory, const char *dag_id, const char *run_id);
const struct task_record *memory_task(
	const struct memory *memory, int64_t run, const char *task_id, int map_index);
bool memory_has_attempt(const struct memory *memory, int64_t attempt);
/* struct run_record, struct task_record, struct attempt_record, struct backfill_record. */
const GPtrArray *memory_runs(const struct memory *memory);
const GPtrArray *memory_tasks(const struct memory *memory);
const GPtrArray *memory_attempts(const struct memory *memory);
/* struct pool_record. */
const GPtrArray *memory_pools(const struct memory *memory);
const GPtrArray *memory_backfills(const struct memory *memory);
/* struct asset_event_record: what the DAG of its dag_id has heard of. */
const GPtrArray *memory_heard(const struct memory *memory);
