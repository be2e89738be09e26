/* SPDX-License-Identifier: MIT */
/* Which table or large object of a dump is filled in the target already: a restore would add to it.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <libpq-fe.h>

#include "operators/pg_restore/contents.h"

/* Whether each has its schema: a pg_dump before 10.3 sets search_path and leaves them out. */
bool filled_names_are_whole(const GPtrArray *tables);

/* The first of `tables` (as SQL names them); NULL when there is none, with an error if unknown. */
char *filled_table(PGconn *session, const GPtrArray *tables, GError **error);

/*
 * The same for all tables that the dump makes: where its rows come by INSERT, or for a name that is
 * not whole, none tells whose.
 */
char *filled_table_made(PGconn *session, const struct contents *contents, GError **error);

/* The first of `objects` (numbers of large objects, of uint32_t) that is there; NULL as above. */
char *filled_object(PGconn *session, const GArray *objects, GError **error);
