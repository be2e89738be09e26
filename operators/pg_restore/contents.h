/* SPDX-License-Identifier: MIT */
/* What `pg_restore --list` says of a dump: by whom and when it was made, and what it makes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct contents {
	int64_t made_at; /* the clock of the machine that made it, as if it were UTC */
	int server_version, pg_dump_version; /* as libpq counts: 150018; 0: not told */
	GHashTable *entries;                 /* see contents_position() */
	int64_t n_entries;                   /* of every kind */
};

/* One line of the list, which is made with TZ=UTC. */
void contents_line(struct contents *contents, const char *line);

/*
 * Where in the list it stands that the dump makes this, from 1 on; 0: it does not. `name` is that
 * of a `TABLE`, `VIEW`, `MATERIALIZED VIEW`, `FOREIGN TABLE`, `INDEX`, `TYPE` or `DOMAIN`; of a
 * `SCHEMA` or `EXTENSION`, whose own schema is `-`; of a `FUNCTION`, `PROCEDURE` or `AGGREGATE`
 * with the types of its arguments, f(integer, text); of a `CONSTRAINT`, `CHECK CONSTRAINT`, `FK
 * CONSTRAINT`, `DEFAULT` (of a column), `POLICY`, `RULE` or `TRIGGER` that of its table, a space
 * and its own. Not more than a guess where names hold spaces.
 */
int64_t contents_position(
	const struct contents *contents, const char *kind, const char *schema, const char *name);

/* Whether there is such a position. */
bool contents_has(
	const struct contents *contents, const char *kind, const char *schema, const char *name);

/*
 * The latest instant at which the dump can have been made: the archive has the clock of the machine
 * it was made on, but not its zone. INSTANT_NEVER when it does not tell.
 */
int64_t contents_made_before(const struct contents *contents);

void contents_clear(struct contents *contents);

/* `15.18 (Debian 15.18-0)` as libpq counts: 150018; 9.6.24: 90624; 0 when it is no version. */
int version_read(const char *text);

/* The version as PostgreSQL writes it: 15.18 (g_free). */
char *version_text(int version);
