/* SPDX-License-Identifier: MIT */
/*
 * The engine's own picture of DAGs, runs and tasks. Everything that can be waited for is a counter,
 * an ordered queue or a heap of instants, so a step costs what it changes and nothing is searched
 * for.
 *
 * A task instance goes from its run's `ready` (its upstream is done) to the engine's `queued` (the
 * limits of its run let it) to a worker. Only tasks in `queued` or with a worker count as active.
 */
#pragma once

#include "lib/engine/engine.h"
#include "lib/engine/wake.h"

struct workflow; /* all that is known of one dag_id */
struct run;

struct instance {
	struct task_record record; /* its task_id is the DAG's or the run's */
	struct run *run;
	const struct task *task; /* NULL when the run's DAG cannot be loaded */
	unsigned n_waiting;      /* upstream tasks that are not done */
	GSequenceIter *place;    /* in run->ready or engine->queued, else NULL */
	struct wake retry;
	bool is_changed;
};

struct run {
	struct run_record record;
	struct workflow *workflow;
	struct dag *dag; /* pinned; NULL: cannot be loaded, see why_not */
	char *why_not;
	size_t n_instances;
	struct instance
		*instances;  /* by the index of their task; of a run without DAG those with a row */
	GHashTable *by_task; /* only of a run without DAG: task_id -> instance */
	unsigned n_unfinished, n_active;
	GSequence *ready;     /* of instances, best first */
	GSequenceIter *place; /* in workflow->queued while it is queued */
	struct wake timeout;
	bool is_changed, is_touched, is_finished, is_restoring;
};

struct workflow {
	struct dag_record record;
	struct dag *dag;    /* the newest; NULL: not loaded */
	GHashTable *runs;   /* run_id -> struct run, owned */
	GSequence *queued;  /* runs in the order they will start */
	unsigned n_running; /* runs */
	struct wake slot;
	bool is_changed;
};

struct engine {
	struct engine_options options;
	int64_t now;
	bool is_recovering;
	GHashTable *workflows; /* dag_id -> struct workflow, owned */
	GHashTable *by_id;     /* &run_record.id -> struct run */
	GHashTable *attempts;  /* &task_record.attempt -> struct instance: those that run */
	GSequence *queued;     /* instances that only wait for a worker, best first */
	struct wakes wakes;
	GPtrArray *changed_instances, *changed_runs, *changed_workflows;
	GPtrArray *touched;      /* runs whose limits or ready tasks changed */
	GPtrArray *finished;     /* runs to forget once that is durable */
	GPtrArray *restored;     /* runs whose rows are being given */
	GQueue settled;          /* instances whose end is to be told to their downstream tasks */
	struct effects *effects; /* of the step under way */
	unsigned n_slots;        /* for which the step under way has made runs */
	GPtrArray *reasons;      /* texts that the effects of the last step point to */
};

/* workflow.c: the schedule of a DAG */
struct workflow *workflow_get(const struct engine *engine, const char *dag_id);
struct workflow *workflow_add(struct engine *engine, const struct dag_record *record);
void workflow_free(struct workflow *workflow);
void workflow_changed(struct engine *engine, struct workflow *workflow);
bool workflow_load(struct engine *engine, struct dag *dag);
bool workflow_pause(struct engine *engine, struct workflow *workflow);
bool workflow_unpause(struct engine *engine, struct workflow *workflow);
void workflow_gone(struct engine *engine, struct workflow *workflow);
/* Makes the runs that are due now and sets the wake for the next one. */
void workflow_schedule(struct engine *engine, struct workflow *workflow);
/* Starts queued runs as far as max_active_runs lets it. */
void workflow_start_runs(struct engine *engine, struct workflow *workflow);

/* run.c */
struct run *run_new(struct engine *engine, struct workflow *workflow,
	const struct run_record *record, struct dag *dag);
void run_free(struct run *run);
struct run *run_find(const struct workflow *workflow, const char *run_id);
struct instance *run_instance(const struct run *run, const char *task_id);
/* Of a run whose DAG cannot be loaded there is what its rows tell. */
struct instance *run_instance_add(struct run *run, const char *task_id);
void run_changed(struct engine *engine, struct run *run);
void run_move(struct engine *engine, struct run *run, enum run_state state);
/* Its tasks or limits changed: admit and settle at the end of the step. */
void run_touch(struct engine *engine, struct run *run);
void run_enqueue(struct run *run);
/* dagrun_timeout counts from its start. */
void run_timeout_set(struct engine *engine, struct run *run);
void run_begin(struct engine *engine, struct run *run);
/* Looks at all its tasks anew: which are ready. */
void run_resume(struct engine *engine, struct run *run);
/* Ends it when nothing of it is left to do. */
void run_settle(struct engine *engine, struct run *run);
/* Ends it as failed now: what runs is killed, what waits is skipped. */
void run_abort(struct engine *engine, struct run *run, const char *reason);
/* It is running, and to end as failed as soon as its processes have ended. */
bool run_is_aborted(const struct run *run);
/* All that earlier attempts left is known. */
void run_recover(struct engine *engine, struct run *run);
/* Tasks of a running run were cleared. If it was aborted, this is a newer word: it begins anew. */
void run_go_on(struct engine *engine, struct run *run);
/* A finished run whose tasks were cleared waits for its turn again. */
void run_reopen(struct engine *engine, struct run *run);

/* task.c */
void task_move(struct engine *engine, struct instance *instance, enum task_state state);
void instance_changed(struct engine *engine, struct instance *instance);
/* Takes the text over. */
void task_reason(struct instance *instance, char *reason);
/* Its process is to be ended; its attempt ends as any other. */
void task_kill(struct engine *engine, struct instance *instance);
/* Counts the upstream tasks that are not done. */
void task_count_waiting(struct instance *instance);
/* Of a waiting task of a running run: looks at all its upstream tasks and moves it to where it
 * belongs. */
void task_evaluate(struct engine *engine, struct instance *instance);
/* Tells downstream tasks of all that ended in this step. */
void tasks_propagate(struct engine *engine);
bool task_ended(struct engine *engine, const struct event *event, GError **error);
bool task_lost(struct engine *engine, const struct event *event, GError **error);
bool task_taken_back(struct engine *engine, const struct event *event, GError **error);
void task_retry(struct engine *engine, struct instance *instance);
/* It may start as soon as the limits of its run let it. */
void task_ready(struct engine *engine, struct instance *instance);

/* admit.c: from ready to queued to a worker */
/* For the order in the queues: weight, then age of the run, then place in the file. */
int instance_compare(const void *a, const void *b, void *unused);
void instance_dequeue(struct instance *instance);
/* Works off all that the step has touched. */
void engine_admit(struct engine *engine);

/* clear.c */
bool tasks_clear(struct engine *engine, const struct event *event, GError **error);

/* effects */
void effect_add(struct engine *engine, struct effect effect);
