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
	int effective_weight; /* by the weight rule `downstream`: own and all descendants' */
	bool do_xcom_push;
	enum on_lost on_lost;
	int skip_exit_code; /* -1: none */
};

/* A param of the DAG: a value, or a rule in JSON Schema's words. */
struct param {
	const char *name;
	struct place place;
	json_t *schema;        /* an object; empty for a plain value */
	json_t *default_value; /* NULL: none, must be given */
};

struct dag {
	gint references;
	struct arena *arena; /* owns all of this */

	const char *dag_id;
	const char *display_name; /* dag_id when not given */
	const char *description;  /* or NULL */
	const char *doc_md;       /* or NULL */
	const char *owner;
	const char *const *tags; /* NULL-terminated */
	const char *file;        /* relative to the DAG folder */
	unsigned line;           /* where its document begins */
	const char *
		text; /* the document's own bytes; with the dag_id they are a version of this DAG */
	const char *hash; /* SHA-256, hex */

	struct schedule *schedule; /* NULL: none */
	const struct zone *zone;
	int64_t start_date, end_date; /* INSTANT_NONE when not given */
	enum catchup catchup;
	unsigned max_active_runs, max_active_tasks;
	int64_t dagrun_timeout_us; /* 0: none */
	bool is_paused_upon_creation;

	size_t n_params;
	struct param *params;
	size_t n_tasks;
	struct task *tasks;
	unsigned *topological;   /* task indexes, upstream before downstream */
	GHashTable *tasks_by_id; /* task_id to struct task */
};

struct dag *dag_ref(const struct dag *dag);
void dag_unref(struct dag *dag);
/* For locals that own a reference: `dag_auto struct dag *dag = ...`. */
#define dag_auto __attribute__((cleanup(dag_unrefp)))
static inline void dag_unrefp(struct dag **dag)
{
	dag_unref(*dag);
}

/* NULL when it has no such task. */
const struct task *dag_task(const struct dag *dag, const char *task_id);
/* Whether `upstream` comes before `task`, directly or not. */
bool task_is_upstream(const struct dag *dag, const struct task *upstream, const struct task *task);

/* What a DAG file takes for granted. */
struct dag_context {
	const struct operators *operators;
	const struct zone *zone;      /* of DAGs that name none; NULL: UTC */
	bool is_paused_upon_creation; /* of DAGs that do not say */
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
json_t *task_json(const struct dag *dag, const struct task *task);
