/* SPDX-License-Identifier: MIT */
/*
 * One inotify watch a folder. A file is told of when it was closed after writing, moved, linked or
 * given other rights; between the first byte that is written and the close it is touched. When the
 * tree itself has changed, its folders are walked anew: the kernel gives a folder that it knows the
 * same descriptor, so a folder that was moved has its new path then, and one that has left the tree
 * is met no more. A folder that is met twice, by way of a link, has no single path: what happens
 * there asks for a look at everything.
 */
#include "daemon/watch.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/dag_file.h"
#include "daemon/journal.h"

#define WATCHED                                                                           \
	(IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE \
		| IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

enum { AGAIN_FIRST_MS = 1000, AGAIN_MAX_MS = 60000 };

struct watch {
	uv_poll_t poll;
	uv_idle_t work;
	uv_timer_t again;
	unsigned n_open; /* of these handles */
	unsigned again_ms;
	int fd;
	char *folder;
	GHashTable *folders;   /* watch descriptor -> path relative to the folder ("" is itself) */
	GHashTable *paths;     /* the same paths; owned by `folders` */
	GHashTable *shared;    /* descriptors that were met more than once */
	GHashTable *touched;   /* files that were written to and not closed */
	GHashTable *blind;     /* folders that cannot be watched, each told of */
	GHashTable *was_blind; /* those of the walk before */
	bool has_tree_changed;
	struct watch_events events;
};

static char *join(const char *folder, const char *name)
{
	return *folder ? g_strconcat(folder, "/", name, NULL) : g_strdup(name);
}

/* ---- the tree ---- */

/* Others may have taken all that this user may have; that is no reason to run nothing. */
static bool can_come(int why)
{
	return error_may_pass(why) || why == ENOSPC;
}

/* Each folder is told of once, and once more when it is watched after all. `why`: 0 or errno. */
static void outcome_tell(struct watch *watch, const char *relative, int why)
{
	g_autofree char *path = g_build_filename(watch->folder, relative, NULL);
	bool is_looked_at = can_come(why) || *relative == '\0';
	bool was_blind = g_hash_table_contains(watch->was_blind, relative);
	if (why == 0 && was_blind)
		journal(JOURNAL_INFO, "the folder %s is watched now", path);
	if (why == 0)
		return;
	g_hash_table_add(watch->blind, g_strdup(relative));
	if (!was_blind)
		journal(JOURNAL_WARNING, "the folder %s cannot be watched: %s; %s", path,
			g_strerror(why),
			is_looked_at ? "until it can be, it is looked at every minute"
				     : "changes in it are noticed after SIGHUP");
	if (is_looked_at)
		watch_look_again(watch);
}

static int tree_watch(struct watch *watch, const char *relative);

static void below_watch(struct watch *watch, const char *relative)
{
	g_autofree char *path = g_build_filename(watch->folder, relative, NULL);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	if (!dir && error_may_pass(errno))
		watch_look_again(watch);
	for (const char *name; dir && (name = g_dir_read_name(dir));) {
		g_autofree char *below = join(relative, name);
		g_autofree char *full = g_build_filename(path, name, NULL);
		if (name[0] != '.' && g_file_test(full, G_FILE_TEST_IS_DIR))
			tree_watch(watch, below);
	}
}

/* Watches a folder and all below it. 0, or errno: the folder itself cannot be watched. */
static int tree_watch(struct watch *watch, const char *relative)
{
	g_autofree char *path = g_build_filename(watch->folder, relative, NULL);
	int descriptor = inotify_add_watch(watch->fd, path, WATCHED);
	int why = descriptor < 0 ? errno : 0;
	void *key = GINT_TO_POINTER(descriptor);
	outcome_tell(watch, relative, why);
	if (why != 0)
		return why;
	if (g_hash_table_contains(watch->folders, key)) {
		g_hash_table_add(watch->shared, key);
		return 0;
	}
	char *kept = g_strdup(relative);
	g_hash_table_insert(watch->folders, key, kept);
	g_hash_table_add(watch->paths, kept);
	below_watch(watch, relative);
	return 0;
}

static void tables_make(struct watch *watch)
{
	watch->folders = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	watch->paths = g_hash_table_new(g_str_hash, g_str_equal);
	watch->shared = g_hash_table_new(NULL, NULL);
	watch->blind = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void tables_free(struct watch *watch)
{
	g_hash_table_destroy(watch->paths);
	g_hash_table_destroy(watch->shared);
	g_hash_table_destroy(watch->folders);
	g_hash_table_destroy(watch->blind);
	g_hash_table_destroy(watch->was_blind);
}

static void on_readable(uv_poll_t *poll, int status, int events);

static bool descriptor_open(struct watch *watch)
{
	watch->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watch->fd < 0)
		return false;
	uv_poll_init(watch->work.loop, &watch->poll, watch->fd);
	watch->poll.data = watch;
	watch->n_open++;
	uv_poll_start(&watch->poll, UV_READABLE, on_readable);
	return true;
}

/* 0, or errno: then it is tried again in a while. */
static int all_watch(struct watch *watch)
{
	if (watch->fd >= 0 || descriptor_open(watch))
		return tree_watch(watch, "");
	int why = errno;
	outcome_tell(watch, "", why);
	return why;
}

static void tree_renew(struct watch *watch)
{
	GHashTable *before = watch->folders;
	GHashTableIter folders;
	void *descriptor;
	watch->has_tree_changed = false;
	g_hash_table_destroy(watch->paths);
	g_hash_table_destroy(watch->shared);
	g_hash_table_destroy(watch->was_blind);
	watch->was_blind = watch->blind;
	tables_make(watch);
	all_watch(watch);
	g_hash_table_iter_init(&folders, before);
	while (g_hash_table_iter_next(&folders, &descriptor, NULL))
		if (!g_hash_table_contains(watch->folders, descriptor))
			inotify_rm_watch(watch->fd, GPOINTER_TO_INT(descriptor));
	g_hash_table_destroy(before);
}

/* ---- events ---- */

static void file_tell(struct watch *watch, const char *file)
{
	watch->events.on_file(watch->events.data, file);
}

/* A link has its content at once, a file is told of when it is closed; which of them it is can be
 * seen, except of a file that was written without a name and has been given its first one. */
static void on_created(struct watch *watch, const char *file)
{
	g_autofree char *path = g_build_filename(watch->folder, file, NULL);
	struct stat info;
	if (lstat(path, &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 1)
		g_hash_table_add(watch->touched, g_strdup(file));
	else if (g_file_test(path, G_FILE_TEST_IS_DIR))
		watch->has_tree_changed = true;
	file_tell(watch, file);
}

static void on_file_event(struct watch *watch, const char *file, uint32_t mask)
{
	if (mask & IN_MODIFY) {
		g_hash_table_add(watch->touched, g_strdup(file));
		return;
	}
	if (mask & IN_CREATE) {
		on_created(watch, file);
		return;
	}
	if (mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE))
		g_hash_table_remove(watch->touched, file);
	/* A link to a folder that has gone, or has come in the place of another. */
	g_autofree char *path = g_build_filename(watch->folder, file, NULL);
	if (g_hash_table_contains(watch->paths, file)
		|| (mask & IN_MOVED_TO && g_file_test(path, G_FILE_TEST_IS_DIR)))
		watch->has_tree_changed = true;
	file_tell(watch, file);
}

static void on_event(struct watch *watch, const struct inotify_event *event)
{
	void *key = GINT_TO_POINTER(event->wd);
	const char *folder = g_hash_table_lookup(watch->folders, key);
	if (event->mask & IN_Q_OVERFLOW) {
		g_hash_table_remove_all(watch->touched);
		watch->has_tree_changed = true;
		return;
	}
	if (!folder || event->mask & IN_IGNORED)
		return;
	if (event->mask & (IN_ISDIR | IN_DELETE_SELF | IN_MOVE_SELF) || event->len == 0) {
		watch->has_tree_changed = true;
		return;
	}
	g_autofree char *file = join(folder, event->name);
	on_file_event(watch, file, event->mask);
	if (g_hash_table_contains(watch->shared, key) && !(event->mask & IN_MODIFY))
		watch->events.on_rescan(watch->events.data);
}

static bool events_take(struct watch *watch)
{
	_Alignas(struct inotify_event) char buffer[16 * 1024];
	bool is_any = false;
	for (ssize_t n; (n = read(watch->fd, buffer, sizeof buffer)) > 0; is_any = true)
		for (char *at = buffer; at < buffer + n;) {
			const struct inotify_event *event = (const void *)at;
			at += sizeof *event + event->len;
			on_event(watch, event);
		}
	if (watch->has_tree_changed) {
		tree_renew(watch);
		watch->events.on_rescan(watch->events.data);
	}
	return is_any;
}

static void on_turn(uv_idle_t *work)
{
	struct watch *watch = work->data;
	if (watch->events.on_work(watch->events.data))
		return;
	uv_idle_stop(work);
	if (!uv_is_active((uv_handle_t *)&watch->again))
		watch->again_ms = AGAIN_FIRST_MS;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	if (events_take(watch))
		uv_idle_start(&watch->work, on_turn);
}

bool watch_is_touched(struct watch *watch, const char *file)
{
	if (events_take(watch))
		uv_idle_start(&watch->work, on_turn);
	return g_hash_table_contains(watch->touched, file);
}

/* Of folders that were not there to be watched, too. */
static void look(struct watch *watch)
{
	tree_renew(watch);
	watch->events.on_rescan(watch->events.data);
	uv_idle_start(&watch->work, on_turn);
}

void watch_rescan(struct watch *watch)
{
	g_hash_table_remove_all(watch->touched);
	look(watch);
}

static void on_again(uv_timer_t *again)
{
	look(again->data);
}

void watch_look_again(struct watch *watch)
{
	if (uv_is_active((uv_handle_t *)&watch->again))
		return;
	uv_timer_start(&watch->again, on_again, watch->again_ms, 0);
	watch->again_ms = MIN(watch->again_ms * 2, AGAIN_MAX_MS);
}

/* ---- life ---- */

static void watch_free(struct watch *watch)
{
	if (watch->fd >= 0)
		close(watch->fd);
	tables_free(watch);
	g_hash_table_destroy(watch->touched);
	g_free(watch->folder);
	g_free(watch);
}

static void handles_init(struct watch *watch, uv_loop_t *loop)
{
	watch->n_open = 2;
	watch->work.data = watch->again.data = watch;
	uv_idle_init(loop, &watch->work);
	uv_timer_init(loop, &watch->again);
}

struct watch *watch_open(
	uv_loop_t *loop, const char *folder, const struct watch_events *events, GError **error)
{
	struct watch *watch = g_new0(struct watch, 1);
	watch->fd = -1;
	watch->folder = g_strdup(folder);
	watch->touched = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	watch->again_ms = AGAIN_FIRST_MS;
	watch->events = *events;
	tables_make(watch);
	watch->was_blind = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	handles_init(watch, loop);
	int why = all_watch(watch);
	if (why == 0 || can_come(why))
		return watch;
	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(why),
		"the folder %s cannot be watched: %s", folder, g_strerror(why));
	watch_close(watch);
	return NULL;
}

static void on_closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;
	if (--watch->n_open == 0)
		watch_free(watch);
}

void watch_close(struct watch *watch)
{
	if (!watch)
		return;
	if (watch->fd >= 0)
		uv_close((uv_handle_t *)&watch->poll, on_closed);
	uv_close((uv_handle_t *)&watch->work, on_closed);
	uv_close((uv_handle_t *)&watch->again, on_closed);
}
