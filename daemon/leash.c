/* SPDX-License-Identifier: MIT */
#include "daemon/leash.h"

#include <errno.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/journal.h"
#include "lib/base/error.h"

struct leash {
	struct daemon *daemon;
	int pidfd;
	GHashTable *cancelled; /* ids of runs */
	uv_poll_t parent;
	uv_prepare_t turn_end; /* once the parent is gone */
	unsigned n_handles;
};

static void cancel(struct leash *leash, const struct run_record *run)
{
	int64_t *id = g_memdup2(&run->id, sizeof run->id);
	if (g_hash_table_add(leash->cancelled, id))
		turn_add(leash->daemon->turn,
			(struct event){.kind = EVENT_RUN_CANCELLED,
				.dag_id = run->dag_id,
				.run_id = run->run_id},
			NULL, NULL);
}

/* Also those that came since the last turn. How many there are. */
static unsigned unfinished_cancel(struct leash *leash)
{
	static const char *const states[] = {"queued", "running", NULL};
	struct listing listing = listing_all;
	g_autoptr(GError) error = NULL;
	listing.states = states;
	g_autoptr(GArray) runs = reader_runs(leash->daemon->reader, &listing, NULL, &error);
	if (!runs)
		g_error("the runs that are to be ended cannot be read: %s", error->message);
	for (unsigned i = 0; i < runs->len; i++)
		cancel(leash, &g_array_index(runs, struct run_record, i));
	return runs->len;
}

static void on_turn_end(uv_prepare_t *turn_end)
{
	struct leash *leash = turn_end->data;
	if (unfinished_cancel(leash) == 0 && engine_n_running(leash->daemon->engine) == 0)
		uv_stop(leash->daemon->loop);
}

static void on_parent_gone(uv_poll_t *poll, int status, int events)
{
	struct leash *leash = poll->data;
	journal(JOURNAL_INFO, "the process that had this dagd for itself is gone: its runs end");
	uv_poll_stop(poll);
	uv_prepare_start(&leash->turn_end, on_turn_end);
}

/* A process that took the parent's place, when that had ended before, is not the parent. */
static int parent_watch(int parent_pid)
{
	int fd = pidfd_open(parent_pid, 0);
	if (fd < 0 || getppid() == parent_pid)
		return fd;
	close(fd);
	errno = ESRCH;
	return -1;
}

struct leash *leash_open(struct daemon *daemon, int parent_pid, GError **error)
{
	int fd = parent_watch(parent_pid);
	if (fd < 0) {
		error_say(error, "process %d, which is to have this dagd, is not there: %s",
			parent_pid, g_strerror(errno));
		return NULL;
	}
	struct leash *leash = g_new0(struct leash, 1);
	leash->daemon = daemon;
	leash->pidfd = fd;
	leash->cancelled = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	leash->n_handles = 2;
	int code = uv_poll_init(daemon->loop, &leash->parent, fd);
	g_assert(code == 0);
	uv_prepare_init(daemon->loop, &leash->turn_end);
	leash->parent.data = leash->turn_end.data = leash;
	uv_poll_start(&leash->parent, UV_READABLE, on_parent_gone);
	return leash;
}

static void on_closed(uv_handle_t *handle)
{
	struct leash *leash = handle->data;
	if (--leash->n_handles > 0)
		return;
	close(leash->pidfd);
	g_hash_table_unref(leash->cancelled);
	g_free(leash);
}

void leash_close(struct leash *leash)
{
	if (!leash)
		return;
	uv_close((uv_handle_t *)&leash->parent, on_closed);
	uv_close((uv_handle_t *)&leash->turn_end, on_closed);
}
