/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "daemon/http/server.h"

enum {
	WAITING_MAX = 4 * 1024 * 1024,
	/* An empty queue that once was longer gives its memory back. */
	KEPT_MAX = 64 * 1024,
	BLOCK_SIZE = 4096,
};

struct stream {
	struct http *http;
	struct connection *connection; /* NULL: an orphan, or about to be freed */
	GByteArray *waiting;
	size_t n_taken; /* from the front of `waiting` */
	void (*on_gone)(void *data);
	void *data;
	bool is_orphan; /* has no response: its client had left before */
	bool is_ended;  /* by its owner, who has no longer a pointer to it */
	bool is_cut;
};

static void stream_free(struct stream *stream)
{
	g_byte_array_unref(stream->waiting);
	http_unuse(stream->http);
	g_free(stream);
}

/* The last word of libmicrohttpd about a stream, however it ended. */
static void on_response_freed(void *data)
{
	struct stream *stream = data;
	if (!stream->is_ended)
		stream->on_gone(stream->data);
	stream_free(stream);
}

static void waiting_shrink(struct stream *stream)
{
	if (stream->n_taken < stream->waiting->len) {
		if (stream->n_taken < KEPT_MAX || stream->n_taken < stream->waiting->len / 2)
			return;
		g_byte_array_remove_range(stream->waiting, 0, stream->n_taken);
	} else if (stream->waiting->len > KEPT_MAX) {
		g_byte_array_unref(stream->waiting);
		stream->waiting = g_byte_array_new();
	} else {
		g_byte_array_set_size(stream->waiting, 0);
	}
	stream->n_taken = 0;
}

static ssize_t on_wanted(void *data, uint64_t position, char *out, size_t max)
{
	struct stream *stream = data;
	if (stream->is_cut)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	size_t n = MIN(stream_pending(stream), max);
	if (n == 0 && stream->is_ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n == 0 && stream->http->is_closed)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (n == 0) {
		connection_suspend(stream->connection);
		return 0;
	}
	memcpy(out, stream->waiting->data + stream->n_taken, n);
	stream->n_taken += n;
	waiting_shrink(stream);
	return (ssize_t)n;
}

static struct MHD_Response *stream_response(struct stream *stream, const char *content_type)
{
	struct MHD_Response *response = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, BLOCK_SIZE, on_wanted, stream, on_response_freed);
	g_assert(response);
	response_add(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	response_add(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	response_add(response, MHD_HTTP_HEADER_CONNECTION, "close");
	response_add(response, "X-Content-Type-Options", "nosniff");
	return response;
}

struct stream *request_stream(
	struct request *request, const char *content_type, void (*on_gone)(void *data), void *data)
{
	struct stream *stream = g_new0(struct stream, 1);
	stream->http = request->http;
	stream->http->n_users++;
	stream->waiting = g_byte_array_new();
	stream->on_gone = on_gone;
	stream->data = data;
	stream->connection = request->connection;
	if (stream->connection) {
		stream->connection->stream = stream;
		request_settle(request, MHD_HTTP_OK, stream_response(stream, content_type));
		return stream;
	}
	/* The caller has no pointer to the stream yet: it is told in a later turn of the loop. */
	stream->is_orphan = true;
	if (!stream->http->is_closed) {
		g_queue_push_tail(&stream->http->orphans, stream);
		http_schedule(stream->http);
	}
	request_settle(request, MHD_HTTP_OK, NULL);
	return stream;
}

bool stream_push(struct stream *stream, const void *bytes, size_t size)
{
	if (stream->is_cut || stream->is_orphan)
		return true;
	if (size > WAITING_MAX - stream_pending(stream))
		return false;
	g_byte_array_append(stream->waiting, bytes, (guint)size);
	connection_resume(stream->connection);
	return true;
}

size_t stream_pending(const struct stream *stream)
{
	return stream->waiting->len - stream->n_taken;
}

void stream_end(struct stream *stream)
{
	if (stream->is_orphan) {
		g_queue_remove(&stream->http->orphans, stream);
		stream_free(stream);
		return;
	}
	g_assert(!stream->is_ended);
	stream->is_ended = true;
	if (!stream->connection)
		return;
	/* From here on nobody is left to lose patience with the client. */
	connection_expect(stream->connection);
	http_schedule(stream->http);
	connection_resume(stream->connection);
}

bool stream_is_ended(const struct stream *stream)
{
	return stream->is_ended;
}

void stream_cut(struct stream *stream)
{
	stream->is_cut = true;
}

void stream_lose_connection(struct stream *stream)
{
	stream->connection = NULL;
}

void orphans_report(struct http *http)
{
	struct stream *stream;
	while ((stream = g_queue_pop_head(&http->orphans))) {
		stream->on_gone(stream->data);
		stream_free(stream);
	}
}
