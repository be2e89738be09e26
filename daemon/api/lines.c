/* SPDX-License-Identifier: MIT */
#include "daemon/api/lines.h"

#include <string.h>

void stream_push_line(struct stream *stream, json_t *line)
{
	char *text = json_dumps(line, JSON_COMPACT);
	stream_push(stream, text, strlen(text));
	stream_push(stream, "\n", 1);
	free(text);
	json_decref(line);
}
