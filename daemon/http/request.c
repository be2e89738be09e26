/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "daemon/http/server.h"
#include "lib/base/error.h"

struct request *request_new(struct connection *connection, const char *raw)
{
	struct arena *arena = arena_new();
	struct request *request = arena_alloc(arena, sizeof(*request));
	request->http = connection->http;
	request->connection = connection;
	request->arena = arena;
	request->peer = connection->peer;
	request->raw = arena_strdup(arena, raw);
	request->method = "";
	request->body = g_byte_array_new();
	request->http->n_users++;
	return request;
}

void request_free(struct request *request)
{
	if (request->response)
		MHD_destroy_response(request->response);
	if (request->free_data)
		request->free_data(request->data);
	json_decref(request->json);
	request->http->body_bytes -= request->body->len;
	if (request->body->len > 0)
		explicit_bzero(request->body->data, request->body->len);
	g_byte_array_unref(request->body);
	http_unuse(request->http);
	arena_free(request->arena);
}

const char *request_path(const struct request *request, const char *name)
{
	int segment = route_segment(request->route, name);
	g_assert(segment >= 0);
	return request->target.segments[segment];
}

bool request_has_path(const struct request *request, const char *name)
{
	return route_segment(request->route, name) >= 0;
}

const char *request_query(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->target.n_query; i++)
		if (strcmp(request->target.query[i].name, name) == 0)
			return request->target.query[i].value;
	return NULL;
}

const char *const *request_queries(const struct request *request, const char *name)
{
	const struct target *target = &request->target;
	const char **values = arena_array(request->arena, target->n_query + 1, sizeof(*values));
	size_t n = 0;
	for (size_t i = 0; i < target->n_query; i++)
		if (strcmp(target->query[i].name, name) == 0)
			values[n++] = target->query[i].value;
	return values;
}

static bool refuse_integer(struct request *request, const char *name, const char *text,
	const char *type, const char *what)
{
	request_refuse_field(request,
		&(struct field){
			.where = "query", .name = name, .type = type, .input = json_string(text)},
		"input should be %s", what);
	return false;
}

bool request_query_integer(struct request *request, const char *name, int64_t minimum,
	int64_t maximum, int64_t otherwise, int64_t *out)
{
	*out = otherwise;
	const char *text = request_query(request, name);
	if (!text)
		return true;
	g_autoptr(GError) error = NULL;
	bool is_read = g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, out, &error);
	if (!is_read
		&& !g_error_matches(
			error, G_NUMBER_PARSER_ERROR, G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS))
		return refuse_integer(request, name, text, "int_parsing", "a valid integer");
	bool is_too_small = is_read ? *out < minimum : text[0] == '-';
	bool is_too_large = is_read ? *out > maximum : text[0] != '-';
	g_autofree char *limit = NULL;
	if (is_too_small) {
		limit = g_strdup_printf("greater than or equal to %" PRId64, minimum);
		return refuse_integer(request, name, text, "greater_than_equal", limit);
	}
	if (is_too_large) {
		limit = g_strdup_printf("less than or equal to %" PRId64, maximum);
		return refuse_integer(request, name, text, "less_than_equal", limit);
	}
	return true;
}

static bool is_json(const char *content_type)
{
	if (!content_type)
		return true;
	size_t len = strcspn(content_type, "; \t");
	g_autofree char *type = g_ascii_strdown(content_type, (gssize)len);
	return strcmp(type, "application/json") == 0
		|| (g_str_has_prefix(type, "application/") && g_str_has_suffix(type, "+json"));
}

static json_t *refuse_body(
	struct request *request, const char *type, json_t *input, const char *why)
{
	request_refuse_field(
		request, &(struct field){.where = "body", .type = type, .input = input}, "%s", why);
	return NULL;
}

static json_t *refuse_syntax(struct request *request, const json_error_t *error)
{
	g_autofree char *why =
		g_strdup_printf("the body is not valid JSON: %.*s (line %d, column %d)",
			complaint_size(error->text), error->text, error->line, error->column);
	return refuse_body(request, "json_invalid", NULL, why);
}

json_t *request_body(struct request *request)
{
	if (request->json)
		return request->json;
	const GByteArray *body = request->body;
	if (body->len == 0)
		return refuse_body(
			request, "missing", NULL, "a JSON object is expected as the body");
	if (!is_json(request->head.content_type))
		return refuse_body(request, "content_type", json_string(request->head.content_type),
			"the body must be application/json");
	json_error_t error;
	const char *text = (const char *)body->data;
	request->json =
		json_loadb(text, body->len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!request->json)
		return refuse_syntax(request, &error);
	if (json_is_object(request->json))
		return request->json;
	/* What was sent is not sent back: it may be a secret. */
	return refuse_body(
		request, "model_attributes_type", NULL, "the body must be a JSON object");
}

bool request_accepts(const struct request *request, const char *content_type)
{
	size_t len = strlen(content_type);
	const char *at = request->head.accept;
	while (at && *at) {
		at += strspn(at, ", \t");
		size_t n = strcspn(at, ",; \t");
		if (n == len && g_ascii_strncasecmp(at, content_type, n) == 0)
			return true;
		at += strcspn(at, ",");
	}
	return false;
}

const struct peer *request_peer(const struct request *request)
{
	return &request->peer;
}

const char *request_method(const struct request *request)
{
	return request->method;
}

const char *request_url(const struct request *request)
{
	return request->target.path;
}

void request_set_data(struct request *request, void *data, GDestroyNotify free_data)
{
	request->data = data;
	request->free_data = free_data;
}

void *request_data(const struct request *request)
{
	return request->data;
}
