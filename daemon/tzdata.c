/* SPDX-License-Identifier: MIT */
/*
 * An update of tzdata replaces hundreds of files, a link perhaps before what it leads to. So only
 * when nothing has happened among them for a while, the zones that are in use are read again.
 */
#include "daemon/tzdata.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/journal.h"

#define WATCHED (IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ONLYDIR)

enum { QUIET_MS = 1000, DEPTH_MAX = 3 };

struct tzdata {
	struct daemon *daemon;
	uv_poll_t poll;
	uv_timer_t quiet;
	int fd; /* -1: nothing is watched */
	unsigned n_open;
};

void tzdata_reread(struct tzdata *tzdata)
{
	g_autoptr(GPtrArray) zones = zones_reread();
	for (unsigned i = 0; i < zones->len; i++)
		journal(JOURNAL_INFO, "time zone %s has new rules", zone_name(zones->pdata[i]));
	if (zones->len > 0)
		turn_add(tzdata->daemon->turn, (struct event){.kind = EVENT_ZONES_CHANGED}, NULL,
			NULL);
}

static void on_quiet(uv_timer_t *quiet)
{
	tzdata_reread(quiet->data);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct tzdata *tzdata = poll->data;
	_Alignas(struct inotify_event) char buffer[16 * 1024];
	while (read(tzdata->fd, buffer, sizeof buffer) > 0)
		;
	uv_timer_start(&tzdata->quiet, on_quiet, QUIET_MS, 0);
}

/* The same zones with leap seconds, which no DAG can name, and a copy of all of them. */
static bool is_left_out(const char *name)
{
	return name[0] == '.' || strcmp(name, "right") == 0 || strcmp(name, "posix") == 0;
}

/* With all below it, as far as that goes. 0, or errno: one of them cannot be watched. */
static int folder_watch(const struct tzdata *tzdata, const char *path, unsigned depth)
{
	if (inotify_add_watch(tzdata->fd, path, WATCHED) < 0)
		return errno;
	DIR *entries = depth < DEPTH_MAX ? opendir(path) : NULL;
	struct dirent *entry;
	int why = 0;
	while (entries && (entry = readdir(entries))) {
		g_autofree char *below = g_build_filename(path, entry->d_name, NULL);
		bool is_wanted = entry->d_type == DT_DIR && !is_left_out(entry->d_name);
		int failed = is_wanted ? folder_watch(tzdata, below, depth + 1) : 0;
		why = why ? why : failed;
	}
	if (entries)
		closedir(entries);
	return why;
}

static void watch(struct tzdata *tzdata)
{
	tzdata->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	int why = tzdata->fd < 0 ? errno : folder_watch(tzdata, tzdata_folder(), 0);
	if (why != 0)
		journal(JOURNAL_INFO,
			"%s cannot be watched: %s; new rules of time zones are taken after SIGHUP",
			tzdata_folder(), g_strerror(why));
	if (tzdata->fd < 0)
		return;
	uv_poll_init(tzdata->daemon->loop, &tzdata->poll, tzdata->fd);
	uv_poll_start(&tzdata->poll, UV_READABLE, on_readable);
	tzdata->n_open++;
}

struct tzdata *tzdata_open(struct daemon *daemon)
{
	struct tzdata *tzdata = g_new0(struct tzdata, 1);
	tzdata->daemon = daemon;
	tzdata->n_open = 1;
	tzdata->poll.data = tzdata->quiet.data = tzdata;
	uv_timer_init(daemon->loop, &tzdata->quiet);
	watch(tzdata);
	return tzdata;
}

static void on_closed(uv_handle_t *handle)
{
	struct tzdata *tzdata = handle->data;
	if (--tzdata->n_open > 0)
		return;
	if (tzdata->fd >= 0)
		close(tzdata->fd);
	g_free(tzdata);
}

void tzdata_close(struct tzdata *tzdata)
{
	if (!tzdata)
		return;
	if (tzdata->fd >= 0)
		uv_close((uv_handle_t *)&tzdata->poll, on_closed);
	uv_close((uv_handle_t *)&tzdata->quiet, on_closed);
}
