/* SPDX-License-Identifier: MIT */
/* The keys that every task has, whatever its operator. */
#pragma once

#include "lib/dag/dag.h"
#include "lib/dag/mapping.h"
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
	const char *prefix;              /* of its task_id, by the group around it; NULL: none */
	const char *what;                /* in problems: `the task "a"`; NULL until it is known */
	const struct defaults *defaults; /* where its arguments may stand, too; NULL: nowhere */
	const struct node *operator, * dependencies, *task_group, *env, *partial,
		*map_index_template;
	struct mapping_nodes mapping;
	const struct node *teardown, *on_failure_fail_dagrun;
	const struct node *setups; /* that a teardown names; NULL: none */
	const struct node *callbacks[N_CALLBACK_KINDS];
	unsigned on_lost; /* G_MAXUINT: not written */
};

/* The default_args of the DAG or of a group, over what holds around it. */
struct defaults {
	const struct defaults *outer;
	const struct node *map;  /* NULL: nothing is written */
	struct task_draft draft; /* what a task begins with */
};
/* `outer` NULL: of the DAG. */
const struct defaults *defaults_read(
	struct loader *loader, const struct node *map, const struct defaults *outer);
/* Which operators there are in the DAG, so that default_args may hold their arguments. */
void operators_note(struct loader *loader);
/* The names of an operator's parameters, NULL-terminated; NULL without operator. */
const char *const *operator_note(struct loader *loader, const struct operator* which);

/* The operator that a map names; NULL: none, or an unknown one. */
const struct operator* operation_operator(const struct loader *loader, const struct node *map);
/* Reads the keys of the set and the arguments of the operator into the draft. */
void operation_read(struct loader *loader, const struct key_set *set, const struct node *map,
	struct task_draft *draft);

/* Whether tasks have a key of this name, now or in a later version: no parameter may have it then.
 */
bool task_key_is_known(const char *name);

/* The keys of a task, and those of default_args. */
extern const struct key_set task_set, defaults_set;
/* What holds where nothing is written. */
extern const struct task_draft task_defaults;

/* Of a setup or teardown: what its keys say, before and after it is among the DAG's tasks. */
void setup_keys_finish(struct loader *loader, struct task_draft *draft);
void teardown_note(struct loader *loader, const struct task *task, const struct task_draft *draft);

/* Of a task whose operator and arguments are known: what its keys say together. */
void task_keys_finish(struct loader *loader, struct task_draft *draft);
