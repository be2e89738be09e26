/* SPDX-License-Identifier: MIT */
/* A client of a MongoDB server, as a connection describes it. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <mongoc/mongoc.h>

#include "operators/connection.h"

/* The conn_types that mean MongoDB; NULL-terminated. */
extern const char *const mongodb_types[];

/*
 * The connection string, with the password: for a client or a file in memory, never for a command
 * line or a log. `auth_database` (NULL: extra.authSource, else admin) holds the user. `srv: true`
 * in extra means mongodb+srv; all else there are options of the connection string.
 */
char *mongodb_uri(const struct connection *connection, const char *auth_database, GError **error);

/* Where that is, without a secret: `127.0.0.1:27017`. */
char *mongodb_place(const struct connection *connection);

/* Connects, and asks the server for its version (to be freed; NULL: not wanted). NULL with an
 * error. */
mongoc_client_t *mongodb_open(
	const char *uri, const char *application, char **version, GError **error);

/* Takes leave of the server, silently; NULL is fine. */
void mongodb_close(mongoc_client_t *client);

/* A document of this JSON object, Extended JSON understood; NULL with an error that names `what`.
 */
bson_t *mongodb_document(const json_t *value, const char *what, GError **error);

/* The document as JSON (relaxed Extended JSON); a new reference. */
json_t *mongodb_json(const bson_t *document);
