/* SPDX-License-Identifier: MIT */
/*
 * An advisory lock of PostgreSQL belongs to one database of one cluster, so in the target itself
 * one number is enough, and no right elsewhere is needed. The session only waits meanwhile; the
 * server is told to look whether its client's machine is still there.
 */
#include "operators/pg_restore/lock.h"

#include "lib/base/instant.h"
#include "operators/postgres.h"

/* `dagd` and `rest` in ASCII, for those who look into pg_locks. */
#define LOCK "1684105060, 1919251316"

static bool query_run(PGconn *session, const char *query, PGresult **result, GError **error)
{
	*result = PQexec(session, query);
	if (PQresultStatus(*result) == PGRES_TUPLES_OK)
		return true;
	g_autofree char *why = postgres_message(session);
	g_set_error(error, LIB_ERROR, 0, "cannot lock the database: %s", why);
	return false;
}

/* Its name is what another restore is told. */
static bool session_prepare(PGconn *session, GError **error)
{
	static const char settings[] =
		"SELECT set_config(name, CASE name WHEN 'idle_session_timeout' THEN '0'"
		" WHEN 'tcp_keepalives_idle' THEN '30' WHEN 'tcp_keepalives_interval' THEN '10'"
		" WHEN 'tcp_user_timeout' THEN '60000' ELSE '3' END, false)"
		" FROM pg_settings WHERE name IN ('idle_session_timeout', 'tcp_keepalives_idle',"
		" 'tcp_keepalives_interval', 'tcp_keepalives_count', 'tcp_user_timeout')";
	const char *dag = g_getenv("DAGD_DAG_ID"), *task = g_getenv("DAGD_TASK_ID");
	g_autofree char *name = g_strdup_printf("dagd pg_restore%s%s%s%s", dag ? " " : "",
		dag ? dag : "", task ? "." : "", task ? task : "");
	const char *const values[] = {name};
	PGresult *named = PQexecParams(session, "SELECT set_config('application_name', $1, false)",
		1, NULL, values, NULL, NULL, 0);
	PQclear(named);
	PGresult *result;
	bool is_set = query_run(session, settings, &result, error);
	PQclear(result);
	return is_set;
}

/* Since when another user's session is there only some may know. */
static void holder_tell(PGconn *session, GError **error)
{
	static const char query[] =
		"SELECT coalesce(nullif(application_name, ''), 'a program without name'), l.pid,"
		" coalesce(', since ' || date_trunc('second', backend_start), '')"
		" FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid"
		" WHERE (locktype, classid, objid, objsubid)"
		" = ('advisory', 1684105060::oid, 1919251316::oid, 2) AND granted"
		" AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
	PGresult *result;
	if (!query_run(session, query, &result, error)) {
		PQclear(result);
		return;
	}
	g_autofree char *who = PQntuples(result) > 0
		? g_strdup_printf("%s, process %s of the server%s", PQgetvalue(result, 0, 0),
			PQgetvalue(result, 0, 1), PQgetvalue(result, 0, 2))
		: g_strdup("it has ended just now");
	PQclear(result);
	g_set_error(error, LIB_ERROR, 0,
		"another restore into database \"%s\" is running (%s); this one has changed "
		"nothing",
		PQdb(session), who);
}

bool lock_take(PGconn *session, GError **error)
{
	PGresult *result;
	if (!session_prepare(session, error))
		return false;
	bool is_asked = query_run(session, "SELECT pg_try_advisory_lock(" LOCK ")", &result, error);
	bool is_taken = is_asked && g_str_equal(PQgetvalue(result, 0, 0), "t");
	PQclear(result);
	if (is_asked && !is_taken)
		holder_tell(session, error);
	return is_taken;
}

bool lock_check(PGconn *session, GError **error)
{
	PGresult *result = PQexec(session, "SELECT 1");
	bool is_there = PQresultStatus(result) == PGRES_TUPLES_OK;
	PQclear(result);
	if (is_there)
		return true;
	g_autofree char *why = postgres_message(session);
	g_set_error(error, LIB_ERROR, 0,
		"the session that kept other restores out of database \"%s\" broke during this "
		"one, "
		"so nobody knows whether another wrote to it, too: restore it again (%s)",
		PQdb(session), why);
	return false;
}
