/* SPDX-License-Identifier: MIT */
/* Asking dagd: one request and its answer, or a stream of lines. */
#pragma once

#include <signal.h>
#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include "cli/address.h"

#define API "/api/v2"
#define OWN_API "/api/dagd/v1"

/* The code is the status of the answer (404, 409 ...), else EXIT_NO_DAEMON or EXIT_USAGE. */
#define ASK_ERROR (g_quark_from_static_string("dagctl-ask"))

/* A path whose `%s` are escaped as segments or values of a query: g_free. */
char *path_of(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* `body` may be NULL. A new reference (null for an answer without a body), or NULL and an error. */
json_t *ask(const struct address *address, const char *method, const char *path, const json_t *body,
	GError **error);
/* All pages of a list: the array under `key`. */
json_t *ask_list(const struct address *address, const char *path, const char *key, GError **error);
/* An answer that is no JSON: g_free. */
char *ask_text(const struct address *address, const char *path, GError **error);

struct ask_stream {
	const char *path;
	const char *accept; /* the type that is wanted; NULL: JSON */
	const char *method; /* NULL: GET */
	const json_t *body; /* or NULL */
	/* One line without its end; false: enough, the stream is left. */
	bool (*on_line)(void *data, const char *line);
	/* Or what comes as it comes; on_line is NULL then. False: enough. */
	bool (*on_bytes)(void *data, const char *bytes, size_t size);
	void *data;
	/* Set by a signal: the stream is left. NULL: none. */
	const volatile sig_atomic_t *is_interrupted;
};

/*
 * Reads a stream to its end, or until on_line has enough. False and an error when there was none,
 * or it was cut: then the code is EXIT_NO_DAEMON.
 */
bool ask_stream(const struct address *address, const struct ask_stream *stream, GError **error);
