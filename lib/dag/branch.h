/* SPDX-License-Identifier: MIT */
/* What follows from the choice of a branch: which of the tasks directly after it are done. */
#pragma once

#include "lib/dag/dag.h"

/*
 * `chosen` is the result of a branch: an id, a list of ids, or null (NULL). An id names a task
 * directly after it or a group that holds such tasks, in the groups around the branch also by its
 * short name. What comes after a chosen task is followed, too. A list of task_ids (a new
 * reference); NULL and an error when something is named that is not directly after the branch.
 */
json_t *branch_follow(
	const struct dag *dag, const struct task *branch, const json_t *chosen, GError **error);
