/* SPDX-License-Identifier: MIT */
/* A connection as Airflow writes it into one text: a URI, or a JSON object. */
#pragma once

#include <glib.h>
#include <jansson.h>

/*
 * `type://login:password@host:port/schema?key=value`, each part escaped as in URIs; the query
 * becomes `extra`. The body of the API less its connection_id, or NULL and an error that quotes
 * nothing.
 */
json_t *connection_of_uri(const char *uri, GError **error);

/* Takes over an object with `conn_type`, `host` ...; `extra` may be an object. NULL and an error.
 */
json_t *connection_of_json(json_t *value, GError **error);
