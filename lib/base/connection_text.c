/* SPDX-License-Identifier: MIT */
#include "lib/base/connection_text.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/problem.h"

enum { PORT_MAX = 65535 };

/* ---- a URI ---- */

/* `my-type` is how a URI writes `my_type`; the scheme of PostgreSQL has two names. */
static char *type_of_scheme(const char *scheme, size_t len)
{
	g_autofree char *low = g_ascii_strdown(scheme, (gssize)len);
	if (strcmp(low, "postgresql") == 0)
		return g_strdup("postgres");
	return g_strdelimit(g_steal_pointer(&low), "-", '_');
}

static bool is_scheme(const char *text, size_t len)
{
	size_t n = strspn(text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "+-._");
	return len > 0 && n >= len && g_ascii_isalpha(text[0]);
}

static bool say_form(GError **error)
{
	return error_say(error,
		"the URI of the connection is not of the form "
		"type://login:password@host:port/schema");
}

/* An absent or empty part is left out. */
static bool set_part(
	json_t *body, const char *field, const char *escaped, size_t len, GError **error)
{
	if (len == 0)
		return true;
	g_autofree char *text = g_uri_unescape_segment(escaped, escaped + len, NULL);
	bool is_text = text && g_utf8_validate(text, -1, NULL);
	if (is_text)
		json_object_set_new(body, field, json_string(text));
	if (text)
		explicit_bzero(text, strlen(text));
	return is_text
		|| error_say(error, "the URI of the connection has an escape that is no text");
}

/* `__extra__` is all of it as JSON, else each key is one setting. */
static bool set_extra(json_t *body, const char *query, size_t len, GError **error)
{
	GUriParamsIter settings;
	g_autoptr(GError) wrong = NULL;
	char *name, *value;
	json_t *extra = json_object();
	if (len > 0)
		g_uri_params_iter_init(&settings, query, (gssize)len, "&", G_URI_PARAMS_WWW_FORM);
	while (len > 0 && g_uri_params_iter_next(&settings, &name, &value, &wrong)) {
		json_object_set_new(extra, name, json_string(value));
		g_free(name);
		g_free(value);
	}
	json_t *whole = json_object_get(extra, "__extra__");
	char *text = json_object_size(extra) > 0 ? json_dumps(extra, 0) : NULL;
	if (whole)
		json_object_set(body, "extra", whole);
	else if (text)
		json_object_set_new(body, "extra", json_string(text));
	free(text);
	json_decref(extra);
	return !wrong
		|| error_say(error,
			"what follows ? in the URI of the connection is not of the form "
			"key=value&key=value");
}

static bool set_port(json_t *body, const char *text, size_t len, GError **error)
{
	g_autofree char *digits = g_strndup(text, len);
	guint64 port;
	if (len == 0)
		return true;
	if (!g_ascii_string_to_unsigned(digits, 10, 1, PORT_MAX, &port, NULL))
		return error_say(error,
			"the port in the URI of the connection is no number from 1 to %d; in "
			"login, password and host the characters / ? # @ : are written as %%2F "
			"%%3F "
			"%%23 %%40 %%3A",
			PORT_MAX);
	json_object_set_new(body, "port", json_integer((json_int_t)port));
	return true;
}

static const char *last_of(const char *text, size_t len, char c)
{
	return len ? memrchr(text, c, len) : NULL;
}

/* `host:port`, an IPv6 address in brackets. */
static bool set_host(json_t *body, const char *text, size_t len, GError **error)
{
	const char *bracket = *text == '[' ? last_of(text, len, ']') : NULL;
	const char *from = bracket ? bracket : text;
	const char *colon = last_of(from, len - (size_t)(from - text), ':');
	size_t host_len = colon ? (size_t)(colon - text) : len;
	if (bracket)
		return set_part(body, "host", text + 1, (size_t)(bracket - text) - 1, error)
			&& (!colon || set_port(body, colon + 1, len - host_len - 1, error));
	return set_part(body, "host", text, host_len, error)
		&& (!colon || set_port(body, colon + 1, len - host_len - 1, error));
}

static bool set_authority(json_t *body, const char *text, size_t len, GError **error)
{
	const char *at = last_of(text, len, '@');
	size_t user_len = at ? (size_t)(at - text) : 0;
	const char *colon = user_len ? memchr(text, ':', user_len) : NULL;
	size_t login_len = colon ? (size_t)(colon - text) : user_len;
	const char *host = at ? at + 1 : text;
	return set_part(body, "login", text, login_len, error)
		&& (!colon
			|| set_part(body, "password", colon + 1, user_len - login_len - 1, error))
		&& set_host(body, host, len - (size_t)(host - text), error);
}

/* `http://https://host`: the host of a connection may have a scheme of its own. */
static void protocol_put(json_t *body, const char *protocol, size_t len)
{
	const char *host = json_string_value(json_object_get(body, "host"));
	g_autofree char *whole = g_strdup_printf(
		"%.*s%s%s", (int)len, protocol, host ? "://" : "", host ? host : "");
	json_object_set_new(body, "host", json_string(whole));
}

static bool uri_read(json_t *body, const char *rest, GError **error)
{
	size_t authority_len = strcspn(rest, "/?#");
	size_t protocol_len = 0;
	const char *protocol = rest;
	if (authority_len > 1 && g_str_has_prefix(rest + authority_len - 1, "://")
		&& is_scheme(rest, authority_len - 1)) {
		protocol_len = authority_len - 1;
		rest += authority_len + 2;
		authority_len = strcspn(rest, "/?#");
	}
	if (!set_authority(body, rest, authority_len, error))
		return false;
	if (protocol_len)
		protocol_put(body, protocol, protocol_len);
	const char *path = rest + authority_len + (rest[authority_len] == '/');
	size_t path_len = strcspn(path, "?#");
	const char *query = path[path_len] == '?' ? path + path_len + 1 : "";
	return set_part(body, "schema", path, path_len, error)
		&& set_extra(body, query, strcspn(query, "#"), error);
}

json_t *connection_of_uri(const char *uri, GError **error)
{
	const char *mark = strstr(uri, "://");
	if (!mark || !is_scheme(uri, (size_t)(mark - uri))) {
		say_form(error);
		return NULL;
	}
	g_autofree char *type = type_of_scheme(uri, (size_t)(mark - uri));
	json_t *body = json_pack("{s:s}", "conn_type", type);
	if (uri_read(body, mark + 3, error))
		return connection_of_json(body, error);
	json_decref(body);
	return NULL;
}

/* ---- an object ---- */

static bool key_is_known(const char *key, GError **error)
{
	static const char *const known[] = {"conn_type", "description", "host", "login", "password",
		"schema", "port", "extra", "extra_dejson", NULL};
	const char *meant = suggest(key, known);
	if (g_strv_contains(known, key))
		return true;
	return meant ? error_say(error, "unknown key \"%s\" of a connection; did you mean \"%s\"?",
		       key, meant)
		     : error_say(error, "unknown key \"%s\" of a connection", key);
}

static bool put_text(json_t *body, const char *key, json_t *value, GError **error)
{
	if (!json_is_string(value))
		return error_say(error, "\"%s\" of a connection must be text", key);
	json_object_set(body, key, value);
	return true;
}

/* A port may be written as text, too. */
static bool put_port(json_t *body, json_t *value, GError **error)
{
	json_int_t port = json_integer_value(value);
	gint64 written;
	if (json_is_string(value) && !*json_string_value(value))
		return true;
	if (json_is_string(value)
		&& g_ascii_string_to_signed(
			json_string_value(value), 10, 1, PORT_MAX, &written, NULL))
		port = written;
	if (port < 1 || port > PORT_MAX)
		return error_say(error,
			"\"port\" of a connection must be a whole number from 1 to %d", PORT_MAX);
	json_object_set_new(body, "port", json_integer(port));
	return true;
}

/* Kept as text, as it was written. */
static bool put_extra(json_t *body, json_t *value, GError **error)
{
	const char *written = json_string_value(value);
	if (written && !*written)
		return true;
	json_t *extra =
		written ? json_loads(written, JSON_REJECT_DUPLICATES, NULL) : json_incref(value);
	bool is_object = json_is_object(extra);
	char *text = is_object && !written ? json_dumps(extra, 0) : NULL;
	if (is_object)
		json_object_set_new(body, "extra", json_string(written ? written : text));
	free(text);
	json_decref(extra);
	return is_object
		|| error_say(error,
			"\"extra\" of a connection must be a JSON object, as {\"region\": \"eu\"}");
}

/* null is what is not there. */
static bool put_field(json_t *body, const char *key, json_t *value, GError **error)
{
	if (!key_is_known(key, error))
		return false;
	if (json_is_null(value))
		return true;
	if (strcmp(key, "port") == 0)
		return put_port(body, value, error);
	if (g_str_has_prefix(key, "extra"))
		return put_extra(body, value, error);
	return put_text(body, key, value, error);
}

json_t *connection_of_json(json_t *value, GError **error)
{
	json_t *body = json_object(), *field;
	json_t *uri = json_object_get(value, "uri");
	const char *key;
	bool is_read = json_is_object(value)
		|| error_say(
			error, "a connection is a JSON object such as {\"conn_type\": \"http\"}");
	if (is_read && json_is_string(uri)) {
		json_decref(body);
		body = json_object_size(value) == 1
			? connection_of_uri(json_string_value(uri), error)
			: NULL;
		if (!body && json_object_size(value) > 1)
			error_say(error, "\"uri\" of a connection stands alone");
		json_decref(value);
		return body;
	}
	json_object_foreach(value, key, field) is_read =
		is_read && put_field(body, key, field, error);
	json_decref(value);
	if (is_read)
		return body;
	json_decref(body);
	return NULL;
}

json_t *connection_of_text(const char *text, GError **error)
{
	json_error_t wrong;
	text += strspn(text, " \t\r\n");
	if (*text != '{')
		return connection_of_uri(text, error);
	json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &wrong);
	if (value)
		return connection_of_json(value, error);
	/* jansson's own sentence quotes what it has read. */
	error_say(
		error, "the connection is not JSON: line %d, column %d", wrong.line, wrong.column);
	return NULL;
}

/* ---- back to a URI ---- */

static void append_escaped(GString *uri, const char *text)
{
	g_string_append_uri_escaped(uri, text, NULL, FALSE);
}

static bool all_are_texts(const json_t *extra)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)extra, key, value)
	{
		if (!json_is_string(value) || strcmp(key, "__extra__") == 0)
			return false;
	}
	return json_object_size(extra) > 0;
}

static void append_extra(GString *uri, const char *text, char mark)
{
	json_t *extra = json_loads(text, 0, NULL), *value;
	const char *key;
	if (all_are_texts(extra)) {
		json_object_foreach(extra, key, value)
		{
			g_string_append_c(uri, mark);
			append_escaped(uri, key);
			g_string_append_c(uri, '=');
			append_escaped(uri, json_string_value(value));
			mark = '&';
		}
	} else {
		g_string_append_printf(uri, "%c__extra__=", mark);
		append_escaped(uri, text);
	}
	json_decref(extra);
}

static void append_login(GString *uri, const char *login, const char *password)
{
	if (!login && !password)
		return;
	if (login)
		append_escaped(uri, login);
	if (password) {
		g_string_append_c(uri, ':');
		append_escaped(uri, password);
	}
	g_string_append_c(uri, '@');
}

static const char *field_text(const json_t *connection, const char *name)
{
	return json_string_value(json_object_get(connection, name));
}

char *connection_uri(const json_t *connection)
{
	const char *type = field_text(connection, "conn_type");
	const char *host = field_text(connection, "host");
	const char *schema = field_text(connection, "schema");
	const char *extra = field_text(connection, "extra");
	json_int_t port = json_integer_value(json_object_get(connection, "port"));
	g_autofree char *scheme = g_strdelimit(g_ascii_strdown(type ? type : "", -1), "_", '-');
	GString *uri = g_string_new(scheme);
	const char *protocol_end = host ? strstr(host, "://") : NULL;
	g_string_append(uri, "://");
	if (protocol_end) {
		g_string_append_len(uri, host, protocol_end + 3 - host);
		host = protocol_end + 3;
	}
	append_login(uri, field_text(connection, "login"), field_text(connection, "password"));
	if (host)
		append_escaped(uri, host);
	if (port)
		g_string_append_printf(uri, ":%d", (int)port);
	if (schema || extra)
		g_string_append_c(uri, '/');
	if (schema)
		append_escaped(uri, schema);
	if (extra)
		append_extra(uri, extra, '?');
	return g_string_free(uri, FALSE);
}
