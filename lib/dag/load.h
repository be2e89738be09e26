/* SPDX-License-Identifier: MIT */
/* What the readers of one DAG's parts share: the DAG while it is made. */
#pragma once

#include "lib/dag/dag.h"
#include "lib/dag/reading.h"
#include "lib/schedule/days.h"

/* A dependency as written; of groups until group_edges() has made it one of tasks. */
struct edge {
	unsigned from, to; /* task indexes; a group is n_tasks and its index */
	struct place place;
};

struct loader {
	struct reading reading;
	struct dag dag; /* copied once it is whole */
	const struct operators *operators;
	const struct node *root; /* the whole map */

	/* Keys of the DAG that are read after others. */
	const struct node *timezone, *schedule, *start_date, *end_date, *calendars_node, *tags,
		*params, *default_args, *env, *dependencies, *tasks, *task_groups, *deadline;
	const struct node *callback_nodes[N_CALLBACK_KINDS];

	size_t n_env; /* the DAG's own environment */
	struct env_entry *env_entries;
	GHashTable
		*parameter_names;  /* of each operator that is used: struct operator to its names */
	GHashTable *shared_values; /* what default_args have for arguments: see operation.c */
	const struct defaults *defaults; /* the DAG's default_args */
	size_t n_groups;
	struct group_draft *groups, **groups_by_index; /* in the file's order, and in the DAG's */
	unsigned n_guesses;        /* made so far, of what a short id in a group may mean */
	GArray *pending_teardowns; /* struct pending_teardown */
	GArray *pending_sources;   /* of mappings: struct pending_source */
	size_t max_map_length;
	GHashTable *groups_by_own_id, *groups_by_id; /* to struct group_draft */
	const struct node **task_dependencies;       /* what stands on each task, or NULL */
	GArray *edges;                               /* of struct edge */
	GPtrArray *task_ids;                         /* for suggestions; ends with NULL */
	GHashTable *descendants; /* what is known of them: struct task to struct descendants */
	GHashTable *callbacks;   /* what a node says: struct node to struct callbacks */
	GHashTable *calendars;   /* name to struct calendar, while the schedule is read; or NULL */
	GHashTable *reported;    /* what was said about shared values: once is enough */
};

/* `schedule: {assets: ...}`: a name, a list of which all are meant, or a map of all or any. */
void assets_read(struct loader *loader, const struct node *node);
/* Warns when the DAG waits for no more than what its own tasks update. */
void assets_warn_if_endless(const struct loader *loader);
/* Each reads its part. What is wrong is in the problems; the rest is read all the same. */
void schedule_read(struct loader *loader);
/* The named lists of dates, before the schedule is read; after it: was each of use? */
void calendars_read(struct loader *loader);
void calendars_check(struct loader *loader);
/* The days of `exclude` or `only` (`what`), and where slots of other days go. The set's dates are
 * to be freed with days_clear(), whether it worked or not. */
bool days_read(struct loader *loader, const char *what, const struct node *node,
	struct day_set *set, enum shift *shift);
void overlap_check(struct loader *loader);
void params_read(struct loader *loader);
void groups_read(struct loader *loader);
void tasks_read(struct loader *loader);
void dependencies_read(struct loader *loader);
/* The setups that teardowns name come right before them. */
void teardowns_resolve(struct loader *loader);
void deadline_read(struct loader *loader);

/* Reads the callbacks of a task, or of the run (NULL), by their kinds; nodes may be NULL. */
void callbacks_of(struct loader *loader, const struct node *const *nodes, const struct task *owner,
	struct callbacks *callbacks);
/* Makes all of them known by index and id. */
void callbacks_register(struct loader *loader);

/* Reads a map of environment variables over `base`. */
void env_read(struct loader *loader, const struct node *map, const struct env_entry *base,
	size_t n_base, struct env_entry **entries, size_t *n_entries);

/* A map of variables whose values are plain, as JSON; NULL after a problem. */
json_t *env_json(struct loader *loader, const struct node *map);

/* Dependencies of groups become those of the tasks at their ends. */
bool groups_resolve_edges(struct loader *loader);
/* From edges to upstream, downstream, order and weights. False: there is a cycle. */
bool graph_build(struct loader *loader);
void graph_weigh(struct dag *dag);
/* In the scope of which setups each task is. */
void setups_fill(struct dag *dag);
/* Which tasks each setup has in its scope. */
void scopes_fill(struct dag *dag);
/* What the templates of all tasks ask for: are there such names, and do they come before? */
void uses_check(struct loader *loader);
/* What branches, sensors and approvals say before they run. */
void flows_check(struct loader *loader);
/* A callback stands beside the graph: it has nothing to direct or to wait for. */
void callback_flows_check(struct loader *loader);

/* task_is_upstream(), for a file in which thousands of tasks ask about the same one. */
bool loader_comes_before(
	struct loader *loader, const struct task *upstream, const struct task *task);

/* A mistake in what many tasks share (default_args, the DAG's env) is told once. Always false. */
bool loader_refuse_once(struct loader *loader, struct place place, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* False: this sentence was said of this place before. Else it is noted. */
bool loader_says_first(struct loader *loader, struct place place, const char *message);

/* Of what shared_values has. */
guint shared_hash(gconstpointer key);
gboolean shared_equal(gconstpointer a, gconstpointer b);

/* A key_reader for ids: text that is a name (field: const char *). */
key_reader read_ident;
/* Into a struct dag: a mode alone, or a map with limits. */
key_reader read_catchup;
/* The names of assets, one or a list (field: struct asset_names). */
key_reader read_assets;
