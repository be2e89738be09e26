/* SPDX-License-Identifier: MIT */
/* The folders that one is in while walking a tree, so that a link that leads back up is noticed. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct nest {
	const struct nest *up; /* NULL: where the walk began */
	dev_t device;
	ino_t inode;
};

/* Fills *nest for the folder `path`. False: it is no folder, or one that the walk is in already. */
bool nest_enter(struct nest *nest, const struct nest *up, const char *path);
