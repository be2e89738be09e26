/* SPDX-License-Identifier: MIT */
/*
 * A connection is suspended while a handler keeps its request or a stream has nothing to say: it
 * costs no wakeup then, but libmicrohttpd does not look at its socket either and would not notice
 * that the client left. So a copy of the socket is watched for that alone.
 */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/http/server.h"

static void on_watch_closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;
	http_unuse(connection->http);
	g_free(connection);
}

static void on_left(uv_poll_t *watch, int status, int events)
{
	struct connection *connection = watch->data;
	uv_poll_stop(watch);
	connection->is_gone = true;
	if (connection->stream)
		stream_cut(connection->stream);
	connection_resume(connection);
}

/* Without a descriptor to spare, the client's leaving is noticed when it is answered. */
static void watch_start(struct connection *connection)
{
	if (connection->watch_fd < 0) {
		int fd = fcntl(connection->fd, F_DUPFD_CLOEXEC, 3);
		if (fd < 0)
			return;
		if (uv_poll_init(connection->http->options.loop, &connection->watch, fd) != 0) {
			close(fd);
			return;
		}
		connection->watch_fd = fd;
		connection->watch.data = connection;
		connection->http->n_users++;
	}
	uv_poll_start(&connection->watch, UV_DISCONNECT, on_left);
}

void connection_suspend(struct connection *connection)
{
	g_assert(!connection->is_suspended);
	MHD_suspend_connection(connection->mhd);
	connection->is_suspended = true;
	watch_start(connection);
}

void connection_resume(struct connection *connection)
{
	if (!connection->is_suspended)
		return;
	connection->is_suspended = false;
	if (connection->watch_fd >= 0)
		uv_poll_stop(&connection->watch);
	MHD_resume_connection(connection->mhd);
	/* Without threads libmicrohttpd does not wake itself up for it. */
	connection->http->has_resumed = true;
	http_schedule(connection->http);
}

void connection_expect_nothing(struct connection *connection)
{
	if (connection->due_ms != 0)
		g_queue_unlink(&connection->http->due, &connection->due_link);
	connection->due_ms = 0;
}

void connection_expect(struct connection *connection)
{
	struct http *http = connection->http;
	connection_expect_nothing(connection);
	/* All get the same span, so the queue is sorted by itself. */
	connection->due_ms = uv_now(http->options.loop) + http->options.request_timeout_ms;
	g_queue_push_tail_link(&http->due, &connection->due_link);
}

void connections_expire(struct http *http)
{
	uint64_t now_ms = uv_now(http->options.loop);
	struct connection *connection;
	while ((connection = g_queue_peek_head(&http->due)) && connection->due_ms <= now_ms) {
		connection_expect_nothing(connection);
		/* libmicrohttpd sees the end of it and closes. */
		shutdown(connection->fd, SHUT_RDWR);
	}
}

static struct connection *connection_open(struct http *http, struct MHD_Connection *mhd)
{
	struct connection *connection = g_new0(struct connection, 1);
	connection->http = http;
	connection->mhd = mhd;
	connection->fd =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	connection->watch_fd = -1;
	connection->link.data = connection->due_link.data = connection;
	struct ucred peer = {.uid = (uid_t)-1, .gid = (gid_t)-1};
	socklen_t size = sizeof(peer);
	getsockopt(connection->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
	connection->peer = (struct peer){.uid = peer.uid, .gid = peer.gid, .pid = peer.pid};
	g_queue_push_tail_link(&http->connections, &connection->link);
	connection_expect(connection);
	return connection;
}

static void connection_close(struct connection *connection)
{
	/* libmicrohttpd does not tell of the end of a request whose address it has no memory for.
	 */
	if (connection->request)
		request_lose_connection(connection->request);
	g_assert(!connection->stream);
	connection_expect_nothing(connection);
	g_queue_unlink(&connection->http->connections, &connection->link);
	acceptor_resume(connection->http);
	if (connection->watch_fd < 0) {
		g_free(connection);
		return;
	}
	uv_close((uv_handle_t *)&connection->watch, on_watch_closed);
	close(connection->watch_fd);
}

void on_connection(void *http, struct MHD_Connection *mhd, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = connection_open(http, mhd);
		return;
	}
	connection_close(*context);
	*context = NULL;
}
