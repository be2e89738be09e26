/* SPDX-License-Identifier: MIT */
/* The keys that every task has, whatever its operator. */
#pragma once

#include "lib/dag/dag.h"
#include "lib/dag/reading.h"

/* A task while it is read. */
struct task_draft {
	struct task task;
	const struct node *operator, * dependencies, *env;
	unsigned on_lost; /* G_MAXUINT: not written */
};

/* Whether tasks have a key of this name, now or in a later version: no parameter may have it then.
 */
bool task_key_is_known(const char *name);

/* The keys of a task, and those of default_args. */
extern const struct key_set task_set, defaults_set;
