/* SPDX-License-Identifier: MIT */
#include "daemon/api/note.h"

#include <glib.h>

#include "daemon/api/reply.h"

enum { NOTE_MAX = 1000 };

bool note_read(struct request *request, const json_t *body, struct note *note)
{
	note->is_given = json_object_get(body, "note") != NULL;
	if (!body_text(request, body, "note", &note->text))
		return false;
	if (!note->text || g_utf8_strlen(note->text, -1) <= NOTE_MAX)
		return true;
	request_refuse_field(request, &(struct field){"body", "note", "string_too_long", NULL},
		"a note has at most %d characters; this one has %ld", NOTE_MAX,
		g_utf8_strlen(note->text, -1));
	return false;
}
