/* SPDX-License-Identifier: MIT */
/*
 * What became of an attempt that no worker has, from the files in its folder. What cannot be found
 * out for want of descriptors, memory or room is no answer: it is looked at again a second later,
 * and until then the attempt counts as running.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "daemon/executor/parts.h"

/* Whether its folder holds a whole result of this very attempt, which it then has. */
static enum look result_take(struct job *job)
{
	g_autofree char *folder = job_folder(job->executor, job->attempt);
	struct wire_buffer bytes = {0};
	struct wire_frame frame;
	struct wire_result result;
	enum spool_state state = spool_read_result(folder, &bytes, &frame);
	bool is_ours = state == SPOOL_FOUND && wire_get_result(&frame, &result)
		&& result.attempt == job->attempt
		&& memcmp(result.token, job->token, WIRE_TOKEN_SIZE) == 0;
	if (is_ours)
		job_end(job, &frame);
	wire_buffer_clear(&bytes);
	return is_ours ? LOOK_YES : state == SPOOL_UNKNOWN ? LOOK_UNKNOWN : LOOK_NO;
}

/* Whoever links the claim first has it. LOOK_NO: a worker had it, so it may have run. */
static enum look claim_take(struct job *job)
{
	g_autofree char *folder = job_folder(job->executor, job->attempt);
	struct claim claim = job->executor->owner;
	memcpy(claim.token, job->token, WIRE_TOKEN_SIZE);
	int fd = spool_claim(folder, &claim);
	if (fd >= 0)
		close(fd);
	/* No folder, so no worker has claimed it, and nobody can make one any more. */
	if (fd >= 0 || fd == -ENOENT)
		return LOOK_YES;
	switch (spool_read_claim(folder, &claim)) {
	case SPOOL_FOUND:
		return claim.owner == CLAIM_DAGD ? LOOK_YES : LOOK_NO;
	case SPOOL_DAMAGED:
		return LOOK_NO;
	case SPOOL_ABSENT: /* ours could not be written */
	case SPOOL_UNKNOWN:
		break;
	}
	return LOOK_UNKNOWN;
}

static void take_back(struct job *job)
{
	if (!job->is_left) {
		job_refuse(job, NULL);
		return;
	}
	job->state = JOB_TAKEN_BACK;
	job_report(job);
}

static void sweep(struct job *job)
{
	job->state = JOB_DYING;
	job_sweep(job);
}

static void settle(struct job *job)
{
	enum look has_result = result_take(job);
	enum look is_ours = has_result == LOOK_NO ? claim_take(job) : LOOK_NO;
	if (has_result == LOOK_YES)
		job_report(job);
	else if (has_result == LOOK_UNKNOWN || is_ours == LOOK_UNKNOWN)
		job_put_off(job, settle);
	else if (is_ours == LOOK_YES)
		take_back(job);
	else
		sweep(job);
}

void job_settle(struct job *job, const char *reason)
{
	g_free(job->reason);
	job->reason = g_strdup(reason);
	settle(job);
}

static void settle_after_boot(struct job *job)
{
	enum look has_result = result_take(job);
	if (has_result == LOOK_UNKNOWN) {
		job_put_off(job, settle_after_boot);
		return;
	}
	if (has_result == LOOK_NO)
		job->state = JOB_LOST;
	job_report(job);
}

void job_settle_after_boot(struct job *job)
{
	g_free(job->reason);
	job->reason = g_strdup("the machine was started anew while it was under way");
	settle_after_boot(job);
}

static void settle_restored(struct job *job)
{
	enum look has_result = result_take(job);
	if (has_result == LOOK_UNKNOWN)
		job_put_off(job, settle_restored);
	else if (has_result == LOOK_YES)
		job_report(job);
	else
		sweep(job);
}

void job_settle_restored(struct job *job)
{
	g_free(job->reason);
	job->reason =
		g_strdup("the database was restored from a backup that was made while it ran");
	settle_restored(job);
}
