/* SPDX-License-Identifier: MIT */
/* Reads an archive of mongodump from its first byte to its last, and counts what it holds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* What a dump holds, be it an archive or a folder. */
struct archive {
	bool is_gzip;
	int64_t n_collections;
	int64_t n_documents;  /* those of the users' own collections */
	char *server_version; /* that it was dumped from; NULL: not told */
	char *tool_version;
	GHashTable *filled; /* see filled.h */
	char *plain_series; /* a time series whose documents are its own and not buckets; NULL: none
			     */
};

/* That of a dump of nothing: clear it. */
struct archive archive_empty(void);

/*
 * Reads the file `fd` from its beginning, gzip or not; its offset is at 0 again afterwards. Checked
 * are gzip's own checksum, the end mark of every collection, and the checksum over its documents;
 * an archive that is not compressed has none over the names, options and indexes of collections.
 * The error does not name the file. `archive` is filled on success: clear it.
 */
bool archive_read(int fd, struct archive *archive, GError **error);

void archive_clear(struct archive *archive);
