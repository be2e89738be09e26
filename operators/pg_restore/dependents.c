/* SPDX-License-Identifier: MIT */
/*
 * The server knows what stands on what (pg_depend); what goes with its table by itself, such as an
 * index, is of another type there than what forbids the DROP. A view is found by its rule.
 */
#include "operators/pg_restore/dependents.h"

#include <stdbool.h>

#include "lib/base/instant.h"
#include "operators/postgres.h"

enum { NAMED_MAX = 3 };

/*
 * What is stood on: kind, schema, name; what stands on it: kind, schema, name, description. A
 * partition's foreign key that comes with its parent's is none of its own.
 */
static const char query[] =
	"WITH kinds (relkind, kind) AS (VALUES ('r'::\"char\", 'TABLE'), ('p', 'TABLE'),"
	" ('v', 'VIEW'), ('m', 'MATERIALIZED VIEW'), ('f', 'FOREIGN TABLE'))"
	" SELECT DISTINCT tk.kind, tn.nspname, t.relname,"
	" CASE WHEN k.oid IS NOT NULL THEN 'FK CONSTRAINT' WHEN p.oid IS NOT NULL"
	" THEN CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END ELSE ok.kind END,"
	" \"on\".nspname, CASE WHEN k.oid IS NOT NULL THEN o.relname || ' ' || k.conname"
	" ELSE coalesce(p.proname, o.relname) END,"
	" CASE WHEN r.oid IS NOT NULL THEN pg_describe_object('pg_class'::regclass, o.oid, 0)"
	" ELSE pg_describe_object(d.classid, d.objid, 0) END"
	" FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid"
	" JOIN kinds tk ON tk.relkind = t.relkind JOIN pg_namespace tn ON tn.oid = t.relnamespace"
	" LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid"
	" LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid"
	" LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid"
	" LEFT JOIN pg_class o ON o.oid = coalesce(r.ev_class, k.conrelid,"
	" CASE WHEN d.classid = 'pg_class'::regclass THEN d.objid END)"
	" LEFT JOIN kinds ok ON ok.relkind = o.relkind"
	" JOIN pg_namespace \"on\" ON \"on\".oid = coalesce(o.relnamespace, p.pronamespace)"
	" WHERE d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'"
	" AND tn.nspname !~ '^pg_' AND tn.nspname <> 'information_schema'"
	" AND o.oid IS DISTINCT FROM t.oid AND coalesce(k.conparentid, 0) = 0 ORDER BY 2, 3, 7";

/* What is of a kind that is not told here is left to pg_restore. */
static bool stands_in_the_way(const struct contents *contents, const PGresult *result, int row)
{
	const char *words[6];
	for (int i = 0; i < 6; i++) {
		if (PQgetisnull(result, row, i))
			return false;
		words[i] = PQgetvalue(result, row, i);
	}
	return contents_has(contents, words[0], words[1], words[2])
		&& !contents_has(contents, words[3], words[4], words[5]);
}

bool dependents_check(PGconn *session, const struct contents *contents, GError **error)
{
	PGresult *result = PQexec(session, query);
	if (PQresultStatus(result) != PGRES_TUPLES_OK) {
		g_autofree char *why = postgres_message(session);
		g_set_error(
			error, LIB_ERROR, 0, "cannot look at what stands on the tables: %s", why);
		PQclear(result);
		return false;
	}
	g_autoptr(GString) text = g_string_new(NULL);
	int n = 0;
	for (int row = 0; row < PQntuples(result); row++) {
		if (!stands_in_the_way(contents, result, row))
			continue;
		if (n++ < NAMED_MAX)
			g_string_append_printf(text, "%s%s on %s.%s", n > 1 ? ", " : "",
				PQgetvalue(result, row, 6), PQgetvalue(result, row, 1),
				PQgetvalue(result, row, 2));
	}
	PQclear(result);
	if (n > NAMED_MAX)
		g_string_append_printf(text, " and %d more", n - NAMED_MAX);
	if (n > 0)
		g_set_error(error, LIB_ERROR, 0,
			"nothing was restored: what is not in the dump stands on what clean would "
			"drop (%s), which then stays and would get the rows of the dump besides "
			"its own; drop that first, and make it anew afterwards",
			text->str);
	return n == 0;
}
