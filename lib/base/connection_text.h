/* SPDX-License-Identifier: MIT */
/* A connection as people write it, as Airflow does: a URI or a JSON object. */
#pragma once

#include <glib.h>
#include <jansson.h>

/*
 * Each gives a new object of the fields that are set, checked: conn_type, description, host, login,
 * password, schema (texts), port (an integer), extra (JSON text of an object). NULL and an error,
 * which quotes nothing of what may be secret.
 */

/* `type://login:password@host:port/schema?key=value`, each part percent-encoded. */
json_t *connection_of_uri(const char *uri, GError **error);
/*
 * An object of these fields; extra may be an object, too, also under the name extra_dejson, and
 * `uri` may stand for all of them. Takes `value` over.
 */
json_t *connection_of_json(json_t *value, GError **error);
/* What begins with `{` is JSON, all else a URI. */
json_t *connection_of_text(const char *text, GError **error);

/* The URI of such an object: g_free, after overwriting it. */
char *connection_uri(const json_t *connection);
