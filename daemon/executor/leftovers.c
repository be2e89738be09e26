/* SPDX-License-Identifier: MIT */
/*
 * When a worker is killed, its operator dies with it (PDEATHSIG), but the operator's children may
 * live. They are found by DAGD_ATTEMPT in their environment, and by their session while we know it
 * for sure. The end of one of them starts the next look, until a look finds none.
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

/* An environment may have megabytes. */
#define ENVIRONMENT_MAX (8u << 20)

/* What marks a process of this attempt: this variable, and no output file of another dagd. */
struct marks {
	char *attempt, *output;
	int session; /* 0: not known */
	struct wire_buffer environment;
};

/* Begins with a NUL, so that every variable is between two of them. */
static bool environment_read(int pid, struct wire_buffer *environment)
{
	char path[64];
	g_snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
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
	return environment_read(pid, &marks->environment)
		&& has_variable(&marks->environment, marks->attempt)
		&& !has_other_output(&marks->environment, marks->output);
}

/* Kills it if it still is who it was when it was looked at; its pidfd, or -1. */
static int marked_kill(int pid, struct marks *marks)
{
	int fd = pidfd_open(pid, 0);
	if (fd < 0)
		return -1;
	if (is_marked(pid, marks) && pidfd_send_signal(fd, SIGKILL, NULL, 0) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Kills all that is left; the pidfd of one that was, or -1: none. */
static int leftovers_kill(struct marks *marks)
{
	DIR *processes = opendir("/proc");
	if (!processes)
		return -1;
	int first = -1;
	struct dirent *entry;
	while ((entry = readdir(processes))) {
		int pid = (int)strtol(entry->d_name, NULL, 10);
		if (pid <= 0 || !is_marked(pid, marks))
			continue;
		int fd = marked_kill(pid, marks);
		if (first < 0)
			first = fd;
		else if (fd >= 0)
			close(fd);
	}
	closedir(processes);
	return first;
}

static int job_leftovers_kill(struct job *job)
{
	g_autofree char *folder = job_folder(job->executor, job->attempt);
	struct marks marks = {
		.attempt = g_strdup_printf("DAGD_ATTEMPT=%" G_GINT64_FORMAT, job->attempt),
		.output = g_strdup_printf("DAGD_OUTPUT=%s/output", folder),
		.session = job->pid,
	};
	int fd = leftovers_kill(&marks);
	g_free(marks.attempt);
	g_free(marks.output);
	wire_buffer_clear(&marks.environment);
	return fd;
}

static void on_dead(uv_poll_t *poll, int status, int events)
{
	job_sweep(poll->data);
}

void job_sweep(struct job *job)
{
	executor_poll_close(job->executor, job->leftover);
	job->leftover = NULL;
	if (job->leftover_fd >= 0)
		close(job->leftover_fd);
	job->leftover_fd = job_leftovers_kill(job);
	if (job->leftover_fd >= 0)
		job->leftover = executor_poll(job->executor, job->leftover_fd, job, on_dead, NULL);
	if (job->leftover)
		return;
	job->state = JOB_LOST;
	job_report(job);
}
