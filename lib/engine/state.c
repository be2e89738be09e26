/* SPDX-License-Identifier: MIT */
/*
 * The laws of movement stand here as two tables: for each state the set of those that may follow
 * it. Whoever moves a run or a task instance asks them first, so a state that came about in any
 * other way cannot exist.
 */
#include "lib/engine/state.h"

#include <stddef.h>
#include <string.h>

#define SET(state) (1u << (state))

static const char *const run_states[N_RUN_STATES] = {
	[RUN_QUEUED] = "queued",
	[RUN_RUNNING] = "running",
	[RUN_SUCCESS] = "success",
	[RUN_FAILED] = "failed",
};

static const char *const run_types[N_RUN_TYPES] = {
	[RUN_SCHEDULED] = "scheduled",
	[RUN_MANUAL] = "manual",
	[RUN_BACKFILL] = "backfill",
	[RUN_ASSET_TRIGGERED] = "asset_triggered",
};

static const char *const task_states[N_TASK_STATES] = {
	[TASK_NONE] = "none",
	[TASK_SCHEDULED] = "scheduled",
	[TASK_QUEUED] = "queued",
	[TASK_RUNNING] = "running",
	[TASK_SUCCESS] = "success",
	[TASK_FAILED] = "failed",
	[TASK_SKIPPED] = "skipped",
	[TASK_UPSTREAM_FAILED] = "upstream_failed",
	[TASK_UP_FOR_RETRY] = "up_for_retry",
	[TASK_RESTARTING] = "restarting",
	[TASK_REMOVED] = "removed",
	[TASK_DEFERRED] = "deferred",
	[TASK_UP_FOR_RESCHEDULE] = "up_for_reschedule",
};

static const char *const attempt_states[N_ATTEMPT_STATES] = {
	[ATTEMPT_LAUNCHING] = "launching",
	[ATTEMPT_SUCCESS] = "success",
	[ATTEMPT_FAILED] = "failed",
	[ATTEMPT_SKIPPED] = "skipped",
	[ATTEMPT_LOST] = "lost",
	[ATTEMPT_TAKEN_BACK] = "taken_back",
	[ATTEMPT_DEFERRED] = "deferred",
	[ATTEMPT_UP_FOR_RESCHEDULE] = "up_for_reschedule",
};

/* What a person may mark a task instance as, whatever it is. */
#define TASK_MARKS (SET(TASK_SUCCESS) | SET(TASK_FAILED) | SET(TASK_SKIPPED))
/* The finished states; a task that never began may reach them all: an empty one needs no process.
 */
#define TASK_SETTLED (TASK_MARKS | SET(TASK_UPSTREAM_FAILED) | SET(TASK_REMOVED))

static const unsigned task_moves[N_TASK_STATES] = {
	[TASK_NONE] = SET(TASK_SCHEDULED) | SET(TASK_QUEUED) | SET(TASK_RUNNING) | TASK_SETTLED,
	/* Back to none: a task before it was cleared. */
	[TASK_SCHEDULED] = SET(TASK_NONE) | SET(TASK_QUEUED) | SET(TASK_RUNNING) | TASK_SETTLED,
	[TASK_QUEUED] = SET(TASK_NONE) | SET(TASK_SCHEDULED) | SET(TASK_RUNNING) | TASK_SETTLED,
	/* Back to waiting: the attempt was taken back before it began. Never to none: a process is
	   ended first. */
	[TASK_RUNNING] = TASK_MARKS | SET(TASK_UP_FOR_RETRY) | SET(TASK_RESTARTING)
		| SET(TASK_SCHEDULED) | SET(TASK_QUEUED) | SET(TASK_DEFERRED)
		| SET(TASK_UP_FOR_RESCHEDULE),
	/* From the finished ones: cleared, or marked otherwise. */
	[TASK_SUCCESS] = SET(TASK_NONE) | SET(TASK_FAILED) | SET(TASK_SKIPPED),
	[TASK_FAILED] = SET(TASK_NONE) | SET(TASK_SUCCESS) | SET(TASK_SKIPPED),
	[TASK_SKIPPED] = SET(TASK_NONE) | SET(TASK_SUCCESS) | SET(TASK_FAILED),
	[TASK_UPSTREAM_FAILED] = SET(TASK_NONE) | TASK_MARKS,
	[TASK_REMOVED] = SET(TASK_NONE),
	[TASK_UP_FOR_RETRY] = SET(TASK_NONE) | SET(TASK_SCHEDULED) | SET(TASK_QUEUED)
		| SET(TASK_RUNNING) | TASK_SETTLED,
	[TASK_RESTARTING] = SET(TASK_NONE) | TASK_MARKS,
	/* Without a process: to none when it looks again or is cleared. */
	[TASK_DEFERRED] = SET(TASK_NONE) | SET(TASK_UP_FOR_RETRY) | TASK_SETTLED,
	[TASK_UP_FOR_RESCHEDULE] = SET(TASK_NONE) | SET(TASK_UP_FOR_RETRY) | TASK_SETTLED,
};

static const unsigned run_moves[N_RUN_STATES] = {
	[RUN_QUEUED] = SET(RUN_RUNNING) | SET(RUN_SUCCESS) | SET(RUN_FAILED),
	[RUN_RUNNING] = SET(RUN_SUCCESS) | SET(RUN_FAILED),
	/* Back to queued: tasks of it were cleared. */
	[RUN_SUCCESS] = SET(RUN_QUEUED) | SET(RUN_FAILED),
	[RUN_FAILED] = SET(RUN_QUEUED) | SET(RUN_SUCCESS),
};

/* The index of `name`, or -1. */
static int name_find(const char *const *names, int n, const char *name)
{
	for (int i = 0; name != NULL && i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

const char *run_state_name(enum run_state state)
{
	return run_states[state];
}

const char *run_type_name(enum run_type type)
{
	return run_types[type];
}

const char *task_state_name(enum task_state state)
{
	return task_states[state];
}

const char *attempt_state_name(enum attempt_state state)
{
	return attempt_states[state];
}

bool run_state_parse(const char *name, enum run_state *state)
{
	int i = name_find(run_states, N_RUN_STATES, name);
	if (i >= 0)
		*state = (enum run_state)i;
	return i >= 0;
}

bool run_type_parse(const char *name, enum run_type *type)
{
	int i = name_find(run_types, N_RUN_TYPES, name);
	if (i >= 0)
		*type = (enum run_type)i;
	return i >= 0;
}

bool task_state_parse(const char *name, enum task_state *state)
{
	int i = name_find(task_states, N_TASK_STATES, name);
	if (i >= 0)
		*state = (enum task_state)i;
	return i >= 0;
}

bool attempt_state_parse(const char *name, enum attempt_state *state)
{
	int i = name_find(attempt_states, N_ATTEMPT_STATES, name);
	if (i >= 0)
		*state = (enum attempt_state)i;
	return i >= 0;
}

bool task_state_is_finished(enum task_state state)
{
	return (TASK_SETTLED & SET(state)) != 0;
}

bool run_state_is_finished(enum run_state state)
{
	return state == RUN_SUCCESS || state == RUN_FAILED;
}

bool task_move_is_allowed(enum task_state from, enum task_state to)
{
	return (task_moves[from] & SET(to)) != 0;
}

bool run_move_is_allowed(enum run_state from, enum run_state to)
{
	return (run_moves[from] & SET(to)) != 0;
}
