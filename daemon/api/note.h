/* SPDX-License-Identifier: MIT */
/* Notes that people leave on runs and on task instances. */
#pragma once

#include "daemon/http/http.h"

struct note {
	bool is_given;
	const char *text; /* NULL: it is removed */
};

/* The key `note` of a body, at most 1000 characters. False: 422 has been answered. */
bool note_read(struct request *request, const json_t *body, struct note *note);
