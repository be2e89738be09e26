/* SPDX-License-Identifier: MIT */
/* The states of runs and task instances, Airflow's names for them, and which may follow which. */
#pragma once

#include <stdbool.h>

/* The numbers are what the database holds: a new state goes to the end. */

enum run_state { RUN_QUEUED, RUN_RUNNING, RUN_SUCCESS, RUN_FAILED, N_RUN_STATES };

enum run_type { RUN_SCHEDULED, RUN_MANUAL, RUN_BACKFILL, RUN_ASSET_TRIGGERED, N_RUN_TYPES };

enum task_state {
	TASK_NONE,      /* waits for its upstream tasks */
	TASK_SCHEDULED, /* could start, but a limit holds it */
	TASK_QUEUED,    /* could start, but all workers are busy */
	TASK_RUNNING,   /* an attempt of it has been launched */
	TASK_SUCCESS,
	TASK_FAILED,
	TASK_SKIPPED,
	TASK_UPSTREAM_FAILED,
	TASK_UP_FOR_RETRY,      /* waits for its retry_delay */
	TASK_RESTARTING,        /* cleared while running; its process is being ended */
	TASK_REMOVED,           /* not in the run's version of the DAG any more */
	TASK_DEFERRED,          /* waits for an instant, a run or a person; holds no worker */
	TASK_UP_FOR_RESCHEDULE, /* a sensor between two looks */
	N_TASK_STATES,
};

/* How an attempt stands, or ended. */
enum attempt_state {
	ATTEMPT_LAUNCHING, /* committed; a worker has it or will have it */
	ATTEMPT_SUCCESS,
	ATTEMPT_FAILED,
	ATTEMPT_SKIPPED,
	ATTEMPT_LOST,              /* how it ended cannot be known */
	ATTEMPT_TAKEN_BACK,        /* never began */
	ATTEMPT_DEFERRED,          /* its task waits, without a process */
	ATTEMPT_UP_FOR_RESCHEDULE, /* it looked in vain, and another one will look again */
	N_ATTEMPT_STATES,
};

/* What a task waits for that holds no worker. */
enum wait_kind {
	WAIT_NONE,
	WAIT_INSTANT, /* then it has succeeded */
	WAIT_LOOK,    /* then it looks again */
	WAIT_RUN,     /* the end of a run */
	WAIT_ANSWER,  /* a person's */
	N_WAIT_KINDS,
};

/* What a person wants of a task and has not come about yet. */
enum wish {
	WISH_NONE,
	WISH_START, /* until it has ended it waits for nothing that comes before it */
	/* To be that once its process has been ended. */
	WISH_SUCCESS,
	WISH_FAILED,
	WISH_SKIPPED,
	N_WISHES,
};

/* As Airflow's API writes them; of TASK_NONE "none". */
const char *run_state_name(enum run_state state);
const char *run_type_name(enum run_type type);
const char *task_state_name(enum task_state state);
const char *attempt_state_name(enum attempt_state state);
/* False: there is no such name. */
bool run_state_parse(const char *name, enum run_state *state);
bool run_type_parse(const char *name, enum run_type *type);
bool task_state_parse(const char *name, enum task_state *state);
bool attempt_state_parse(const char *name, enum attempt_state *state);

/* success, failed, skipped, upstream_failed, removed */
bool task_state_is_finished(enum task_state state);
bool run_state_is_finished(enum run_state state);
/* The tables of allowed moves; to stay is none. */
bool task_move_is_allowed(enum task_state from, enum task_state to);
bool run_move_is_allowed(enum run_state from, enum run_state to);
