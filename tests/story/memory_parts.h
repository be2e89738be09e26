/* SPDX-License-Identifier: MIT */
/* What the files of the memory share. */
#pragma once

#include "tests/story/memory.h"

struct memory {
	GArray *batch;                  /* of struct row */
	GPtrArray *versions;            /* of struct dag */
	GPtrArray *dags, *runs, *tasks; /* of their records */
	GPtrArray *pools;               /* of struct pool_record */
	GPtrArray *missed;              /* of struct missed_record */
	GPtrArray *heard;               /* of struct asset_event_record */
	GPtrArray *attempts;            /* of struct attempt_record */
	GHashTable *runs_by_id;         /* &id -> struct run_record */
	GHashTable *runs_by_name;       /* "dag/run" -> struct run_record */
	GHashTable *slots;              /* "dag/slot" -> struct run_record */
	GHashTable *tasks_by_name;      /* "run/task/map_index" -> struct task_record */
	GHashTable *attempts_by_id;     /* &id -> struct attempt_record */
};
