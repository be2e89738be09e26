/* SPDX-License-Identifier: MIT */
/*
 * How a request arrives. Most refusals wait until the body has been read and dropped: an answer
 * before it would end the connection, and a client that is still writing may not see it at all.
 */
#include <string.h>
#include <unistd.h>

#include "daemon/http/server.h"

enum {
	/* Bodies up to so many times the limit are read, dropped, and answered in peace. */
	DROPPED_BODIES = 4,
	/* All bodies being held together, in limits of one. */
	HELD_BODIES = 16,
};

static struct connection *connection_of(struct MHD_Connection *mhd)
{
	return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* The address before libmicrohttpd decodes it, which is ours to do. */
void *on_request_line(void *http, const char *raw, struct MHD_Connection *mhd)
{
	struct connection *connection = connection_of(mhd);
	connection_expect(connection);
	connection->request = request_new(connection, raw ? raw : "");
	/* It may have no memory to take a query apart, and then waits to be called again. */
	connection->http->has_resumed |= strchr(connection->request->raw, '?') != NULL;
	return connection->request;
}

static bool peer_is_allowed(const struct http *http, const struct peer *peer)
{
	return peer->uid == 0 || peer->uid == geteuid()
		|| (http->options.is_allowed && http->options.is_allowed(http->options.data, peer));
}

static void request_find_route(struct request *request)
{
	g_autoptr(GString) allow = g_string_new(NULL);
	switch (router_find(request->http->router, request->method, request->target.segments,
		&request->route, allow)) {
	case ROUTER_FOUND:
		break;
	case ROUTER_NO_PATH:
		request_refuse(request, MHD_HTTP_NOT_FOUND,
			"there is no such path here: \"%.200s\"", request->target.path);
		break;
	case ROUTER_NO_METHOD:
		request_refuse_method(request, allow->str);
		break;
	}
}

static void refuse_size(struct request *request)
{
	request_refuse(request, MHD_HTTP_CONTENT_TOO_LARGE, "the body is larger than %zu bytes",
		request->http->options.body_max);
}

/* What can be said before the body; answers if the request is to be refused. */
static void request_check(struct request *request)
{
	const char *why;
	if (!peer_is_allowed(request->http, &request->peer))
		request_refuse(request, MHD_HTTP_FORBIDDEN, "user %u may not use this socket",
			(unsigned)request->peer.uid);
	else if (!target_parse(&request->target, request->arena, request->raw, &why))
		request_refuse(request, MHD_HTTP_BAD_REQUEST, "%s", why);
	else
		request_find_route(request);
	if (request->state == REQUEST_ARRIVING
		&& request->head.content_length > request->http->options.body_max)
		refuse_size(request);
}

static enum MHD_Result request_send(struct request *request)
{
	struct MHD_Response *response = g_steal_pointer(&request->response);
	enum MHD_Result sent =
		MHD_queue_response(request->connection->mhd, request->status, response);
	MHD_destroy_response(response);
	/* A reader that pauses, such as a pager, is no reason to cut a stream: its queue is
	 * bounded. */
	if (sent == MHD_YES && request->connection->stream)
		MHD_set_connection_option(
			request->connection->mhd, MHD_CONNECTION_OPTION_TIMEOUT, 0);
	return sent;
}

/* So large a body is not even read to be dropped. */
static bool is_hopeless(const struct request *request, uint64_t size)
{
	return size / DROPPED_BODIES > request->http->options.body_max;
}

static enum MHD_Result request_begin(struct request *request, const char *method)
{
	const char *why;
	request->has_begun = true;
	request->method = arena_strdup(request->arena, method);
	if (!head_read(&request->head, request->connection->mhd, &why)) {
		request_refuse(request, MHD_HTTP_BAD_REQUEST, "%s", why);
		return request_send(request);
	}
	/* libmicrohttpd's memory goes with the connection, a request may outlive it. */
	if (request->head.content_type)
		request->head.content_type =
			arena_strdup(request->arena, request->head.content_type);
	if (request->head.accept)
		request->head.accept = arena_strdup(request->arena, request->head.accept);
	request_check(request);
	bool is_better_now = request->head.expects_continue
		|| is_hopeless(request, request->head.content_length);
	if (request->state == REQUEST_ANSWERED && is_better_now)
		return request_send(request);
	return MHD_YES;
}

static void request_take(struct request *request, const char *bytes, size_t size)
{
	struct http *http = request->http;
	if (request->state == REQUEST_ANSWERED)
		return;
	if (size > http->options.body_max - request->body->len) {
		refuse_size(request);
		return;
	}
	if (http->body_bytes + size > http->options.body_max * HELD_BODIES) {
		request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE,
			"too many large requests at once; try again");
		return;
	}
	g_byte_array_append(request->body, (const guint8 *)bytes, size);
	http->body_bytes += size;
}

/* Not by way of the request: its handler may still have it, and answer it into the void later. */
static enum MHD_Result connection_send_closing(struct connection *connection)
{
	struct MHD_Response *response = response_of_detail("dagd is shutting down");
	enum MHD_Result sent =
		MHD_queue_response(connection->mhd, MHD_HTTP_SERVICE_UNAVAILABLE, response);
	MHD_destroy_response(response);
	return sent;
}

/* The request is complete; called again for each resumption until an answer goes out. */
static enum MHD_Result request_proceed(struct request *request)
{
	struct connection *connection = request->connection;
	connection_expect_nothing(connection);
	if (connection->is_gone)
		return MHD_NO;
	if (request->state == REQUEST_ARRIVING && !request->http->is_closed) {
		request->state = REQUEST_HANDLED;
		request->route->handler(request, request->http->options.data);
	}
	if (request->state == REQUEST_ANSWERED)
		return request_send(request);
	if (request->http->is_closed)
		return connection_send_closing(connection);
	connection_suspend(connection);
	return MHD_YES;
}

enum MHD_Result on_request(void *http, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **context)
{
	struct request *request = *context;
	if (!request->has_begun)
		return request_begin(request, method);
	if (*upload_size == 0)
		return request_proceed(request);
	request_take(request, upload, *upload_size);
	/* libmicrohttpd is done with it, and may keep the memory: there may be secrets in it. */
	explicit_bzero((char *)upload, *upload_size);
	request->n_received += *upload_size;
	*upload_size = 0;
	return is_hopeless(request, request->n_received) ? MHD_NO : MHD_YES;
}

/* Its client is no longer there, or has its answer. */
void request_lose_connection(struct request *request)
{
	struct connection *connection = request->connection;
	connection->request = NULL;
	request->connection = NULL;
	if (connection->stream)
		stream_lose_connection(g_steal_pointer(&connection->stream));
	connection_expect(connection);
	/* The handler's request stays until it is answered. */
	if (request->state != REQUEST_HANDLED)
		request_free(request);
}

void on_completed(
	void *http, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode why)
{
	struct request *request = *context;
	*context = NULL;
	if (request)
		request_lose_connection(request);
}
