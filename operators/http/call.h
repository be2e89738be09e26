/* SPDX-License-Identifier: MIT */
/* One request to an HTTP server, from the arguments of the task and its connection. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include "operators/connection.h"

struct call {
	const char *method; /* the arguments' or a constant */
	GUri *url;
	char *body;         /* NULL: none */
	char *content_type; /* NULL: none */
	GPtrArray *headers; /* of char *: those that were written, `Name: value` */
	char *login;        /* `user:password` in base64; NULL: none */
};

/* `call` is filled on success: clear it. What is wrong stays wrong when it is tried again. */
bool call_read(const json_t *arguments, const struct connection *connection, struct call *call,
	GError **error);
void call_clear(struct call *call);

/* The headers to send, NULL-terminated. */
GPtrArray *call_headers(const struct call *call);
/* For the log: without query and fragment, in which secrets may stand. */
char *url_shown(GUri *url);

/* A URL of http or https with a host and without a login; NULL and an error. */
GUri *url_parse(const char *text, const char *what, GError **error);

/* redirect.c */
/*
 * Turns the call into the one that a redirect asks for. Another server gets no login, no headers
 * and no body; false and an error when the body would have to be sent there.
 */
bool call_redirect(struct call *call, long status, const char *location, GError **error);
