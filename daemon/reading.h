/* SPDX-License-Identifier: MIT */
/* What was read of a DAG file and is not yet taken. It knows nothing of other files, so it may be
 * made on any thread. */
#pragma once

#include "daemon/dag_file.h"
#include "lib/dag/dag.h"

struct reading {
	struct dag_file file;
	struct problems *problems;
	GPtrArray *dags; /* NULL: there is no text */
	int64_t read_at;
};

/* Reads `name`, which is borrowed, below the folder. */
void reading_make(struct reading *reading, const char *folder, const char *name,
	const struct dag_context *context);
/* Puts the tasks of its DAGs away: of thousands few are wanted soon. */
void reading_shelve(struct reading *reading, struct dag_shelf *shelf);
/* Without its DAGs, which were taken. */
void reading_drop(struct reading *reading);
