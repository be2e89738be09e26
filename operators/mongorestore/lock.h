/* SPDX-License-Identifier: MIT */
/* Two restores into one database would mix: who holds its lock restores. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <mongoc/mongoc.h>

struct locks {
	GArray *descriptors; /* int; each a locked file */
	GPtrArray *paths;    /* theirs, owned */
};

/*
 * Locks `databases` (NULL-terminated) of the server against other restores of this user on this
 * machine; what runs elsewhere is not seen, for MongoDB has no lock that ends with its session. An
 * error at once, which says who has it, when another restore runs. The kernel frees the locks when
 * this program and what it started have ended. Release them either way.
 */
bool locks_take(mongoc_client_t *client, const char *place, const char *const *databases,
	struct locks *locks, GError **error);

void locks_release(struct locks *locks);
