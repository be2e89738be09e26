/* SPDX-License-Identifier: MIT */
/* What tasks decide for those after them, and how they wait without a worker. */
#pragma once

#include "lib/engine/model.h"

/* attempt.c: what follows from the end of a try */
/* The try has failed: another one, or the end. FINAL: no further try can help. */
enum failure { TRY_MAY_REPEAT, TRY_FINAL };
void task_succeed(struct engine *engine, struct instance *instance);
void task_skip(struct engine *engine, struct instance *instance);
void task_fail(struct engine *engine, struct instance *instance, enum failure failure);

/* flow.c: what a task decides for those after it */
#define REJECT "Reject" /* the answer that skips what is after it */
/* The decision of an instance, read once for all that are after it. */
struct bar {
	const struct task *task;
	json_t *json;         /* NULL: it decided nothing */
	GHashTable *followed; /* of a branch: the task_ids */
};
void bar_open(struct bar *bar, const struct instance *instance);
void bar_close(struct bar *bar);
/* Whether an instance with this decision and outcome bars a task after it. */
bool bar_stops(const struct bar *bar, enum outcome outcome, const struct task *downstream);
unsigned instance_count_bars(const struct instance *instance);
/* Skips a waiting task that is barred; false: it is not. */
bool flow_skip(struct engine *engine, struct instance *instance);
/* Nothing of it leaves the engine: it has its result as soon as it may start. */
bool flow_is_instant(const struct task *task);
void flow_decide_instant(const struct engine *engine, struct instance *instance);
/* How an attempt counts, from how its process ended to what that means. */
struct ending {
	enum attempt_state state;
	char *reason; /* or NULL */
	bool is_final;
};
void flow_judge(struct engine *engine, struct instance *instance, const struct event *event,
	struct ending *ending);

/* wait.c: what waits and holds no worker */
bool task_state_is_waiting(enum task_state state);
/* From now on, in this state, for what its flow says. */
void task_hold(struct engine *engine, struct instance *instance, const struct event *event,
	enum task_state state);
/* Another look of the same try. */
void task_look_again(struct engine *engine, struct instance *instance, int64_t at);
/* When what a waiting instance waits for is over; INSTANT_NEVER: not by time. */
int64_t wait_alarm(const struct instance *instance);
void wait_arm(struct engine *engine, struct instance *instance);
/* Its state is another one now. */
void wait_disarm(struct engine *engine, struct instance *instance);
/* Takes it out of where it waits; its record stays as it is. */
void wait_leave(struct engine *engine, struct instance *instance);
void wait_forget(struct task_record *record);
/* Whether what it waits for is what such a task can wait for. */
bool wait_fits(const struct task_record *record, const struct task *task);
/* The alarm has come. */
void wait_over(struct engine *engine, struct instance *instance);
/* Something of the run that it waits for has ended. */
void wait_heard(struct engine *engine, struct instance *instance, const struct run_record *run);
/* Of a failed attempt of a sensor: whether it is one. */
void look_end(struct engine *engine, struct instance *instance, const struct event *event,
	struct ending *ending);
/* bell.c */
/* It stands at the bell of what its record names; at none when that is nothing. */
void bell_add(struct engine *engine, struct instance *instance);
void bell_remove(struct engine *engine, struct instance *instance);
/* By which date others wait for it. */
int64_t run_date(const struct run_record *run);
void bells_run_ended(struct engine *engine, const struct run *run);
void bells_task_ended(struct engine *engine, const struct instance *instance);

/* answer.c */
bool task_answered(struct engine *engine, const struct event *event, GError **error);
/* Takes `defaults` for an answer; false: there are none. */
bool answer_default(struct engine *engine, struct instance *instance);
