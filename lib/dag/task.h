/* SPDX-License-Identifier: MIT */
/* The keys that every task has, whatever its operator. */
#pragma once

#include "lib/dag/dag.h"
#include "lib/dag/reading.h"

struct loader;

/* Values whose place is needed once other keys are known, too. */
struct rule_key {
	enum trigger_rule rule;
	struct place place;
};
struct exit_codes_key {
	struct exit_codes codes;
	struct place place;
};

/* A task while it is read. */
struct task_draft {
	struct task task;
	struct rule_key trigger_rule;
	struct exit_codes_key retry_on, fail_on;
	const struct node *operator, * dependencies, *env;
	unsigned on_lost; /* G_MAXUINT: not written */
};

/* Whether tasks have a key of this name, now or in a later version: no parameter may have it then.
 */
bool task_key_is_known(const char *name);

/* The keys of a task, and those of default_args. */
extern const struct key_set task_set, defaults_set;
/* What holds where nothing is written. */
extern const struct task_draft task_defaults;

/* Of a task whose operator and arguments are known: what its keys say together. */
void task_keys_finish(struct loader *loader, struct task_draft *draft);
