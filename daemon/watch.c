/* SPDX-License-Identifier: MIT */
/*
 * One inotify watch a folder. A file counts when it was closed after writing or moved here, so a
 * half written one is not looked at. Lost events and changes of the tree itself ask for a look at
 * everything.
 */
#include "daemon/watch.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define WATCHED                                                                                \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_DELETE_SELF \
		| IN_MOVE_SELF | IN_ONLYDIR)

enum { AGAIN_FIRST_MS = 1000, AGAIN_MAX_MS = 60000 };

struct watch {
	uv_poll_t poll;
	uv_timer_t again;
	unsigned again_ms;
	int fd;
	char *folder;
	GHashTable *folders; /* watch descriptor -> path relative to the folder ("" is itself) */
	struct watch_events events;
};

static char *join(const char *folder, const char *name)
{
	return *folder ? g_strconcat(folder, "/", name, NULL) : g_strdup(name);
}

/* Watches a folder and all below it. False: the folder itself cannot be watched (errno says why).
 */
static bool watch_tree(struct watch *watch, const char *relative)
{
	g_autofree char *path = g_build_filename(watch->folder, relative, NULL);
	int descriptor = inotify_add_watch(watch->fd, path, WATCHED);
	if (descriptor < 0)
		return false;
	/* Watched already: a link leads back up. */
	if (!g_hash_table_insert(watch->folders, GINT_TO_POINTER(descriptor), g_strdup(relative)))
		return true;
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	for (const char *name; dir && (name = g_dir_read_name(dir));) {
		g_autofree char *below = join(relative, name);
		g_autofree char *full = g_build_filename(path, name, NULL);
		if (name[0] != '.' && g_file_test(full, G_FILE_TEST_IS_DIR))
			watch_tree(watch, below);
	}
	return true;
}

static void on_event(struct watch *watch, const struct inotify_event *event)
{
	const char *folder = g_hash_table_lookup(watch->folders, GINT_TO_POINTER(event->wd));
	if (event->mask & IN_IGNORED) {
		g_hash_table_remove(watch->folders, GINT_TO_POINTER(event->wd));
		return;
	}
	if (!folder || event->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF)) {
		watch->events.on_rescan(watch->events.data);
		return;
	}
	g_autofree char *file = join(folder, event->len ? event->name : "");
	if (event->mask & IN_ISDIR) {
		if (event->mask & (IN_CREATE | IN_MOVED_TO))
			watch_tree(watch, file);
		watch->events.on_rescan(watch->events.data);
	} else if (event->mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)) {
		watch->events.on_file(watch->events.data, file);
	} else {
		/* Created: a link has its content at once, a file is told of when it is closed. */
		g_autofree char *path = g_build_filename(watch->folder, file, NULL);
		if (g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			watch->events.on_file(watch->events.data, file);
	}
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	_Alignas(struct inotify_event) char buffer[16 * 1024];
	ssize_t n = read(watch->fd, buffer, sizeof buffer);
	for (char *at = buffer; n > 0 && at < buffer + n;) {
		const struct inotify_event *event = (const void *)at;
		at += sizeof *event + event->len;
		on_event(watch, event);
	}
}

struct watch *watch_open(
	uv_loop_t *loop, const char *folder, const struct watch_events *events, GError **error)
{
	struct watch *watch = g_new0(struct watch, 1);
	watch->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	watch->folder = g_strdup(folder);
	watch->folders = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	watch->events = *events;
	if (watch->fd < 0 || !watch_tree(watch, "")) {
		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
			"the folder %s cannot be watched: %s", folder, g_strerror(errno));
		if (watch->fd >= 0)
			close(watch->fd);
		g_hash_table_destroy(watch->folders);
		g_free(watch->folder);
		g_free(watch);
		return NULL;
	}
	uv_poll_init(loop, &watch->poll, watch->fd);
	uv_timer_init(loop, &watch->again);
	watch->again_ms = AGAIN_FIRST_MS;
	watch->poll.data = watch->again.data = watch;
	uv_poll_start(&watch->poll, UV_READABLE, on_readable);
	return watch;
}

static void on_again(uv_timer_t *timer)
{
	struct watch *watch = timer->data;
	/* Of folders that were not there to be watched, too. */
	g_hash_table_remove_all(watch->folders);
	watch_tree(watch, "");
	watch->events.on_rescan(watch->events.data);
	if (!uv_is_active((uv_handle_t *)timer))
		watch->again_ms = AGAIN_FIRST_MS;
}

void watch_look_again(struct watch *watch)
{
	if (uv_is_active((uv_handle_t *)&watch->again))
		return;
	uv_timer_start(&watch->again, on_again, watch->again_ms, 0);
	watch->again_ms = MIN(watch->again_ms * 2, AGAIN_MAX_MS);
}

static void on_closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;
	close(watch->fd);
	g_hash_table_destroy(watch->folders);
	g_free(watch->folder);
	g_free(watch);
}

void watch_close(struct watch *watch)
{
	if (!watch)
		return;
	/* What is closed last is told of first. */
	uv_close((uv_handle_t *)&watch->poll, on_closed);
	uv_close((uv_handle_t *)&watch->again, NULL);
}
