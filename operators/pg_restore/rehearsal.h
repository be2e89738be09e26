/* SPDX-License-Identifier: MIT */
/* What a restore would change in the database, told without changing it. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>
#include <libpq-fe.h>

#include "operators/pg_restore/contents.h"

/*
 * Prints which tables of the dump are in the database already, with what `fate` (a sentence's end)
 * and about how many rows, and which others there are. Adds existing_tables, existing_rows and
 * other_tables to `result`.
 */
bool rehearsal_run(PGconn *session, const struct contents *contents, const char *fate,
	json_t *result, GError **error);

/* The dump's age and versions, as a line. */
void rehearsal_print_dump(
	const struct contents *contents, const char *name, int64_t size, int64_t modified_at);
