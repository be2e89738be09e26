/* SPDX-License-Identifier: MIT */
/* One worker process as dagd sees it: two descriptors, its connection and its pidfd. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/executor/parts.h"
#include "lib/base/descriptor.h"
#include "lib/base/instant.h"

static bool frames_take(struct worker *worker);
static void on_disconnected(struct worker *worker);
static void on_socket(uv_poll_t *poll, int status, int events);
static void on_process(uv_poll_t *poll, int status, int events);

static void disconnect(struct worker *worker)
{
	executor_poll_close(worker->executor, worker->socket);
	worker->socket = NULL;
	if (worker->fd >= 0)
		close(worker->fd);
	worker->fd = -1;
}

void worker_free(struct worker *worker)
{
	struct executor *executor = worker->executor;
	if (worker->job)
		worker->job->worker = NULL;
	g_ptr_array_remove(executor->idle, worker);
	g_ptr_array_remove(executor->unsent, worker);
	g_ptr_array_remove_fast(executor->workers, worker);
	disconnect(worker);
	executor_poll_close(executor, worker->process);
	if (worker->pidfd >= 0)
		close(worker->pidfd);
	wire_reader_clear(&worker->reader);
	wire_buffer_clear(&worker->out);
	g_free(worker);
}

/* Takes `fd` (or -1) over, also when it fails, and then errno says why. */
static struct worker *worker_new(struct executor *executor, int pid, int fd, GError **error)
{
	struct worker *worker = g_new0(struct worker, 1);
	worker->executor = executor;
	worker->fd = fd;
	g_ptr_array_add(executor->workers, worker);
	worker->pidfd = pidfd_open(pid, 0);
	if (worker->pidfd < 0)
		g_set_error(error, LIB_ERROR, 0, "cannot watch the worker %d: %s", pid,
			g_strerror(errno));
	else
		worker->process = executor_poll(executor, worker->pidfd, worker, on_process, error);
	if (worker->process && fd >= 0)
		worker->socket = executor_poll(executor, fd, worker, on_socket, error);
	if (worker->process && (worker->socket || fd < 0))
		return worker;
	int code = errno;
	worker_free(worker);
	errno = code;
	return NULL;
}

/* Its environment is empty: dagd's own may hold secrets, and an operator gets another anyway. */
static int process_spawn(struct executor *executor, int fd, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	sigfillset(&all);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, 0);
	posix_spawn_file_actions_adddup2(&actions, 2, 1);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setsigmask(&attributes, &none);
	/* Its own session: Ctrl-C on dagd's terminal is not meant for tasks. */
	posix_spawnattr_setflags(
		&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
	char *argv[] = {"dagd-worker", executor->state_folder, executor->boot_id, NULL};
	char *env[] = {NULL};
	char program[64];
	g_snprintf(program, sizeof(program), "/proc/self/fd/%d", executor->worker_fd);
	int error = posix_spawn(pid, program, &actions, &attributes, argv, env);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

static bool connection_make(int fds[2], GError **error)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
		g_set_error(error, LIB_ERROR, 0, "cannot start a worker: %s", g_strerror(errno));
		return false;
	}
	if (descriptor_is_spare(MAX(fds[0], fds[1]), DESCRIPTOR_OF_TASK))
		return true;
	close(fds[0]);
	close(fds[1]);
	g_set_error(error, LIB_ERROR, 0,
		"cannot start a worker: %s; raise LimitNOFILE of dagd's unit (ulimit -n), or run "
		"fewer tasks at once (core.parallelism)",
		g_strerror(EMFILE));
	return false;
}

struct worker *worker_spawn(struct executor *executor, GError **error)
{
	int fds[2];
	if (!connection_make(fds, error))
		return NULL;
	pid_t pid;
	int code = process_spawn(executor, fds[1], &pid);
	close(fds[1]);
	if (code != 0) {
		close(fds[0]);
		g_set_error(error, LIB_ERROR, 0, "cannot start the worker \"%s\": %s",
			executor->worker_path, g_strerror(code));
		return NULL;
	}
	/* Tasks get what dagd was given: some programs close all that they might have open. */
	if (executor->has_file_limit)
		prlimit(pid, RLIMIT_NOFILE, &executor->file_limit, NULL);
	struct worker *worker = worker_new(executor, pid, fds[0], error);
	if (!worker) {
		/* It exits at the end of its connection, which nobody watches. */
		waitpid(pid, NULL, 0);
		return NULL;
	}
	worker->state = WORKER_BUSY;
	return worker;
}

struct worker *worker_adopt(struct executor *executor, int pid, int fd)
{
	struct worker *worker = worker_new(executor, pid, fd, NULL);
	if (!worker)
		return NULL;
	worker->state = fd >= 0 ? WORKER_GREETING : WORKER_LEAVING;
	worker->is_adopted = true;
	return worker;
}

void worker_send(struct worker *worker)
{
	if (!g_ptr_array_find(worker->executor->unsent, worker, NULL))
		g_ptr_array_add(worker->executor->unsent, worker);
}

static void watch(struct worker *worker, int events)
{
	if (worker->socket)
		uv_poll_start(worker->socket, events, on_socket);
}

/* A failure shows as the end of the connection. */
void worker_flush(struct worker *worker)
{
	struct wire_buffer *out = &worker->out;
	while (worker->fd >= 0 && worker->n_sent < out->size) {
		ssize_t n = send(worker->fd, out->data + worker->n_sent, out->size - worker->n_sent,
			MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			watch(worker, UV_READABLE | UV_WRITABLE);
			return;
		}
		if (n < 0)
			break;
		worker->n_sent += (size_t)n;
	}
	/* A START carries secrets; and there is nothing to say while its task runs. */
	if (out->size > 0)
		explicit_bzero(out->data, out->size);
	wire_buffer_clear(out);
	worker->n_sent = 0;
}

void workers_flush(struct executor *executor)
{
	for (guint i = 0; i < executor->unsent->len; i++)
		worker_flush(executor->unsent->pdata[i]);
	g_ptr_array_set_size(executor->unsent, 0);
}

void worker_take(struct worker *worker, struct job *job)
{
	worker->state = WORKER_BUSY;
	worker->job = job;
	job->worker = worker;
}

/* What it said behind its HELLO is looked at in the next turn. */
static void resume(struct worker *worker)
{
	watch(worker, UV_READABLE);
	worker->is_resumed = true;
	uv_async_send(&worker->executor->report);
}

void workers_resume(struct executor *executor)
{
	for (guint i = 0; i < executor->workers->len; i++) {
		struct worker *worker = executor->workers->pdata[i];
		if (!worker->is_resumed)
			continue;
		worker->is_resumed = false;
		if (worker->fd >= 0 && !frames_take(worker))
			on_disconnected(worker);
	}
}

void worker_go_astray(struct worker *worker)
{
	worker->state = WORKER_STRAY;
	wire_put_kill(&worker->out, worker->hello.attempt);
	worker_send(worker);
	resume(worker);
}

void worker_return(struct worker *worker, struct job *job)
{
	/* What stood for it while it was not connected. */
	if (job->worker && job->worker != worker)
		worker_free(job->worker);
	worker_take(worker, job);
	if (job->kill_wanted) {
		wire_put_kill(&worker->out, job->attempt);
		worker_send(worker);
	}
	resume(worker);
}

/* False: the connection is of no use any more. */
static bool frames_take(struct worker *worker)
{
	while (worker->state != WORKER_PARKED) {
		struct wire_frame frame;
		switch (wire_reader_next(&worker->reader, &frame)) {
		case WIRE_MORE:
			return true;
		case WIRE_CORRUPT:
			return false;
		case WIRE_FRAME:
			if (!worker_hear(worker, &frame))
				return false;
		}
	}
	return true;
}

/* The same; it may be more than is there yet. */
static bool receive_all(struct worker *worker)
{
	for (;;) {
		size_t room;
		void *to = wire_reader_room(&worker->reader, &room);
		ssize_t n = recv(worker->fd, to, room, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		if (n == 0)
			return false;
		wire_reader_add(&worker->reader, (size_t)n);
		if (!frames_take(worker))
			return false;
		if ((size_t)n < room || worker->state == WORKER_PARKED)
			return true;
	}
}

/* No buffer is kept but for a frame that has begun: a worker is silent while its task runs. */
static bool receive(struct worker *worker)
{
	bool is_well = receive_all(worker);
	if (worker->reader.begin == worker->reader.end)
		wire_reader_clear(&worker->reader);
	return is_well;
}

/* It has ended, or is about to connect again: its pidfd tells which. */
static void on_disconnected(struct worker *worker)
{
	g_ptr_array_remove(worker->executor->idle, worker);
	g_ptr_array_remove(worker->executor->unsent, worker);
	worker->state = WORKER_LEAVING;
	disconnect(worker);
}

void worker_dismiss(struct worker *worker)
{
	worker_flush(worker);
	on_disconnected(worker);
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
	struct worker *worker = poll->data;
	if (events & UV_WRITABLE) {
		watch(worker, UV_READABLE);
		worker_flush(worker);
	}
	if (status == 0 && !(events & UV_READABLE))
		return;
	if (!receive(worker))
		on_disconnected(worker);
}

/* Reaps it where it is our child. */
static char *death_reason(const struct worker *worker)
{
	siginfo_t info = {0};
	if (waitid(P_PIDFD, (id_t)worker->pidfd, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
		return g_strdup("its worker died");
	if (info.si_code == CLD_EXITED)
		return g_strdup_printf("its worker exited with %d", info.si_status);
	return g_strdup_printf("its worker was killed by signal %d (%s)", info.si_status,
		g_strsignal(info.si_status));
}

static void on_process(uv_poll_t *poll, int status, int events)
{
	struct worker *worker = poll->data;
	/* Its last words may still be unread. */
	if (worker->fd >= 0 && worker->state != WORKER_PARKED)
		receive(worker);
	g_autofree char *reason = death_reason(worker);
	struct job *job = worker->job;
	worker_free(worker);
	if (job && job->state == JOB_RUNS)
		job_settle(job, reason);
}
