/* SPDX-License-Identifier: MIT */
/* The files of a folder and all below it, in the order of their names. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

struct dag_tree {
	const char *path;
	/* Relative to the folder; links are followed. `now` NULL: a link that leads nowhere, or a
	 * file that cannot be looked at. */
	void (*on_file)(void *data, const char *file, const struct stat *now);
	void *data;
};

/* Leaves out what begins with a dot. False: there may be more, which could not be seen for a reason
 * that passes. */
bool dag_tree_walk(const struct dag_tree *tree);
