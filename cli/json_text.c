/* SPDX-License-Identifier: MIT */
#include "cli/json_text.h"

#include <glib.h>

#include "lib/base/error.h"

/* jansson escapes what is below the space; line ends here are those between values. */
char *json_text(const json_t *value, size_t flags)
{
	g_autofree char *plain = json_dumps(value, flags);
	GString *text = g_string_new(NULL);
	for (const char *at = plain; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		if (c >= 0x7f && char_is_dangerous(c))
			g_string_append_printf(text, "\\u%04x", c);
		else
			g_string_append_unichar(text, c);
	}
	return g_string_free(text, FALSE);
}
