/* SPDX-License-Identifier: MIT */
#include "operators/postgres.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/instant.h"
#include "operators/guard.h"

enum { OPTIONS_MAX = 32 };

const char *const postgres_types[] = {"postgres", "postgresql", NULL};

/* What of a connection's extra is passed on, as libpq's keyword and as its variable. */
static const struct option {
	const char *keyword, *variable;
} options[] = {
	{"sslmode", "PGSSLMODE"},
	{"sslcert", "PGSSLCERT"},
	{"sslkey", "PGSSLKEY"},
	{"sslrootcert", "PGSSLROOTCERT"},
	{"sslcrl", "PGSSLCRL"},
	{"channel_binding", "PGCHANNELBINDING"},
	{"gssencmode", "PGGSSENCMODE"},
	{"krbsrvname", "PGKRBSRVNAME"},
	{"target_session_attrs", "PGTARGETSESSIONATTRS"},
	{"connect_timeout", "PGCONNECT_TIMEOUT"},
	{"options", "PGOPTIONS"},
};

static char *option_text(const struct connection *connection, const char *keyword)
{
	const json_t *value = json_object_get(connection->extra, keyword);
	if (json_is_integer(value))
		return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	const char *text = json_string_value(value);
	return text && *text ? g_strdup(text) : NULL;
}

static void unknown_options_tell(const struct connection *connection)
{
	const char *name;
	json_t *value;
	json_object_foreach(connection->extra, name, value)
	{
		bool is_known = guard_is_key(name);
		for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
			is_known = is_known || g_str_equal(options[i].keyword, name);
		if (!is_known)
			printf("warning: connection \"%s\": extra \"%s\" is not used\n",
				connection->id ? connection->id : "", name);
	}
}

char *postgres_message(const PGconn *session)
{
	g_auto(GStrv) words = g_strsplit_set(PQerrorMessage(session), " \t\r\n", -1);
	GString *line = g_string_new(NULL);
	for (size_t i = 0; words[i]; i++)
		if (*words[i])
			g_string_append_printf(line, "%s%s", line->len ? " " : "", words[i]);
	if (line->len == 0)
		g_string_append(line, "no reason was given");
	return g_string_free(line, FALSE);
}

struct keywords {
	const char *names[OPTIONS_MAX], *values[OPTIONS_MAX];
	size_t n;
};

static void keyword_add(struct keywords *keywords, const char *name, const char *value)
{
	g_assert(keywords->n + 1 < OPTIONS_MAX);
	if (!value)
		return;
	keywords->names[keywords->n] = name;
	keywords->values[keywords->n++] = value;
}

static PGconn *session_start(const struct connection *connection, const char *application)
{
	struct keywords keywords = {.n = 0};
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *port = connection->port ? g_strdup_printf("%d", connection->port) : NULL;
	keyword_add(&keywords, "connect_timeout", "10");
	keyword_add(&keywords, "keepalives_idle", "30");
	keyword_add(&keywords, "keepalives_interval", "10");
	keyword_add(&keywords, "keepalives_count", "3");
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
		char *text = option_text(connection, options[i].keyword);
		g_ptr_array_add(texts, text);
		keyword_add(&keywords, options[i].keyword, text);
	}
	keyword_add(&keywords, "host", connection->host);
	keyword_add(&keywords, "port", port);
	keyword_add(&keywords, "user", connection->user);
	keyword_add(&keywords, "password", connection->password);
	keyword_add(&keywords, "dbname", connection->database);
	keyword_add(&keywords, "application_name", application);
	keyword_add(&keywords, "client_encoding", "UTF8");
	return PQconnectdbParams(keywords.names, keywords.values, 0);
}

/*
 * What ends the server's side of a session: at once where its client died, whatever it does, and
 * after a minute, not two hours, where the client's machine is gone without a word. While an answer
 * is under way the kernel asks nobody, so how long it may be is said apart. What the user's own
 * options say comes later and wins.
 */
static const char session_options[] =
	"-c client_connection_check_interval=1s -c tcp_keepalives_idle=30"
	" -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3 -c tcp_user_timeout=60000";

/* Whether the server knows the setting, it tells itself: none before 14, and not every system. */
static bool client_check_set(PGconn *session)
{
	PGresult *result = PQexec(session, "SET client_connection_check_interval = '1s'");
	bool is_set = PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	return is_set;
}

void postgres_forget_places(void)
{
	static const char *const variables[] = {"PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE",
		"PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR"};
	for (size_t i = 0; i < G_N_ELEMENTS(variables); i++)
		g_unsetenv(variables[i]);
}

PGconn *postgres_open(const struct connection *connection, const char *application, GError **error)
{
	unknown_options_tell(connection);
	PGconn *session = session_start(connection, application);
	if (PQstatus(session) != CONNECTION_OK) {
		g_autofree char *why = postgres_message(session);
		g_set_error(error, LIB_ERROR, 0, "cannot reach the database: %s", why);
		PQfinish(session);
		return NULL;
	}
	client_check_set(session);
	return session;
}

static bool client_check_is_set(const PGconn *session)
{
	PGresult *result = PQexec((PGconn *)session,
		"SELECT current_setting("
		"'client_connection_check_interval', true) = '1s'");
	bool is_set = PQresultStatus(result) == PGRES_TUPLES_OK
		&& g_strcmp0(PQgetvalue(result, 0, 0), "t") == 0;
	PQclear(result);
	return is_set;
}

char **postgres_environment(const struct connection *connection, const PGconn *session,
	const char *application, const char *password_path)
{
	char **environment = g_get_environ();
	environment = g_environ_setenv(environment, "PGCONNECT_TIMEOUT", "10", FALSE);
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
		g_autofree char *text = option_text(connection, options[i].keyword);
		if (text)
			environment =
				g_environ_setenv(environment, options[i].variable, text, TRUE);
	}
	environment = g_environ_setenv(environment, "PGAPPNAME", application, TRUE);
	if (client_check_is_set(session)) {
		const char *before = g_environ_getenv(environment, "PGOPTIONS");
		g_autofree char *all =
			g_strdup_printf("%s %s", session_options, before ? before : "");
		environment = g_environ_setenv(environment, "PGOPTIONS", g_strchomp(all), TRUE);
	}
	if (!password_path)
		return environment;
	/* Its own password, if the environment has one, would win over the file. */
	environment = g_environ_unsetenv(environment, "PGPASSWORD");
	return g_environ_setenv(environment, "PGPASSFILE", password_path, TRUE);
}

char *postgres_password_line(const char *password, GError **error)
{
	if (strpbrk(password, "\r\n")) {
		g_set_error(error, LIB_ERROR, 0,
			"the password holds a line break, which PostgreSQL's password file cannot "
			"hold");
		return NULL;
	}
	GString *line = g_string_new("*:*:*:*:");
	for (const char *p = password; *p; p++) {
		if (*p == ':' || *p == '\\')
			g_string_append_c(line, '\\');
		g_string_append_c(line, *p);
	}
	g_string_append_c(line, '\n');
	return g_string_free(line, FALSE);
}

char *postgres_database_word(const char *database)
{
	if (!strchr(database, '=') && !strstr(database, "://"))
		return g_strdup(database);
	GString *word = g_string_new("dbname='");
	for (const char *p = database; *p; p++) {
		if (*p == '\'' || *p == '\\')
			g_string_append_c(word, '\\');
		g_string_append_c(word, *p);
	}
	g_string_append_c(word, '\'');
	return g_string_free(word, FALSE);
}
