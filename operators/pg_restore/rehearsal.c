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
	int64_t n_existing, n_rows, n_others;
};

static int64_t number_of(const PGresult *result, int row, int column)
{
	return g_ascii_strtoll(PQgetvalue(result, row, column), NULL, 10);
}

static void table_count(struct census *census, const struct contents *contents,
	const PGresult *result, int row, const char *fate)
{
	const char *schema = PQgetvalue(result, row, 0), *name = PQgetvalue(result, row, 1);
	if (!contents_has(contents, "TABLE", schema, name)) {
		census->n_others++;
		return;
	}
	g_autofree char *size = size_text(number_of(result, row, 3));
	census->n_existing++;
	census->n_rows += number_of(result, row, 2);
	if (census->n_existing <= LINES_MAX)
		printf("table %s.%s (about %s rows, %s) %s\n", schema, name,
			PQgetvalue(result, row, 2), size, fate);
	else if (census->n_existing == LINES_MAX + 1)
		printf("... and so on\n");
}

bool rehearsal_run(PGconn *session, const struct contents *contents, const char *fate,
	json_t *result, GError **error)
{
	/* A partitioned table has no rows of its own. */
	static const char query[] =
		"SELECT nspname, relname, CASE relkind WHEN 'p' THEN 0 ELSE"
		" greatest(reltuples::bigint, pg_stat_get_live_tuples(c.oid), 0) END,"
		" pg_total_relation_size(c.oid)"
		" FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
		" WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_'"
		" AND nspname <> 'information_schema' ORDER BY nspname, relname";
	struct census census = {0};
	PGresult *tables = PQexec(session, query);
	bool is_told = PQresultStatus(tables) == PGRES_TUPLES_OK;
	if (is_told) {
		for (int row = 0; row < PQntuples(tables); row++)
			table_count(&census, contents, tables, row, fate);
	} else {
		g_autofree char *why = postgres_message(session);
		g_set_error(error, LIB_ERROR, 0, "cannot look at the database: %s", why);
	}
	PQclear(tables);
	printf("of the dump's tables there are already: %" G_GINT64_FORMAT ", with about "
	       "%" G_GINT64_FORMAT " rows; other tables, which stay as they are: %" G_GINT64_FORMAT
	       "\n",
		census.n_existing, census.n_rows, census.n_others);
	json_object_set_new(result, "existing_tables", json_integer(census.n_existing));
	json_object_set_new(result, "existing_rows", json_integer(census.n_rows));
	json_object_set_new(result, "other_tables", json_integer(census.n_others));
	return is_told;
}

static char *version_text(int version)
{
	if (version == 0)
		return g_strdup("of an unknown version");
	return version >= 100000
		? g_strdup_printf("%d.%d", version / 10000, version % 10000)
		: g_strdup_printf("%d.%d.%d", version / 10000, version / 100 % 100, version % 100);
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
