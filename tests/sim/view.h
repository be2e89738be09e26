/* SPDX-License-Identifier: MIT */
/*
 * What the engine shows of its runs, written down once a step, for those who judge it: they share
 * no code with it.
 */
#pragma once

#include "lib/base/arena.h"
#include "tests/sim/sim.h"

struct seen {
	enum task_state state;
	enum wish wish;
	int map_index;
	const char *decision; /* what it decided for those after it, or NULL */
};

struct seen_task {
	const struct task *task;
	unsigned n; /* instances; 0: none is known yet */
	struct seen *instances;
	bool is_many; /* it is mapped, and has become many */
};

struct seen_run {
	const struct run_record *record;
	const struct dag *dag;    /* NULL: it cannot be loaded */
	bool is_waiting_for_past; /* the store has not answered yet */
	bool is_marked;           /* people have said how tasks of it ended */
	struct seen_task *tasks;  /* by index */
};

struct view {
	struct arena *arena;
	GArray *runs; /* of struct seen_run: all that the engine has */
};

struct view view_open(struct sim *sim);
void view_close(struct view *view);
/* NULL: the engine has no such run. */
const struct seen_run *seen_run_of(const struct view *view, int64_t id);
/* Of a step that took the end of an attempt; NULL: it did not. */
const struct effect *ended_of(const struct effects *effects);

/* hold.c: whether the run before lets a task begin. */
enum hold { IS_FREE, IS_HELD, IS_OPEN /* it is not known here */ };
enum hold hold_of(const struct sim *sim, const struct view *view, const struct seen_run *run,
	const struct task *task);
/* oracle.c: trigger rules and setups, from their tables. */
void oracle_judge(const struct sim *sim, const struct view *view, const struct effects *effects);
/* The state that it is saved with. */
void state_keep(const struct sim *sim, const struct task_record *task);
/* It was saved with another state before, or never. */
bool is_news(const struct sim *sim, const struct task_record *task);
/* decision.c: branches, short circuits and latest_only. Before oracle_judge(), which keeps the
 * states. */
void decisions_judge(const struct sim *sim, const struct view *view, const struct event *event,
	const struct effects *effects);
/* The task was skipped because of what another one decided. */
bool is_skipped_by_word(const struct task_record *task);
/* tries.c: whether another try follows, and when. Before oracle_judge(), too. */
void tries_judge(const struct sim *sim, const struct view *view, const struct event *event,
	const struct effects *effects);
/* The state that the instance was saved with last; N_TASK_STATES: with none. */
enum task_state state_kept(const struct sim *sim, const struct task_record *task);
/* outcome.c: how runs end. */
void outcomes_judge(const struct sim *sim, const struct view *view, const struct effects *effects);
/* limits.c: what runs is within all limits, and what could start does not wait. */
void limits_judge(const struct sim *sim, const struct view *view, const struct effects *effects);
