/* SPDX-License-Identifier: MIT */
/* What is inside of the store without a disk. */
#pragma once

#include "tests/story/memory.h"

struct memory {
	GArray *batch;                  /* of struct row */
	GPtrArray *versions;            /* of struct dag */
	GPtrArray *dags, *runs, *tasks; /* of their records */
	GPtrArray *pools;               /* of struct pool_record */
	GPtrArray *backfills;           /* of struct backfill_record */
	GPtrArray *missed;              /* of struct missed_record */
	GPtrArray *heard;               /* of struct asset_event_record */
	GPtrArray *attempts;            /* of struct attempt_record */
	int64_t last_run, last_attempt; /* of those deleted: ids are never used again */
	GPtrArray *questions;           /* of struct run_record: whose past is asked for */
	GHashTable *runs_by_id;         /* &id -> struct run_record */
	GHashTable *runs_by_name;       /* "dag/run" -> struct run_record */
	GHashTable *slots;              /* "dag/slot" -> struct run_record */
	GHashTable *tasks_by_name;      /* of struct task_record: its run, task_id and map_index */
	GHashTable *attempts_by_id;     /* &id -> struct attempt_record */
};

/* The keys of its tables (g_free). */
char *memory_run_name(const struct run_record *run);
char *memory_slot_name(const struct run_record *run);
unsigned memory_task_hash(const void *task);
int memory_is_same_task(const void *task, const void *other);

void memory_task_remove(struct memory *memory, const struct task_record *task);
/* With its runs, which must have ended, and their tasks and attempts. */
void memory_run_remove(struct memory *memory, int64_t id);
void memory_dag_remove(struct memory *memory, const char *dag_id);
