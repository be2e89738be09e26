/* SPDX-License-Identifier: MIT */
/* What workers say, frame by frame. */
#include <string.h>

#include "daemon/executor/parts.h"

static bool on_claimed(struct worker *worker, const struct wire_frame *frame)
{
	struct executor_events *events = &worker->executor->events;
	struct wire_claimed claimed;
	struct job *job = worker->job;
	if (!wire_get_claimed(frame, &claimed))
		return false;
	if (!job || job->attempt != claimed.attempt)
		return worker->state == WORKER_STRAY;
	job->pid = claimed.pid;
	events->on_claimed(events->data, claimed.attempt, claimed.pid);
	return true;
}

static bool on_dropped(struct worker *worker, const struct wire_frame *frame)
{
	struct wire_dropped dropped;
	struct job *job = worker->job;
	if (!wire_get_dropped(frame, &dropped) || !job || job->attempt != dropped.attempt)
		return false;
	job->worker = NULL;
	worker->job = NULL;
	job_refuse(job, dropped.reason);
	worker_rest(worker);
	return true;
}

static void stray_settle(struct worker *worker, int64_t attempt)
{
	g_autofree char *folder = job_folder(worker->executor, attempt);
	spool_retire(folder);
	wire_put_acknowledge(&worker->out, attempt);
	worker_send(worker);
	worker_rest(worker);
}

static bool is_newer(const struct worker *worker)
{
	return worker->hello.protocol > WIRE_PROTOCOL;
}

/* After a downgrade: what cannot be read will not become readable. False: it is no such result. */
static bool result_is_beyond_us(struct worker *worker)
{
	struct job *job = worker->job;
	if (!job || job->state != JOB_RUNS || !is_newer(worker))
		return false;
	job->state = JOB_LOST;
	g_free(job->reason);
	job->reason =
		g_strdup("its result was written by a newer dagd, and this one cannot read it");
	job_report(job);
	return true;
}

static bool on_result(struct worker *worker, const struct wire_frame *frame)
{
	struct executor_events *events = &worker->executor->events;
	struct wire_result result;
	struct job *job = worker->job;
	if (!wire_get_result(frame, &result))
		return result_is_beyond_us(worker);
	if (worker->state == WORKER_STRAY) {
		stray_settle(worker, result.attempt);
		return true;
	}
	if (!job || job->attempt != result.attempt
		|| memcmp(job->token, result.token, WIRE_TOKEN_SIZE) != 0)
		return false;
	job_end(job, frame);
	events->on_ended(events->data, &result);
	return true;
}

static void newer_tell(const struct worker *worker)
{
	struct executor_events *events = &worker->executor->events;
	g_autofree char *sentence = g_strdup_printf(
		"the worker of attempt %" G_GINT64_FORMAT
		" is of a newer dagd (its protocol is %d, "
		"this dagd knows up to %d): its task goes on, and its result is taken if it can be "
		"read",
		worker->hello.attempt, worker->hello.protocol, WIRE_PROTOCOL);
	events->on_notice(events->data, sentence);
}

static bool on_hello(struct worker *worker, const struct wire_frame *frame)
{
	struct executor *executor = worker->executor;
	if (worker->state != WORKER_GREETING || !wire_get_hello(frame, &worker->hello)
		|| worker->hello.protocol < 1)
		return false;
	if (is_newer(worker))
		newer_tell(worker);
	struct job *job = job_find(executor, worker->hello.attempt);
	if (job && (job->state == JOB_RUNS || job->state == JOB_ENDED)
		&& memcmp(job->token, worker->hello.token, WIRE_TOKEN_SIZE) == 0) {
		worker_return(worker, job);
	} else if (executor->is_recovered) {
		worker_go_astray(worker);
	} else {
		worker->state = WORKER_PARKED;
		uv_poll_stop(worker->socket);
	}
	return true;
}

bool worker_hear(struct worker *worker, const struct wire_frame *frame)
{
	switch (frame->type) {
	case WIRE_CLAIMED:
		return on_claimed(worker, frame);
	case WIRE_DROPPED:
		return on_dropped(worker, frame);
	case WIRE_RESULT:
		return on_result(worker, frame);
	case WIRE_HELLO:
		return on_hello(worker, frame);
	case WIRE_START:
	case WIRE_ACKNOWLEDGE:
	case WIRE_KILL:
		return false;
	}
	return false;
}
