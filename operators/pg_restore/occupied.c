/* SPDX-License-Identifier: MIT */
#include "operators/pg_restore/occupied.h"

#include "lib/base/instant.h"
#include "operators/postgres.h"

/* Kind, schema, name, description, whether it may be dropped, owner, by whom. */
static PGresult *relations_ask(PGconn *session, GError **error)
{
	static const char query[] =
		"SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'"
		" WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, nspname, relname,"
		" pg_describe_object('pg_class'::regclass, c.oid, 0),"
		" pg_has_role(relowner, 'USAGE') OR pg_has_role(nspowner, 'USAGE'),"
		" pg_get_userbyid(relowner), current_user"
		" FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
		" WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname !~ '^pg_'"
		" AND nspname <> 'information_schema' ORDER BY nspname, relname";
	PGresult *result = PQexec(session, query);
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		return result;
	g_autofree char *why = postgres_message(session);
	g_set_error(error, LIB_ERROR, 0, "cannot look at the tables of the target: %s", why);
	PQclear(result);
	return NULL;
}

/* `name` is that of `kind` in the dump. */
static bool is_in_dump(
	const struct contents *contents, const PGresult *result, int row, const char *kind)
{
	return contents_has(contents, kind, PQgetvalue(result, row, 1), PQgetvalue(result, row, 2));
}

bool names_are_free(PGconn *session, const struct contents *contents, GError **error)
{
	PGresult *result = relations_ask(session, error);
	bool are_free = result != NULL;
	for (int row = 0; are_free && row < PQntuples(result); row++) {
		bool is_table = g_str_equal(PQgetvalue(result, row, 0), "TABLE");
		if (is_table || !is_in_dump(contents, result, row, "TABLE"))
			continue;
		are_free = false;
		g_set_error(error, LIB_ERROR, 0,
			"nothing was restored: %s has the name of a table of the dump, whose rows "
			"would go there; drop or rename it first",
			PQgetvalue(result, row, 3));
	}
	PQclear(result);
	return are_free;
}

bool names_may_be_dropped(PGconn *session, const struct contents *contents, GError **error)
{
	PGresult *result = relations_ask(session, error);
	bool may_be_dropped = result != NULL;
	for (int row = 0; may_be_dropped && row < PQntuples(result); row++) {
		bool is_ours = g_str_equal(PQgetvalue(result, row, 4), "t");
		if (is_ours || !is_in_dump(contents, result, row, PQgetvalue(result, row, 0)))
			continue;
		may_be_dropped = false;
		g_set_error(error, LIB_ERROR, 0,
			"nothing was restored: %s belongs to \"%s\", so that \"%s\" may not drop "
			"it, and a table that stays would get the rows of the dump besides its "
			"own; restore as its owner, or as the owner of its schema",
			PQgetvalue(result, row, 3), PQgetvalue(result, row, 5),
			PQgetvalue(result, row, 6));
	}
	PQclear(result);
	return may_be_dropped;
}
