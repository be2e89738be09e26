/* SPDX-License-Identifier: MIT */
/* Which table of a dump holds rows in the target already: a restore would add to them. */
#pragma once

#include <glib.h>
#include <libpq-fe.h>

/* The first of `tables` (as SQL names them); NULL when there is none, with an error if unknown. */
char *filled_table(PGconn *session, const GPtrArray *tables, GError **error);
