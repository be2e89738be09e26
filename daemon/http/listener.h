/* SPDX-License-Identifier: MIT */
/* The Unix socket on which the server listens: bound at any depth of folders, and left alone once
 * another one is in its place. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>

struct listener {
	int fd;     /* listening, non-blocking */
	int folder; /* O_PATH of the folder that holds the socket */
	char *name; /* in the folder */
	dev_t device;
	ino_t inode; /* to remove only the own socket at the end */
};

/* Mode 0660. The caller has the lock of its home, so a socket that is in its place is replaced;
 * anything else there is an error. */
bool listener_open(struct listener *listener, const char *path, GError **error);
/* Removes the socket file if it is still the own one; the fd stays open, it belongs to who accepts
 * on it. */
void listener_close(struct listener *listener);
