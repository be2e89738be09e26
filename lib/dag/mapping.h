/* SPDX-License-Identifier: MIT */
/* `expand`, `expand_zip` and `expand_kwargs`: what a task or a group is mapped over. */
#pragma once

#include "lib/dag/dag.h"
#include "lib/yaml/yaml.h"

struct loader;

/* As written; each may be NULL. */
struct mapping_nodes {
	const struct node *product, *zip, *kwargs;
};

/* Whose mapping it is. */
struct mapping_owner {
	const char *what;             /* in problems: `the task "a"` */
	const struct operator* which; /* of a task; NULL: of a group, whose names are its own */
	struct place place;
};

/* A source that names a task, until all tasks are known. */
struct pending_source {
	struct mapping_source *source;
	const char *task_id;
};

static inline bool mapping_is_written(const struct mapping_nodes *nodes)
{
	return nodes->product || nodes->zip || nodes->kwargs;
}

/* NULL after a problem. */
struct mapping *mapping_read(struct loader *loader, const struct mapping_nodes *nodes,
	const struct mapping_owner *owner);

/* Whether each instance, some, or none of them gets this argument from the mapping. */
enum mapping_gives { MAPPING_GIVES_NONE, MAPPING_GIVES_SOME, MAPPING_GIVES_ALL, MAPPING_GIVES_ANY };
enum mapping_gives mapping_gives(const struct mapping *mapping, const char *name);

/* The source that gives a name; NULL: none does. */
const struct mapping_source *mapping_source_of(const struct mapping *mapping, const char *name);

/* No parameter of the operator is called so. Always false. */
bool mapping_name_refuse(
	struct loader *loader, const struct operator* which, const char *name, struct place place);

/* Sources get the tasks that they are called after; of groups their edges, too. */
void mappings_resolve(struct loader *loader);
/* A task that is mapped over another one's output has to come after it. */
void mappings_check(struct loader *loader);
