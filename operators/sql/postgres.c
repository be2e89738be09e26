/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "lib/base/instant.h"
#include "operators/connection_test.h"
#include "operators/postgres.h"
#include "operators/statement.h"

/* Types whose text JSON has a value for; their oids are fixed in pg_type.dat. */
enum {
	OID_BOOL = 16,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_OID = 26,
	OID_JSON = 114,
	OID_FLOAT4 = 700,
	OID_FLOAT8 = 701,
	OID_JSONB = 3802,
};

static bool server_failed(const PGconn *session, GError **error)
{
	g_autofree char *why = postgres_message(session);
	g_set_error(error, LIB_ERROR, 0, "PostgreSQL says: %s", why);
	return false;
}

/* A number that JSON has not, as NaN, stays a text. */
static json_t *value_json(const char *text, Oid type)
{
	json_t *value = NULL;
	switch (type) {
	case OID_BOOL:
		return json_boolean(text[0] == 't');
	case OID_INT2:
	case OID_INT4:
	case OID_INT8:
	case OID_OID:
		return json_integer(g_ascii_strtoll(text, NULL, 10));
	case OID_FLOAT4:
	case OID_FLOAT8:
		value = json_real(g_ascii_strtod(text, NULL));
		break;
	case OID_JSON:
	case OID_JSONB:
		value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		break;
	}
	return value ? value : json_string(text);
}

static bool row_take(const PGresult *result, const struct statements *statements, struct rows *rows,
	GError **error)
{
	for (int i = 0; i < PQntuples(result); i++) {
		json_t *row = json_array();
		for (int column = 0; column < PQnfields(result); column++)
			json_array_append_new(row,
				PQgetisnull(result, i, column)
					? json_null()
					: value_json(PQgetvalue(result, i, column),
						PQftype(result, column)));
		if (!rows_add(rows, statements, row, error))
			return false;
	}
	return true;
}

/* The rows of an earlier statement give way to those of the next that has columns. */
static void columns_take(const PGresult *result, struct rows *rows)
{
	json_array_clear(rows->columns);
	json_array_clear(rows->list);
	for (int column = 0; column < PQnfields(result); column++)
		json_array_append_new(rows->columns, json_string(PQfname(result, column)));
}

static void affected_take(PGresult *result, struct rows *rows)
{
	const char *n = PQcmdTuples(result);
	bool is_query = g_str_has_prefix(PQcmdStatus(result), "SELECT");
	if (*n && !is_query)
		rows->n_affected = g_ascii_strtoll(n, NULL, 10);
}

/* `has_columns` tells whether this statement's columns were taken already. */
static bool result_take(PGconn *session, PGresult *result, const struct statements *statements,
	struct rows *rows, bool *has_columns, GError **error)
{
	switch (PQresultStatus(result)) {
	case PGRES_SINGLE_TUPLE:
	case PGRES_TUPLES_OK:
		if (!*has_columns)
			columns_take(result, rows);
		*has_columns = PQresultStatus(result) == PGRES_SINGLE_TUPLE;
		affected_take(result, rows);
		return row_take(result, statements, rows, error);
	case PGRES_COMMAND_OK:
		json_array_clear(rows->columns);
		json_array_clear(rows->list);
		affected_take(result, rows);
		return true;
	case PGRES_EMPTY_QUERY:
		return true;
	case PGRES_COPY_IN:
	case PGRES_COPY_OUT:
	case PGRES_COPY_BOTH:
		g_set_error_literal(
			error, LIB_ERROR, 0, "COPY from stdin or to stdout is not possible here");
		return false;
	case PGRES_BAD_RESPONSE:
	case PGRES_NONFATAL_ERROR:
	case PGRES_FATAL_ERROR:
	case PGRES_PIPELINE_SYNC:
	case PGRES_PIPELINE_ABORTED:
		break;
	}
	return server_failed(session, error);
}

/*
 * After a failure the session is left as it is: it is closed next, and the server undoes what was
 * not committed.
 */
static bool results_take(
	PGconn *session, const struct statements *statements, struct rows *rows, GError **error)
{
	bool has_columns = false, is_fine = true;
	PQsetSingleRowMode(session);
	for (PGresult *result; is_fine && (result = PQgetResult(session)) != NULL;) {
		is_fine = result_take(session, result, statements, rows, &has_columns, error);
		PQclear(result);
	}
	return is_fine;
}

static bool text_run(PGconn *session, const char *text, const struct statements *statements,
	struct rows *rows, GError **error)
{
	size_t n = json_array_size(statements->parameters), i;
	json_t *value;
	g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
	json_array_foreach(statements->parameters, i, value)
		g_ptr_array_add(values, parameter_text(value));
	int is_sent = n == 0 ? PQsendQuery(session, text)
			     : PQsendQueryParams(session, text, (int)n, NULL,
				     (const char *const *)values->pdata, NULL, NULL, 0);
	if (!is_sent)
		return server_failed(session, error);
	return results_take(session, statements, rows, error);
}

static bool command_run(PGconn *session, const char *command, GError **error)
{
	PGresult *result = PQexec(session, command);
	bool is_done = PQresultStatus(result) == PGRES_COMMAND_OK;
	if (!is_done)
		server_failed(session, error);
	/* COMMIT of a transaction that the statements broke on their own is a ROLLBACK. */
	if (is_done && g_str_equal(command, "COMMIT")
		&& g_str_equal(PQcmdStatus(result), "ROLLBACK")) {
		g_set_error_literal(error, LIB_ERROR, 0, "PostgreSQL rolled the transaction back");
		is_done = false;
	}
	PQclear(result);
	return is_done;
}

static void notice_print(void *data, const char *message)
{
	fputs(message, stdout);
}

bool statements_run_postgres(const struct connection *connection,
	const struct statements *statements, struct rows *rows, GError **error)
{
	PGconn *session = postgres_open(connection, "dagd sql", error);
	if (!session)
		return false;
	PQsetNoticeProcessor(session, notice_print, NULL);
	bool is_done = statements->autocommit || command_run(session, "BEGIN", error);
	for (size_t i = 0; is_done && statements->texts[i]; i++)
		is_done = text_run(session, statements->texts[i], statements, rows, error);
	if (is_done && !statements->autocommit)
		is_done = command_run(session, "COMMIT", error);
	PQfinish(session);
	return is_done;
}

/* ---- whether it works ---- */

/* `PostgreSQL 15.2` of `PostgreSQL 15.2 (Debian ...) on x86_64 ...`; NULL with an error. */
static char *version_ask(PGconn *session, GError **error)
{
	PGresult *result = PQexec(session, "SELECT version()");
	char *version = NULL;
	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1) {
		version = g_strdup(PQgetvalue(result, 0, 0));
		char *second = strchr(version, ' ');
		if (second)
			second[1 + strcspn(second + 1, " ,")] = '\0';
	} else {
		server_failed(session, error);
	}
	PQclear(result);
	return version;
}

static char *place_text(const PGconn *session)
{
	const char *host = PQhost(session), *port = PQport(session);
	return host[0] == '/' ? g_strdup_printf("the socket in %s, port %s", host, port)
			      : g_strdup_printf("%s:%s", host, port);
}

char *postgres_greet(const struct connection *connection, GError **error)
{
	connection_test_limit(connection->extra, "connect_timeout", 1);
	PGconn *session = postgres_open(connection, "dagd connection test", error);
	if (!session)
		return NULL;
	g_autofree char *version = version_ask(session, error), *place = place_text(session);
	const char *protocol = PQsslInUse(session) ? PQsslAttribute(session, "protocol") : NULL;
	char *sentence = version ? g_strdup_printf("%s at %s as %s, database %s, %s%s", version,
				 place, PQuser(session), PQdb(session),
				 protocol ? "with " : "without TLS", protocol ? protocol : "")
				 : NULL;
	PQfinish(session);
	return sentence;
}
