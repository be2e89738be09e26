/* SPDX-License-Identifier: MIT */
/* Rows are those that the server's statistics tell: counting them would read all of them. */
#include "operators/pg_restore/rehearsal.h"

#include <stdio.h>

#include "lib/aws/source_limits.h"
#include "lib/base/instant.h"
#include "lib/base/size.h"
#include "operators/postgres.h"

enum { LINES_MAX = 100 };

struct census {
	const struct contents *contents;
	const struct fates *fates;
	int64_t n_existing, n_rows, n_lost, n_others;
	int64_t n_lines;
};

/* Of a row of the answer. */
enum { SCHEMA, NAME, N_ROWS, N_BYTES, ROOT_SCHEMA, ROOT_NAME };

static int64_t number_of(const PGresult *result, int row, int column)
{
	return g_ascii_strtoll(PQgetvalue(result, row, column), NULL, 10);
}

static void fate_print(struct census *census, const PGresult *result, int row, const char *fate)
{
	g_autofree char *size = size_text(number_of(result, row, N_BYTES));
	if (++census->n_lines <= LINES_MAX)
		printf("table %s.%s (about %s rows, %s) %s\n", PQgetvalue(result, row, SCHEMA),
			PQgetvalue(result, row, NAME), PQgetvalue(result, row, N_ROWS), size, fate);
	else if (census->n_lines == LINES_MAX + 1)
		printf("... and so on\n");
}

static bool is_made(const struct census *census, const PGresult *result, int row, int schema)
{
	return contents_has(census->contents, "TABLE", PQgetvalue(result, row, schema),
		PQgetvalue(result, row, schema + 1));
}

static void table_count(struct census *census, const PGresult *result, int row)
{
	const char *lost = census->fates->of_partition;
	if (is_made(census, result, row, SCHEMA)) {
		census->n_existing++;
		census->n_rows += number_of(result, row, N_ROWS);
		fate_print(census, result, row, census->fates->of_table);
	} else if (lost && is_made(census, result, row, ROOT_SCHEMA)) {
		g_autofree char *fate = g_strdup_printf("%s with %s.%s, and is not in the dump",
			lost, PQgetvalue(result, row, ROOT_SCHEMA),
			PQgetvalue(result, row, ROOT_NAME));
		census->n_lost++;
		fate_print(census, result, row, fate);
	} else {
		census->n_others++;
	}
}

static void census_tell(const struct census *census, json_t *result)
{
	printf("of the dump's tables there are already: %" G_GINT64_FORMAT ", with about "
	       "%" G_GINT64_FORMAT " rows; other tables, which stay as they are: %" G_GINT64_FORMAT
	       "\n",
		census->n_existing, census->n_rows, census->n_others);
	json_object_set_new(result, "existing_tables", json_integer(census->n_existing));
	json_object_set_new(result, "existing_rows", json_integer(census->n_rows));
	json_object_set_new(result, "lost_partitions", json_integer(census->n_lost));
	json_object_set_new(result, "other_tables", json_integer(census->n_others));
}

bool rehearsal_run(PGconn *session, const struct contents *contents, const struct fates *fates,
	json_t *result, GError **error)
{
	/* A partitioned table has no rows of its own; a table that is no partition is its own root.
	 */
	static const char query[] =
		"WITH RECURSIVE roots (oid, root) AS (SELECT oid, oid FROM pg_class"
		" WHERE relkind IN ('r', 'p') AND NOT relispartition UNION ALL"
		" SELECT inhrelid, root FROM roots JOIN pg_inherits ON inhparent = roots.oid"
		" JOIN pg_class p ON p.oid = inhrelid AND relispartition)"
		" SELECT n.nspname, c.relname, CASE c.relkind WHEN 'p' THEN 0 ELSE"
		" greatest(c.reltuples::bigint, pg_stat_get_live_tuples(c.oid), 0) END,"
		" pg_total_relation_size(c.oid), s.nspname, r.relname"
		" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
		" JOIN roots ON roots.oid = c.oid JOIN pg_class r ON r.oid = roots.root"
		" JOIN pg_namespace s ON s.oid = r.relnamespace"
		" WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_'"
		" AND n.nspname <> 'information_schema' ORDER BY 1, 2";
	struct census census = {.contents = contents, .fates = fates};
	PGresult *tables = PQexec(session, query);
	bool is_told = PQresultStatus(tables) == PGRES_TUPLES_OK;
	for (int row = 0; is_told && row < PQntuples(tables); row++)
		table_count(&census, tables, row);
	if (is_told) {
		census_tell(&census, result);
	} else {
		g_autofree char *why = postgres_message(session);
		g_set_error(error, LIB_ERROR, 0, "cannot look at the database: %s", why);
	}
	PQclear(tables);
	return is_told;
}

void rehearsal_print_dump(
	const struct contents *contents, const char *name, int64_t size, int64_t modified_at)
{
	g_autofree char *bytes = size_text(size);
	g_autofree char *of = source_time_text(modified_at);
	g_autofree char *server = version_text(contents->server_version);
	g_autofree char *pg_dump = version_text(contents->pg_dump_version);
	printf("dump: %s, %s, %s, from PostgreSQL %s by pg_dump %s\n", name, bytes, of, server,
		pg_dump);
}
