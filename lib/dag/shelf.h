/* SPDX-License-Identifier: MIT */
/*
 * Keeps the tasks of those DAGs only that were wanted lately: of ten thousand DAGs few run at a
 * time, and the tasks of one take ten times the memory of its text, from which they can be made
 * again.
 */
#pragma once

#include "lib/dag/dag.h"

struct dag_shelf;

/* At most so many tasks are kept, beside those of DAGs that are in use. */
struct dag_shelf *dag_shelf_new(const struct dag_context *context, size_t n_tasks_max);
void dag_shelf_free(struct dag_shelf *shelf);

/*
 * The DAG without its tasks, for which dag_whole() asks: a new reference, of the same DAG where it
 * cannot be put away. The context must be the one it was loaded in.
 */
struct dag *dag_shelve(struct dag_shelf *shelf, struct dag *dag);
/*
 * The same of a DAG that nobody else has yet, whose reference is taken: its tasks are forgotten at
 * once. On any thread, while others use the shelf.
 */
struct dag *dag_shelve_apart(struct dag_shelf *shelf, struct dag *dag);
