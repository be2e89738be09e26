/* SPDX-License-Identifier: MIT */
#include "worker/attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/wire/cgroup.h"
#include "worker/clock.h"
#include "worker/leftovers.h"
#include "worker/oom.h"
#include "worker/outcome.h"
#include "worker/spawn.h"
#include "worker/usage.h"

/* 128 and the signal: what shells make of it. */
enum { EXIT_KILLED = 128 + SIGKILL };

void attempt_init(struct attempt *attempt)
{
	*attempt = (struct attempt){.claim_fd = -1, .pipe_fd = -1, .timer_fd = -1};
	sparing_find(&attempt->sparing);
	attempt->log.fd = attempt->log.index_fd = -1;
}

/* Before anything runs that it may have to end. 0, or the errno. It counts the time asleep, too. */
static int timer_open(struct attempt *attempt)
{
	if (attempt->timer_fd < 0)
		attempt->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	return attempt->timer_fd < 0 ? errno : 0;
}

/* 0 disarms. */
static void timer_set(struct attempt *attempt, int64_t after_us)
{
	struct itimerspec timer = {.it_value = {after_us / 1000000, after_us % 1000000 * 1000}};
	timerfd_settime(attempt->timer_fd, 0, &timer, NULL);
}

static void cgroup_take(struct attempt *attempt, const char *path)
{
	if (!path || cgroup_make(path) != 0)
		return;
	attempt->cgroup = strdup(path);
	if (!attempt->cgroup)
		abort();
}

/* It knows also what those took whom nobody has waited for. */
static void cgroup_drop(struct attempt *attempt)
{
	if (!attempt->cgroup)
		return;
	struct cgroup_time time = cgroup_time(attempt->cgroup);
	usage_raise(&attempt->usage, time.user_us, time.system_us);
	attempt->own_oom_kills = cgroup_oom_kills(attempt->cgroup);
	cgroup_remove(attempt->cgroup);
	free(attempt->cgroup);
	attempt->cgroup = NULL;
}

/* Closes what belongs to the running program. */
static void end(struct attempt *attempt)
{
	if (attempt->pipe_fd >= 0)
		close(attempt->pipe_fd);
	attempt->pipe_fd = -1;
	timer_set(attempt, 0);
	log_close(&attempt->log);
	attempt->state = ATTEMPT_ENDED;
}

/* Whole: of a secret that was cut nobody could tell that it is one. */
__attribute__((format(printf, 1, 0))) static char *text_make(const char *format, va_list values)
{
	char *text;
	if (vasprintf(&text, format, values) < 0)
		abort();
	return text;
}

/* A line of its log. */
__attribute__((format(printf, 2, 3))) static void say(
	struct attempt *attempt, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	char *text = text_make(format, values);
	va_end(values);
	log_say(&attempt->log, text);
	free(text);
}

__attribute__((format(printf, 2, 3))) static void fail(
	struct attempt *attempt, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	char *error = text_make(format, values);
	va_end(values);
	say(attempt, "[dagd: %s]\n", error);
	cgroup_drop(attempt);
	end(attempt);
	outcome_of_failure(attempt, error);
	masks_clear(&attempt->log.masks);
	free(error);
}

/* The given environment with our two variables instead of any of these names. */
static const char **env_make(
	const struct wire_start *start, char attempt[64], char output[PATH_MAX])
{
	size_t n = 0;
	while (start->env[n])
		n++;
	const char **env = calloc(n + 3, sizeof(*env));
	if (!env)
		abort();
	snprintf(attempt, 64, "DAGD_ATTEMPT=%lld", (long long)start->attempt);
	snprintf(output, PATH_MAX, "DAGD_OUTPUT=%s/output", start->folder);
	size_t at = 0;
	env[at++] = attempt;
	env[at++] = output;
	for (size_t i = 0; i < n; i++)
		if (strncmp(start->env[i], "DAGD_ATTEMPT=", 13) != 0
			&& strncmp(start->env[i], "DAGD_OUTPUT=", 12) != 0)
			env[at++] = start->env[i];
	return env;
}

/* A file in memory, at its beginning; 0 (/dev/null) when there is no input, -1 and errno. */
static int input_make(const struct wire_start *start)
{
	if (start->input_size == 0)
		return 0;
	errno = 0; /* a short write has none */
	int fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	if (write(fd, start->input, start->input_size) == (ssize_t)start->input_size
		&& lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	close(fd);
	return -1;
}

/* 0, or the errno of what the machine lacks: nothing has run. So does streams_start(). */
static int program_start(
	struct attempt *attempt, const struct wire_start *start, int input_fd, int output_fd)
{
	char id[64], output[PATH_MAX], error[PATH_MAX + 256];
	const char **env = env_make(start, id, output);
	sparing_pause(&attempt->sparing);
	int pid = spawn(&(struct spawn_order){.argv = start->argv,
				.env = env,
				.cwd = start->cwd ? start->cwd : start->folder,
				.cgroup = attempt->cgroup,
				.input_fd = input_fd,
				.output_fd = output_fd},
		error, sizeof(error));
	sparing_go_on(&attempt->sparing);
	free(env);
	if (pid < 0)
		return -pid;
	attempt->pid = pid;
	if (pid == 0)
		fail(attempt, "%s", error);
	else if (start->timeout_us > 0)
		timer_set(attempt, start->timeout_us);
	return 0;
}

static int streams_start(struct attempt *attempt, const struct wire_start *start)
{
	int pipe_fds[2], lack = 0, input_fd = input_make(start);
	if (input_fd < 0)
		return errno ? errno : ENOMEM;
	if (pipe2(pipe_fds, O_CLOEXEC) == 0) {
		attempt->pipe_fd = pipe_fds[0];
		lack = program_start(attempt, start, input_fd, pipe_fds[1]);
		close(pipe_fds[1]);
	} else {
		lack = errno;
	}
	if (input_fd > 0)
		close(input_fd);
	return lack;
}

/* Why, for who may start it again: nothing has run. */
static const char *give_back(struct attempt *attempt, int lack)
{
	static char reason[128];
	snprintf(reason, sizeof(reason), "cannot start its program: %s", strerror(lack));
	cgroup_drop(attempt);
	end(attempt);
	masks_clear(&attempt->log.masks);
	spool_unclaim(attempt->folder);
	attempt_forget(attempt);
	return reason;
}

static const char *claim_refusal(int error)
{
	switch (error) {
	case EEXIST:
		return "it had been claimed before";
	case ENOENT:
		return "it had been taken back";
	case ENOSPC:
	case EDQUOT:
		return "no space left for its claim";
	default:
		return strerror(error);
	}
}

/* So that a dagd knows whom to wait for when the worker dies: a process that is being killed has no
 * environment any more by which it could be found. */
static void program_name(const struct attempt *attempt, struct claim *claim)
{
	claim->program = attempt->pid;
	if (attempt->pid > 0 && process_started(attempt->pid, &claim->program_started))
		spool_name_program(attempt->claim_fd, claim);
}

const char *attempt_start(
	struct attempt *attempt, const struct wire_start *start, const struct claim *owner)
{
	struct claim claim = *owner;
	memcpy(claim.token, start->token, WIRE_TOKEN_SIZE);
	int fd = spool_claim(start->folder, &claim);
	if (fd < 0)
		return claim_refusal(-fd);
	attempt->claim_fd = fd;
	attempt->state = ATTEMPT_RUNS;
	attempt->id = start->attempt;
	memcpy(attempt->token, start->token, WIRE_TOKEN_SIZE);
	attempt->folder = strdup(start->folder);
	if (!attempt->folder)
		abort();
	attempt->pid = 0;
	attempt->started_at = clock_now();
	attempt->kill_after_us = start->kill_after_us;
	attempt->output_max = start->output_max;
	attempt->term_sent = attempt->kill_sent = false;
	attempt->timed_out = attempt->killed = false;
	attempt->program_ended = attempt->has_leftover = false;
	attempt->result_saved = attempt->result_synced = false;
	attempt->usage = (struct wire_usage){0};
	attempt->own_oom_kills = -1;
	attempt->oom = NULL;
	int error = log_open(&attempt->log,
		&(struct log_options){.path = start->log,
			.max = start->log_max,
			.last_line_max = start->output_max,
			.masks = start->masks});
	if (error == 0) {
		cgroup_take(attempt, start->cgroup);
		int lack = timer_open(attempt);
		lack = lack ? lack : streams_start(attempt, start);
		if (lack != 0)
			return give_back(attempt, lack);
		program_name(attempt, &claim);
		attempt->oom_kills_before = oom_kills(); /* the program runs meanwhile */
		return NULL;
	}
	if (is_shortage(-error))
		return give_back(attempt, -error);
	fail(attempt, "cannot write the log \"%s\": %s", start->log, strerror(-error));
	return NULL;
}

void attempt_read(struct attempt *attempt)
{
	int64_t n = log_read(&attempt->log, attempt->pipe_fd);
	if (n > 0 || n == -EINTR || n == -EAGAIN)
		return;
	close(attempt->pipe_fd);
	attempt->pipe_fd = -1;
}

/*
 * What is in the pipe now. All who belonged to the attempt are dead; a stranger who was handed the
 * pipe and still writes does not hold up the result.
 */
static void pipe_drain(struct attempt *attempt)
{
	int left = 0;
	if (attempt->pipe_fd < 0 || ioctl(attempt->pipe_fd, FIONREAD, &left) != 0)
		return;
	while (left > 0) {
		int64_t n = log_read(&attempt->log, attempt->pipe_fd);
		if (n <= 0)
			return;
		left -= (int)n;
	}
}

/* By itself, or as a shell tells it of the last one it has waited for. */
static bool was_killed(const struct attempt *attempt)
{
	int status = attempt->status;
	bool by_signal = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	bool by_code = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_KILLED;
	return (by_signal || by_code) && !attempt->term_sent;
}

static void oom_say(struct attempt *attempt)
{
	attempt->oom = was_killed(attempt)
		? oom_tell(attempt->own_oom_kills, attempt->oom_kills_before)
		: NULL;
	if (attempt->oom)
		say(attempt, "[dagd: %s]\n", attempt->oom);
}

static void settle(struct attempt *attempt)
{
	if (attempt->cgroup)
		cgroup_kill(attempt->cgroup);
	int left = leftovers_kill(attempt->pid, &attempt->usage);
	cgroup_drop(attempt);
	pipe_drain(attempt);
	attempt->has_leftover = left > 0;
	if (left > 0)
		say(attempt,
			"[dagd: process %d, which the task has left, could not be killed and lives "
			"on]\n",
			left);
	oom_say(attempt);
	end(attempt);
	outcome_of_status(attempt, attempt->status);
	masks_clear(&attempt->log.masks);
}

/* One that was asked to end may have asked others to, as a shell has whose command still cleans up:
 * they have what is left of its grace. */
static void program_ended(struct attempt *attempt, int status)
{
	attempt->status = status;
	attempt->program_ended = true;
	bool has_grace = attempt->term_sent && !attempt->kill_sent;
	if (!has_grace || !leftovers_terminate(attempt->pid))
		settle(attempt);
}

void attempt_reap(struct attempt *attempt)
{
	int pid, status;
	/* Others are orphans that the operator left; they would stay zombies until it ends. */
	while ((pid = usage_wait(&attempt->usage, &status)) > 0)
		if (attempt->state == ATTEMPT_RUNS && pid == attempt->pid)
			program_ended(attempt, status);
	bool has_children = pid == 0;
	if (attempt->state == ATTEMPT_RUNS && attempt->program_ended && !has_children)
		settle(attempt);
}

/* The first time asks, the second time does not. */
static void terminate(struct attempt *attempt)
{
	if (attempt->program_ended) {
		settle(attempt);
		return;
	}
	if (attempt->term_sent) {
		attempt->kill_sent = true;
		kill(-attempt->pid, SIGKILL);
		return;
	}
	attempt->term_sent = true;
	kill(-attempt->pid, SIGTERM);
	kill(-attempt->pid, SIGCONT);
	timer_set(attempt, attempt->kill_after_us > 0 ? attempt->kill_after_us : 1);
}

void attempt_expire(struct attempt *attempt)
{
	uint64_t n;
	if (read(attempt->timer_fd, &n, sizeof(n)) != sizeof(n) || attempt->state != ATTEMPT_RUNS)
		return;
	if (!attempt->term_sent)
		attempt->timed_out = true;
	terminate(attempt);
}

void attempt_kill(struct attempt *attempt)
{
	if (attempt->state != ATTEMPT_RUNS)
		return;
	attempt->killed = true;
	if (!attempt->term_sent)
		terminate(attempt);
}

bool attempt_save(struct attempt *attempt)
{
	if (!attempt->result_saved)
		attempt->result_saved =
			spool_save_result(attempt->folder, attempt->claim_fd, &attempt->result)
			== 0;
	return attempt->result_saved;
}

bool attempt_save_durably(struct attempt *attempt)
{
	if (!attempt_save(attempt))
		return false;
	if (!attempt->result_synced)
		attempt->result_synced = spool_sync_result(attempt->folder, attempt->claim_fd) == 0;
	return attempt->result_synced;
}

void attempt_forget(struct attempt *attempt)
{
	close(attempt->claim_fd);
	attempt->claim_fd = -1;
	attempt->state = ATTEMPT_NONE;
	attempt->result.size = 0;
	free(attempt->folder);
	attempt->folder = NULL;
}
