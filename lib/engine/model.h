/* SPDX-License-Identifier: MIT */
/*
 * The engine's own picture of DAGs, runs and tasks. Everything that can be waited for is a counter,
 * an ordered queue or a heap of instants, so a step costs what it changes and nothing is searched
 * for.
 *
 * A task instance whose upstream is done is `scheduled` and waits in one place:
 *
 *     a pool's `dags` -> a DAG's `runs` in it -> a run's `ready` tasks in it
 *
 * Each stands in the line of the one above by its best task, so the task that goes next is found at
 * the front of the fronts. A run whose max_active_tasks is reached, or whose DAG is paused, leaves
 * the line with all its tasks at the cost of one. A task that comes to the front and may not start
 * because of a limit of its own is parked at the gate of that limit until that has room.
 *
 * Callbacks stand beside all that: see callback.c.
 */
#pragma once

#include "lib/engine/engine.h"
#include "lib/engine/rule.h"
#include "lib/engine/wake.h"

struct workflow; /* all that is known of one dag_id */
struct run;
struct run_queue;
struct backfill;

/* A limit of one task's instances: how many of them are active, and which wait for that. */
struct gate {
	unsigned n_active;
	GPtrArray *lines; /* of struct gate_line, by run; NULL: none yet */
	struct run *run;  /* whose it is; NULL: of all runs of the DAG */
	bool is_touched;  /* in engine->touched_gates */
};

/* The instances of a mapped task. */
struct expansion {
	GPtrArray *units; /* of struct instance, by map_index; none is ever taken away */
	unsigned width;   /* how many there are values for; the others are removed */
	unsigned n[N_OUTCOMES];
	struct gate gate; /* max_active_tis_per_dagrun */
};

struct instance {
	struct task_record record; /* its task_id is the DAG's or the run's */
	struct run *run;
	const struct task *task;         /* NULL when the run's DAG cannot be loaded */
	unsigned n_upstream[N_OUTCOMES]; /* the direct upstream instances */
	/* Of a mapped task that has become many: this one is none of them and stands for all. */
	struct expansion *expansion;
	struct run_queue *queue; /* where it waits; NULL: nowhere, or at a gate */
	GSequenceIter *place;    /* there, or wherever else it waits while it is scheduled */
	struct wake retry;       /* or when what it waits for is over */
	unsigned n_bars;         /* upstream instances whose decision is that it is skipped */
	char *bell;              /* in engine->bells; NULL: it waits for no run */
	char **bell_tasks;       /* of which it is to hear; NULL: of any */
	bool is_changed, is_doubtful;
	bool is_callback; /* not in the graph; of no account to its run */
};

/* The tasks of a run that wait for one pool. */
struct run_queue {
	struct run *run;
	struct dag_queue *dag_queue;
	GSequence *ready;     /* of instances, best first */
	GSequenceIter *place; /* in dag_queue->runs; NULL: nothing is ready, or may not start */
};

/* The runs of a DAG with tasks that wait for one pool. */
struct dag_queue {
	struct workflow *workflow;
	struct pool *pool;
	GSequence *runs;      /* of struct run_queue, by their best task */
	GSequenceIter *place; /* in pool->dags while there is a run in it */
};

struct pool {
	struct pool_record record;
	bool is_known; /* else tasks name it, and there is no such pool */
	int64_t n_active, n_scheduled, n_deferred; /* slots */
	GSequence *dags;                           /* of struct dag_queue, by their best task */
	GSequence *too_large;                      /* instances that need more slots than it has */
};

/* One that goes on. */
struct backfill {
	struct backfill_record record;
	struct workflow *workflow;
	GHashTable *runs;   /* of struct run: its unfinished ones */
	GSequence *queued;  /* runs in the order they will start */
	unsigned n_running; /* runs */
	bool is_changed;
	bool is_filling; /* its runs are being made or ended one by one: it is not looked at */
};

/* What depends_on_past looks at. */
struct past {
	bool is_asked, is_known;
	struct run *run; /* the one before, by logical date; NULL: none, or it is not known */
	unsigned *n_ill; /* by the index of a task: for how many tasks of `run` it waits */
};

struct run {
	struct run_record record;
	struct workflow *workflow;
	struct backfill *backfill; /* while it is unfinished and its backfill goes on */
	struct dag *dag;           /* pinned; NULL: cannot be loaded, see why_not */
	char *why_not;
	size_t n_instances; /* 0 until it begins */
	struct instance
		*instances;  /* by the index of their task; of a run without DAG those with a row */
	GHashTable *by_task; /* only of a run without DAG: "task_id/map_index" -> instance */
	unsigned n_unfinished, n_active;
	unsigned n_working;     /* those of n_active that are no teardowns */
	GPtrArray *removed;     /* of struct instance: what its version does not have; NULL: none */
	GPtrArray *queues;      /* of struct run_queue, one for each pool; NULL: none yet */
	GSequence *processless; /* ready instances that need no worker, while they are held */
	GHashTable *callbacks;  /* those that were ever due, by name; NULL: none */
	unsigned n_callbacks;   /* of them those that have not ended */
	GSequenceIter *place;   /* in the queue of its workflow or backfill while it is queued */
	GSequenceIter *date;    /* in workflow->dated; NULL: it has no logical date */
	struct past past;
	GPtrArray *followers; /* of struct run: those whose `past.run` it is; NULL: never any */
	struct wake timeout, deadline;
	bool is_changed, is_touched, is_finished, is_restoring;
	bool is_expiring; /* in engine->finished */
};

/* Why slots may come due without being looked at. */
enum gap {
	GAP_CLOCK, /* nothing holds them back: the clock leapt over them */
	GAP_DOWN,
	GAP_PAUSED,
	GAP_FILE,
	GAP_LIMIT,
	GAP_SCHEDULE,
	GAP_FIRST,
};

struct workflow {
	struct dag_record record;
	struct dag *dag;           /* the newest; NULL: not loaded */
	GHashTable *runs;          /* run_id -> struct run, owned */
	GSequence *queued;         /* runs in the order they will start */
	GSequence *dated;          /* runs with a logical date, by that; NULL: none yet */
	unsigned n_running;        /* runs, without those of backfills */
	struct backfill *backfill; /* that goes on; NULL: none */
	unsigned n_active;         /* tasks of all its runs */
	GPtrArray
		*queues; /* of struct dag_queue, one for each pool that its tasks ever waited for */
	GHashTable *gates; /* task_id -> struct gate: max_active_tis_per_dag */
	GHashTable *heard; /* assets that it has heard of since its last run by assets, or NULL */
	int64_t assets_run_at; /* when its last run by assets was made */
	struct wake assets;    /* when it may have the next one */
	struct wake slot;
	int64_t next_slot;           /* while the wake is set: for which slot */
	int64_t continuous_at;       /* when the last run of a DAG that is @continuous was made */
	enum gap gap;                /* since its slots were last looked at */
	struct missed_record missed; /* the newest range; without reason: none is known */
	bool is_changed, is_scheduling;
	bool goes_on; /* more slots were due than one step makes runs for: the wake is set at once
		       */
};

struct engine {
	struct engine_options options;
	int64_t now;
	bool is_recovering;
	char *hold;            /* why it is not told to go on, or NULL */
	GHashTable *workflows; /* dag_id -> struct workflow, owned */
	GHashTable *by_id;     /* &run_record.id -> struct run */
	GHashTable *attempts;  /* &task_record.attempt -> struct instance: those that run */
	GHashTable *held;      /* of struct instance: those that wait and hold no worker */
	GHashTable *bells;     /* what of which run is waited for -> GPtrArray of struct instance */
	GHashTable *assets;    /* name -> struct asset */
	GPtrArray *asset_events; /* of the last step: its effects point to them */
	GPtrArray *pools;        /* of struct pool: few, so they may be looked through */
	GSequence *callbacks;    /* instances that wait for a worker, in the order they were due */
	struct wakes wakes;
	GHashTable *backfills; /* &backfill_record.id -> struct backfill, owned: those that go on */
	GPtrArray *changed_instances, *changed_runs, *changed_workflows, *changed_backfills;
	GPtrArray *ended_backfills; /* owned: to be forgotten as the next step begins */
	GPtrArray *touched_gates;   /* at which somebody waits though there is a place */
	GPtrArray *touched;         /* runs whose limits or ready tasks changed */
	GPtrArray *finished;        /* runs to forget once that is durable, kept ones apart */
	GHashTable *deleted;        /* ids of runs that can be read until that is durable */
	GHashTable *deleted_dags;   /* dag_id -> the first id of a run that is not its any more */
	GPtrArray *restored;        /* runs whose rows are being given */
	GQueue doubtful;            /* waiting instances that are to look at their upstream again */
	struct effects *effects;    /* of the step under way */
	unsigned n_slots;           /* for which the step under way has made runs */
	GPtrArray *missed;          /* records that the effects of the last step point to */
	GPtrArray *reasons;         /* texts that the effects of the last step point to */
};

/* workflow.c */
struct workflow *workflow_get(const struct engine *engine, const char *dag_id);
struct workflow *workflow_add(struct engine *engine, const struct dag_record *record);
void workflow_free(struct workflow *workflow);
void workflow_changed(struct engine *engine, struct workflow *workflow);
bool workflow_load(struct engine *engine, struct dag *dag);
bool workflow_pause(struct engine *engine, struct workflow *workflow);
bool workflow_unpause(struct engine *engine, struct workflow *workflow);
void workflow_gone(struct engine *engine, struct workflow *workflow);
/* Starts queued runs as far as max_active_runs lets it. */
void workflow_start_runs(struct engine *engine, struct workflow *workflow);

/* slots.c: the schedule of a DAG */
/* Makes the runs that are due now and sets the wake for the next one. */
void workflow_schedule(struct engine *engine, struct workflow *workflow);
/* The step under way makes no more runs; the next one goes on. */
bool slots_are_enough(const struct engine *engine);
/* The clock was set back: those that were to go on do not wait until it is where it was. */
void slots_clock_back(struct engine *engine);
/* Time zones have other rules: what is due next is computed anew. */
void slots_zones_changed(struct engine *engine);
/* Tells of the slots that were missed before it was known, or while it was paused. */
void slots_first_seen(struct engine *engine, struct workflow *workflow);
void slots_unpaused(struct engine *engine, struct workflow *workflow, int64_t active_since);
/*
 * All slots from one to another have runs. When the next one is among them, the schedule goes on
 * behind them, or it would run them once more.
 */
void slots_filled(struct engine *engine, struct workflow *workflow, int64_t first, int64_t last);
/* How many runs of the DAG may run at once. */
unsigned runs_limit(const struct dag *dag);

/* backfill.c: runs for slots of the past */
void backfills_init(struct engine *engine);
void backfills_clear(struct engine *engine);
/* Saves those that changed. */
void backfills_save(struct engine *engine);
bool backfill_create(struct engine *engine, const struct event *event, GError **error);
bool backfill_event(struct engine *engine, const struct event *event, GError **error);
/* Starts queued runs as far as its max_active_runs lets it. */
void backfill_start_runs(struct engine *engine, struct backfill *backfill);
/* Ends it when none of its runs is left. */
void backfill_settle(struct engine *engine, struct backfill *backfill);
/* An unfinished run is one of the backfill that its record names, if that goes on. */
void backfill_join(struct engine *engine, struct run *run);
/* It has ended. */
void backfill_leave(struct engine *engine, struct run *run);

/* run.c */
/* Why a run failed, when a person said so, or a newer one was to run. */
#define REASON_MARKED "marked as failed"
#define REASON_CANCELLED "cancelled"
#define REASON_OVERLAP "overlap: cancel_running"
struct run *run_new(struct engine *engine, struct workflow *workflow,
	const struct run_record *record, struct dag *dag);
void run_free(struct run *run);
struct run *run_find(const struct workflow *workflow, const char *run_id);
/* Makes its instances if it has none yet: a run that waits for its turn is cheap. */
void run_populate(struct run *run);
/* The instance of a task, or of a mapped one once it is many (map_index >= 0); NULL: none. */
struct instance *run_instance(const struct run *run, const char *task_id, int map_index);
/* The same; `task` is one of the run's DAG, or a callback of it. */
struct instance *run_instance_at(const struct run *run, const struct task *task, int map_index);
/* As a row has it: of a mapped task it makes room, of a run without DAG there is what its rows
 * tell. NULL: the run's DAG has no such task. */
struct instance *run_instance_add(struct run *run, const char *task_id, int map_index);
/* What its version does not have. */
struct instance *run_removed_add(struct run *run, const struct task_record *record);
/* Of a run without DAG: its removed tasks are parted from the others, once all rows are there. */
void run_part_removed(struct run *run);
/* Frees all its instances, which stand nowhere any more. */
void run_instances_free(struct run *run);
/* The same of any run: what a run that has ended left undone was skipped. */
void run_know(struct engine *engine, struct run *run);
/* Counts and queues all that follows from the states of its instances: restore.c. */
void run_reassemble(struct engine *engine, struct run *run);
/* Why its tasks say that it failed (g_free); NULL: they say that it succeeded. */
char *run_failure(const struct run *run);
void run_finish(struct engine *engine, struct run *run, enum run_state state);
/* Each task instance: of a mapped task each of its units. */
typedef void instance_visitor(struct engine *engine, struct instance *instance);
void run_each(struct engine *engine, struct run *run, instance_visitor *visit);
void run_changed(struct engine *engine, struct run *run);
void run_move(struct engine *engine, struct run *run, enum run_state state);
/* Its tasks or limits changed: admit and settle at the end of the step. */
void run_touch(struct engine *engine, struct run *run);
void run_enqueue(struct run *run);
/* It has begun (1) or ended (-1) and counts so where its limit is. */
void run_count_running(struct run *run, int n);
void run_dequeue(struct run *run);
/* To be forgotten once all that was decided is durable, unless somebody needs it. */
void run_expire(struct engine *engine, struct run *run);
void run_forget(struct engine *engine, struct run *run);
/* Though it has ended: runs after it look at it, or its callbacks have not ended. */
bool run_is_needed(const struct run *run);
/* It has been made, or is begun anew: waits for its turn, and its deadline may count from now. */
void run_queue(struct engine *engine, struct run *run);
/* dagrun_timeout counts from its start. */
void run_timeout_set(struct engine *engine, struct run *run);
void run_begin(struct engine *engine, struct run *run);
/* Looks at all its tasks anew: which are ready. */
void run_resume(struct engine *engine, struct run *run);
/* Ends it when nothing of it is left to do. */
void run_settle(struct engine *engine, struct run *run);
/* Ends it as failed now: what runs is killed, what waits is skipped. */
void run_abort(struct engine *engine, struct run *run, const char *reason);
/* Ends one that is queued. */
void run_drop(struct engine *engine, struct run *run, const char *reason);
/* It is running, and to end as failed as soon as its processes have ended. */
bool run_is_aborted(const struct run *run);
/* The same, or because a task of it failed (fail_fast): then its teardowns go on. */
bool run_is_ending(const struct run *run);
/* Ends it: what runs is killed, what waits is skipped. */
void instance_abort(struct engine *engine, struct instance *instance);
/* All that earlier attempts left is known. */
void run_recover(struct engine *engine, struct run *run);
/* Tasks of a running run were cleared. If it was aborted, this is a newer word: it begins anew. */
void run_go_on(struct engine *engine, struct run *run);
/* A finished run whose tasks were cleared waits for its turn again. */
void run_reopen(struct engine *engine, struct run *run);

/* instance.c: where an instance stands among others */
void instance_init(
	struct instance *instance, struct run *run, const struct task *task, int map_index);
/* Copies it, but for the id, which is the DAG's own. */
void instance_take_record(struct instance *instance, const struct task_record *record);
void instance_changed(struct engine *engine, struct instance *instance);
/* `a`, or `a[1]` of a mapped task (g_free). */
char *instance_name(const struct instance *instance);
/* For the order in which they go: weight, then the DAG with fewer active tasks, then the age of the
 * run, then the place in the file. */
int instance_compare(const void *a, const void *b, void *unused);
/* Holds a slot of the limits: its process runs or is being ended. */
bool task_state_is_active(enum task_state state);
/* Counts the upstream instances by their outcome. */
void instance_count(const struct instance *instance, unsigned n[N_OUTCOMES]);
/* Adds the instances of one task before it. */
void instance_count_one(
	const struct instance *instance, const struct instance *other, unsigned n[N_OUTCOMES]);
/* The first upstream instance with this outcome; NULL: there is none. */
const struct instance *instance_upstream(const struct instance *instance, enum outcome outcome);
/* Each of its direct upstream instances. */
void instance_each_upstream(const struct instance *instance,
	void (*visit)(const struct instance *upstream, void *data), void *data);
/* Tells those after it that it counts as another one now. */
void instance_tell(struct engine *engine, struct instance *instance, enum outcome from);
/* It waits for its upstream and is to look at it before the step ends. */
void instance_doubt(struct engine *engine, struct instance *instance);

/* task.c: what a task does next */
void task_move(struct engine *engine, struct instance *instance, enum task_state state);
/* Takes the text over. */
void task_reason(struct instance *instance, char *reason);
/* Its process is to be ended; its attempt ends as any other. */
void task_kill(struct engine *engine, struct instance *instance);
/* As soon as its upstream tasks let it. */
void task_wait(struct engine *engine, struct instance *instance);
void task_retry(struct engine *engine, struct instance *instance);
/* A new try begins: what an earlier one left behind does not belong to it. */
void task_begin(struct engine *engine, struct instance *instance);
/* It has failed for good: what follows from that. */
void task_failed(struct engine *engine, struct instance *instance);
/* It may start as soon as it is its turn. */
void task_ready(struct engine *engine, struct instance *instance);
/* What needs no worker and was held by a pause goes on. */
void run_admit_processless(struct engine *engine, struct run *run);
/* What its upstream says to it. */
enum verdict task_verdict(const struct instance *instance);
/* Looks at the upstream of all that are in doubt, until none is left. */
void tasks_evaluate(struct engine *engine);

/* attempt.c: how a try ended, and what follows */
bool task_ended(struct engine *engine, const struct event *event, GError **error);
bool task_lost(struct engine *engine, const struct event *event, GError **error);
bool task_taken_back(struct engine *engine, const struct event *event, GError **error);

/* group_retry.c */
/* The group that begins anew because the task has failed for good; NULL: none does. */
const struct group *group_to_retry(const struct instance *instance);
/* It has no try of its own left and waits for its group to begin anew. */
bool instance_waits_for_group(const struct instance *instance);
void group_retry(struct engine *engine, struct instance *instance);

/* mapping.c: tasks that become many */
void expansion_free(struct expansion *expansion);
/* So many units, of which new ones wait for their upstream. For the rows of a restored run, too. */
void instance_widen(struct instance *instance, unsigned n);
/*
 * Of a task that is mapped and may start: makes its units, or gives it the state that follows when
 * it cannot. True: it has been dealt with. False: it is one of the units, or not mapped.
 */
bool mapping_apply(struct engine *engine, struct instance *instance);
/* Of a task of a mapped group that has not become many: does so once the values are known. */
bool mapping_apply_group(struct engine *engine, struct instance *instance);

/* pool.c: the line of those that wait to start */
struct pool *pool_get(struct engine *engine, const char *name);
void pool_free(struct pool *pool);
bool pool_set(struct engine *engine, const struct pool_record *record);
bool pool_gone(struct engine *engine, const struct event *event, GError **error);
/* Whether tasks of the run may start as far as the run is concerned. */
bool run_is_open(const struct engine *engine, const struct run *run);
/* Whether it has the slots for an instance that is to start. */
bool pool_has_room(const struct pool *pool, const struct instance *instance);
/* The instance that goes next by its order; NULL: none waits that may start. Those that need more
 * slots than the pool has step aside. */
struct instance *pool_first(struct engine *engine, struct pool *pool);
/* Slots that are taken. */
int64_t pool_used(const struct pool *pool);
/* It waits for its pool from now on. */
void instance_enqueue(struct engine *engine, struct instance *instance);
/* It waits nowhere any more. */
void instance_dequeue(struct engine *engine, struct instance *instance);
/* It holds slots of its pool, its run, its DAG and its gates, or does not any more. */
void instance_count_active(
	struct engine *engine, struct instance *instance, enum task_state from, enum task_state to);
/* Whether its tasks may start has perhaps changed. */
void run_queues_place(struct engine *engine, struct run *run);
void run_queue_free(void *queue);
void dag_queue_free(void *queue);

/* admit.c: from the line to a worker */
/* Works off all that the step has touched. */
void engine_admit(struct engine *engine);

/* deletion.c */
bool workflow_delete(struct engine *engine, const struct event *event, GError **error);
bool run_delete(struct engine *engine, const struct event *event, GError **error);

/* clear.c */
/* All of a finished run is to run again, with the newest version if that can be. */
bool run_may_clear(const struct run *run, GError **error);
void run_clear(struct engine *engine, struct run *run);
bool tasks_clear(struct engine *engine, const struct event *event, GError **error);
/* It is to run again, whatever became of it. */
void instance_clear(struct engine *engine, struct instance *instance);
/* Of one without a process: it waits for nothing any more. */
void instance_halt(struct engine *engine, struct instance *instance);
/* The run of an event, with its DAG and its instances; NULL: refused. */
struct run *run_to_change(struct engine *engine, const struct event *event, GError **error);
/* Array of struct planned. */
GArray *plan_new(void);
void plan_add(GArray *plan, enum plan_change change, const struct instance *instance);

/* mark.c */
bool tasks_mark(struct engine *engine, const struct event *event, GError **error);
GArray *tasks_mark_plan(struct engine *engine, const struct event *event, GError **error);
void instance_mark(struct engine *engine, struct instance *instance, enum task_state state);
/* It is to be what it was marked as, once its process has ended. */
bool instance_is_marked(const struct instance *instance);
/* Its process has ended: makes it what it was marked as. False: it was not. */
bool instance_obey(struct engine *engine, struct instance *instance);
bool task_force(struct engine *engine, const struct event *event, GError **error);
bool task_note(struct engine *engine, const struct event *event, GError **error);

/* run_word.c */
bool run_cancel(struct engine *engine, const struct event *event, GError **error);
bool run_mark(struct engine *engine, const struct event *event, GError **error);
bool run_note(struct engine *engine, const struct event *event, GError **error);
/* Tasks of a run that has ended were marked. */
void run_settle_anew(struct engine *engine, struct run *run, bool had_failed_leaf);

/* version.c: a run moves to another version of its DAG */
void run_move_to(struct engine *engine, struct run *run, struct dag *dag);
bool run_may_move_to(const struct run *run, const struct dag *dag, GError **error);
/* Adds what would come and go to a plan. */
void run_plan_move(const struct run *run, const struct dag *dag, GArray *plan);

/* Always false: the event changes nothing, and the sentence says why. */
bool event_refuse(GError **error, enum refusal refusal, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* effects */
void effect_add(struct engine *engine, struct effect effect);
void effect_xcom(
	struct engine *engine, struct instance *instance, const char *key, const json_t *value);

/* engine.c: EVENT_RUN_TRIGGERED, also as the deed of a task. */
bool engine_trigger(struct engine *engine, const struct event *event, GError **error);
