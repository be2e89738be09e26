/* SPDX-License-Identifier: MIT */
/*
 * The server knows what stands on what (pg_depend); what goes with its table by itself, such as an
 * index, is of another type there than what forbids the DROP. A view is found by its rule, and what
 * stands on the type that a table's rows have stands on the table. pg_restore drops what the dump
 * makes in the order of the list from its end, so what comes later in it is gone in time.
 */
#include "operators/pg_restore/dependents.h"

#include <stdbool.h>

#include "lib/base/instant.h"
#include "operators/postgres.h"

enum { NAMED_MAX = 3 };

/* A partition's foreign key that comes with its parent's is none of its own. */
#define DEPENDENTS                                                                            \
	"WITH kinds (relkind, kind) AS (VALUES ('r'::\"char\", 'TABLE'), ('p', 'TABLE'),"     \
	" ('v', 'VIEW'), ('m', 'MATERIALIZED VIEW'), ('f', 'FOREIGN TABLE'), ('c', 'TYPE'))," \
	" tables AS (SELECT c.oid, kind, nspname, relname, reltype, typarray FROM pg_class c" \
	" JOIN kinds USING (relkind) JOIN pg_namespace n ON n.oid = relnamespace"             \
	" JOIN pg_type y ON y.oid = reltype WHERE relkind <> 'c'"                             \
	" AND nspname !~ '^pg_' AND nspname <> 'information_schema'),"                        \
	" stood AS (SELECT oid, 'pg_class'::regclass AS classid, oid AS objid FROM tables"    \
	" UNION ALL SELECT oid, 'pg_type'::regclass, unnest(ARRAY[reltype, typarray])"        \
	" FROM tables),"                                                                      \
	" dependents AS (SELECT d.*, stood.oid AS tableid, prokind, pronamespace,"            \
	" proname || '(' || oidvectortypes(proargtypes) || ')' AS function,"                  \
	" conname, polname, rulename, typname, typnamespace,"                                 \
	" coalesce(ev_class, conrelid, polrelid,"                                             \
	" CASE WHEN d.classid = 'pg_class'::regclass THEN d.objid END) AS relid"              \
	" FROM pg_depend d"                                                                   \
	" JOIN stood ON stood.classid = d.refclassid AND stood.objid = d.refobjid"            \
	" LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid"   \
	" LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass"                 \
	" AND k.oid = d.objid AND contype = 'f'"                                              \
	" LEFT JOIN pg_policy l ON d.classid = 'pg_policy'::regclass AND l.oid = d.objid"     \
	" LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid"         \
	" LEFT JOIN pg_type y ON d.classid = 'pg_type'::regclass AND y.oid = d.objid"         \
	" AND typtype = 'd'"                                                                  \
	" WHERE deptype = 'n' AND coalesce(conparentid, 0) = 0)"

/* What is stood on: kind, schema, name; what stands on it: kind, schema, name, description. */
static const char query[] = DEPENDENTS
	" SELECT DISTINCT t.kind, t.nspname, t.relname,"
	" CASE WHEN prokind = 'p' THEN 'PROCEDURE' WHEN prokind = 'a' THEN 'AGGREGATE'"
	" WHEN prokind IS NOT NULL THEN 'FUNCTION' WHEN typname IS NOT NULL THEN 'DOMAIN'"
	" WHEN conname IS NOT NULL THEN 'FK CONSTRAINT'"
	" WHEN polname IS NOT NULL THEN 'POLICY'"
	" WHEN rulename <> '_RETURN' THEN 'RULE' ELSE kinds.kind END,"
	" \"on\".nspname, coalesce(function, typname, o.relname || ' ' ||"
	" coalesce(conname, polname, nullif(rulename, '_RETURN')), o.relname),"
	" CASE WHEN rulename = '_RETURN' OR d.classid = 'pg_class'::regclass"
	" THEN pg_describe_object('pg_class'::regclass, o.oid, 0)"
	" ELSE pg_describe_object(d.classid, d.objid, 0) END"
	" FROM dependents d JOIN tables t ON t.oid = tableid"
	" LEFT JOIN pg_class o ON o.oid = relid LEFT JOIN kinds USING (relkind)"
	" JOIN pg_namespace \"on\""
	" ON \"on\".oid = coalesce(o.relnamespace, pronamespace, typnamespace)"
	" WHERE o.oid IS DISTINCT FROM t.oid ORDER BY 2, 3, 7";

/*
 * From where on in the list it is dropped. A view that needs a primary key is a rule, too, by which
 * it stands on nothing any more.
 */
static int64_t position_of(
	const struct contents *contents, const char *kind, const char *schema, const char *name)
{
	g_autofree char *rule = g_strdup_printf("%s _RETURN", name);
	int64_t position = contents_position(contents, kind, schema, name);
	return g_str_equal(kind, "VIEW")
		? MAX(position, contents_position(contents, "RULE", schema, rule))
		: position;
}

/* What is of a kind that is not told here is left to pg_restore. */
static bool stands_in_the_way(const struct contents *contents, const PGresult *result, int row)
{
	const char *words[6];
	for (int i = 0; i < 6; i++) {
		if (PQgetisnull(result, row, i))
			return false;
		words[i] = PQgetvalue(result, row, i);
	}
	int64_t table = contents_position(contents, words[0], words[1], words[2]);
	return table > 0 && position_of(contents, words[3], words[4], words[5]) < table;
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
			"nothing was restored: something stands on what clean would drop, and is "
			"not dropped before it (%s); so that would stay, and get the rows of the "
			"dump besides its own; drop what stands on it first, and make it anew "
			"afterwards",
			text->str);
	return n == 0;
}
