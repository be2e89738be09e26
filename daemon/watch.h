/* SPDX-License-Identifier: MIT */
/* Notices files of a folder and its subfolders that were written, moved or deleted (inotify). */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <uv.h>

struct watch;

struct watch_events {
	/* Relative to the folder: this file may be another one than before, or gone. */
	void (*on_file)(void *data, const char *file);
	/* Something happened that needs a look at everything: a folder came or went, events were
	 * lost. */
	void (*on_rescan)(void *data);
	/* After these, in later turns of the loop, until it is false: whether there is more to do.
	 */
	bool (*on_work)(void *data);
	void *data;
};

struct watch *watch_open(
	uv_loop_t *loop, const char *folder, const struct watch_events *events, GError **error);
void watch_close(struct watch *watch);

/* Looks at all folders anew, tells on_rescan, and believes no file to be under the pen of anybody.
 */
void watch_rescan(struct watch *watch);
/* Something could not be looked at: a rescan comes in a second, and each time that it asks for this
 * again after twice as long, a minute at most. */
void watch_look_again(struct watch *watch);
/* Whether a file was written to and not closed since, by all that happened until now; of other
 * files the same call may tell on_file or on_rescan. */
bool watch_is_touched(struct watch *watch, const char *file);
