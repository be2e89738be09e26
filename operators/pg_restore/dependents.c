/* SPDX-License-Identifier: MIT */
/*
 * The server knows what stands on what (pg_depend). From each table it is walked on: what goes with
 * its table by itself, such as a partition, an owned sequence or the type of its rows, is dropped
 * with it, and forbids that when something else stands on it; what forbids the DROP, such as a
 * function, has dependents of its own. pg_restore drops what the dump makes in the order of the
 * list from its end, so what comes later in it is gone in time.
 */
#include "operators/pg_restore/dependents.h"

#include <stdbool.h>

#include "lib/base/instant.h"
#include "operators/postgres.h"

enum { NAMED_MAX = 3 };

/* What the list of a dump has by its own name. The type of a table's rows is none of them. */
#define THINGS                                                                               \
	" kinds (relkind, kind) AS (VALUES ('r'::\"char\", 'TABLE'), ('p', 'TABLE'),"        \
	" ('v', 'VIEW'), ('m', 'MATERIALIZED VIEW'), ('f', 'FOREIGN TABLE')),"               \
	" things AS (SELECT 'pg_class'::regclass AS classid, oid AS objid, kind,"            \
	" relnamespace AS schemaid, relname::text AS name FROM pg_class JOIN kinds USING "   \
	"(relkind)"                                                                          \
	" UNION ALL SELECT 'pg_proc'::regclass, oid, CASE prokind WHEN 'p' THEN 'PROCEDURE'" \
	" WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END, pronamespace,"                      \
	" proname || '(' || CASE WHEN prokind = 'a' AND pronargs = 0 THEN '*'"               \
	" ELSE oidvectortypes(proargtypes) END || ')' FROM pg_proc"                          \
	" UNION ALL SELECT 'pg_type'::regclass, y.oid,"                                      \
	" CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, typnamespace, typname"        \
	" FROM pg_type y LEFT JOIN pg_class c ON c.oid = typrelid"                           \
	" WHERE typtype IN ('d', 'r') OR relkind = 'c'),"

/* What it has by the name of a table, too. A piece of a partition that its parent has is none. */
#define PARTS                                                                                      \
	" parts AS (SELECT 'pg_rewrite'::regclass AS classid, oid AS objid, 'RULE' AS kind,"       \
	" ev_class AS relid, rulename AS part FROM pg_rewrite"                                     \
	" UNION ALL SELECT 'pg_policy'::regclass, oid, 'POLICY', polrelid, polname FROM pg_policy" \
	" UNION ALL SELECT 'pg_trigger'::regclass, oid, 'TRIGGER', tgrelid, tgname"                \
	" FROM pg_trigger WHERE NOT tgisinternal"                                                  \
	" UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, 'DEFAULT', adrelid, attname"             \
	" FROM pg_attrdef d JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum"            \
	" UNION ALL SELECT 'pg_constraint'::regclass, oid, CASE contype WHEN 'f'"                  \
	" THEN 'FK CONSTRAINT' WHEN 'c' THEN 'CHECK CONSTRAINT' ELSE 'CONSTRAINT' END,"            \
	" conrelid, conname FROM pg_constraint WHERE conrelid > 0 AND conparentid = 0"             \
	" UNION ALL SELECT 'pg_class'::regclass, indexrelid, 'INDEX', indrelid, NULL"              \
	" FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE NOT relispartition),"

/* A composite type, which is a relation as well, is its type here. */
#define DEPENDS                                                                                 \
	" depends AS (SELECT CASE relkind WHEN 'c' THEN 'pg_type'::regclass ELSE d.classid END" \
	" AS classid, CASE relkind WHEN 'c' THEN reltype ELSE d.objid END AS objid,"            \
	" refclassid, refobjid, deptype FROM pg_depend d"                                       \
	" LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid"         \
	" WHERE deptype IN ('n', 'a', 'i', 'P', 'S')),"

/* From a table, what is dropped (on) and what goes with it. */
#define WALK                                                                                  \
	" walk AS (SELECT t.objid AS tableid, classid AS onclass, t.objid AS onid, classid, " \
	"t.objid"                                                                             \
	" FROM things t JOIN pg_namespace n ON n.oid = schemaid"                              \
	" WHERE classid = 'pg_class'::regclass"                                               \
	" AND nspname !~ '^pg_' AND nspname <> 'information_schema'"                          \
	" UNION SELECT tableid, CASE WHEN deptype = 'n' AND name IS NOT NULL THEN d.classid"  \
	" ELSE onclass END, CASE WHEN deptype = 'n' AND name IS NOT NULL THEN d.objid"        \
	" ELSE onid END, d.classid, d.objid FROM walk w"                                      \
	" JOIN depends d ON refclassid = w.classid AND refobjid = w.objid"                    \
	" LEFT JOIN things t ON t.classid = d.classid AND t.objid = d.objid),"

/* What stands on something, and what that goes with: itself, or the table that it is a part of. */
#define DEPENDENTS                                                                            \
	" dependents AS (SELECT DISTINCT tableid, onclass, onid, d.classid, d.objid,"         \
	" p.kind, part, CASE WHEN relid IS NULL THEN d.classid ELSE 'pg_class'::regclass END" \
	" AS ownclass, coalesce(relid, d.objid) AS ownid FROM walk w"                         \
	" JOIN depends d ON refclassid = w.classid AND refobjid = w.objid AND deptype = 'n'"  \
	" LEFT JOIN parts p ON p.classid = d.classid AND p.objid = d.objid)"

/*
 * What a dump makes besides, and what of it something may stand on: of an extension, its members.
 * Schema public is neither made nor dropped by newer dumps. Of a base type the functions come first
 * in the list, though they stand on it.
 */
#define MADE                                                                                   \
	" made AS (SELECT 'pg_namespace'::regclass AS onclass, oid AS onid, 'SCHEMA' AS kind," \
	" '-'::name AS nspname, nspname::text AS name, 'pg_namespace'::regclass AS classid,"   \
	" oid AS objid FROM pg_namespace"                                                      \
	" WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')"         \
	" UNION ALL SELECT 'pg_extension'::regclass, x.oid, 'EXTENSION', '-', extname,"        \
	" d.classid, d.objid FROM pg_extension x JOIN pg_depend d ON"                          \
	" refclassid = 'pg_extension'::regclass AND refobjid = x.oid AND deptype = 'e'"        \
	" UNION ALL SELECT 'pg_type'::regclass, y.oid, CASE typtype WHEN 'd' THEN 'DOMAIN'"    \
	" ELSE 'TYPE' END, nspname, typname, 'pg_type'::regclass, one"                         \
	" FROM pg_type y JOIN pg_namespace n ON n.oid = typnamespace"                          \
	" LEFT JOIN pg_class c ON c.oid = typrelid, unnest(ARRAY[y.oid, typarray]) one"        \
	" WHERE (typtype IN ('e', 'd') OR relkind = 'c') AND nspname !~ '^pg_'"                \
	" AND nspname <> 'information_schema'),"

/* What stands on that. What belongs to an extension goes with it. */
#define USERS                                                                             \
	" dependents AS (SELECT DISTINCT onclass, onid, m.kind AS onkind, nspname, name," \
	" d.classid, d.objid, p.kind, part,"                                              \
	" CASE WHEN relid IS NULL THEN d.classid ELSE 'pg_class'::regclass END"           \
	" AS ownclass, coalesce(relid, d.objid) AS ownid FROM made m"                     \
	" JOIN depends d ON refclassid = m.classid AND refobjid = m.objid"                \
	" AND deptype = 'n'"                                                              \
	" LEFT JOIN parts p ON p.classid = d.classid AND p.objid = d.objid"               \
	" LEFT JOIN pg_depend e ON e.classid = d.classid AND e.objid = d.objid"           \
	" AND e.deptype = 'e' WHERE e.objid IS NULL)"

/* A foreign key goes with its table too late: the key that it stands on is dropped before. */
#define STANDING                                                                           \
	" d.kind, o.nspname, CASE d.kind WHEN 'INDEX' THEN i.relname"                      \
	" ELSE own.name || ' ' || part END,"                                               \
	" CASE WHEN d.kind IS DISTINCT FROM 'FK CONSTRAINT' THEN own.kind END, o.nspname," \
	" own.name, parent.kind, pn.nspname, parent.name,"                                 \
	" CASE WHEN part = '_RETURN' THEN pg_describe_object(ownclass, ownid, 0)"          \
	" ELSE pg_describe_object(d.classid, d.objid, 0) END"

#define OWNERS                                                             \
	" JOIN things own ON own.classid = ownclass AND own.objid = ownid" \
	" JOIN pg_namespace o ON o.oid = own.schemaid"                     \
	" LEFT JOIN pg_class i ON d.kind = 'INDEX' AND i.oid = d.objid"    \
	" LEFT JOIN pg_class c ON own.kind LIKE '%TABLE' AND c.oid = ownid AND c.relispartition"

/*
 * Kind, schema and name of what is stood on, of the table it came from, of what stands on it, of
 * what that goes with, and of the table that this is a partition of; then the description of both.
 * The server takes the walk for a short one, and would go through all for each of its steps.
 */
static const char on_tables[] =
	"SET LOCAL enable_nestloop = off; SET LOCAL jit = off; WITH RECURSIVE" THINGS PARTS DEPENDS
		WALK DEPENDENTS
	" SELECT t.kind, tn.nspname, t.name, r.kind, rn.nspname, r.name," STANDING
	", tn.nspname || '.' || t.name FROM dependents d"
	" JOIN things t ON t.classid = onclass AND t.objid = onid"
	" JOIN pg_namespace tn ON tn.oid = t.schemaid"
	" JOIN things r ON r.classid = 'pg_class'::regclass AND r.objid = tableid"
	" JOIN pg_namespace rn ON rn.oid = r.schemaid" OWNERS
	" LEFT JOIN pg_inherits ON inhrelid = c.oid"
	" LEFT JOIN things parent ON parent.classid = 'pg_class'::regclass"
	" AND parent.objid = inhparent"
	" LEFT JOIN pg_namespace pn ON pn.oid = parent.schemaid"
	" WHERE NOT EXISTS (SELECT FROM walk w WHERE w.tableid = d.tableid"
	" AND w.onclass = d.onclass AND w.onid = d.onid"
	" AND w.classid = ownclass AND w.objid = ownid) ORDER BY 2, 3, 16";

/* The same of schemas, extensions and types, which stand for the table, too. */
static const char on_others[] =
	"SET LOCAL enable_nestloop = off; SET LOCAL jit = off; WITH" THINGS PARTS DEPENDS MADE USERS
	" SELECT onkind, d.nspname, d.name, onkind, d.nspname, d.name," STANDING
	", pg_describe_object(onclass, onid, 0) FROM dependents d" OWNERS
	" LEFT JOIN things parent ON parent.classid = 'pg_class'::regclass"
	" AND parent.objid = pg_partition_root(c.oid)"
	" LEFT JOIN pg_namespace pn ON pn.oid = parent.schemaid ORDER BY 2, 3, 16";

enum {
	ON = 0,
	TABLE = 3,
	DEPENDENT = 6,
	OWNER = 9,
	PARENT = 12,
	DESCRIPTION = 15,
	ON_DESCRIPTION = 16
};

/* From where on in the list it is dropped; 0: never. */
static int64_t position_at(
	const struct contents *contents, const PGresult *result, int row, int column)
{
	if (PQgetisnull(result, row, column) || PQgetisnull(result, row, column + 2))
		return 0;
	return contents_position(contents, PQgetvalue(result, row, column),
		PQgetvalue(result, row, column + 1), PQgetvalue(result, row, column + 2));
}

/* What is of a kind that is not told here is left to pg_restore. */
static bool stands_in_the_way(const struct contents *contents, const PGresult *result, int row)
{
	int64_t gone = MAX(position_at(contents, result, row, DEPENDENT),
		MAX(position_at(contents, result, row, OWNER),
			position_at(contents, result, row, PARENT)));
	return gone < position_at(contents, result, row, ON)
		&& position_at(contents, result, row, TABLE) > 0;
}

/* The first of them, as `view a.v on a.t, and 3 more`; NULL: nothing does. */
static char *obstacles_text(const struct contents *contents, const PGresult *result)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *before = NULL;
	int n = 0;
	for (int row = 0; row < PQntuples(result); row++) {
		if (!stands_in_the_way(contents, result, row))
			continue;
		char *both = g_strdup_printf("%s on %s", PQgetvalue(result, row, DESCRIPTION),
			PQgetvalue(result, row, ON_DESCRIPTION));
		if (g_strcmp0(both, before) != 0 && n++ < NAMED_MAX)
			g_string_append_printf(text, "%s%s", n > 1 ? ", " : "", both);
		g_free(before);
		before = both;
	}
	if (n > NAMED_MAX)
		g_string_append_printf(text, " and %d more", n - NAMED_MAX);
	return n > 0 ? g_strdup(text->str) : NULL;
}

/* `why` says why that is too bad for a restore. */
static bool nothing_stands(PGconn *session, const struct contents *contents, const char *query,
	const char *why, GError **error)
{
	PGresult *result = PQexec(session, query);
	bool is_told = PQresultStatus(result) == PGRES_TUPLES_OK;
	g_autofree char *obstacles = is_told ? obstacles_text(contents, result) : NULL;
	PQclear(result);
	if (!is_told) {
		g_autofree char *message = postgres_message(session);
		g_set_error(error, LIB_ERROR, 0, "cannot look at what stands on the tables: %s",
			message);
	} else if (obstacles) {
		g_set_error(error, LIB_ERROR, 0,
			"nothing was restored: something stands on what clean would drop, and is "
			"not dropped before it (%s); so that would stay, and %s; drop what stands "
			"on it first, and make it anew afterwards",
			obstacles, why);
	}
	return is_told && !obstacles;
}

bool dependents_check(PGconn *session, const struct contents *contents, GError **error)
{
	return nothing_stands(
		session, contents, on_tables, "get the rows of the dump besides its own", error);
}

bool dependents_check_others(PGconn *session, const struct contents *contents, GError **error)
{
	return nothing_stands(session, contents, on_others, "not become that of the dump", error);
}
