/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "daemon/executor/parts.h"

enum { LATER_MS = 1000 };

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

char *job_cgroup(const struct executor *executor, int64_t attempt)
{
	if (!executor->cgroup)
		return NULL;
	return g_strdup_printf("%s/attempt-%" G_GINT64_FORMAT "%s", executor->cgroup, attempt,
		executor->cgroup_suffix);
}

void job_report(struct job *job)
{
	int64_t *attempt = g_new(int64_t, 1);
	*attempt = job->attempt;
	g_queue_push_tail(job->executor->reports, attempt);
	uv_async_send(&job->executor->report);
}

static void on_later(uv_timer_t *timer)
{
	struct executor *executor = timer->data;
	/* Those that are put off again come after these. */
	for (guint n = executor->later->length; n > 0; n--) {
		g_autofree int64_t *attempt = g_queue_pop_head(executor->later);
		struct job *job = job_find(executor, *attempt);
		void (*again)(struct job *) = job ? job->again : NULL;
		if (!again) {
			g_queue_push_tail(executor->reports, g_steal_pointer(&attempt));
			continue;
		}
		job->again = NULL;
		/* Its worker may have come meanwhile. */
		if (!job->worker)
			again(job);
	}
	uv_async_send(&executor->report);
}

static void later(struct job *job)
{
	struct executor *executor = job->executor;
	g_queue_push_tail(executor->later, g_memdup2(&job->attempt, sizeof(job->attempt)));
	if (!uv_is_active((uv_handle_t *)&executor->later_timer))
		uv_timer_start(&executor->later_timer, on_later, LATER_MS, 0);
}

void job_put_off(struct job *job, void (*again)(struct job *job))
{
	job->again = again;
	later(job);
}

/* What made it fail (no memory, no space) is likely to last: it is not tried again at once. */
void job_refuse(struct job *job, const char *reason)
{
	job->state = JOB_TAKEN_BACK;
	if (reason) {
		g_free(job->reason);
		job->reason = g_strdup(reason);
	}
	later(job);
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
