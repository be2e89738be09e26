/* SPDX-License-Identifier: MIT */
/*
 * One DAG as its file describes it, checked and immutable: the engine, the API and the renderer
 * share it by reference count.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "lib/base/arena.h"
#include "lib/base/instant.h"
#include "lib/base/problem.h"
#include "lib/dag/operator.h"
#include "lib/schedule/schedule.h"
#include "lib/yaml/yaml.h"

struct template;

enum catchup { CATCHUP_FALSE, CATCHUP_LATEST, CATCHUP_TRUE };
enum on_lost { ON_LOST_FAIL, ON_LOST_RETRY };

/* When a task may start, by what became of those before it; lib/engine/rule.c has the law of each.
 */
enum trigger_rule {
	RULE_ALL_SUCCESS,
	RULE_ALL_FAILED,
	RULE_ALL_DONE,
	RULE_ALL_DONE_MIN_ONE_SUCCESS,
	RULE_ALL_SKIPPED,
	RULE_ONE_SUCCESS,
	RULE_ONE_FAILED,
	RULE_ONE_DONE,
	RULE_NONE_FAILED,
	RULE_NONE_FAILED_MIN_ONE_SUCCESS,
	RULE_NONE_SKIPPED,
	RULE_ALWAYS,
	RULE_ALL_DONE_SETUP_SUCCESS, /* of teardowns */
	N_TRIGGER_RULES,
};
/* Airflow's names, by the enum, then NULL. */
extern const char *const trigger_rules[];

/* Whose weights count in the order of tasks that wait, besides its own. */
enum weight_rule { WEIGHT_DOWNSTREAM, WEIGHT_UPSTREAM, WEIGHT_ABSOLUTE };
extern const char *const weight_rules[];

/* What a slot does that comes due while a run of the DAG is unfinished. */
enum overlap { OVERLAP_QUEUE, OVERLAP_SKIP, OVERLAP_CANCEL_RUNNING };

/* A set of exit codes: bit code % 64 of [code / 64]. */
struct exit_codes {
	uint64_t bits[4];
};
static inline bool exit_codes_have(const struct exit_codes *codes, int code)
{
	return code >= 0 && code < 256 && (codes->bits[code / 64] >> code % 64 & 1);
}
static inline bool exit_codes_are_empty(const struct exit_codes *codes)
{
	return !(codes->bits[0] | codes->bits[1] | codes->bits[2] | codes->bits[3]);
}

/*
 * A value that may hold templates: text, or a list or map of such values. `constant` is its JSON
 * form when nothing in it has to be rendered (then `template`, `items` are not used).
 */
struct value {
	struct place place;
	json_t *constant;
	struct template *template; /* one text with {{ }} or {% %} */
	bool is_map;               /* else a list, when neither constant nor template */
	size_t n;
	const char **keys; /* of a map */
	struct value *items;
};

struct argument {
	const struct parameter *parameter;
	struct value value; /* written in the file, or the parameter's default */
};

/* A variable of the process environment. */
struct env_entry {
	const char *name;
	struct value value;
};

/* How the values of a mapped task are put together. */
enum mapping_kind {
	MAPPING_PRODUCT, /* `expand`: each value of each source with each of the others */
	MAPPING_ZIP,     /* `expand_zip`: the first of each, the second of each, ... */
	MAPPING_KWARGS,  /* `expand_kwargs`: one source, a list of maps of arguments */
};

struct mapping_source {
	const char *parameter; /* which argument it fills; NULL: of MAPPING_KWARGS */
	struct place place;
	json_t *constant; /* a list or a map as written; NULL: the return_value of `task` */
	unsigned task;    /* index of an upstream task */
};

struct mapping {
	enum mapping_kind kind;
	size_t n; /* at least 1; the last source changes fastest */
	struct mapping_source *sources;
};

/* Tasks with a common name before theirs, a common place in dependencies, and common defaults. */
struct group {
	const char *group_id; /* whole, with those of the groups around it: `outer.inner` */
	const char *display_name, *tooltip; /* NULL where not given */
	struct place place;
	int parent;                    /* index in dag->groups; -1: none */
	const struct mapping *mapping; /* NULL: its tasks are not mapped together */
	unsigned retries;              /* of all its tasks together; of no group inside another */
	int64_t retry_delay_us;
};

/* Airflow's word for assets that are of no other kind: all of ours. */
#define ASSET_GROUP "asset"
/* Which assets must have been updated for a DAG to run. */
enum asset_condition_kind { ASSET_ONE, ASSET_ALL, ASSET_ANY };
struct asset_condition {
	enum asset_condition_kind kind;
	const char *asset; /* of ASSET_ONE: its name or URI */
	size_t n;          /* of the others, at least 1 */
	struct asset_condition *items;
};

struct asset_names {
	size_t n;
	const char **names;
};

enum callback_kind {
	CALLBACK_EXECUTE,
	CALLBACK_SUCCESS,
	CALLBACK_FAILURE,
	CALLBACK_RETRY,
	CALLBACK_SKIPPED,
	CALLBACK_DEADLINE, /* of a run only */
	N_CALLBACK_KINDS,
};

/* As the keys are called; of CALLBACK_DEADLINE `deadline`. */
extern const char *const callback_names[];
/* Of the first callback of a deadline. */
#define DEADLINE_TASK_ID "@deadline"

/*
 * What is to be done when something happens to a task or to a run: each is a task of its own,
 * beside the graph. Its task_id is `TASK@on_failure_callback`, with `.2` behind the second one of
 * the same kind; of a run it begins with `@`.
 */
struct callbacks {
	size_t n;
	struct task *tasks; /* the index of each counts on from dag->n_tasks */
};

/* From which instant of a run its deadline counts. */
enum deadline_from { DEADLINE_QUEUED_AT, DEADLINE_LOGICAL_DATE, DEADLINE_START };

struct task {
	const char *task_id;
	const char *display_name; /* task_id when not given */
	const char *doc_md;       /* or NULL */
	const char *owner;
	struct place place;
	unsigned index;    /* in dag->tasks; tasks are in the file's order */
	unsigned position; /* in dag->topological */
	const struct operator* operator;

	size_t n_arguments;
	struct argument *arguments; /* in the manifest's order; those neither written nor defaulted
				       are absent */
	size_t n_env;
	struct env_entry *env; /* the DAG's and the task's own, merged, the task's last */

	size_t n_upstream, n_downstream;
	unsigned *upstream, *downstream; /* indexes, ascending */

	unsigned retries;
	int64_t retry_delay_us;
	bool retry_exponential_backoff;
	int64_t max_retry_delay_us;   /* 0: none but the cap of 24 h */
	int64_t execution_timeout_us; /* 0: none */
	int priority_weight;
	int effective_weight; /* own and, by the weight rule, those of all before or after it */
	enum weight_rule weight_rule;
	bool do_xcom_push;
	enum on_lost on_lost;
	struct exit_codes skip_on, fail_on; /* skipped; failed without another try */
	struct exit_codes retry_on; /* when not empty: all others fail without another try */

	enum trigger_rule trigger_rule;
	const char *pool; /* "default_pool" */
	unsigned pool_slots;
	unsigned max_active_tis_per_dag, max_active_tis_per_dagrun; /* 0: no limit */
	bool depends_on_past, wait_for_downstream, ignore_first_depends_on_past;
	int group; /* index in dag->groups; -1: none */
	/* Its own, or that of the mapped group around it; NULL: not mapped. */
	const struct mapping *mapping;
	int mapped_group; /* the group whose mapping it is: its tasks go index by index; -1: own */
	struct value map_index_template; /* absent: none */
	bool feeds_mapping;              /* another task or group is mapped over its return_value */
	struct asset_names outlets, inlets; /* which it updates, and which it reads */
	bool is_setup, is_teardown;
	bool on_failure_fail_dagrun; /* of a teardown: its failure fails the run */
	size_t n_setups;  /* of a teardown: those it belongs to; else those whose scope it is in */
	unsigned *setups; /* indexes, ascending */
	size_t n_scope;   /* of a setup: the tasks that have it among theirs, teardowns, too */
	unsigned *scope;  /* indexes, ascending */
	struct callbacks callbacks[N_CALLBACK_KINDS];
	bool is_callback;
	enum callback_kind callback_kind; /* of a callback */
	const struct task *callback_of;   /* whose it is; NULL: a run's */
};

/* A param of the DAG: a value, or a rule in JSON Schema's words. */
struct param {
	const char *name;
	struct place place;
	json_t *schema;        /* an object; empty for a plain value */
	json_t *default_value; /* NULL: none, must be given */
};

struct dag_shelf;

struct dag {
	gint references;
	struct arena *arena; /* owns all of this, but what `head` owns */
	/* Of a whole DAG: what does not belong to its tasks, and owns it. */
	struct dag *head;
	struct dag *shelved; /* for which it stands; NULL: it is in no shelf */
	GList *place;        /* in its shelf while that keeps it */
	/* Of a DAG in a shelf: it has no tasks of its own, dag_whole() has them. */
	struct dag_shelf *shelf;
	struct dag *whole; /* not owned; NULL: none is in memory */

	const char *dag_id;
	const char *display_name; /* dag_id when not given */
	const char *description;  /* or NULL */
	const char *doc_md;       /* or NULL */
	const char *owner;
	const char *const *tags;   /* NULL-terminated */
	const char *const *owners; /* those of its tasks, each once; NULL-terminated */
	const char *file;          /* relative to the DAG folder */
	unsigned line;             /* where its document begins */
	unsigned text_line;        /* where its text begins; 0: the file has other documents, too */
	const char *
		text; /* the document's own bytes; with the dag_id they are a version of this DAG */
	const char *hash; /* SHA-256, hex */

	struct schedule *schedule;            /* NULL: none */
	const struct asset_condition *assets; /* NULL: not scheduled by assets */
	const struct zone *zone;
	int64_t start_date, end_date; /* INSTANT_NONE when not given */
	enum catchup catchup;
	unsigned catchup_max_runs; /* of those that are due at once the newest so many; 0: all */
	int64_t catchup_window_us; /* slots that are due for longer are missed; 0: none is */
	unsigned max_active_runs, max_active_tasks;
	int64_t dagrun_timeout_us; /* 0: none */
	bool is_paused_upon_creation;
	bool fail_fast;
	unsigned max_consecutive_failed_dag_runs; /* 0: no limit */
	enum overlap overlap;
	int64_t deadline_us; /* INSTANT_NONE: none; may be negative for DEADLINE_LOGICAL_DATE */
	enum deadline_from deadline_from;
	struct callbacks callbacks[N_CALLBACK_KINDS]; /* success, failure and deadline of a run */
	bool has_past;                                /* a task depends on the run before */
	bool has_task_limits; /* a task has max_active_tis_per_dag or ..._per_dagrun */
	struct asset_names outlets, inlets; /* of all tasks, each once */

	size_t n_params;
	struct param *params;
	size_t n_tasks;
	struct task *tasks;
	size_t n_callbacks;           /* of the run and of all tasks */
	struct task **callback_tasks; /* all of them: that of index n_tasks + i is [i] */
	size_t n_groups;
	struct group *groups;    /* a group stands behind the one around it */
	unsigned *topological;   /* task indexes, upstream before downstream */
	GHashTable *tasks_by_id; /* task_id to struct task */
};

struct dag *dag_ref(const struct dag *dag);
void dag_unref(struct dag *dag);
/*
 * A new reference to the DAG with its tasks, groups and callbacks. A DAG that dag_load() gave is
 * whole; one from a shelf (shelf.h) has NULL for them, and only their numbers.
 */
struct dag *dag_whole(const struct dag *dag);
/* For locals that own a reference: `dag_auto struct dag *dag = ...`. */
#define dag_auto __attribute__((cleanup(dag_unrefp)))
static inline void dag_unrefp(struct dag **dag)
{
	dag_unref(*dag);
}

/* NULL when it has no such task; a callback is one, too. */
const struct task *dag_task(const struct dag *dag, const char *task_id);
/* What was given for a parameter in which no template may stand, or its default; NULL: nothing. */
const json_t *task_constant(const struct task *task, const char *parameter);
/* The same of a boolean, false where nothing was given, and of a duration: 0 then. */
bool task_constant_boolean(const struct task *task, const char *parameter);
int64_t task_constant_us(const struct task *task, const char *parameter);
/* Whether a group (-1: none) is another one, or somewhere inside of it. */
bool group_is_within(const struct dag *dag, int group, int outer);
/* Whether `upstream` comes before `task`, directly or not. */
bool task_is_upstream(const struct dag *dag, const struct task *upstream, const struct task *task);

/* What a DAG file takes for granted. */
struct dag_context {
	const struct operators *operators;
	const struct zone *zone;      /* of DAGs that name none; NULL: UTC */
	bool is_paused_upon_creation; /* of DAGs that do not say */
	size_t max_map_length;        /* values that are mapped over; 0: 1024 */
};

/*
 * Reads all DAGs of one file's text. What is wrong is added to `problems`; a DAG with an error is
 * left out, the others of the file are returned (an array of struct dag, each to be unref'd).
 * `file` is used in places and as dag->file; its stem is the default dag_id.
 */
GPtrArray *dag_load(const char *file, const char *text, size_t len,
	const struct dag_context *context, struct problems *problems);

/*
 * The conf a run starts with, checked against the params: defaults, then `conf` over them (NULL or
 * an object). A new reference, or NULL and an error that names the param and its rule.
 */
json_t *dag_params(const struct dag *dag, const json_t *conf, GError **error);

/* The graph in the DOT language. */
char *dag_dot(const struct dag *dag);
/* Fields as Airflow's API names them (a new reference): what does not depend on runs. */
json_t *dag_json(const struct dag *dag);
/*
 * The instants at which its next runs begin, at most `n` of them, all after an instant; a new list
 * of texts with the offset of the schedule's zone. `anchor` is when the DAG was first seen.
 */
json_t *dag_next_json(const struct dag *dag, int64_t anchor, int64_t after, size_t n);
json_t *task_json(const struct dag *dag, const struct task *task);
