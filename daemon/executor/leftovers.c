/* SPDX-License-Identifier: MIT */
/*
 * When a worker is killed, its operator dies with it (PDEATHSIG), but the operator's children may
 * live. They are found by DAGD_ATTEMPT in their environment, by their session while we know it
 * for sure, and in the cgroup of the attempt where it has one. The end of all that were killed
 * starts the next look, until a look finds none.
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

/* What marks a process of this attempt: this variable, and no output file of another dagd; or that
 * its worker has named it. */
struct marks {
	char *attempt, *output;
	int session; /* 0: not known */
	struct claim claim;
	struct wire_buffer environment;
	bool is_blind; /* something could not be looked at now, for want of a descriptor */
};

static void miss(struct marks *marks)
{
	marks->is_blind |= errno == EMFILE || errno == ENFILE || errno == ENOMEM;
}

/* Begins with a NUL, so that every variable is between two of them. */
static bool environment_read(int pid, struct marks *marks)
{
	struct wire_buffer *environment = &marks->environment;
	char path[64];
	g_snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		miss(marks);
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

static bool is_marked(int pid, struct marks *marks)
{
	if (pid == getpid())
		return false;
	if (marks->session > 0 && process_session(pid) == marks->session)
		return true;
	uint64_t started;
	if (pid == marks->claim.program && process_started(pid, &started)
		&& started == marks->claim.program_started)
		return true;
	return environment_read(pid, marks) && has_variable(&marks->environment, marks->attempt)
		&& !has_other_output(&marks->environment, marks->output);
}

/* Kills it if it still is who it was when it was looked at; its pidfd, or -1. */
static int marked_kill(int pid, struct marks *marks)
{
	int fd = pidfd_open(pid, 0);
	if (fd < 0) {
		miss(marks);
		return -1;
	}
	if (is_marked(pid, marks) && pidfd_send_signal(fd, SIGKILL, NULL, 0) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Kills all that is left and adds their pidfds. */
static void leftovers_kill(struct marks *marks, GArray *fds)
{
	DIR *processes = opendir("/proc");
	if (!processes) {
		miss(marks);
		return;
	}
	struct dirent *entry;
	while ((entry = readdir(processes))) {
		int pid = (int)strtol(entry->d_name, NULL, 10);
		int fd = pid > 0 && is_marked(pid, marks) ? marked_kill(pid, marks) : -1;
		if (fd >= 0)
			g_array_append_val(fds, fd);
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

/* False: there may be some that could not be seen now. */
static bool job_leftovers_kill(struct job *job)
{
	members_kill(job);
	g_autofree char *folder = job_folder(job->executor, job->attempt);
	struct marks marks = {
		.attempt = g_strdup_printf("DAGD_ATTEMPT=%" G_GINT64_FORMAT, job->attempt),
		.output = g_strdup_printf("DAGD_OUTPUT=%s/output", folder),
		.session = job->pid,
	};
	spool_read_claim(folder, &marks.claim);
	leftovers_kill(&marks, job->leftover_fds);
	g_free(marks.attempt);
	g_free(marks.output);
	wire_buffer_clear(&marks.environment);
	return !marks.is_blind;
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

/* All that were killed are waited for: one that is dying has no environment any more and would not
 * be found, but it has its files and connections a little longer. */
void job_sweep(struct job *job)
{
	GArray *fds = job->leftover_fds;
	bool is_sure = fds->len > 0 || job_leftovers_kill(job);
	while (fds->len > 0) {
		int fd = g_array_index(fds, int, fds->len - 1);
		job->leftover = executor_poll(job->executor, fd, job, on_dead, NULL);
		if (job->leftover)
			return;
		leftover_drop(job);
		is_sure = false;
	}
	if (!is_sure) {
		job_put_off(job, job_sweep);
		return;
	}
	job->state = JOB_LOST;
	job_report(job);
}
