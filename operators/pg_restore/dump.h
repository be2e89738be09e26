/* SPDX-License-Identifier: MIT */
/* A dump of PostgreSQL: fetched, known to be of a kind pg_restore reads, and read to its end. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

#include "lib/aws/s3_settings.h"
#include "lib/aws/source_limits.h"
#include "operators/pg_restore/client.h"
#include "operators/pg_restore/contents.h"

struct dump {
	char *name;               /* s3://bucket/key, or the path: for messages */
	char *path;               /* what pg_restore opens */
	int fd;                   /* inherited by it; -1 for a folder */
	int64_t size;             /* bytes */
	int64_t modified_at;      /* an instant */
	struct contents contents; /* from dump_read() on */
	bool is_too_new;          /* for the client that was to read it */
	double fetch_s;           /* seconds the fetch took */
	int64_t n_tables;
	int64_t n_rows;        /* -1: unknown, for the dump holds INSERTs */
	bool fills_tables;     /* there are rows of one table at least, or might be */
	bool makes_tables;     /* not only rows for tables that are there */
	GPtrArray *tables;     /* whose rows come by COPY, as SQL names them */
	GArray *large_objects; /* numbers, of uint32_t */
};

/*
 * Fetches what `source` names (see source_fetch; a folder of pg_dump -Fd is fine, too) and refuses
 * what is no archive of pg_dump, with what it is instead, and what `limits` refuse. `dump` is
 * filled on success: clear it.
 */
bool dump_fetch(const json_t *source, const struct s3_settings *settings,
	const struct source_limits *limits, struct dump *dump, GError **error);

/*
 * Lets the client read the whole dump without touching any database, and counts what
 * it would restore with these options (NULL-terminated). An error when it is too new or damaged.
 * Rows are only looked at for their form: where pg_dump did not compress them nothing tells a wrong
 * letter from a right one.
 */
bool dump_read(struct dump *dump, const struct client *client, const GPtrArray *options,
	const char *const *environment, GError **error);

/*
 * Whether each table, schema, index, function and trigger that the options choose is in it, which
 * pg_restore does not mind as long as one is. An error names the first that is not.
 */
bool dump_names_check(const struct dump *dump, const struct client *client,
	const GPtrArray *options, const char *const *environment, GError **error);

void dump_clear(struct dump *dump);
