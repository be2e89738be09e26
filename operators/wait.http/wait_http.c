/* SPDX-License-Identifier: MIT */
/* Looks whether an HTTP server answers as it should. */
#include <stdio.h>
#include <string.h>

#include "lib/aws/http.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"
#include "operators/connection.h"
#include "operators/program.h"

enum { BODY_MAX = 16 << 20, TIMEOUT_MS = 60 * 1000, STATUS_ERROR = 400, QUOTED_MAX = 200 };

static const char *const types[] = {"http", "https", NULL};

struct exchange {
	char *url, *body;
	GPtrArray *headers; /* NULL-terminated at the end */
};

static bool refuse(GError **error, const char *sentence)
{
	g_set_error_literal(error, LIB_ERROR, 0, sentence);
	return false;
}

/* `http://host:port` of a connection. */
static char *origin_text(const struct connection *connection)
{
	const char *schema = connection->database ? connection->database : "http";
	g_autofree char *port =
		connection->port ? g_strdup_printf(":%d", connection->port) : g_strdup("");
	if (strstr(connection->host, "://"))
		return g_strconcat(connection->host, port, NULL);
	return g_strconcat(schema, "://", connection->host, port, NULL);
}

static bool url_make(
	const struct connection *connection, const char *endpoint, char **url, GError **error)
{
	if (strstr(endpoint, "://") && !connection->host) {
		*url = g_strdup(endpoint);
		return true;
	}
	if (!connection->host)
		return refuse(error,
			"\"endpoint\" is no whole URL, and there is no connection "
			"(http_conn_id) that says where the server is");
	g_autofree char *origin = origin_text(connection);
	bool has_slash = endpoint[0] == '/' || g_str_has_suffix(origin, "/");
	*url = g_strconcat(origin, has_slash ? "" : "/", endpoint, NULL);
	return true;
}

/* `a=1&b=2` of a map. */
static char *form_text(const json_t *map)
{
	GString *text = g_string_new(NULL);
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)map, name, value)
	{
		g_autofree char *plain = json_is_string(value)
			? g_strdup(json_string_value(value))
			: json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		g_autofree char *left = g_uri_escape_string(name, NULL, FALSE);
		g_autofree char *right = g_uri_escape_string(plain, NULL, FALSE);
		g_string_append_printf(text, "%s%s=%s", text->len ? "&" : "", left, right);
	}
	return g_string_free(text, FALSE);
}

static void params_put(const json_t *arguments, struct exchange *exchange)
{
	const json_t *params = json_object_get(arguments, "request_params");
	const char *method = program_text(arguments, "method");
	bool has_body = g_strcmp0(method, "POST") == 0 || g_strcmp0(method, "PUT") == 0;
	if (json_object_size(params) == 0)
		return;
	if (has_body) {
		exchange->body = form_text(params);
		return;
	}
	g_autofree char *query = form_text(params);
	g_autofree char *url = exchange->url;
	exchange->url = g_strconcat(url, strchr(url, '?') ? "&" : "?", query, NULL);
}

/* A value with a line end would be a header more. */
static bool header_put(
	struct exchange *exchange, const char *name, const json_t *value, GError **error)
{
	g_autofree char *text = json_is_string(value)
		? g_strdup(json_string_value(value))
		: json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	if (strpbrk(name, "\r\n: ") || strpbrk(text, "\r\n")) {
		g_set_error(error, LIB_ERROR, 0, "headers: \"%s\" is no header of one line", name);
		return false;
	}
	g_ptr_array_add(exchange->headers, g_strdup_printf("%s: %s", name, text));
	return true;
}

static bool headers_put(
	struct exchange *exchange, const json_t *headers, const json_t *but, GError **error)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)headers, name, value) if (!json_object_get(but, name)
		&& !header_put(exchange, name, value, error)) return false;
	return true;
}

static void login_put(const struct connection *connection, struct exchange *exchange)
{
	if (!connection->user && !connection->password)
		return;
	g_autofree char *plain = g_strdup_printf("%s:%s", connection->user ? connection->user : "",
		connection->password ? connection->password : "");
	g_autofree char *coded = g_base64_encode((const guchar *)plain, strlen(plain));
	g_ptr_array_add(exchange->headers, g_strconcat("Authorization: Basic ", coded, NULL));
}

static bool exchange_make(const json_t *arguments, const struct connection *connection,
	struct exchange *exchange, GError **error)
{
	const char *endpoint = program_text(arguments, "endpoint");
	const json_t *headers = json_object_get(arguments, "headers");
	if (!endpoint && !connection->host)
		return refuse(error, "\"endpoint\" is missing");
	if (!url_make(connection, endpoint ? endpoint : "", &exchange->url, error))
		return false;
	params_put(arguments, exchange);
	login_put(connection, exchange);
	if (!headers_put(exchange, headers, NULL, error)
		|| !headers_put(exchange, connection->extra, headers, error))
		return false;
	g_ptr_array_add(exchange->headers, NULL);
	return true;
}

/* Whether the status is among those that mean not yet; they are written as text or as numbers. */
static bool status_is_allowed(const json_t *arguments, long status)
{
	const json_t *list = json_object_get(arguments, "response_error_codes_allowlist");
	g_autofree char *text = g_strdup_printf("%ld", status);
	size_t i;
	json_t *one;
	json_array_foreach(list, i, one) if (json_integer_value(one) == status
		|| g_strcmp0(json_string_value(one), text) == 0) return true;
	return false;
}

static int answer_look(const json_t *arguments, const char *url, const struct http_answer *answer)
{
	const char *wanted = program_text(arguments, "response_contains");
	if (answer->failure != CURLE_OK)
		return program_fail("%s: %s", url, answer->failure_text);
	if (status_is_allowed(arguments, answer->status))
		return program_not_yet("not yet: %s answered with status %ld", url, answer->status);
	if (answer->status >= STATUS_ERROR) {
		g_autofree char *body =
			g_utf8_make_valid(answer->body->str, MIN(answer->body->len, QUOTED_MAX));
		return program_fail("%s answered with status %ld: %s", url, answer->status, body);
	}
	if (wanted && !g_strstr_len(answer->body->str, (gssize)answer->body->len, wanted))
		return program_not_yet(
			"not yet: the answer of %s does not hold \"%s\"", url, wanted);
	printf("%s answered with status %ld\n", url, answer->status);
	return program_succeed(NULL);
}

static int exchange_run(const json_t *arguments, const struct exchange *exchange)
{
	const char *method = program_text(arguments, "method");
	struct http_request request = {
		.method = method ? method : "GET",
		.url = exchange->url,
		.headers = (const char *const *)exchange->headers->pdata,
		.body = exchange->body,
		.body_max = BODY_MAX,
		.timeout_ms = TIMEOUT_MS,
	};
	struct http_answer answer;
	CURL *curl = curl_easy_init();
	g_assert(curl);
	http_exchange(curl, &request, &answer);
	int code = answer_look(arguments, exchange->url, &answer);
	http_answer_clear(&answer);
	curl_easy_cleanup(curl);
	return code;
}

static int task_run(const json_t *arguments)
{
	g_autoptr(GError) error = NULL;
	struct connection connection = {0};
	struct exchange exchange = {.headers = g_ptr_array_new_with_free_func(g_free)};
	bool is_ready = connection_read(arguments, "http_conn_id", types, &connection, &error)
		&& exchange_make(arguments, &connection, &exchange, &error);
	int code = is_ready ? exchange_run(arguments, &exchange)
			    : program_fail_for_good("%s", error->message);
	connection_clear(&connection);
	g_free(exchange.url);
	g_free(exchange.body);
	g_ptr_array_unref(exchange.headers);
	return code;
}

int main(void)
{
	json_t *arguments = program_arguments();
	int code = task_run(arguments);
	json_decref(arguments);
	return code;
}
