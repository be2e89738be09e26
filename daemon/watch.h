/* SPDX-License-Identifier: MIT */
/* Notices files of a folder and its subfolders that were written, moved or deleted (inotify). */
#pragma once

#include <glib.h>
#include <uv.h>

struct watch;

struct watch_events {
	/* Relative to the folder: this file is complete, or gone. */
	void (*on_file)(void *data, const char *file);
	/* Something happened that needs a look at everything: a folder came or went, events were
	 * lost. */
	void (*on_rescan)(void *data);
	void *data;
};

struct watch *watch_open(
	uv_loop_t *loop, const char *folder, const struct watch_events *events, GError **error);
void watch_close(struct watch *watch);
/* Something could not be looked at: on_rescan is called in a second, and each time that it asks for
 * this again after twice as long, a minute at most. */
void watch_look_again(struct watch *watch);
