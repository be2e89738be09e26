/* SPDX-License-Identifier: MIT */
/*
 * The HTTP server inside the loop: parses and bounds requests, finds their route, sends answers.
 * What a route does is not known here. libmicrohttpd stays in this folder.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <glib.h>
#include <jansson.h>
#include <uv.h>

struct http;
struct request;

/* Who speaks on the Unix socket (SO_PEERCRED). */
struct peer {
	uid_t uid;
	gid_t gid;
	pid_t pid;
};

/*
 * Handles a request on the loop. It answers now, or keeps the request and answers later; either way
 * exactly once, with one of the request_answer functions. A client that leaves earlier is no
 * concern of the handler: the request stays valid until it is answered.
 */
typedef void request_handler(struct request *request, void *data);

struct route {
	const char *method;
	const char *path; /* `/api/v2/dags/{dag_id}`; a segment in braces matches one segment,
			     percent-decoded */
	request_handler *handler;
};

struct http_options {
	uv_loop_t *loop;
	const char *socket;          /* path of the Unix socket, made with mode 0660 */
	const struct route *routes;  /* ends with a NULL method; must outlive the server */
	void *data;                  /* for the handlers */
	size_t body_max;             /* bytes; larger ones get 413 */
	uint64_t request_timeout_ms; /* a client that takes longer to send a request is cut; 0: a
					minute */
	unsigned idle_timeout_s;     /* so is one that takes nothing of an answer; 0: a minute */
	/* 403 for everyone else: root and dagd's own uid are always let in. May be NULL. */
	bool (*is_allowed)(void *data, const struct peer *peer);
};

struct http *http_open(const struct http_options *options, GError **error);
/*
 * Answers what is still open with 503, cuts streams (on_gone) and closes; not from inside of a
 * handler. A request that a handler still has stays valid until it is answered, to nobody. The loop
 * must turn once more to free the memory. NULL is fine.
 */
void http_close(struct http *http);

/* A segment of the path by its name in the route: UTF-8, never NULL for a name that the route has.
 */
const char *request_path(const struct request *request, const char *name);
/* Whether the route has a segment of this name. */
bool request_has_path(const struct request *request, const char *name);
/* A query parameter (the first of its name), or NULL. */
const char *request_query(const struct request *request, const char *name);
/* All of one name, NULL-terminated; owned by the request. */
const char *const *request_queries(const struct request *request, const char *name);
/* A whole number from the query, `otherwise` when absent; outside of the range: 422 has been
 * answered and false is returned. */
bool request_query_integer(struct request *request, const char *name, int64_t minimum,
	int64_t maximum, int64_t otherwise, int64_t *out);
/* The body as a JSON object, borrowed; NULL: 422 has been answered. */
json_t *request_body(struct request *request);
/* Whether the client names this type among those that it takes (Accept); `*` names none. */
bool request_accepts(const struct request *request, const char *content_type);
const struct peer *request_peer(const struct request *request);
const char *request_method(const struct request *request);
/* The path as it was sent, without the query. */
const char *request_url(const struct request *request);
/* A place for the handler's own state; each of the answer functions ends the request and frees it.
 */
void request_set_data(struct request *request, void *data, GDestroyNotify free_data);
void *request_data(const struct request *request);

/* Takes `json` over (NULL with 204). */
void request_answer(struct request *request, unsigned status, json_t *json);
/* `{"detail": ...}`, as Airflow's errors. */
void request_refuse(struct request *request, unsigned status, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* What is wrong with which part of a request, in the words of Airflow's 422. */
struct field {
	const char *where; /* `body`, `query` or `path` */
	const char *name;  /* in there; NULL: all of it */
	const char *type;  /* `missing`, `value_error`, `int_parsing` ... */
	json_t *input;     /* what was sent, taken over; NULL: null */
};
/* 422 `{"detail": [{"type", "loc", "msg", "input"}]}`. */
void request_refuse_field(struct request *request, const struct field *field, const char *format,
	...) G_GNUC_PRINTF(3, 4);
/* Any other content: takes `body` (g_free) over. */
void request_answer_text(struct request *request, unsigned status, const char *content_type,
	char *body, size_t size);
/*
 * The file from its beginning to the size that it has now, sent by the kernel. Takes `fd` over.
 */
void request_answer_file(struct request *request, const char *content_type, int fd);

/*
 * An answer without end: the status line goes out now, then each push; the stream ends with
 * stream_end, or when the client leaves: then on_gone is called once and the stream must not be
 * used any more. After stream_end on_gone is not called.
 */
struct stream;
struct stream *request_stream(
	struct request *request, const char *content_type, void (*on_gone)(void *data), void *data);
/* Copies. False: the client reads too slowly and 4 MiB wait; nothing was taken. */
bool stream_push(struct stream *stream, const void *bytes, size_t size);
/* Bytes that the client has not taken yet. */
size_t stream_pending(const struct stream *stream);
void stream_end(struct stream *stream);
