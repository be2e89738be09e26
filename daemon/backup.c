/* SPDX-License-Identifier: MIT */
#include "daemon/backup.h"

#include <sys/resource.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/journal.h"
#include "daemon/store/backup.h"

/* Tasks and decisions go first. */
enum { NICE = 10 };

struct backup_job {
	struct daemon *daemon;
	char *database, *path;
	bool replaces, is_stopped;
	struct backup_listener listener;
	uv_thread_t thread;
	uv_async_t told; /* by the thread */

	/* The thread's, with the mutex. */
	uv_mutex_t mutex;
	int n_done, n_pages;
	bool has_ended;
	int64_t n_bytes;
	GError *error;
};

/* ---- the thread ---- */

static void on_copied(void *data, int n_done, int n_pages)
{
	struct backup_job *job = data;
	uv_mutex_lock(&job->mutex);
	job->n_done = n_done;
	job->n_pages = n_pages;
	uv_mutex_unlock(&job->mutex);
	uv_async_send(&job->told);
}

static void thread_main(void *data)
{
	struct backup_job *job = data;
	int64_t n_bytes = 0;
	GError *error = NULL;
	struct backup_options options = {
		.database = job->database,
		.path = job->path,
		.replaces = job->replaces,
		.is_stopped = &job->is_stopped,
		.on_progress = on_copied,
		.data = job,
	};
	setpriority(PRIO_PROCESS, (id_t)gettid(), NICE); /* of a thread, on Linux */
	backup_make(&options, &n_bytes, &error);
	uv_mutex_lock(&job->mutex);
	job->n_bytes = n_bytes;
	job->error = error;
	job->has_ended = true;
	uv_mutex_unlock(&job->mutex);
	uv_async_send(&job->told);
}

/* ---- the loop ---- */

static void on_closed(uv_handle_t *handle)
{
	struct backup_job *job = handle->data;
	g_clear_error(&job->error);
	uv_mutex_destroy(&job->mutex);
	g_free(job->database);
	g_free(job->path);
	g_free(job);
}

static void job_end(struct backup_job *job)
{
	uv_thread_join(&job->thread);
	job->daemon->backup = NULL;
	if (job->error)
		journal(JOURNAL_WARNING, "there is no backup: %s", job->error->message);
	else
		journal(JOURNAL_INFO, "the database is backed up to \"%s\"", job->path);
	if (job->listener.on_end)
		job->listener.on_end(job->listener.data, job->n_bytes, job->error);
	uv_close((uv_handle_t *)&job->told, on_closed);
}

static void on_told(uv_async_t *async)
{
	struct backup_job *job = async->data;
	uv_mutex_lock(&job->mutex);
	int n_done = job->n_done, n_pages = job->n_pages;
	bool has_ended = job->has_ended;
	uv_mutex_unlock(&job->mutex);
	if (has_ended)
		job_end(job);
	else if (job->listener.on_progress)
		job->listener.on_progress(job->listener.data, n_done, n_pages);
}

bool backup_begin(struct daemon *daemon, const struct backup_wish *wish,
	const struct backup_listener *listener)
{
	if (daemon->backup)
		return false;
	struct backup_job *job = g_new0(struct backup_job, 1);
	*job = (struct backup_job){
		.daemon = daemon,
		.database = g_build_filename(daemon->home.state, "dagd.db", NULL),
		.path = g_strdup(wish->path),
		.replaces = wish->replaces,
		.listener = *listener,
	};
	job->told.data = job;
	uv_mutex_init(&job->mutex);
	uv_async_init(daemon->loop, &job->told, on_told);
	if (uv_thread_create(&job->thread, thread_main, job) != 0) {
		uv_close((uv_handle_t *)&job->told, on_closed);
		return false;
	}
	daemon->backup = job;
	return true;
}

void backup_stop(struct daemon *daemon)
{
	struct backup_job *job = daemon->backup;
	if (!job)
		return;
	__atomic_store_n(&job->is_stopped, true, __ATOMIC_RELAXED);
	job->listener = (struct backup_listener){NULL};
}
