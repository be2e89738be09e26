/* SPDX-License-Identifier: MIT */
/* Which task instances of which runs a request means. */
#pragma once

#include "daemon/api/reply.h"

struct selection {
	const char *dag_id, *run_id; /* run_id NULL: all runs between the instants */
	int64_t from, to;            /* of run_after; INSTANT_NONE: no limit */
	bool with_past, with_future; /* also the runs before, after run_id */
	struct choice choice;        /* points into the two below, and into the body */
	GPtrArray *task_ids;         /* NULL: all */
	GArray *map_indexes;
};

/* All tasks; of this run, or with NULL of all. */
struct selection selection_of(const char *dag_id, const char *run_id);
void selection_clear(struct selection *selection);

/* One more task or group; of a mapped task one instance, or all with -1. */
void selection_add(struct selection *selection, const char *task_id, int map_index);
/* A list of ids and of [id, map_index], as Airflow's bodies have it; NULL and null: all tasks.
 * False: 422 has been answered. */
bool selection_read_tasks(struct request *request, struct selection *selection, const json_t *body);
/* The keys `include_...` of a body. False: 422 has been answered. */
bool selection_read_spread(
	struct request *request, struct selection *selection, const json_t *body);
/* The runs that are meant, oldest first: array of run_record. NULL: a refusal has been answered. */
GArray *selection_runs(
	struct request *request, struct daemon *daemon, const struct selection *selection);
