/* SPDX-License-Identifier: MIT */
/* A session with a PostgreSQL server, as a connection describes it. */
#pragma once

#include <glib.h>
#include <libpq-fe.h>

#include "operators/connection.h"

/* The conn_types that mean PostgreSQL; NULL-terminated. */
extern const char *const postgres_types[];

/*
 * Connects within ten seconds (extra.connect_timeout), under this application_name. From then on
 * the server gives up a statement when this program dies. NULL with an error of one line.
 */
PGconn *postgres_open(const struct connection *connection, const char *application, GError **error);

/*
 * Takes what would lead libpq to another server than the connection's out of the environment, of
 * this program and of those it runs.
 */
void postgres_forget_places(void);

/* What libpq says about the last failure, as one line. */
char *postgres_message(const PGconn *session);

/*
 * The environment (NULL-terminated, to be freed with g_strfreev) in which another program of
 * PostgreSQL reaches the same server, but for host, port, user and database: the options of
 * `extra`, application_name, and the password by the file `password_path` (NULL: there is none).
 */
char **postgres_environment(const struct connection *connection, const PGconn *session,
	const char *application, const char *password_path);

/* The line for PGPASSFILE; NULL with an error when the password cannot stand in such a file. */
char *postgres_password_line(const char *password, GError **error);

/* The name as libpq takes it where it also accepts connection strings: never as one of those. */
char *postgres_database_word(const char *database);
