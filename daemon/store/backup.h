/* SPDX-License-Identifier: MIT */
/* A copy of the database as it is at one instant, made and checked while others write. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct backup_options {
	const char *database; /* its path */
	const char *path;     /* of the copy: absolute */
	bool replaces;        /* a backup, or an empty file, that is there */
	bool is_beside;       /* it may be in the folder of the database: dagd's own copy */
	/* It may be set by another thread: then the copy is given up. */
	const bool *is_stopped;
	/* So many of so many pages are copied; all: they are being checked. */
	void (*on_progress)(void *data, int n_done, int n_pages);
	void *data;
};

/*
 * Takes as long as it takes: for a thread of its own. The copy appears under its name when it is
 * whole, checked and durable, readable by its owner only. False and a sentence: there is none.
 */
bool backup_make(const struct backup_options *options, int64_t *n_bytes, GError **error);
