/* SPDX-License-Identifier: MIT */
/* A server and raw clients in one thread: the test turns the loop whenever it waits for a client's
 * socket. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "daemon/http/http.h"

enum { BODY_MAX = 1000, PATIENCE_MS = 20000 };

struct fixture {
	uv_loop_t loop;
	char *folder, *socket;
	struct http *http;
	GPtrArray *held; /* requests that /hold keeps */
	struct stream *stream;
	unsigned n_gone, n_freed;
};

struct client {
	struct fixture *fixture;
	int fd;
	GString *received;
	bool is_ended;
};

struct answer {
	unsigned status;
	char *head, *body;
	size_t size;
};

extern const struct route fixture_routes[];

static inline void fixture_open(struct fixture *fixture, struct http_options options)
{
	*fixture = (struct fixture){.held = g_ptr_array_new()};
	uv_loop_init(&fixture->loop);
	fixture->folder = g_dir_make_tmp("dagd-http-XXXXXX", NULL);
	fixture->socket = g_build_filename(fixture->folder, "dagd.sock", NULL);
	options.loop = &fixture->loop;
	options.socket = fixture->socket;
	options.routes = fixture_routes;
	options.data = fixture;
	options.body_max = BODY_MAX;
	g_autoptr(GError) error = NULL;
	fixture->http = http_open(&options, &error);
	g_assert_no_error(error);
}

static inline void fixture_close(struct fixture *fixture)
{
	http_close(fixture->http);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	g_assert_cmpint(uv_loop_close(&fixture->loop), ==, 0);
	g_assert_cmpint(g_access(fixture->socket, F_OK), !=, 0);
	g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
	g_free(fixture->folder);
	g_free(fixture->socket);
	g_ptr_array_unref(fixture->held);
}

/* Turns the loop once, waiting for it or for the client's socket. */
static inline void fixture_turn(struct fixture *fixture, int fd, short events)
{
	struct pollfd fds[] = {{.fd = uv_backend_fd(&fixture->loop), .events = POLLIN},
		{.fd = fd, .events = events}};
	int timeout_ms = uv_backend_timeout(&fixture->loop);
	if (timeout_ms < 0 || timeout_ms > PATIENCE_MS)
		timeout_ms = PATIENCE_MS;
	int n = poll(fds, 2, timeout_ms);
	if (n == 0 && timeout_ms == PATIENCE_MS)
		g_error("nothing happens any more");
	uv_run(&fixture->loop, UV_RUN_NOWAIT);
}

/* Turns the loop until `condition` holds. */
#define fixture_wait(fixture, condition) \
	while (!(condition))             \
	fixture_turn(fixture, -1, 0)

static inline struct client client_open(struct fixture *fixture)
{
	struct client client = {.fixture = fixture, .received = g_string_new(NULL)};
	client.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_strlcpy(address.sun_path, fixture->socket, sizeof(address.sun_path));
	g_assert_cmpint(
		connect(client.fd, (const struct sockaddr *)&address, sizeof(address)), ==, 0);
	return client;
}

static inline void client_close(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	g_string_free(client->received, TRUE);
}

static inline void client_leave(struct client *client)
{
	close(client->fd);
	client->fd = -1;
}

static inline void client_send(struct client *client, const char *text)
{
	for (size_t left = strlen(text); left > 0;) {
		ssize_t n = send(client->fd, text, left, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			return; /* refused and closed: what was answered counts */
		if (n < 0) {
			fixture_turn(client->fixture, client->fd, POLLOUT);
			continue;
		}
		text += n;
		left -= (size_t)n;
	}
}

/* Waits for more bytes or for the end. */
static inline void client_receive(struct client *client)
{
	g_assert_false(client->is_ended);
	char bytes[65536];
	ssize_t n;
	while ((n = recv(client->fd, bytes, sizeof(bytes), 0)) < 0 && errno == EAGAIN)
		fixture_turn(client->fixture, client->fd, POLLIN);
	if (n > 0)
		g_string_append_len(client->received, bytes, n);
	else
		client->is_ended = true;
}

/* The server closes, and there is no other answer before. */
static inline void client_expect_end(struct client *client)
{
	while (!client->is_ended)
		client_receive(client);
	g_assert_null(strstr(client->received->str, "HTTP/1.1"));
}

static inline void client_wait_for(struct client *client, const char *text)
{
	while (!strstr(client->received->str, text))
		client_receive(client);
}

static inline char *head_field(const char *head, const char *name)
{
	g_autofree char *start = g_strdup_printf("\r\n%s: ", name);
	const char *found = strstr(head, start);
	return found ? g_strndup(found + strlen(start), strcspn(found + strlen(start), "\r"))
		     : NULL;
}

/* One answer with a Content-Length; what was sent behind it stays. */
static inline struct answer client_answer_to(struct client *client, const char *method)
{
	client_wait_for(client, "\r\n\r\n");
	size_t head = strstr(client->received->str, "\r\n\r\n") + 4 - client->received->str;
	struct answer answer = {.head = g_strndup(client->received->str, head)};
	g_autofree char *length = head_field(answer.head, "Content-Length");
	if (length && strcmp(method, "HEAD") != 0)
		answer.size = strtoul(length, NULL, 10);
	while (client->received->len < head + answer.size)
		client_receive(client);
	answer.body = g_strndup(client->received->str + head, answer.size);
	g_assert_cmpint(sscanf(answer.head, "HTTP/1.1 %u ", &answer.status), ==, 1);
	g_string_erase(client->received, 0, (gssize)(head + answer.size));
	return answer;
}

static inline struct answer client_answer(struct client *client)
{
	return client_answer_to(client, "GET");
}

static inline void answer_clear(struct answer *answer)
{
	g_free(answer->head);
	g_free(answer->body);
}

/* Sends one request and compares its answer; `body` is a text that the answer holds. */
static inline void client_ask(
	struct client *client, const char *request, unsigned status, const char *body)
{
	client_send(client, request);
	struct answer answer = client_answer(client);
	g_test_message("%u %s", answer.status, answer.body);
	g_assert_cmpuint(answer.status, ==, status);
	g_assert_nonnull(strstr(answer.body, body));
	answer_clear(&answer);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static inline unsigned count_descriptors(void)
{
	g_autoptr(GDir) folder = g_dir_open("/proc/self/fd", 0, NULL);
	unsigned n = 0;
	while (g_dir_read_name(folder))
		n++;
	return n;
}
