/* SPDX-License-Identifier: MIT */
/*
 * When a worker is killed, its operator dies with it (PDEATHSIG), but the operator's children may
 * live. They are found by DAGD_ATTEMPT in their environment, by their session while we know it
 * for sure, and in the cgroup of the attempt where it has one. The end of all that were killed
 * starts the next look, until a look finds none. A look goes through all processes of the machine,
 * so there is one at most in a turn of the loop, for all the jobs that want one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "daemon/executor/parts.h"
#include "lib/wire/cgroup.h"

/* An environment may have megabytes. */
#define ENVIRONMENT_MAX (8u << 20)

/* What marks a process of this job: the variable of its attempt, and no output file of another
 * dagd; or that its worker has named it. */
struct marks {
	struct job *job;
	char *attempt, *output;
	struct claim claim;
};

/* One look, and the process that it is at. */
struct search {
	GArray *marks; /* of struct marks */
	int pid, session;
	struct wire_buffer environment;
	GArray *attempts; /* of int64_t: those that the environment may name */
	bool is_blind;    /* something could not be looked at now, for want of a descriptor */
};

static void miss(struct search *search)
{
	search->is_blind |= spool_is_blind(errno);
}

/* Begins with a NUL, so that every variable is between two of them. */
static bool environment_read(struct search *search)
{
	struct wire_buffer *environment = &search->environment;
	char path[64];
	g_snprintf(path, sizeof(path), "/proc/%d/environ", search->pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		miss(search);
		return false;
	}
	environment->size = 0;
	wire_buffer_append(environment, "", 1);
	ssize_t n;
	do {
		n = read(fd, wire_buffer_reserve(environment, 65536), 65536);
		environment->size += n > 0 ? (size_t)n : 0;
	} while (n > 0 && environment->size < ENVIRONMENT_MAX);
	close(fd);
	return n == 0;
}

static bool has_variable(const struct wire_buffer *environment, const char *variable)
{
	size_t size = strlen(variable) + 1;
	for (const uint8_t *at = environment->data, *end = at + environment->size;
		(at = memmem(at, (size_t)(end - at), variable, size)); at++)
		if (at[-1] == 0)
			return true;
	return false;
}

/* Ids of attempts are this dagd's own; one that runs inside a task of another must not be mixed up.
 */
static bool has_other_output(const struct wire_buffer *environment, const char *ours)
{
	static const char name[] = "\0DAGD_OUTPUT=";
	const void *found = memmem(environment->data, environment->size, name, sizeof(name) - 1);
	return found && !has_variable(environment, ours);
}

/* So that a thousand jobs need not be searched for in each environment. */
static void attempts_find(struct search *search)
{
	static const char name[] = "\0DAGD_ATTEMPT=";
	struct wire_buffer *environment = &search->environment;
	*(char *)wire_buffer_reserve(environment, 1) = 0;
	const uint8_t *at = environment->data, *end = at + environment->size;
	while ((at = memmem(at, (size_t)(end - at), name, sizeof(name) - 1))) {
		at += sizeof(name) - 1;
		int64_t attempt = g_ascii_strtoll((const char *)at, NULL, 10);
		g_array_append_val(search->attempts, attempt);
	}
}

/* False: it is none that is looked for. */
static bool process_look(struct search *search, int pid)
{
	g_array_set_size(search->attempts, 0);
	if (pid <= 0 || pid == getpid())
		return false;
	search->pid = pid;
	search->session = process_session(pid);
	if (environment_read(search))
		attempts_find(search);
	return true;
}

static bool names_attempt(const struct search *search, const struct marks *marks)
{
	for (guint i = 0; i < search->attempts->len; i++)
		if (g_array_index(search->attempts, int64_t, i) == marks->job->attempt)
			return has_variable(&search->environment, marks->attempt)
				&& !has_other_output(&search->environment, marks->output);
	return false;
}

static bool is_marked(const struct search *search, const struct marks *marks)
{
	if (marks->job->pid > 0 && search->session == marks->job->pid)
		return true;
	uint64_t started;
	if (search->pid == marks->claim.program && process_started(search->pid, &started)
		&& started == marks->claim.program_started)
		return true;
	return names_attempt(search, marks);
}

/* Kills it if it still is who it was when it was looked at, and adds its pidfd to the job's. */
static void marked_kill(struct search *search, const struct marks *marks)
{
	int fd = pidfd_open(search->pid, 0);
	if (fd < 0) {
		miss(search);
		return;
	}
	process_look(search, search->pid);
	if (is_marked(search, marks) && pidfd_send_signal(fd, SIGKILL, NULL, 0) == 0)
		g_array_append_val(marks->job->leftover_fds, fd);
	else
		close(fd);
}

/* Kills all that is left of all the jobs. */
static void leftovers_kill(struct search *search)
{
	DIR *processes = opendir("/proc");
	if (!processes) {
		miss(search);
		return;
	}
	struct dirent *entry;
	while ((entry = readdir(processes))) {
		if (!process_look(search, (int)strtol(entry->d_name, NULL, 10)))
			continue;
		for (guint i = 0; i < search->marks->len; i++) {
			const struct marks *marks = &g_array_index(search->marks, struct marks, i);
			if (is_marked(search, marks))
				marked_kill(search, marks);
		}
	}
	closedir(processes);
}

static void on_member(void *data, int pid)
{
	int fd = pidfd_open(pid, 0);
	if (fd >= 0)
		g_array_append_val((GArray *)data, fd);
}

/* Whoever they belong to, and however they fled. */
static void members_kill(const struct job *job)
{
	g_autofree char *cgroup = job_cgroup(job->executor, job->attempt);
	if (!cgroup)
		return;
	cgroup_visit(cgroup, on_member, job->leftover_fds);
	cgroup_kill(cgroup);
	if (job->leftover_fds->len == 0)
		cgroup_remove(cgroup);
}

static void marks_add(struct search *search, struct job *job)
{
	g_autofree char *folder = job_folder(job->executor, job->attempt);
	struct marks marks = {
		.job = job,
		.attempt = g_strdup_printf("DAGD_ATTEMPT=%" G_GINT64_FORMAT, job->attempt),
		.output = g_strdup_printf("DAGD_OUTPUT=%s/output", folder),
	};
	spool_read_claim(folder, &marks.claim);
	g_array_append_val(search->marks, marks);
}

static void marks_clear(void *data)
{
	struct marks *marks = data;
	g_free(marks->attempt);
	g_free(marks->output);
}

static void fd_close(void *fd)
{
	close(*(int *)fd);
}

GArray *leftover_fds_new(void)
{
	GArray *fds = g_array_new(FALSE, FALSE, sizeof(int));
	g_array_set_clear_func(fds, fd_close);
	return fds;
}

static void leftover_drop(struct job *job)
{
	executor_poll_close(job->executor, job->leftover);
	job->leftover = NULL;
	g_array_set_size(job->leftover_fds, job->leftover_fds->len - 1);
}

static void on_dead(uv_poll_t *poll, int status, int events)
{
	struct job *job = poll->data;
	leftover_drop(job);
	job_sweep(job);
}

/* Waits for one of those that were killed. False: there is none, or none that can be watched. */
static bool leftover_await(struct job *job)
{
	GArray *fds = job->leftover_fds;
	while (fds->len > 0) {
		int fd = g_array_index(fds, int, fds->len - 1);
		job->leftover = executor_poll(job->executor, fd, job, on_dead, NULL);
		if (job->leftover)
			return true;
		leftover_drop(job);
	}
	return false;
}

/* All that were killed are waited for: one that is dying has no environment any more and would not
 * be found, but it has its files and connections a little longer. */
static void job_conclude(struct job *job, bool is_sure)
{
	is_sure = is_sure && job->leftover_fds->len == 0;
	if (leftover_await(job))
		return;
	if (!is_sure) {
		job_put_off(job, job_sweep);
		return;
	}
	job->state = JOB_LOST;
	job_report(job);
}

void job_sweep(struct job *job)
{
	if (job->leftover_fds->len > 0) {
		job_conclude(job, false);
		return;
	}
	job->wants_look = job->executor->wants_look = true;
	uv_async_send(&job->executor->report);
}

static void search_prepare(struct search *search, struct executor *executor)
{
	GHashTableIter jobs;
	void *job;
	search->marks = g_array_new(FALSE, FALSE, sizeof(struct marks));
	search->attempts = g_array_new(FALSE, FALSE, sizeof(int64_t));
	g_array_set_clear_func(search->marks, marks_clear);
	g_hash_table_iter_init(&jobs, executor->jobs);
	while (g_hash_table_iter_next(&jobs, NULL, &job)) {
		if (!((struct job *)job)->wants_look)
			continue;
		((struct job *)job)->wants_look = false;
		members_kill(job);
		marks_add(search, job);
	}
}

void leftovers_look(struct executor *executor)
{
	if (!executor->wants_look)
		return;
	executor->wants_look = false;
	struct search search = {0};
	search_prepare(&search, executor);
	leftovers_kill(&search);
	for (guint i = 0; i < search.marks->len; i++)
		job_conclude(g_array_index(search.marks, struct marks, i).job, !search.is_blind);
	g_array_unref(search.marks);
	g_array_unref(search.attempts);
	wire_buffer_clear(&search.environment);
}
