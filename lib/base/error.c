/* SPDX-License-Identifier: MIT */
#include "lib/base/error.h"

#include <string.h>

/* A message quotes what was read: a line of a megabyte in it helps nobody. */
enum { MESSAGE_MAX = 600 };

static void append_escaped(GString *out, gunichar c)
{
	switch (c) {
	case '\n':
		g_string_append(out, "\\n");
		break;
	case '\r':
		g_string_append(out, "\\r");
		break;
	case '\t':
		g_string_append(out, "\\t");
		break;
	default:
		g_string_append_printf(out, c < 0x100 ? "\\x%02x" : "\\u%04x", c);
	}
}

bool char_is_dangerous(gunichar c)
{
	return g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e)
		|| (c >= 0x2066 && c <= 0x2069);
}

static void append_line(GString *line, const char *at, const char *end)
{
	for (; at < end; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		if (char_is_dangerous(c))
			append_escaped(line, c);
		else
			g_string_append_unichar(line, c);
	}
}

/* Between words: of a secret that was cut nobody could tell that it is one. */
static void append_ends(GString *line, const char *text, glong n)
{
	const char *head_end = g_utf8_offset_to_pointer(text, MESSAGE_MAX / 2);
	const char *tail = g_utf8_offset_to_pointer(text, n - MESSAGE_MAX / 2);
	while (head_end > text && !g_ascii_isspace(head_end[-1]))
		head_end--;
	tail += strcspn(tail, " \t\r\n");
	append_line(line, text, head_end);
	g_string_append(line, "…");
	append_line(line, tail, tail + strlen(tail));
}

char *text_one_line(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *line = g_string_new(NULL);
	glong n = g_utf8_strlen(valid, -1);
	if (n > MESSAGE_MAX)
		append_ends(line, valid, n);
	else
		append_line(line, valid, valid + strlen(valid));
	return g_string_free(line, FALSE);
}

bool error_say(GError **error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_autofree char *line = text_one_line(text);
	g_set_error_literal(error, LIB_ERROR, 0, line);
	return false;
}

int complaint_size(const char *complaint)
{
	const char *quote = strstr(complaint, " near ");
	return (int)(quote ? (size_t)(quote - complaint) : strlen(complaint));
}
