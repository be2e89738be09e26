/* SPDX-License-Identifier: MIT */
/*
 * libmicrohttpd has no thread here: its epoll descriptor is watched by the loop, and one timer
 * stands for its own timeouts and for ours. With nothing to do, nothing wakes up.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "daemon/http/server.h"
#include "lib/base/instant.h"

enum {
	/* Request line and header fields; more get 414 or 431. */
	MEMORY_MAX = 16 * 1024,
	/* For a client that takes nothing of an answer. */
	IDLE_TIMEOUT_S = 60,
	REQUEST_TIMEOUT_MS = 60 * 1000,
	/* How often closing turns libmicrohttpd so that it sends what is left. */
	LAST_TURNS = 8,
};

void http_unuse(struct http *http)
{
	if (--http->n_users > 0)
		return;
	router_free(http->router);
	g_free(http);
}

static void on_handle_closed(uv_handle_t *handle)
{
	http_unuse(handle->data);
}

static void on_timer(uv_timer_t *timer);

void http_schedule(struct http *http)
{
	/* After the run, when all is known. */
	if (http->is_running || http->is_closed)
		return;
	MHD_UNSIGNED_LONG_LONG left_ms;
	if (MHD_get_timeout(http->mhd, &left_ms) != MHD_YES)
		left_ms = G_MAXUINT64;
	const struct connection *first = g_queue_peek_head(&http->due);
	uint64_t now_ms = uv_now(http->options.loop);
	if (first)
		left_ms = MIN(left_ms, first->due_ms - MIN(now_ms, first->due_ms));
	if (http->has_resumed || http->orphans.length > 0)
		left_ms = 0;
	if (left_ms == G_MAXUINT64)
		uv_timer_stop(&http->timer);
	else
		uv_timer_start(&http->timer, on_timer, left_ms, 0);
}

void http_run(struct http *http)
{
	http->is_running = true;
	http->has_resumed = false;
	MHD_run(http->mhd);
	http->is_running = false;
	http_schedule(http);
}

static void on_timer(uv_timer_t *timer)
{
	struct http *http = timer->data;
	connections_expire(http);
	orphans_report(http);
	http_run(http);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	http_run(poll->data);
}

/* The address and its parts are decoded by ourselves, with more care. */
static size_t unescape_nothing(void *data, struct MHD_Connection *mhd, char *text)
{
	return strlen(text);
}

static void handles_close(struct http *http)
{
	uv_close((uv_handle_t *)&http->poll, on_handle_closed);
	uv_close((uv_handle_t *)&http->timer, on_handle_closed);
}

static struct MHD_Daemon *mhd_start(struct http *http)
{
	/* Without MHD_USE_ERROR_LOG it has nothing to say on stderr. */
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET,
		0, NULL, NULL, on_request, http, MHD_OPTION_CONNECTION_LIMIT, http->connections_max,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, http->options.idle_timeout_s,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, http, MHD_OPTION_URI_LOG_CALLBACK, on_request_line, http,
		MHD_OPTION_UNESCAPE_CALLBACK, unescape_nothing, NULL,
#if MHD_VERSION >= 0x01000000
		MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1,
#endif
		MHD_OPTION_END);
}

static bool fail(GError **error, const char *what, const char *why)
{
	g_set_error(error, LIB_ERROR, 0, "cannot %s the HTTP server: %s", what, why);
	return false;
}

static bool http_attach(struct http *http, GError **error)
{
	http->connections_max = connections_max();
	http->mhd = mhd_start(http);
	if (!http->mhd)
		return fail(error, "start", g_strerror(errno));
	uv_loop_t *loop = http->options.loop;
	int fd = MHD_get_daemon_info(http->mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	int failure = uv_poll_init(loop, &http->poll, fd);
	if (failure)
		return fail(error, "watch", uv_strerror(failure));
	uv_timer_init(loop, &http->timer);
	http->poll.data = http->timer.data = http;
	http->n_users += 2;
	uv_poll_start(&http->poll, UV_READABLE, on_ready);
	failure = acceptor_open(http);
	if (failure) {
		handles_close(http);
		return fail(error, "watch the socket of", uv_strerror(failure));
	}
	http_run(http);
	return true;
}

struct http *http_open(const struct http_options *options, GError **error)
{
	struct http *http = g_new0(struct http, 1);
	http->options = *options;
	http->n_users = 1;
	if (http->options.request_timeout_ms == 0)
		http->options.request_timeout_ms = REQUEST_TIMEOUT_MS;
	if (http->options.idle_timeout_s == 0)
		http->options.idle_timeout_s = IDLE_TIMEOUT_S;
	http->router = router_new(options->routes);
	if (listener_open(&http->listener, options->socket, error)) {
		int fd = http->listener.fd;
		if (http_attach(http, error))
			return http;
		if (http->mhd)
			MHD_stop_daemon(http->mhd);
		listener_close(&http->listener);
		close(fd);
	}
	http_unuse(http);
	return NULL;
}

/* Wakes every connection up to end: with an answer, or in the middle of a stream that has no end.
 */
static void connections_end(struct http *http)
{
	for (GList *link = http->connections.head; link; link = link->next) {
		struct connection *connection = link->data;
		if (connection->stream && !stream_is_ended(connection->stream))
			stream_cut(connection->stream);
		connection_resume(connection);
	}
}

void http_close(struct http *http)
{
	if (!http)
		return;
	g_assert(!http->is_running);
	http->is_closed = true;
	int fd = http->listener.fd;
	acceptor_close(http);
	listener_close(&http->listener);
	close(fd);
	orphans_report(http);
	connections_end(http);
	for (int i = 0; i < LAST_TURNS; i++)
		MHD_run(http->mhd);
	/* It aborts on suspended connections; the last turns have left none. */
	handles_close(http);
	MHD_stop_daemon(http->mhd);
	http_unuse(http);
}
