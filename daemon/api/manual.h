/* SPDX-License-Identifier: MIT */
/*
 * What a person changes about tasks, in one run or in many: first all of it is planned, so that
 * what is refused has changed nothing; then each run gets its event; the answer comes when all is
 * durable.
 */
#pragma once

#include "daemon/api/reply.h"

struct manual;

/* Nothing is planned. The request owns what is returned. */
struct manual *manual_new(struct request *request, struct daemon *daemon);
/*
 * Plans the event (of TASKS_CLEARED or TASKS_MARKED) for each of the runs. NULL: a refusal has been
 * answered.
 */
struct manual *manual_plan(
	struct request *request, struct daemon *daemon, const GArray *runs, struct event event);
/* How many runs have a plan; a greater number can be taken back to a smaller one. */
unsigned manual_n_planned(const struct manual *manual);
void manual_truncate(struct manual *manual, unsigned n);
/* One more, which must live until manual_do(). False: it is refused, and nothing was added. */
bool manual_add(struct manual *manual, const GArray *runs, struct event event, GError **error);
/* Answers with the task instances as they are. */
void manual_show(struct manual *manual);
/* One more event beside those planned; what it points to need not live on. */
void manual_also(struct manual *manual, struct event event);
/* Gives the events, then answers: by `answer`, or, if that is NULL, with the task instances as they
 * are then. */
void manual_do(struct manual *manual, request_handler *answer);
/* The same, but answers with this (taken over). */
void manual_do_and_say(struct manual *manual, json_t *answer);
