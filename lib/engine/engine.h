/* SPDX-License-Identifier: MIT */
/*
 * Decides: what happened goes in as an event, what is to be done comes out as effects. Pure: no
 * clock, no I/O, no randomness; the same events give the same effects.
 *
 * The caller makes the effects of a step durable in one transaction before it acts on any of them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "lib/dag/dag.h"
#include "lib/engine/backfill.h"
#include "lib/engine/record.h"

struct engine;

enum { MAP_LENGTH_MAX = 1024 };

struct engine_options {
	/* Ids to give out. */
	int64_t next_run, next_attempt, next_backfill, next_asset_event;
	unsigned n_workers;      /* attempts that may run at once */
	unsigned max_map_length; /* instances of a mapped task; 0: MAP_LENGTH_MAX */
	/* Why nothing begins before EVENT_RECOVERED (copied); NULL: an earlier dagd's attempts. */
	const char *hold;
};

struct engine *engine_new(const struct engine_options *options);
void engine_free(struct engine *engine);
void engine_set_workers(struct engine *engine, unsigned n_workers);

/* ---- what happened ---- */

enum event_kind {
	EVENT_TICK,          /* engine_wake_at has come, or the clock was set */
	EVENT_ZONES_CHANGED, /* zones_reread() has found new rules */
	EVENT_RECOVERED,     /* what an earlier daemon left is known: scheduling begins */
	EVENT_DAG_LOADED,    /* a new or changed DAG */
	EVENT_DAG_GONE,      /* its file or document is no more */
	EVENT_DAG_DELETED,   /* by a user's word, with its runs */
	EVENT_DAG_PAUSED,
	EVENT_DAG_UNPAUSED,
	EVENT_RUN_TRIGGERED,
	EVENT_RUN_CANCELLED, /* by a user's word: its tasks are ended */
	EVENT_RUN_MARKED,    /* a user says how it ended, or queues it again */
	EVENT_RUN_NOTED,
	EVENT_RUN_DELETED, /* it has ended: it is forgotten, by a user's word or for its age */
	EVENT_TASKS_CLEARED,
	EVENT_TASKS_MARKED, /* a user says how they ended */
	EVENT_TASK_FORCED,  /* is to start now, whatever comes before it */
	EVENT_TASK_NOTED,
	EVENT_TASK_ANSWERED, /* what an approval waited for */
	EVENT_POOL_SET,      /* a pool is new or another one now */
	EVENT_POOL_GONE,
	EVENT_ASSET_CHANGED,    /* by hand; tasks tell of their outlets themselves */
	EVENT_ASSETS_FORGOTTEN, /* by a user's word: the DAG has not heard of them */
	EVENT_BACKFILL_CREATED, /* its finished runs that run again have been restored before */
	EVENT_BACKFILL_PAUSED,  /* no run of it begins until it is unpaused */
	EVENT_BACKFILL_UNPAUSED,
	EVENT_BACKFILL_CANCELLED,
	EVENT_ATTEMPT_ENDED,
	EVENT_ATTEMPT_LOST,
	EVENT_ATTEMPT_TAKEN_BACK, /* never began */
	EVENT_PAST_FOUND,         /* the answer to EFFECT_FIND_PAST */
};

/* Which task instances of a run a user means. */
struct choice {
	const char *const *task_ids; /* of tasks and groups, NULL-terminated; NULL: all */
	/* Which of a mapped task, by task_ids; NULL, or -1 for one: all. */
	const int *map_indexes;
	bool with_upstream, with_downstream; /* all before, all after those */
	bool only_failed, only_running;      /* both: either */
};

/* What the end of an attempt says besides, where its operator has a flow (lib/dag/operator.h). */
struct flow_end {
	const char *skipped; /* why the task is skipped; NULL: it is not */
	const json_t *value; /* of a branch or short circuit: its return_value, or NULL */
	int64_t until;       /* of FLOW_WAIT_TIME */
	struct {             /* the run to be made */
		const char *dag_id, *run_id;
		const char *conf; /* JSON object, or NULL; has been checked against the params */
		int64_t logical_date; /* INSTANT_NONE: none */
		bool is_reset, skips_existing, fails_when_paused;
	} trigger;
	/* Of FLOW_WAIT_TASK that has not seen it yet: what of which run it waits for. The runs of
	   the DAG with this logical date (run_after of those without one). */
	struct {
		const char *dag_id;
		int64_t date;
		const char *const *task_ids; /* NULL-terminated; none: the run itself; NULL: any */
	} watch;
};

struct event {
	enum event_kind kind;
	int64_t at;
	const char *dag_id; /* of the DAG and run events but loaded */
	const char *run_id; /* of the run events */
	union {
		struct dag *loaded; /* borrowed; the engine takes a reference of its own */
		struct {
			enum run_type type;
			int64_t logical_date; /* INSTANT_NONE: none */
			const char *conf;     /* JSON object, or NULL; has been checked against the
						 params */
			const char *note;     /* or NULL */
			const char *triggered_by;
		} triggered;
		struct {
			struct choice choice;
			bool to_newest;       /* the run moves to the newest version */
			bool refuses_running; /* nothing is cleared when one of them runs */
		} cleared;
		const struct asset_event_record *asset; /* borrowed; id and time are given to it */
		const char *forgotten;                  /* the asset; NULL: all of them */
		struct {
			struct choice choice;
			enum task_state state; /* success, failed or skipped */
		} marked;
		enum run_state run_state; /* of RUN_MARKED: success, failed or queued */
		int64_t deleted;          /* the id of the run: the engine need not know it */
		struct {
			const char *task_id; /* of the task events */
			int map_index;
			const char *text; /* of the note; NULL: it is removed */
		} named;                  /* forced and noted */
		struct {
			const char *task_id;
			int map_index;
			const json_t *options; /* a list of texts */
			const json_t *params;  /* an object, or NULL */
			const char *by;
		} answered;
		const struct pool_record *pool; /* borrowed; of GONE its name alone counts */
		struct {
			const struct backfill_record *wanted; /* of CREATED */
			struct backfill_pasts pasts;
			int64_t id; /* of the others */
		} backfill;
		struct {
			int64_t attempt;
			int exit_code; /* -1: ended by a signal, or never ran */
			int signal;
			bool timed_out;
			const char *error; /* why it never ran or its result is not valid; fails the
					      attempt */
			const char *last_line; /* of its log, for the reason; or NULL */
			int64_t started_at, ended_at;
			/* Of a success whose return_value others are mapped over: how many values
			   that has, else -1. */
			int64_t map_length;
			const char *map_label; /* of a mapped instance: its map_index_template, or
						  NULL */
			const struct flow_end *flow; /* or NULL */
		} ended;
		struct {
			int64_t attempt;
			const char *reason;
		} lost; /* and taken back */
		/* Of PAST_FOUND: the run before; NULL: there is none. Unless the engine has it, it
		   is restored first. */
		const char *past_run_id;
	};
};

/* Why an event was refused: nothing has changed then. */
enum refusal {
	REFUSAL_UNKNOWN,  /* no such DAG, run, task or attempt */
	REFUSAL_CONFLICT, /* the run id exists */
	REFUSAL_INVALID,
};
#define ENGINE_REFUSAL (g_quark_from_static_string("dagd-engine"))

/* ---- what to do ---- */

enum effect_kind {
	EFFECT_SAVE_VERSION,     /* dag */
	EFFECT_SAVE_DAG,         /* dag_record */
	EFFECT_DELETE_DAG,       /* dag_id: with its runs */
	EFFECT_DELETE_RUN,       /* deleted */
	EFFECT_SAVE_MISSED,      /* missed */
	EFFECT_SAVE_BACKFILL,    /* backfill */
	EFFECT_SAVE_RUN,         /* run */
	EFFECT_SAVE_TASK,        /* task, run */
	EFFECT_DELETE_TASK,      /* task: a mapped task has become many */
	EFFECT_FORGET_XCOMS,     /* task */
	EFFECT_SAVE_XCOM,        /* task, key, value: a result that the engine gives it */
	EFFECT_SAVE_ASSET,       /* asset: a name that is new to this engine */
	EFFECT_SAVE_ASSET_EVENT, /* asset_event */
	EFFECT_QUEUE_ASSET,      /* asset_event, consumer: it has heard of it */
	EFFECT_TAKE_ASSETS,      /* run: what its DAG has heard of is why it runs */
	EFFECT_FORGET_ASSETS,    /* consumer, forgotten: it has not heard of it any more */
	EFFECT_START,            /* start: launch this attempt */
	EFFECT_ENDED,            /* ended: how the attempt is to be recorded */
	EFFECT_TRY_ENDED,        /* ended: a try whose attempt had ended before, for it waited */
	EFFECT_KILL,             /* attempt */
	/* run, run_dag: which run of the DAG has the newest logical date before this run's? With
	   CATCHUP_TRUE those of RUN_MANUAL do not count. Asked of what is durable. */
	EFFECT_FIND_PAST,
};

/* Pointers are borrowed from the engine and valid until its next step. */
struct effect {
	enum effect_kind kind;
	union {
		const struct dag *dag;
		const struct dag_record *dag_record;
		const char *asset;
		const struct missed_record *missed;
		const char *dag_id;
		int64_t deleted;
		const struct backfill_record *backfill;
		struct {
			const struct asset_event_record *asset_event;
			const char *consumer;  /* dag_id */
			const char *forgotten; /* asset; NULL: all */
		};
		struct {
			const struct run_record *run;
			const struct task_record *task;
			const struct task
				*definition; /* NULL when the run's DAG cannot be loaded */
			struct dag *run_dag; /* the version that the run is pinned to, or NULL */
			int64_t attempt;     /* of START, KILL and ENDED */
			enum attempt_state state; /* of ENDED */
			/* Of ENDED: the task's own may be its next try's by now. */
			int64_t ended_at;
			const char *reason;      /* or NULL */
			const char *key, *value; /* of SAVE_XCOM: JSON */
		};
	};
};

struct effects {
	GArray *list; /* of struct effect */
};
void effects_init(struct effects *effects);
void effects_clear(struct effects *effects); /* frees; the engine's memory is not touched */

/*
 * Takes one event and appends its effects. False and an error of ENGINE_REFUSAL when it is refused.
 * An attempt that is not known any more is refused as REFUSAL_UNKNOWN: it has been settled before.
 */
bool engine_step(
	struct engine *engine, const struct event *event, struct effects *effects, GError **error);

/* What an event would do to a task instance. */
enum plan_change {
	PLAN_CLEAR,
	PLAN_MARK,
	PLAN_ADD,    /* the version that the run moves to has it */
	PLAN_REMOVE, /* has it not */
};
struct planned {
	enum plan_change change;
	struct task_record record; /* as it is; with strings of its own */
};
/*
 * What EVENT_TASKS_CLEARED or EVENT_TASKS_MARKED would do: array of struct planned, in the order of
 * the file. NULL and the error with which it would be refused.
 */
GArray *engine_plan(struct engine *engine, const struct event *event, GError **error);

/* When EVENT_TICK is wanted next; INSTANT_NEVER when only other events can change something. */
int64_t engine_wake_at(const struct engine *engine);

/* Everything decided so far is durable: finished runs may be forgotten. */
void engine_release(struct engine *engine);

/* ---- at start: what the store remembers, before the first step ---- */

/* Pools first. */
void engine_restore_pool(struct engine *engine, const struct pool_record *record);
void engine_restore_dag(struct engine *engine, const struct dag_record *record);
/* The newest one of a DAG. */
void engine_restore_missed(struct engine *engine, const struct missed_record *record);
/* The DAG has heard of the asset since its last run. */
void engine_restore_asset(struct engine *engine, const char *dag_id, const char *asset);
/* Those that go on; after all DAGs, before the runs. */
void engine_restore_backfill(struct engine *engine, const struct backfill_record *record);
/* `dag` is the version that it is pinned to; NULL: it cannot be loaded, `why_not` says why
 * (copied). */
void engine_restore_run(struct engine *engine, const struct run_record *record, struct dag *dag,
	const char *why_not);
void engine_restore_task(struct engine *engine, const struct task_record *record);
void engine_restore_attempt(struct engine *engine, const struct attempt_record *record);
/* After all of a run, or of all runs, is there: counts what follows from the states. */
void engine_restored(struct engine *engine);

/* ---- looking at it; pointers are valid until the next step ---- */

/* The newest version that loaded; NULL: none. Valid until another DAG is asked for, too. */
struct dag *engine_dag(const struct engine *engine, const char *dag_id);
/* The same for who does not look at its tasks: it may be without them (lib/dag/shelf.h). */
struct dag *engine_dag_head(const struct engine *engine, const char *dag_id);
const struct dag_record *engine_dag_record(const struct engine *engine, const char *dag_id);
/* Ids of all DAGs that have a record, sorted, NULL-terminated: g_free the array, not the names. */
const char **engine_dag_ids(const struct engine *engine);
/* Runs that are not finished (or not yet durable as finished); NULL: not among them. */
const struct run_record *engine_run(
	const struct engine *engine, const char *dag_id, const char *run_id);
/* Whether a run was deleted, alone or with its DAG, by an event that is perhaps not durable yet. */
bool engine_run_is_deleted(const struct engine *engine, const struct run_record *run);
/* Among those the newest with this logical date, or run_after where it has none. */
const struct run_record *engine_run_at(
	const struct engine *engine, const char *dag_id, int64_t date);
struct dag *engine_run_dag(const struct engine *engine, const char *dag_id, const char *run_id);
/* `map_index` -1: of a task that is not mapped, or not yet. */
const struct task_record *engine_task(const struct engine *engine, const char *dag_id,
	const char *run_id, const char *task_id, int map_index);
/* The same for who looks at much of one run, found once by its id; NULL: not among them. */
struct run;
const struct run *engine_run_look(const struct engine *engine, int64_t id);
const struct run_record *run_look_record(const struct run *run);
struct dag *run_look_dag(const struct run *run);
/* `task` is one of that DAG, or a callback of it. */
const struct task_record *run_look_task(
	const struct run *run, const struct task *task, int map_index);
int run_look_width(const struct run *run, const struct task *task);

/* A task instance that waits for a person's answer. */
struct asked {
	const struct run_record *run;
	const struct task_record *task;
	const struct dag *dag;
};
/* All of them, those that wait longest first: array of struct asked. */
GArray *engine_asked(const struct engine *engine);
/* The backfill of a DAG that goes on; NULL: none. */
const struct backfill_record *engine_backfill(const struct engine *engine, const char *dag_id);
/* How many slots of a pool are taken and wanted, whether there is such a pool or not. */
struct pool_use {
	int64_t running, scheduled, deferred;
};
struct pool_use engine_pool_use(const struct engine *engine, const char *name);
/* Into how many instances a mapped task has become; -1: not mapped, or not yet. */
int engine_task_width(
	const struct engine *engine, const char *dag_id, const char *run_id, const char *task_id);
/* Whether the DAG has heard of the asset since its last run by assets. */
bool engine_has_heard(const struct engine *engine, const char *dag_id, const char *asset);
/* The id that the next update of an asset will have. */
int64_t engine_next_asset_event(const struct engine *engine);
/* The next slot that a run will be made for; false: none, or none is known before something else
 * ends. */
bool engine_next_slot(const struct engine *engine, const char *dag_id, struct slot *slot);
unsigned engine_n_running(const struct engine *engine); /* attempts */
/* For tests, after a step: asserts that all that is counted and queued follows from the states. */
void engine_check(const struct engine *engine);

struct why {
	int64_t attempt;        /* that runs; 0: none */
	char *run_id, *task_id; /* NULL where it does not apply */
	char *sentence;
};
void why_free(struct why *why);
/*
 * One sentence for each thing that is not running, of a DAG, one of its runs (run_id), or one task
 * of that (task_id): array of struct why. Only unfinished runs are known here.
 */
GPtrArray *engine_why(
	const struct engine *engine, const char *dag_id, const char *run_id, const char *task_id);
