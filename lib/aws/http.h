/* SPDX-License-Identifier: MIT */
/* One HTTP exchange over libcurl: no redirects followed, nothing retried, the answer bounded. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>
#include <glib.h>

struct http_answer {
	CURLcode failure;   /* CURLE_OK: there is an answer */
	char *failure_text; /* why there is none, or NULL */
	bool connected;     /* at least that far it came */
	long status;
	GHashTable *headers; /* names in lower case -> value; of several the last */
	GString *body;       /* unless a sink took it */
};

/* Called with the next bytes of a 2xx answer's body; false ends it with CURLE_WRITE_ERROR. */
typedef bool http_sink(void *data, const struct http_answer *answer, const void *bytes, size_t n);

struct http_request {
	const char *method, *url;
	const char *const *headers; /* `Name: value`, NULL-terminated, or NULL */
	/* The body: text, or `body_size` bytes of a file from an offset; neither: none. */
	const char *body;
	int body_fd;
	int64_t body_offset, body_size;
	bool has_body_file;
	http_sink *sink; /* NULL: the body is kept in the answer */
	void *sink_data;
	size_t body_max;         /* bytes kept in the answer, of an error the first; 0: 64 KiB */
	bool direct;             /* never through a proxy */
	const char *proxy;       /* its URL, with a password perhaps; NULL: as in the environment */
	const char *ca_file;     /* certificates to trust; NULL: those of the system */
	bool is_unverified;      /* any certificate of the server will do */
	long connect_timeout_ms; /* 0: 10 s */
	long timeout_ms;         /* of it all; 0: none, but a stalled transfer ends */
	long stall_s;            /* slower than 1 kB/s for so long is a failure; 0: 60 s */
};

/* `curl` may be used again for the next exchange, which keeps the connection. Clear the answer,
 * also after a failure. */
void http_exchange(CURL *curl, const struct http_request *request, struct http_answer *answer);

const char *http_header(const struct http_answer *answer, const char *name);
void http_answer_clear(struct http_answer *answer);

/* Where a request goes, from an endpoint's URL. */
struct http_origin {
	char *scheme, *host; /* the host of an IPv6 address with its brackets */
	char *authority; /* host, and the port where it is not the scheme's own: the Host header */
	char *path;      /* without the last slash: empty, or `/base` */
};

/* Only http and https, no user name, query or fragment. */
bool http_origin_parse(const char *url, struct http_origin *origin, GError **error);
void http_origin_clear(struct http_origin *origin);
