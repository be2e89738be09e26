/* SPDX-License-Identifier: MIT */
/* What follows from how tasks and runs end: callbacks, fail_fast, and when a run is late. */
#pragma once

#include "lib/engine/model.h"

/* callback.c: what is done when something happens to a task or a run */
bool task_id_is_callback(const char *task_id);
/* The one of a run with this name, or NULL. */
struct instance *callback_find(const struct run *run, const char *task_id, int map_index);
/* As a row has it; `task` NULL: of a run without DAG. */
struct instance *callback_add(
	struct run *run, const struct task *task, const char *task_id, int map_index);
void callback_free(void *instance);
void run_each_callback(struct engine *engine, struct run *run, instance_visitor *visit);
/* This has happened to it. */
void task_call(struct engine *engine, struct instance *instance, enum callback_kind kind);
/* To a whole run; the reason may be NULL. */
void run_call(struct engine *engine, struct run *run, enum callback_kind kind, const char *reason);
/* It waits for a worker from now on. */
void callback_ready(struct engine *engine, struct instance *instance);
/* It waits for a worker; or, in what is brought back from the store, for the next step. */
void callback_enqueue(struct engine *engine, struct instance *instance);
/* One that needs no process. */
void callback_succeed(struct engine *engine, struct instance *instance);
/* It has ended for good. */
void callback_ended(struct engine *engine, struct instance *instance);
/* The one that goes next; NULL: none waits. */
struct instance *callback_first(const struct engine *engine);

/* deadline.c */
/* The run is made, queued anew or begins: from which instants its deadline may count. */
void deadline_set(struct engine *engine, struct run *run, enum deadline_from from);
void deadline_restored(struct engine *engine, struct run *run);
void deadline_missed(struct engine *engine, struct run *run);
void deadline_off(struct engine *engine, struct run *run);
/* When it is, or was missed; NULL: the run has none. */
char *deadline_sentence(const struct run *run);

/* fail_fast.c */
/* The task has failed for good. */
void fail_fast(struct engine *engine, struct instance *instance);
/* It is to end, with its run or because of another task's failure. */
bool instance_is_ending(const struct instance *instance);

/* consecutive.c: max_consecutive_failed_dag_runs */
void workflow_count_end(
	struct engine *engine, struct workflow *workflow, const struct run_record *run);
