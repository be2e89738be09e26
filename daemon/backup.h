/* SPDX-License-Identifier: MIT */
/* Makes a backup of the database in a thread of its own, one at a time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct daemon;
struct backup_job;

struct backup_wish {
	const char *path; /* absolute */
	bool replaces;    /* a file that is there */
};

struct backup_listener {
	void (*on_progress)(void *data, int n_done, int n_pages);
	/* The last word: how large it is, or why there is none. */
	void (*on_end)(void *data, int64_t n_bytes, const GError *error);
	void *data;
};

/* False: one goes on already. */
bool backup_begin(struct daemon *daemon, const struct backup_wish *wish,
	const struct backup_listener *listener);
/* It is given up, and nobody is told. Nothing happens if there is none. */
void backup_stop(struct daemon *daemon);
