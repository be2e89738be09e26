/* SPDX-License-Identifier: MIT */
#include "daemon/executor/executor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/executor/parts.h"
#include "lib/base/instant.h"

static void executor_free(struct executor *executor)
{
	if (executor->listen_fd >= 0)
		close(executor->listen_fd);
	if (executor->state_fd >= 0)
		close(executor->state_fd);
	if (executor->spare_fd >= 0)
		close(executor->spare_fd);
	if (executor->worker_fd >= 0)
		close(executor->worker_fd);
	g_hash_table_unref(executor->jobs);
	g_ptr_array_unref(executor->workers);
	g_ptr_array_unref(executor->idle);
	g_ptr_array_unref(executor->unsent);
	g_queue_free_full(executor->reports, g_free);
	g_queue_free_full(executor->later, g_free);
	g_queue_free_full(executor->spares, g_free);
	g_free(executor->worker_path);
	g_free(executor->state_folder);
	g_free(executor->attempts_folder);
	g_free(executor->boot_id);
	g_free(executor->cgroup);
	g_free(executor->cgroup_suffix);
	g_free(executor);
}

/* The last handle that has closed takes the executor with it. */
static void handle_release(struct executor *executor)
{
	if (--executor->n_handles == 0 && executor->is_closing)
		executor_free(executor);
}

static void on_closed(uv_handle_t *handle)
{
	handle_release(handle->data);
}

struct poll {
	uv_poll_t handle;
	struct executor *executor;
};

static void on_poll_closed(uv_handle_t *handle)
{
	struct executor *executor = ((struct poll *)handle)->executor;
	g_free(handle);
	handle_release(executor);
}

uv_poll_t *executor_poll(
	struct executor *executor, int fd, void *data, uv_poll_cb on_ready, GError **error)
{
	struct poll *poll = g_new0(struct poll, 1);
	poll->executor = executor;
	poll->handle.data = data;
	int code = uv_poll_init(executor->loop, &poll->handle, fd);
	if (code != 0) {
		g_set_error(
			error, LIB_ERROR, 0, "cannot watch a descriptor: %s", uv_strerror(code));
		g_free(poll);
		return NULL;
	}
	executor->n_handles++;
	uv_poll_start(&poll->handle, UV_READABLE, on_ready);
	return &poll->handle;
}

void executor_poll_close(struct executor *executor, uv_poll_t *poll)
{
	if (poll)
		uv_close((uv_handle_t *)poll, on_poll_closed);
}

static void on_turn_end(uv_prepare_t *prepare)
{
	workers_flush(prepare->data);
}

static void on_report(uv_async_t *async)
{
	workers_resume(async->data);
	leftovers_look(async->data);
	reports_deliver(async->data);
}

static void handles_init(struct executor *executor)
{
	uv_loop_t *loop = executor->loop;
	executor->n_handles = 5;
	executor->turn_end.data = executor->report.data = executor->trim.data = executor;
	executor->later_timer.data = executor->listen_pause.data = executor;
	uv_prepare_init(loop, &executor->turn_end);
	uv_prepare_start(&executor->turn_end, on_turn_end);
	uv_timer_init(loop, &executor->trim);
	uv_timer_init(loop, &executor->later_timer);
	uv_timer_init(loop, &executor->listen_pause);
	int code = uv_async_init(loop, &executor->report, on_report);
	g_assert(code == 0);
}

static struct executor *executor_new(const struct executor_options *options)
{
	struct executor *executor = g_new0(struct executor, 1);
	executor->loop = options->loop;
	executor->worker_path = g_strdup(options->worker);
	executor->state_folder = g_canonicalize_filename(options->state_folder, NULL);
	executor->attempts_folder = g_build_filename(executor->state_folder, "attempts", NULL);
	executor->boot_id = g_strdup(options->boot_id);
	executor->cgroup = g_strdup(options->cgroup);
	executor->cgroup_suffix = g_strdup(options->cgroup_suffix);
	executor->n_workers_max = options->n_workers_max;
	executor->has_file_limit = options->file_limit != NULL;
	if (options->file_limit)
		executor->file_limit = *options->file_limit;
	executor->events = options->events;
	executor->state_fd = executor->spare_fd = executor->listen_fd = executor->worker_fd = -1;
	executor->jobs =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)job_free);
	executor->workers = g_ptr_array_new();
	executor->idle = g_ptr_array_new();
	executor->unsent = g_ptr_array_new();
	executor->reports = g_queue_new();
	executor->later = g_queue_new();
	executor->spares = g_queue_new();
	executor->owner = (struct claim){.owner = CLAIM_DAGD, .pid = getpid()};
	g_strlcpy(executor->owner.boot_id, options->boot_id, sizeof(executor->owner.boot_id));
	process_started(getpid(), &executor->owner.pid_started);
	handles_init(executor);
	return executor;
}

static bool folders_open(struct executor *executor, GError **error)
{
	if (g_mkdir_with_parents(executor->attempts_folder, 0700) != 0) {
		g_set_error(error, LIB_ERROR, 0, "cannot make the folder \"%s\": %s",
			executor->attempts_folder, g_strerror(errno));
		return false;
	}
	executor->state_fd = open(executor->state_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* What workers keep in a folder whose name is lost with the power is lost with it. */
	bool is_kept = executor->state_fd >= 0 && fsync(executor->state_fd) == 0;
	if (!is_kept)
		g_set_error(error, LIB_ERROR, 0, "cannot %s the folder \"%s\": %s",
			executor->state_fd >= 0 ? "sync" : "open", executor->state_folder,
			g_strerror(errno));
	return is_kept;
}

static bool worker_open(struct executor *executor, GError **error)
{
	executor->worker_fd = open(executor->worker_path, O_PATH | O_CLOEXEC);
	if (executor->worker_fd < 0)
		g_set_error(error, LIB_ERROR, 0, "cannot start the worker \"%s\": %s",
			executor->worker_path, g_strerror(errno));
	return executor->worker_fd >= 0;
}

int executor_worker(const struct executor *executor)
{
	return executor->worker_fd;
}

struct executor *executor_open(const struct executor_options *options, GError **error)
{
	struct executor *executor = executor_new(options);
	if (folders_open(executor, error) && spares_open(executor, error)
		&& worker_open(executor, error) && listen_start(executor, error)
		&& workers_start(executor, error))
		return executor;
	executor_close(executor);
	return NULL;
}

void executor_close(struct executor *executor)
{
	if (!executor)
		return;
	workers_flush(executor);
	executor->is_closing = true;
	while (executor->workers->len > 0)
		worker_free(executor->workers->pdata[0]);
	g_hash_table_remove_all(executor->jobs);
	listen_stop(executor);
	uv_close((uv_handle_t *)&executor->turn_end, on_closed);
	uv_close((uv_handle_t *)&executor->report, on_closed);
	uv_close((uv_handle_t *)&executor->trim, on_closed);
	uv_close((uv_handle_t *)&executor->later_timer, on_closed);
	uv_close((uv_handle_t *)&executor->listen_pause, on_closed);
}

bool executor_prepare(struct executor *executor, int64_t attempt, GError **error)
{
	g_autofree char *folder = job_folder(executor, attempt);
	int code = spare_take(executor, folder);
	if (code != 0)
		g_set_error(error, LIB_ERROR, 0, "cannot make the folder \"%s\": %s", folder,
			g_strerror(-code));
	return code == 0;
}

void executor_start(struct executor *executor, const struct wire_start *start)
{
	struct job *job = job_new(executor, start->attempt, start->token);
	g_autoptr(GError) error = NULL;
	struct worker *worker = worker_find(executor, &error);
	if (!worker) {
		job_refuse(job, error->message);
		return;
	}
	g_autofree char *folder = job_folder(executor, start->attempt);
	g_autofree char *cgroup = job_cgroup(executor, start->attempt);
	struct wire_start order = *start;
	order.folder = folder;
	order.cgroup = cgroup;
	if (!wire_put_start(&worker->out, &order)) {
		worker_rest(worker);
		job_fail(job,
			"its arguments, environment, input and secrets are larger than 64 MiB");
		return;
	}
	worker_take(worker, job);
	/* With the acknowledgement of its last attempt, if any; a thousand orders are not kept. */
	worker_flush(worker);
}

void executor_kill(struct executor *executor, int64_t attempt)
{
	struct job *job = job_find(executor, attempt);
	if (!job || job->state != JOB_RUNS || job->kill_wanted)
		return;
	job->kill_wanted = true;
	/* A worker that is not connected is told when it comes. */
	if (!job->worker || job->worker->fd < 0)
		return;
	wire_put_kill(&job->worker->out, attempt);
	worker_send(job->worker);
}

/* Only a folder that its worker has put in order is used again. */
static void folder_dispose(struct executor *executor, int64_t attempt, bool is_in_order)
{
	g_autofree char *folder = job_folder(executor, attempt);
	if (!is_in_order || !spare_keep(executor, folder))
		spool_retire(folder);
}

void executor_acknowledge(struct executor *executor, int64_t attempt)
{
	struct job *job = job_find(executor, attempt);
	if (!job) {
		/* It was prepared, and ended before it was started; or it is gone already. */
		folder_dispose(executor, attempt, false);
		return;
	}
	g_return_if_fail(job->state != JOB_RUNS && job->state != JOB_DYING);
	struct worker *worker = job->worker;
	bool is_connected = worker && worker->fd >= 0;
	g_hash_table_remove(executor->jobs, &job->attempt);
	folder_dispose(executor, attempt, is_connected);
	if (!is_connected)
		return;
	wire_put_acknowledge(&worker->out, attempt);
	worker_send(worker);
	worker_rest(worker);
}
