/* SPDX-License-Identifier: MIT */
#include "operators/pg_restore/filled.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/instant.h"
#include "operators/postgres.h"

/* The first value of the first row; NULL for SQL's null, no row, and (with an error) a failure. */
static char *value_ask(
	PGconn *session, const char *query, const char *const *values, int n, GError **error)
{
	PGresult *result = PQexecParams(session, query, n, NULL, values, NULL, NULL, 0);
	char *value = NULL;
	if (PQresultStatus(result) != PGRES_TUPLES_OK) {
		g_autofree char *why = postgres_message(session);
		g_set_error(
			error, LIB_ERROR, 0, "cannot look at the tables of the target: %s", why);
	} else if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0)) {
		value = g_strdup(PQgetvalue(result, 0, 0));
	}
	PQclear(result);
	return value;
}

/* The name that is asked with is the server's own, so that a dump cannot smuggle SQL in. */
static bool holds_rows(PGconn *session, const char *table, GError **error)
{
	const char *values[] = {table};
	g_autofree char *name = value_ask(session,
		"SELECT c.oid::regclass FROM pg_class c WHERE c.oid = to_regclass($1)"
		" AND c.relkind IN ('r', 'p')",
		values, 1, error);
	if (!name)
		return false;
	g_autofree char *query = g_strdup_printf("SELECT 1 FROM %s LIMIT 1", name);
	g_autofree char *row = value_ask(session, query, NULL, 0, error);
	return row != NULL;
}

char *filled_table(PGconn *session, const GPtrArray *tables, GError **error)
{
	GError *why = NULL;
	for (guint i = 0; i < tables->len && !why; i++)
		if (holds_rows(session, tables->pdata[i], &why))
			return g_strdup(tables->pdata[i]);
	if (why)
		g_propagate_error(error, why);
	return NULL;
}
