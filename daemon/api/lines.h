/* SPDX-License-Identifier: MIT */
/* Answers that come line by line while something goes on: each line is a JSON object. */
#pragma once

#include "daemon/http/http.h"

/* Takes the line over. */
void stream_push_line(struct stream *stream, json_t *line);
