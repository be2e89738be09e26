/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "daemon/executor/parts.h"

struct job *job_new(struct executor *executor, int64_t attempt, const uint8_t *token)
{
	struct job *job = g_new0(struct job, 1);
	job->executor = executor;
	job->attempt = attempt;
	job->leftover_fds = leftover_fds_new();
	memcpy(job->token, token, WIRE_TOKEN_SIZE);
	g_hash_table_insert(executor->jobs, &job->attempt, job);
	return job;
}

struct job *job_find(struct executor *executor, int64_t attempt)
{
	return g_hash_table_lookup(executor->jobs, &attempt);
}

void job_free(struct job *job)
{
	if (job->worker)
		job->worker->job = NULL;
	executor_poll_close(job->executor, job->leftover);
	g_array_unref(job->leftover_fds);
	wire_buffer_clear(&job->result);
	g_free(job->reason);
	g_free(job);
}

char *job_folder(const struct executor *executor, int64_t attempt)
{
	return g_strdup_printf("%s/%" G_GINT64_FORMAT, executor->attempts_folder, attempt);
}

void job_report(struct job *job)
{
	int64_t *attempt = g_new(int64_t, 1);
	*attempt = job->attempt;
	g_queue_push_tail(job->executor->reports, attempt);
	uv_async_send(&job->executor->report);
}

static void on_refuse(uv_timer_t *timer)
{
	struct executor *executor = timer->data;
	int64_t *attempt;
	while ((attempt = g_queue_pop_head(executor->refusals)))
		g_queue_push_tail(executor->reports, attempt);
	uv_async_send(&executor->report);
}

/* What made it fail (no memory, no space) is likely to last: it is not tried again at once. */
void job_refuse(struct job *job, const char *reason)
{
	struct executor *executor = job->executor;
	job->state = JOB_TAKEN_BACK;
	g_free(job->reason);
	job->reason = g_strdup(reason);
	int64_t *attempt = g_new(int64_t, 1);
	*attempt = job->attempt;
	g_queue_push_tail(executor->refusals, attempt);
	if (!uv_is_active((uv_handle_t *)&executor->refuse))
		uv_timer_start(&executor->refuse, on_refuse, 1000, 0);
}

void job_end(struct job *job, const struct wire_frame *frame)
{
	job->state = JOB_ENDED;
	job->result.size = 0;
	wire_buffer_append(&job->result, frame->fields, frame->size);
}

static struct wire_frame job_frame(const struct job *job)
{
	return (struct wire_frame){
		.type = WIRE_RESULT, .fields = job->result.data, .size = job->result.size};
}

void job_fail(struct job *job, const char *error)
{
	struct wire_result result = {.attempt = job->attempt,
		.started_at = g_get_real_time(),
		.ended_at = g_get_real_time(),
		.exit_code = -1,
		.error = error,
		.usage = WIRE_USAGE_NONE};
	memcpy(result.token, job->token, WIRE_TOKEN_SIZE);
	struct wire_buffer bytes = {0};
	wire_put_result(&bytes, &result);
	struct wire_reader reader = {
		.data = bytes.data, .end = bytes.size, .capacity = bytes.capacity};
	struct wire_frame frame;
	g_assert(wire_reader_next(&reader, &frame) == WIRE_FRAME);
	job_end(job, &frame);
	wire_buffer_clear(&bytes);
	job_report(job);
}

/* Whether its folder holds a whole result of this very attempt. */
static bool result_take(struct job *job, const char *folder)
{
	struct wire_buffer bytes = {0};
	struct wire_frame frame;
	struct wire_result result;
	bool taken = spool_read_result(folder, &bytes, &frame) == SPOOL_FOUND
		&& wire_get_result(&frame, &result) && result.attempt == job->attempt
		&& memcmp(result.token, job->token, WIRE_TOKEN_SIZE) == 0;
	if (taken)
		job_end(job, &frame);
	wire_buffer_clear(&bytes);
	return taken;
}

/* Whoever links the claim first has it. False: a worker had it, so it may have run. */
static bool claim_take(struct job *job, const char *folder)
{
	struct executor *executor = job->executor;
	struct claim claim = executor->owner;
	memcpy(claim.token, job->token, WIRE_TOKEN_SIZE);
	int fd = spool_claim(folder, &claim);
	if (fd >= 0)
		close(fd);
	/* No folder, so no worker has claimed it, and nobody can make one any more. */
	if (fd >= 0 || fd == -ENOENT)
		return true;
	return spool_read_claim(folder, &claim) == SPOOL_FOUND && claim.owner == CLAIM_DAGD;
}

static void take_back(struct job *job, const char *reason)
{
	if (!job->is_left) {
		job_refuse(job, reason);
		return;
	}
	job->state = JOB_TAKEN_BACK;
	job->reason = g_strdup(reason);
	job_report(job);
}

void job_settle(struct job *job, const char *reason)
{
	g_autofree char *folder = job_folder(job->executor, job->attempt);
	if (result_take(job, folder)) {
		job_report(job);
		return;
	}
	if (claim_take(job, folder)) {
		take_back(job, reason);
		return;
	}
	g_free(job->reason);
	job->reason = g_strdup(reason);
	job->state = JOB_DYING;
	job_sweep(job);
}

void job_settle_after_boot(struct job *job)
{
	g_autofree char *folder = job_folder(job->executor, job->attempt);
	if (!result_take(job, folder)) {
		job->state = JOB_LOST;
		job->reason = g_strdup("the machine was started anew while it was under way");
	}
	job_report(job);
}

void job_settle_restored(struct job *job)
{
	g_autofree char *folder = job_folder(job->executor, job->attempt);
	if (result_take(job, folder)) {
		job_report(job);
		return;
	}
	job->reason =
		g_strdup("the database was restored from a backup that was made while it ran");
	job->state = JOB_DYING;
	job_sweep(job);
}

static void report_end(struct executor *executor, struct job *job)
{
	/* The callback may acknowledge, which frees the job and the bytes of its result. */
	struct wire_frame frame = job_frame(job);
	g_autofree void *copy = g_memdup2(frame.fields, frame.size);
	frame.fields = copy;
	struct wire_result result;
	g_assert(wire_get_result(&frame, &result));
	executor->events.on_ended(executor->events.data, &result);
}

static void report(struct executor *executor, struct job *job)
{
	struct executor_events *events = &executor->events;
	g_autofree char *reason = g_strdup(job->reason);
	switch (job->state) {
	case JOB_RUNS:
	case JOB_DYING:
		return;
	case JOB_ENDED:
		report_end(executor, job);
		return;
	case JOB_LOST:
		events->on_lost(events->data, job->attempt, reason);
		return;
	case JOB_TAKEN_BACK:
		events->on_taken_back(events->data, job->attempt, reason);
		return;
	}
}

void reports_deliver(struct executor *executor)
{
	int64_t *attempt;
	while ((attempt = g_queue_pop_head(executor->reports))) {
		struct job *job = job_find(executor, *attempt);
		g_free(attempt);
		if (job)
			report(executor, job);
	}
	void (*on_recovered)(void *) = executor->on_recovered;
	executor->on_recovered = NULL;
	if (on_recovered)
		on_recovered(executor->events.data);
}
