/* SPDX-License-Identifier: MIT */
#include "cli/note.h"

#include "cli/ask.h"
#include "cli/print.h"
#include "lib/base/error.h"

const struct option note_options[] = {
	{"remove", 0, NULL, "remove the note"},
	{NULL},
};

static int note_show(const struct invocation *invocation, const char *path)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *answer = ask(invocation->address, "GET", path, NULL, &error);
	if (!answer)
		return refuse(error);
	const char *text = json_string_value(json_object_get(answer, "note"));
	print_text(invocation, text ? text : "");
	return EXIT_OK;
}

int note(const struct invocation *invocation, const char *path, const char *text)
{
	g_autoptr(GError) error = NULL;
	bool removes = invocation_has(invocation, "remove");
	if (text && removes) {
		error_say(&error, "--remove goes without a text");
		return refuse_usage(invocation, error);
	}
	if (!text && !removes)
		return note_show(invocation, path);
	json_auto_t *body = json_pack("{s:s?}", "note", text);
	json_auto_t *answer = ask(invocation->address, "PATCH", path, body, &error);
	return answer ? EXIT_OK : refuse(error);
}
