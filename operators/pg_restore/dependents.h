/* SPDX-License-Identifier: MIT */
/* What of the target keeps the dump's tables and views from being dropped. */
#pragma once

#include <glib.h>
#include <libpq-fe.h>

#include "operators/pg_restore/contents.h"

/*
 * Whether nothing that the dump does not make stands on what it makes. With --clean a DROP that
 * fails is an error that pg_restore ignores: the table stays, and gets the rows of the dump besides
 * its own. The error names the first few of them.
 */
bool dependents_check(PGconn *session, const struct contents *contents, GError **error);

/*
 * The same of its schemas, of its types (enums, domains, composite ones) and of its extensions,
 * which would stay as they are.
 */
bool dependents_check_others(PGconn *session, const struct contents *contents, GError **error);
