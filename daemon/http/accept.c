/* SPDX-License-Identifier: MIT */
/*
 * Clients are accepted here and handed to libmicrohttpd. By itself it would, once it was refused a
 * descriptor for one of them, accept nobody until another client leaves, be that in a week.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/http/server.h"
#include "lib/base/descriptor.h"
#include "lib/base/instant.h"

enum {
	/* Two descriptors each at most. */
	CONNECTIONS_MAX = 4096,
	/* Then those who are connected have their turn. */
	ACCEPTED_AT_ONCE = 64,
	/* While there is no descriptor for one more. */
	PAUSE_MS = 100,
};

/* The workers and the store must find descriptors, however many clients there are. */
unsigned connections_max(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return CONNECTIONS_MAX;
	return (unsigned)CLAMP(limit.rlim_cur / 4, 16, CONNECTIONS_MAX);
}

/* Whether one more client would leave enough for those who must not wait. */
static bool has_room(const struct http *http)
{
	int fd = fcntl(http->listener.fd, F_DUPFD_CLOEXEC, 0);
	if (fd >= 0)
		close(fd);
	return fd >= 0 && descriptor_is_spare(fd, DESCRIPTOR_OF_CLIENT);
}

static void on_pause_over(uv_timer_t *pause)
{
	acceptor_resume(pause->data);
}

/* Clients wait in the socket's queue meanwhile. */
static void acceptor_pause(struct http *http)
{
	uv_poll_stop(&http->clients);
	uv_timer_start(&http->pause, on_pause_over, PAUSE_MS, 0);
}

/* False: nobody is left to be accepted, or nobody can be. */
static bool client_accept(struct http *http)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (http->connections.length >= http->connections_max) {
		uv_poll_stop(&http->clients);
		return false;
	}
	if (!has_room(http)) {
		acceptor_pause(http);
		return false;
	}
	int fd = accept4(http->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0 && descriptor_is_lacking(errno))
		acceptor_pause(http);
	if (fd < 0)
		return errno == EINTR || errno == ECONNABORTED;
	/* It takes the descriptor over, also when it fails. */
	MHD_add_connection(http->mhd, fd, (struct sockaddr *)&address, sizeof(address.sun_family));
	return true;
}

static void on_client(uv_poll_t *clients, int status, int events)
{
	struct http *http = clients->data;
	for (int i = 0; i < ACCEPTED_AT_ONCE && client_accept(http); i++)
		;
	http_run(http);
}

void acceptor_resume(struct http *http)
{
	bool is_paused = uv_is_active((uv_handle_t *)&http->pause);
	if (!http->is_closed && !is_paused && !uv_is_active((uv_handle_t *)&http->clients))
		uv_poll_start(&http->clients, UV_READABLE, on_client);
}

int acceptor_open(struct http *http)
{
	int failure = uv_poll_init(http->options.loop, &http->clients, http->listener.fd);
	if (failure)
		return failure;
	uv_timer_init(http->options.loop, &http->pause);
	http->clients.data = http->pause.data = http;
	http->n_users += 2;
	acceptor_resume(http);
	return 0;
}

static void on_handle_closed(uv_handle_t *handle)
{
	http_unuse(handle->data);
}

void acceptor_close(struct http *http)
{
	uv_close((uv_handle_t *)&http->clients, on_handle_closed);
	uv_close((uv_handle_t *)&http->pause, on_handle_closed);
}
