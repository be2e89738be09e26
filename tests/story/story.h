/* SPDX-License-Identifier: MIT */
/*
 * A story tells the engine what happens and when, and what must follow. A file holds some about
 * one law:
 *
 *     story: a failed task is retried after its delay
 *     workers: 2                      # attempts that may run at once; 4 if not written
 *     begins: 2026-01-01 00:00        # UTC; this one if not written
 *     tells: everything               # see below
 *     dag:                            # d.yaml, so its dag_id is d; loaded at the beginning
 *       tasks:
 *         - {task_id: a, operator: bash, bash_command: x, retries: 1}
 *     dag v2:                         # another text, for `load v2`
 *       ...
 *
 *     00:00 trigger d r1
 *     [00:00] d r1: running
 *     [00:00] a: running (try 1)
 *     00:05 a exits 1
 *     [00:05] a: up_for_retry (exit code 1), next try at 00:10
 *     00:20 until
 *     [00:10] a: running (try 2)      <- stands before `00:20 until`: it came first
 *
 * Slots that get no run are told as `[01:00] d missed 2 slots, @00:00 to @01:00 (WHY)`.
 *
 * Lines that begin with a time happen; those in brackets follow, in the order in which the engine
 * wants them saved. While time passes, the engine is told each instant that it asked for. A time
 * of another day has its date before it: `01-02 03:00`. A run of the schedule is called by its
 * slot: `@03:00`, `@01-02T03:00`, one of a backfill `~03:00`. As soon as there are two runs, tasks
 * are called by run and task.
 *
 *     load [NAME] | gone D | pause D | unpause D | workers N
 *     trigger D R [logical T]
 *     backfill D from T to T [max N] [backwards] [again failed|completed]
 *     backfill D plans from ...       what it would do, slot by slot
 *     backfill D pause|unpause|cancel
 *     (a mapped task is called `T[0]`, `T[1]` ...)
 *     clear D R TASK...               of TASKs, groups, T[INDEX], `all` or `none`, with +upstream,
 *                                     +downstream, +failed, +running, +unless-running, +newest
 *     mark D R STATE TASK...          the same, but the last two; without TASKs the run is marked
 *     plan clear ... | plan mark ...  tells what it would do
 *     force D R TASK                  cancel D R       delete D
 *     note D R TEXT                   note D R TASK: TEXT
 *     fail D R                        mark D R failed
 *     asset NAME                      somebody says that it was updated
 *     forget D [ASSET]                somebody says that the DAG has not heard of it, or of any
 *     pool NAME SLOTS [with deferred] | pool NAME gone
 *     [R] T exits N [saying TEXT] [leaving N values]
 *     [R] T is killed by signal N     [R] T times out
 *     [R] T cannot start because TEXT
 *     [R] T is lost because TEXT      [R] T is taken back because TEXT
 *     [R] T gives JSON [leaving N values]  the return_value of a branch or short circuit
 *     [R] T triggers D R [again] [unless-it-exists] [unless-paused]
 *     [R] T waits until T             [R] T waits for D @T [TASK...]
 *     (where runs of two DAGs have one name, `D R T` instead of `[R] T`)
 *     answer D R T OPTION... [by NAME]
 *     until                           time passes
 *     clock is set to T               and the engine is told
 *     why D [R [T]]
 *     dies                            what is not committed is gone
 *     starts [in vain] | recovered    in vain: no version of a DAG can be loaded
 *     restart                         dies, starts, recovered
 *
 * Each step is committed at once, but one that ends in ` -- pending`, which is committed with the
 * next, and one that ends in ` -- dies before the commit`. ` -- again` at an attempt's end tells
 * of the last attempt once more. What is due before `until` shares its
 * fate.
 *
 * In a story that tells everything the engine is not woken and its questions are not answered but
 * by these; the simulation prints such stories.
 *
 *     tick                            it is woken
 *     found                           its oldest question for the run before one is answered
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "lib/dag/dag.h"

struct memory;

struct story_dag {
	char *name; /* "" for the first */
	GString *text;
};

struct story {
	char *name;
	unsigned line;
	unsigned n_workers;
	int64_t begins_at;
	bool tells_everything;
	GPtrArray *dags;  /* of struct story_dag */
	GPtrArray *lines; /* of char *: happenings and what follows, without blank ones */
};

/* Array of struct story; NULL and an error with its place when the file is no such. */
GPtrArray *stories_read(const char *file, GError **error);

/*
 * Plays it; the lines as they came to be, up to a happening that makes no sense: then with an
 * error. `left`, unless it is NULL, is given what is in the store at its end (memory_free).
 */
GPtrArray *story_play(const struct story *story, const struct operators *operators,
	struct memory **left, GError **error);

/*
 * `03:00`, `03:00:05`, `03:00:05.000001`, `01-02 03:00`, `2026-01-02 03:00`, on the day or in the
 * year of `begins_at` where that is not written. Returns what follows it and blanks, or NULL: it is
 * none.
 */
const char *story_time_read(const char *text, int64_t begins_at, int64_t *at);
char *story_time_text(int64_t at, int64_t begins_at);
