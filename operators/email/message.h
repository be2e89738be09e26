/* SPDX-License-Identifier: MIT */
/* A mail: its headers and its parts. */
#pragma once

#include <stdbool.h>

#include <curl/curl.h>
#include <glib.h>
#include <jansson.h>

#include "operators/email/address.h"

struct message {
	struct address *from;
	GPtrArray *to, *cc, *bcc;   /* of struct address */
	char *id;                   /* `<...@host>` */
	const char *subject;        /* the arguments' */
	const char *html, *text;    /* NULL: none */
	const json_t *files;        /* a list of texts, or NULL */
	const json_t *more_headers; /* a map, or NULL */
};

/* `sender`: who it is from when the arguments do not say, or NULL. Clear it on success. */
bool message_read(
	const json_t *arguments, const char *sender, struct message *message, GError **error);
void message_clear(struct message *message);

struct curl_slist *message_headers(const struct message *message);
/* All that get it. */
struct curl_slist *message_recipients(const struct message *message);
/* NULL with an error when a file cannot be read. */
curl_mime *message_body(const struct message *message, CURL *curl, GError **error);
