/* SPDX-License-Identifier: MIT */
/*
 * A file without its name yet, in a folder of the user's. dagd may end before it has one: so a
 * symbolic link in the state folder leads to it, and the next draft finds what it left behind.
 */
#pragma once

#include <stdbool.h>

struct draft {
	char *name, *path; /* owned */
	char *note;        /* the link's path; owned */
	int fd;            /* -1: it was not made */
};

/* Where it is to be, and where it is remembered: there is one at a time. */
struct draft_place {
	int folder; /* open: borrowed */
	const char *folder_path, *state_path;
};

/*
 * Removes what an earlier one left behind and makes it, readable and writable by its owner only.
 * False: errno says why not; draft_close() all the same.
 */
bool draft_open(struct draft *draft, const struct draft_place *place);
/* Removes it, unless it was given its name. */
void draft_close(struct draft *draft);
