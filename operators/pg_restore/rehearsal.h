/* SPDX-License-Identifier: MIT */
/* What a restore would change in the database, told without changing it. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>
#include <libpq-fe.h>

#include "operators/pg_restore/contents.h"

/* What would become of tables that are there: ends of sentences. */
struct fates {
	const char *of_table;     /* that the dump makes */
	const char *of_partition; /* of such a table, that the dump does not make; NULL: it stays */
};

/*
 * Prints which tables of the dump are in the database already, with their fate and about how many
 * rows, and which others there are. Adds existing_tables, existing_rows, lost_partitions and
 * other_tables to `result`.
 */
bool rehearsal_run(PGconn *session, const struct contents *contents, const struct fates *fates,
	json_t *result, GError **error);

/* The dump's age and versions, as a line. */
void rehearsal_print_dump(
	const struct contents *contents, const char *name, int64_t size, int64_t modified_at);
