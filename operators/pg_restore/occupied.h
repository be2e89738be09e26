/* SPDX-License-Identifier: MIT */
/* Which names of the dump's tables and views something has in the target that a restore cannot
 * replace. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <libpq-fe.h>

#include "operators/pg_restore/contents.h"

/*
 * Whether no view or foreign table has the name of a table of the dump: the table could not be
 * made, but its rows would go into what is there.
 */
bool names_are_free(PGconn *session, const struct contents *contents, GError **error);

/*
 * Whether the session's user may drop the tables and views that the dump makes anew. One that stays
 * because it is another's would get the rows of the dump besides its own, where that is granted.
 */
bool names_may_be_dropped(PGconn *session, const struct contents *contents, GError **error);
