/* SPDX-License-Identifier: MIT */
#include "operators/pg_restore/filled.h"

#include <inttypes.h>
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

/* `name` is as the server itself writes it. */
static bool is_filled(PGconn *session, const char *name, GError **error)
{
	g_autofree char *query = g_strdup_printf("SELECT 1 FROM %s LIMIT 1", name);
	g_autofree char *row = value_ask(session, query, NULL, 0, error);
	return row != NULL;
}

/* The name that is asked with is the server's own, so that a dump cannot smuggle SQL in. */
static bool holds_rows(PGconn *session, const char *table, GError **error)
{
	const char *values[] = {table};
	g_autofree char *name = value_ask(session,
		"SELECT c.oid::regclass FROM pg_class c WHERE c.oid = to_regclass($1)"
		" AND c.relkind IN ('r', 'p')",
		values, 1, error);
	return name && is_filled(session, name, error);
}

static bool has_schema(const char *table)
{
	bool is_quoted = false;
	for (const char *p = table; *p; p++) {
		is_quoted = is_quoted != (*p == '"');
		if (*p == '.' && !is_quoted)
			return true;
	}
	return false;
}

bool filled_names_are_whole(const GPtrArray *tables)
{
	for (guint i = 0; i < tables->len; i++)
		if (!has_schema(tables->pdata[i]))
			return false;
	return true;
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

char *filled_table_made(PGconn *session, const struct contents *contents, GError **error)
{
	static const char query[] =
		"SELECT nspname, relname, format('%I.%I', nspname, relname)"
		" FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
		" WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_'"
		" AND nspname <> 'information_schema' ORDER BY nspname, relname";
	GError *why = NULL;
	char *found = NULL;
	PGresult *tables = PQexec(session, query);
	if (PQresultStatus(tables) != PGRES_TUPLES_OK) {
		g_autofree char *text = postgres_message(session);
		g_set_error(
			&why, LIB_ERROR, 0, "cannot look at the tables of the target: %s", text);
	}
	for (int row = 0; !found && !why && row < PQntuples(tables); row++) {
		const char *name = PQgetvalue(tables, row, 2);
		if (contents_has(contents, "TABLE", PQgetvalue(tables, row, 0),
			    PQgetvalue(tables, row, 1))
			&& is_filled(session, name, &why))
			found = g_strdup(name);
	}
	PQclear(tables);
	if (why)
		g_propagate_error(error, why);
	return found;
}

/* `{1,2,3}`, as SQL writes an array. */
static char *numbers_text(const GArray *numbers)
{
	GString *text = g_string_new("{");
	for (guint i = 0; i < numbers->len; i++)
		g_string_append_printf(
			text, "%s%" PRIu32, i > 0 ? "," : "", g_array_index(numbers, uint32_t, i));
	return g_string_free(g_string_append_c(text, '}'), FALSE);
}

char *filled_object(PGconn *session, const GArray *objects, GError **error)
{
	g_autofree char *numbers = numbers_text(objects);
	const char *values[] = {numbers};
	return objects->len == 0 ? NULL
				 : value_ask(session,
					 "SELECT min(oid) FROM pg_largeobject_metadata"
					 " WHERE oid = ANY($1::oid[])",
					 values, 1, error);
}
