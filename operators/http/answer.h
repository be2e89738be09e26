/* SPDX-License-Identifier: MIT */
/* What a server answered: whether that is a success, and the value that is kept of it. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include "lib/aws/http.h"

/* Which statuses are a success. */
struct statuses {
	bool any_below_400;
	GArray *list; /* of int: a status, or 1 to 5 for a class */
};

bool statuses_read(const json_t *list, struct statuses *statuses, GError **error);
void statuses_clear(struct statuses *statuses);
bool statuses_have(const struct statuses *statuses, long status);

/* Takes what `secret` (or NULL) is out of the body: a server may send back what it was sent. */
void answer_mask(struct http_answer *answer, const char *secret);
/* The body as JSON or text (a new reference); NULL: there is none, or it is no text. */
json_t *answer_value(const struct http_answer *answer);
/* The first line of the body, for a reason; empty when it is no text. */
char *answer_quote(const struct http_answer *answer);
