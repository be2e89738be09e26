/* SPDX-License-Identifier: MIT */
/* Reads a DAG file only while nobody writes it: half a file is often a valid DAG. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "lib/base/problem.h"

struct dag_file {
	const char *path;
	const char *name; /* relative to the DAG folder, for problems */
	/* Whether the kernel was asked if anybody writes it, and answered. Otherwise only those who
	 * saw it being written know. */
	bool is_answered;
	bool is_being_written; /* then nothing was read, and there is no problem */
	bool is_unread;        /* for a reason that passes */
	struct stat stat;
	char *text; /* NUL-terminated, of the caller (g_free); NULL: not read */
	size_t len;
};

/* Whether it is for want of something that there may be in a moment; what was to be looked at is as
 * it was. */
bool error_may_pass(int error);

/* Fills in what follows the name. Knows nothing of other files: it may be done on any thread. */
void dag_file_read(struct dag_file *file, struct problems *problems);
