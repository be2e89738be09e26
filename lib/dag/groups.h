/* SPDX-License-Identifier: MIT */
/* Groups of tasks while a DAG is read: which are in which, and what is written on them. */
#pragma once

#include "lib/dag/load.h"
#include "lib/dag/task.h"

enum group_state { GROUP_READ, GROUP_RESOLVING, GROUP_RESOLVED, GROUP_WRONG };

struct group_draft {
	enum group_state state;
	struct place place;
	const char *own_id, *display_name, *tooltip;
	const struct node *parent, *default_args, *dependencies;
	unsigned retries; /* of the group as a whole */
	int64_t retry_delay_us;
	struct mapping_nodes mapping;
	bool prefixes;
	struct group_draft *next_of_own_id;

	/* Once it is resolved. */
	struct group_draft *parent_draft, *first_child, *next_sibling;
	const char *group_id; /* whole */
	const char *prefix;   /* of the ids of what is in it: `outer.inner.` or nothing */
	unsigned index;       /* in dag->groups */
	unsigned depth;       /* from 1 */
	const struct group_draft *mapped; /* it or the one around it that is mapped; NULL: none */
	const struct defaults *defaults;
};

/* What `teardown` says of a task, until all tasks are known. */
struct pending_teardown {
	unsigned task;
	const struct node *setups; /* an id or a list of ids */
};

/* The index of the task or group that `name` means in a scope (NULL: the DAG's); false after a
 * problem. */
bool node_resolve(struct loader *loader, const struct group_draft *scope, const char *name,
	struct place place, unsigned *node);
/* The group that `node` names, by its own id or its whole one; NULL after a problem. `what` is the
 * key. */
struct group_draft *group_find(struct loader *loader, const char *what, const struct node *node);
/* A task or group by its whole id: its index, as edges have it. */
bool node_find(const struct loader *loader, const char *id, unsigned *node);
/* Whether some group has a task or group under this short id: then `*id` is its whole one (g_free).
 */
bool group_member_guess(struct loader *loader, const char *name, char **id);
/* The group that the task is directly in; NULL: none. */
struct group_draft *group_around(const struct loader *loader, const struct task *task);
