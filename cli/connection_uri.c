/* SPDX-License-Identifier: MIT */
#include "cli/connection_uri.h"

#include <string.h>

#include "cli/json_file.h"
#include "lib/base/error.h"
#include "lib/base/problem.h"

/* `my-type` is how a URI writes `my_type`; the scheme of PostgreSQL has two names. */
static char *type_of_scheme(const char *scheme)
{
	if (strcmp(scheme, "postgresql") == 0)
		return g_strdup("postgres");
	return g_strdelimit(g_strdup(scheme), "-", '_');
}

/* False: an escape is wrong. An absent or empty part is left out. */
static bool set_part(json_t *body, const char *field, const char *escaped)
{
	if (!escaped || !*escaped)
		return true;
	g_autofree char *text = g_uri_unescape_string(escaped, NULL);
	if (!text || !g_utf8_validate(text, -1, NULL))
		return false;
	json_object_set_new(body, field, json_string(text));
	return true;
}

/* `__extra__` is all of it as JSON, else each key is one setting. */
static bool set_extra(json_t *body, const char *query)
{
	g_autoptr(GHashTable) settings = NULL;
	GHashTableIter entries;
	void *key, *value;
	if (!query || !*query)
		return true;
	settings = g_uri_parse_params(query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
	if (!settings)
		return false;
	const char *whole = g_hash_table_lookup(settings, "__extra__");
	if (whole) {
		json_object_set_new(body, "extra", json_string(whole));
		return true;
	}
	json_auto_t *extra = json_object();
	g_hash_table_iter_init(&entries, settings);
	while (g_hash_table_iter_next(&entries, &key, &value))
		json_object_set_new(extra, key, json_string(value));
	json_object_set_new(body, "extra", json_as_text(extra));
	return true;
}

json_t *connection_of_uri(const char *text, GError **error)
{
	g_autoptr(GUri) uri =
		g_uri_parse(text, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED, NULL);
	if (!uri) {
		error_say(error,
			"the URI of the connection is not of the form "
			"type://login:password@host:port/schema");
		return NULL;
	}
	g_autofree char *type = type_of_scheme(g_uri_get_scheme(uri));
	const char *path = g_uri_get_path(uri);
	json_auto_t *body = json_pack("{s:s}", "conn_type", type);
	if (!set_part(body, "host", g_uri_get_host(uri))
		|| !set_part(body, "login", g_uri_get_user(uri))
		|| !set_part(body, "password", g_uri_get_password(uri))
		|| !set_part(body, "schema", *path == '/' ? path + 1 : path)
		|| !set_extra(body, g_uri_get_query(uri))) {
		error_say(error, "the URI of the connection has an escape that is no text");
		return NULL;
	}
	if (g_uri_get_port(uri) > 0)
		json_object_set_new(body, "port", json_integer(g_uri_get_port(uri)));
	return json_incref(body);
}

static bool key_is_known(const char *key, GError **error)
{
	static const char *const known[] = {"conn_type", "description", "host", "login", "password",
		"schema", "port", "extra", NULL};
	const char *meant = suggest(key, known);
	if (g_strv_contains(known, key))
		return true;
	return meant ? error_say(error, "unknown key \"%s\" of a connection; did you mean \"%s\"?",
		       key, meant)
		     : error_say(error, "unknown key \"%s\" of a connection", key);
}

json_t *connection_of_json(json_t *taken, GError **error)
{
	json_auto_t *value = taken;
	const char *key;
	json_t *field;
	if (!json_is_object(value)) {
		error_say(error, "a connection is a JSON object such as {\"conn_type\": \"http\"}");
		return NULL;
	}
	json_auto_t *body = json_object();
	json_object_foreach(value, key, field)
	{
		if (!key_is_known(key, error))
			return NULL;
		if (strcmp(key, "extra") == 0 && json_is_object(field))
			json_object_set_new(body, key, json_as_text(field));
		else
			json_object_set(body, key, field);
	}
	return json_incref(body);
}
