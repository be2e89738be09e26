/* SPDX-License-Identifier: MIT */
#include "operators/http/call.h"

#include <string.h>

#include "lib/base/instant.h"
#include "operators/program.h"

static bool refuse(GError **error, const char *sentence)
{
	g_set_error_literal(error, LIB_ERROR, 0, sentence);
	return false;
}

/* ---- where ---- */

static bool has_blank(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return true;
	return false;
}

GUri *url_parse(const char *text, const char *what, GError **error)
{
	const char *why = NULL;
	/* First, since all that follows repeats the URL. */
	g_autoptr(GUri) url = has_blank(text)
		? NULL
		: g_uri_parse(text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
	const char *scheme = url ? g_uri_get_scheme(url) : "";
	if (has_blank(text))
		why = "it holds a blank or a line end";
	else if (url && g_uri_get_userinfo(url))
		why = "it holds a login, which belongs in a connection";
	else if (!url || !g_uri_get_host(url) || !*g_uri_get_host(url))
		why = "expected http://host/path or https://host/path";
	else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
		why = "it must begin with http:// or https://";
	if (!why)
		return g_steal_pointer(&url);
	g_set_error(error, LIB_ERROR, 0, "%s is no URL to be asked: %s", what, why);
	return NULL;
}

/* `http://host:port` */
static char *origin_text(const struct connection *connection)
{
	const char *scheme = connection->database ? connection->database : "http";
	bool has_scheme = strstr(connection->host, "://") != NULL;
	bool is_bare_ipv6 =
		!has_scheme && strchr(connection->host, ':') && connection->host[0] != '[';
	g_autofree char *port =
		connection->port ? g_strdup_printf(":%d", connection->port) : g_strdup("");
	if (has_scheme)
		return g_strconcat(connection->host, port, NULL);
	if (is_bare_ipv6 && strchr(connection->host, ':') != strrchr(connection->host, ':'))
		return g_strconcat(scheme, "://[", connection->host, "]", port, NULL);
	return g_strconcat(scheme, "://", connection->host, port, NULL);
}

static char *url_text(const json_t *arguments, const struct connection *connection, GError **error)
{
	const char *endpoint = program_text(arguments, "endpoint");
	if (!connection->host && connection->id) {
		g_set_error(
			error, LIB_ERROR, 0, "the connection \"%s\" names no host", connection->id);
		return NULL;
	}
	if (!connection->host && endpoint && strstr(endpoint, "://"))
		return g_strdup(endpoint);
	if (!connection->host) {
		refuse(error,
			"there is no server to ask: give http_conn_id, or a whole URL as "
			"endpoint");
		return NULL;
	}
	g_autofree char *origin = origin_text(connection);
	if (!endpoint)
		return g_steal_pointer(&origin);
	bool has_slash = endpoint[0] == '/' || g_str_has_suffix(origin, "/");
	return g_strconcat(origin, has_slash ? "" : "/", endpoint, NULL);
}

char *url_shown(GUri *url)
{
	return g_uri_to_string_partial(
		url, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT);
}

/* ---- what ---- */

static char *plain_text(const json_t *value)
{
	if (json_is_string(value))
		return g_strdup(json_string_value(value));
	char *json = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	char *text = g_strdup(json);
	free(json);
	return text;
}

static void field_append(GString *form, const char *name, const json_t *value)
{
	g_autofree char *plain = plain_text(value);
	g_autofree char *left = g_uri_escape_string(name, NULL, FALSE);
	g_autofree char *right = g_uri_escape_string(plain, NULL, FALSE);
	g_string_append_printf(form, "%s%s=%s", form->len ? "&" : "", left, right);
}

/* `a=1&b=2` of a map; a list is a field for each of its values. */
static char *form_text(const json_t *map)
{
	GString *form = g_string_new(NULL);
	const char *name;
	json_t *value, *one;
	size_t i;
	json_object_foreach((json_t *)map, name, value)
	{
		if (!json_is_array(value))
			field_append(form, name, value);
		json_array_foreach(value, i, one) field_append(form, name, one);
	}
	return g_string_free(form, FALSE);
}

static void query_add(struct call *call, const char *more)
{
	GUri *url = call->url;
	const char *query = g_uri_get_query(url);
	g_autofree char *whole = query && *query ? g_strconcat(query, "&", more, NULL) : NULL;
	call->url =
		g_uri_build(G_URI_FLAGS_ENCODED, g_uri_get_scheme(url), NULL, g_uri_get_host(url),
			g_uri_get_port(url), g_uri_get_path(url), whole ? whole : more, NULL);
	g_uri_unref(url);
}

static bool has_no_body(const struct call *call)
{
	return strcmp(call->method, "GET") == 0 || strcmp(call->method, "HEAD") == 0;
}

static bool is_given(const json_t *value)
{
	return value && !json_is_null(value);
}

static bool data_read(const json_t *data, struct call *call, GError **error)
{
	if (json_is_object(data) && has_no_body(call)) {
		g_autofree char *query = form_text(data);
		if (*query)
			query_add(call, query);
		return true;
	}
	if (has_no_body(call))
		return refuse(error,
			"data: GET and HEAD send no text; give a map, which becomes the "
			"query of the URL");
	if (json_is_object(data)) {
		call->body = form_text(data);
		call->content_type = g_strdup("application/x-www-form-urlencoded");
		return true;
	}
	if (!json_is_string(data))
		return refuse(error, "data: neither a text nor a map; a list is sent with json");
	call->body = g_strdup(json_string_value(data));
	call->content_type = g_strdup("text/plain; charset=utf-8");
	return true;
}

static bool body_read(const json_t *arguments, struct call *call, GError **error)
{
	const json_t *data = json_object_get(arguments, "data");
	const json_t *json = json_object_get(arguments, "json");
	if (is_given(data) && is_given(json))
		return refuse(error, "either data or json can be sent, not both");
	if (is_given(json) && has_no_body(call))
		return refuse(error, "json: GET and HEAD send nothing");
	if (is_given(data))
		return data_read(data, call, error);
	if (is_given(json)) {
		char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
		call->body = g_strdup(text);
		call->content_type = g_strdup("application/json");
		free(text);
	} else if (!has_no_body(call)) {
		call->body = g_strdup("");
	}
	return true;
}

/* ---- headers ---- */

static bool is_header_name(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!g_ascii_isalnum(*p) && !strchr("!#$%&'*+-.^_`|~", *p))
			return false;
	return *name != '\0';
}

/* A value with a line end would be a header more. */
static bool header_add(struct call *call, const char *name, const json_t *value, GError **error)
{
	g_autofree char *text = plain_text(value);
	if (!is_header_name(name) || strpbrk(text, "\r\n")) {
		g_set_error(error, LIB_ERROR, 0, "headers: \"%s\" is no header of one line", name);
		return false;
	}
	if (g_ascii_strcasecmp(name, "Content-Type") == 0) {
		g_free(call->content_type);
		call->content_type = g_steal_pointer(&text);
	} else if (g_ascii_strcasecmp(name, "Host") == 0
		|| g_ascii_strcasecmp(name, "Content-Length") == 0) {
		g_set_error(
			error, LIB_ERROR, 0, "headers: \"%s\" is not for the task to say", name);
		return false;
	} else {
		/* With a semicolon curl sends one without a value. */
		g_ptr_array_add(call->headers,
			*text ? g_strdup_printf("%s: %s", name, text)
			      : g_strdup_printf("%s;", name));
	}
	return true;
}

static bool has_header(const json_t *headers, const char *wanted)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)headers, name,
		value) if (g_ascii_strcasecmp(name, wanted) == 0) return true;
	return false;
}

static bool headers_add(struct call *call, const json_t *headers, const json_t *but, GError **error)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)headers, name, value) if (!has_header(but, name)
		&& !header_add(call, name, value, error)) return false;
	return true;
}

static void login_read(const struct connection *connection, struct call *call)
{
	if (!connection->user && !connection->password)
		return;
	g_autofree char *plain = g_strdup_printf("%s:%s", connection->user ? connection->user : "",
		connection->password ? connection->password : "");
	call->login = g_base64_encode((const guchar *)plain, strlen(plain));
	explicit_bzero(plain, strlen(plain));
}

GPtrArray *call_headers(const struct call *call)
{
	GPtrArray *headers = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; i < call->headers->len; i++)
		g_ptr_array_add(headers, g_strdup(call->headers->pdata[i]));
	/* Without a value curl does not send what it would by itself. */
	g_ptr_array_add(headers,
		g_strdup_printf("Content-Type:%s%s", call->content_type ? " " : "",
			call->content_type ? call->content_type : ""));
	if (call->login)
		g_ptr_array_add(headers, g_strconcat("Authorization: Basic ", call->login, NULL));
	g_ptr_array_add(headers, NULL);
	return headers;
}

/* ---- all of it ---- */

bool call_read(const json_t *arguments, const struct connection *connection, struct call *call,
	GError **error)
{
	const json_t *headers = json_object_get(arguments, "headers");
	const char *method = program_text(arguments, "method");
	g_autofree char *text = url_text(arguments, connection, error);
	*call = (struct call){.method = method ? method : "POST",
		.headers = g_ptr_array_new_with_free_func(g_free)};
	call->url = text ? url_parse(text,
			    connection->host ? "what the connection and endpoint say" : "endpoint",
			    error)
			 : NULL;
	if (call->url && body_read(arguments, call, error)
		&& headers_add(call, connection->extra, headers, error)
		&& headers_add(call, headers, NULL, error)) {
		if (!has_header(headers, "Authorization"))
			login_read(connection, call);
		return true;
	}
	call_clear(call);
	return false;
}

void call_clear(struct call *call)
{
	if (call->url)
		g_uri_unref(call->url);
	g_free(call->body);
	g_free(call->content_type);
	g_free(call->login);
	g_ptr_array_unref(call->headers);
	*call = (struct call){0};
}
