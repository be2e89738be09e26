/* SPDX-License-Identifier: MIT */
/* What the files of this folder share: the server, its connections and the requests on them. */
#pragma once

#include <microhttpd.h>

#include "daemon/http/head.h"
#include "daemon/http/http.h"
#include "daemon/http/listener.h"
#include "daemon/http/router.h"
#include "daemon/http/target.h"

struct http {
	struct http_options options;
	struct router *router;
	struct listener listener;
	struct MHD_Daemon *mhd;
	uv_poll_t poll; /* of libmicrohttpd's epoll */
	uv_timer_t timer;
	uv_poll_t clients; /* the listening socket; not active: nobody can be accepted now */
	uv_timer_t pause;
	unsigned connections_max;
	GQueue connections; /* all of them */
	GQueue due;         /* those that owe a whole request, the oldest first */
	GQueue orphans;     /* streams whose client had left before they began */
	size_t body_bytes;  /* held by all requests together */
	unsigned n_users;   /* handles and requests that keep this memory */
	bool is_running;    /* inside of libmicrohttpd */
	bool has_resumed;   /* connections that libmicrohttpd has not run since */
	bool is_closed;
};

struct connection {
	struct http *http;
	struct MHD_Connection *mhd;
	int fd; /* belongs to libmicrohttpd */
	struct peer peer;
	GList link;      /* in http->connections */
	GList due_link;  /* in http->due */
	uint64_t due_ms; /* of the loop's clock; 0: not in http->due */
	struct request *request;
	struct stream *stream;
	bool is_suspended;
	bool is_gone; /* the client left while suspended */
	int watch_fd; /* a copy of fd, -1 until it is wanted */
	uv_poll_t watch;
};

enum request_state {
	REQUEST_ARRIVING,
	REQUEST_HANDLED, /* the handler has it */
	REQUEST_ANSWERED,
};

struct request {
	struct http *http;
	struct connection *connection; /* NULL: the client has left */
	struct arena *arena;
	enum request_state state;
	bool has_begun;  /* its head is complete */
	const char *raw; /* the target as sent */
	const char *method;
	struct target target;
	struct head head;
	const struct route *route;
	struct peer peer;
	GByteArray *body;
	uint64_t n_received; /* bytes of the body, dropped ones too */
	json_t *json;
	struct MHD_Response *response; /* once answered, until sent */
	unsigned status;
	void *data;
	GDestroyNotify free_data;
};

/* server.c */
/* Lets libmicrohttpd do what there is to do. */
void http_run(struct http *http);
/* The timer at the earliest deadline. */
void http_schedule(struct http *http);
void http_unuse(struct http *http);

/* accept.c */
unsigned connections_max(void);
/* Begins to accept clients; 0, or libuv's code. */
int acceptor_open(struct http *http);
void acceptor_close(struct http *http);
/* Once a client has left there is room for another. */
void acceptor_resume(struct http *http);

/* connection.c: callbacks of libmicrohttpd, and what moves a connection. */
void on_connection(void *http, struct MHD_Connection *mhd, void **context,
	enum MHD_ConnectionNotificationCode what);
/* Gives the client a whole span to send a request (or to take the end of a stream). */
void connection_expect(struct connection *connection);
void connection_expect_nothing(struct connection *connection);
/* Cuts those whose time is over. */
void connections_expire(struct http *http);
/* Only from a callback of libmicrohttpd for this very connection. */
void connection_suspend(struct connection *connection);
/* From anywhere; nothing happens if it is not suspended. */
void connection_resume(struct connection *connection);

/* receive.c: callbacks of libmicrohttpd. */
void *on_request_line(void *http, const char *raw, struct MHD_Connection *mhd);
enum MHD_Result on_request(void *http, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **context);
/* The request is told of no more; it ends at once unless its handler still has it. */
void request_lose_connection(struct request *request);
void on_completed(void *http, struct MHD_Connection *mhd, void **context,
	enum MHD_RequestTerminationCode why);

/* request.c */
struct request *request_new(struct connection *connection, const char *raw);
void request_free(struct request *request);

/* answer.c */
/* Takes the response over: the one way in which a request is answered. */
void request_settle(struct request *request, unsigned status, struct MHD_Response *response);
/* `{"detail": ...}` as a response of its own. */
struct MHD_Response *response_of_detail(const char *detail);
void response_add(struct MHD_Response *response, const char *name, const char *value);
/* 405. */
void request_refuse_method(struct request *request, const char *allow);

/* stream.c */
/* Its answer can no longer be taken: the client has left, or the server closes. */
void stream_cut(struct stream *stream);
bool stream_is_ended(const struct stream *stream);
void stream_lose_connection(struct stream *stream);
/* Tells the owners of streams whose client had left before they began. */
void orphans_report(struct http *http);
