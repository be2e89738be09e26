/* SPDX-License-Identifier: MIT */
/* What became of the attempts of an earlier dagd, from the kernel and the files that they left. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/executor/parts.h"
#include "lib/wire/cgroup.h"

/* Whether the process that claimed it lives. Nobody may look into a worker, so one that we do not
 * see may be hidden (hidepid): it holds its claim. */
static enum look claimer_look(
	const struct executor *executor, const char *folder, const struct claim *claim)
{
	uint64_t started;
	if (claim->owner != CLAIM_WORKER || strcmp(claim->boot_id, executor->boot_id) != 0)
		return LOOK_NO;
	if (process_started(claim->pid, &started))
		return started == claim->pid_started ? LOOK_YES : LOOK_NO;
	if (!spool_is_blind(errno) && spool_claim_is_held(folder))
		return LOOK_YES;
	return spool_is_blind(errno) ? LOOK_UNKNOWN : LOOK_NO;
}

/* It will connect by itself; until then its process stands for it. */
static enum look job_adopt(struct job *job)
{
	g_autofree char *folder = job_folder(job->executor, job->attempt);
	struct claim claim;
	enum spool_state state = spool_read_claim(folder, &claim);
	if (state == SPOOL_UNKNOWN)
		return LOOK_UNKNOWN;
	if (state != SPOOL_FOUND || memcmp(claim.token, job->token, WIRE_TOKEN_SIZE) != 0)
		return LOOK_NO;
	enum look lives = claimer_look(job->executor, folder, &claim);
	if (lives != LOOK_YES)
		return lives;
	struct worker *worker = worker_adopt(job->executor, claim.pid, -1);
	/* Its pid may have been given away between the look and the pidfd. */
	lives = claimer_look(job->executor, folder, &claim);
	if (!worker)
		return lives == LOOK_NO ? LOOK_NO : LOOK_UNKNOWN;
	if (lives != LOOK_YES) {
		worker_free(worker);
		return lives;
	}
	worker->job = job;
	job->worker = worker;
	return LOOK_YES;
}

static struct worker *parked_find(struct executor *executor, const struct executor_left *left)
{
	for (guint i = 0; i < executor->workers->len; i++) {
		struct worker *worker = executor->workers->pdata[i];
		if (worker->state == WORKER_PARKED && worker->hello.attempt == left->attempt
			&& memcmp(worker->hello.token, left->token, WIRE_TOKEN_SIZE) == 0)
			return worker;
	}
	return NULL;
}

/* That of an attempt whose worker has not come. */
static void left_settle(struct job *job)
{
	enum look is_adopted = job->is_of_this_boot ? job_adopt(job) : LOOK_NO;
	if (is_adopted == LOOK_YES)
		return;
	if (is_adopted == LOOK_UNKNOWN)
		job_put_off(job, left_settle);
	else if (!job->is_of_this_boot)
		job_settle_after_boot(job);
	else if (job->is_restored)
		job_settle_restored(job);
	else
		job_settle(job, "its worker died while dagd was away");
}

static void left_classify(struct executor *executor, const struct executor_left *left)
{
	struct job *job = job_find(executor, left->attempt);
	if (job) {
		/* The store was read again while this dagd goes on: what it missed is told anew. */
		job_report(job);
		return;
	}
	job = job_new(executor, left->attempt, left->token);
	job->is_left = true;
	job->is_restored = left->is_restored;
	job->is_of_this_boot = left->is_restored || strcmp(left->boot_id, executor->boot_id) == 0;
	struct worker *worker = parked_find(executor, left);
	if (worker)
		worker_return(worker, job);
	else
		left_settle(job);
}

static void parked_dismiss(struct executor *executor)
{
	for (guint i = 0; i < executor->workers->len; i++) {
		struct worker *worker = executor->workers->pdata[i];
		if (worker->state == WORKER_PARKED)
			worker_go_astray(worker);
	}
}

/* Jobs of this dagd that the store does not know: what it acknowledged was not heard, or it was
 * restored. */
static void jobs_forget(struct executor *executor, GHashTable *known)
{
	g_autoptr(GList) jobs = g_hash_table_get_values(executor->jobs);
	for (GList *item = jobs; item; item = item->next) {
		struct job *job = item->data;
		if (g_hash_table_contains(known, &job->attempt))
			continue;
		if (job->state == JOB_RUNS)
			executor_kill(executor, job->attempt);
		else if (job->state != JOB_DYING)
			executor_acknowledge(executor, job->attempt);
	}
}

static void folder_forget(struct executor *executor, const char *name)
{
	g_autofree char *folder = g_build_filename(executor->attempts_folder, name, NULL);
	if (g_str_has_suffix(name, ".gone")) {
		spool_remove(folder);
		return;
	}
	char *end;
	int64_t attempt = g_ascii_strtoll(name, &end, 10);
	struct claim claim;
	if (*end || job_find(executor, attempt))
		return;
	/* A worker that lives will come, be told to kill its attempt, and remove the folder itself.
	 */
	enum spool_state state = spool_read_claim(folder, &claim);
	if (state == SPOOL_UNKNOWN
		|| (state == SPOOL_FOUND && claimer_look(executor, folder, &claim) != LOOK_NO))
		return;
	spool_retire(folder);
}

static void folders_forget(struct executor *executor)
{
	g_autoptr(GDir) folders = g_dir_open(executor->attempts_folder, 0, NULL);
	if (!folders)
		return;
	/* The names first: what is renamed meanwhile would be met again. */
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;
	while ((name = g_dir_read_name(folders)))
		g_ptr_array_add(names, g_strdup(name));
	for (guint i = 0; i < names->len; i++)
		folder_forget(executor, names->pdata[i]);
}

/* Of attempts that are over, where whoever should have removed it was killed. One in which somebody
 * still is cannot be removed. */
static void cgroups_forget(struct executor *executor)
{
	g_autoptr(GDir) cgroups = executor->cgroup ? g_dir_open(executor->cgroup, 0, NULL) : NULL;
	const char *name;
	while (cgroups && (name = g_dir_read_name(cgroups))) {
		char *end = "";
		int64_t attempt = g_str_has_prefix(name, "attempt-")
			? g_ascii_strtoll(name + strlen("attempt-"), &end, 10)
			: 0;
		bool is_ours = attempt > 0 && strcmp(end, executor->cgroup_suffix) == 0;
		g_autofree char *path = g_build_filename(executor->cgroup, name, NULL);
		if (is_ours && !job_find(executor, attempt))
			cgroup_remove(path);
	}
}

void executor_recover(struct executor *executor, const struct executor_left *left, size_t n,
	void (*on_recovered)(void *data))
{
	g_autoptr(GHashTable) known = g_hash_table_new(g_int64_hash, g_int64_equal);
	for (size_t i = 0; i < n; i++)
		g_hash_table_add(known, (gpointer)&left[i].attempt);
	jobs_forget(executor, known);
	for (size_t i = 0; i < n; i++)
		left_classify(executor, &left[i]);
	parked_dismiss(executor);
	executor->is_recovered = true;
	folders_forget(executor);
	cgroups_forget(executor);
	executor->on_recovered = on_recovered;
	uv_async_send(&executor->report);
}
