/* SPDX-License-Identifier: MIT */
/* What the readers of one DAG's parts share: the DAG while it is made. */
#pragma once

#include "lib/dag/dag.h"
#include "lib/dag/reading.h"

/* A dependency as written. */
struct edge {
	unsigned from, to; /* task indexes */
	struct place place;
};

struct loader {
	struct reading reading;
	struct dag dag; /* copied once it is whole */
	const struct operators *operators;

	/* Keys of the DAG that are read after others. */
	const struct node *timezone, *schedule, *start_date, *end_date, *tags, *params,
		*default_args, *env, *dependencies, *tasks;

	size_t n_env; /* the DAG's own environment */
	struct env_entry *env_entries;
	GHashTable
		*parameter_names; /* of each operator that is used: struct operator to its names */
	/* default_args that are arguments of operators: read once for each parameter they serve. */
	GHashTable *shared_values;             /* struct parameter to struct value */
	const struct node **task_dependencies; /* what stands on each task, or NULL */
	GArray *edges;                         /* of struct edge */
	GPtrArray *task_ids;                   /* for suggestions; ends with NULL */
	GHashTable *descendants; /* what is known of them: struct task to struct descendants */
	GHashTable *reported;    /* what was said about shared values: once is enough */
};

/* Each reads its part. What is wrong is in the problems; the rest is read all the same. */
void schedule_read(struct loader *loader);
void params_read(struct loader *loader);
void tasks_read(struct loader *loader);
void dependencies_read(struct loader *loader);

/* Reads a map of environment variables over `base`. */
void env_read(struct loader *loader, const struct node *map, const struct env_entry *base,
	size_t n_base, struct env_entry **entries, size_t *n_entries);

/* From edges to upstream, downstream, order and weights. False: there is a cycle. */
bool graph_build(struct loader *loader);
void graph_weigh(struct dag *dag);
/* What the templates of all tasks ask for: are there such names, and do they come before? */
void uses_check(struct loader *loader);

/* A mistake in what many tasks share (default_args, the DAG's env) is told once. Always false. */
bool loader_refuse_once(struct loader *loader, struct place place, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* False: this sentence was said of this place before. Else it is noted. */
bool loader_says_first(struct loader *loader, struct place place, const char *message);

/* A key_reader for ids: text that is a name (field: const char *). */
key_reader read_ident;
