/* SPDX-License-Identifier: MIT */
#include "lib/yaml/source.h"

#include <string.h>

#include "lib/yaml/yaml.h"

/*
 * Line breaks for libyaml (a comment would end where no reader of the file sees it end), and the
 * byte order mark, which libyaml passes over at the beginning of every line.
 */
static bool is_hidden(gunichar c)
{
	return c == 0x85 || c == 0x2028 || c == 0x2029 || c == 0xfeff;
}

static bool is_allowed(gunichar c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0x7e)
		|| (c >= 0xa0 && c <= 0xfffd && !is_hidden(c)) || c >= 0x10000;
}

static bool looks_like_utf16(const char *text, size_t len)
{
	return len >= 2
		&& (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0
			|| (text[0] && !text[1]) || (!text[0] && text[1]));
}

/* `c` is what g_utf8_get_char_validated() says about the bytes at the place. */
static bool refuse(struct problems *problems, struct place place, gunichar c, unsigned char byte)
{
	if (c == (gunichar)-1 || c == (gunichar)-2) {
		problem_add(problems, place, "byte 0x%02x is not UTF-8", byte);
		problem_hint(problems, "save the file in the encoding UTF-8");
	} else if (c == 0) {
		problem_add(problems, place, "a NUL byte is not text");
	} else if (is_hidden(c)) {
		problem_add(problems, place, "an invisible character (U+%04X)", c);
		problem_hint(problems, "remove it, or write \"\\u%04x\" in double quotes", c);
	} else {
		problem_add(problems, place, "a control character (U+%04X) is not allowed", c);
		problem_hint(problems, "remove it, or write \"\\u%04x\" in double quotes", c);
	}
	return false;
}

bool source_check(const char *file, const char *text, size_t len, struct place *end,
	struct problems *problems)
{
	struct place place = {.file = file};
	if (len > YAML_SIZE_MAX)
		return problem_add(problems, place,
			"the file is %zu bytes long, at most 16 MiB (%d bytes) is allowed", len,
			YAML_SIZE_MAX);
	place.line = place.column = 1;
	if (looks_like_utf16(text, len)) {
		problem_add(problems, place, "the file is UTF-16, not UTF-8");
		problem_hint(problems, "save the file in the encoding UTF-8");
		return false;
	}
	const char *at = text, *text_end = text + len;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		at += 3; /* a byte order mark is no character of the first line */
	while (at < text_end) {
		const char *run = at;
		while (at < text_end && *at >= ' ' && *at <= '~')
			at++; /* most of most files */
		place.column += (unsigned)(at - run);
		if (at == text_end)
			break;
		gunichar c = *at ? g_utf8_get_char_validated(at, text_end - at) : 0;
		if (!is_allowed(c) || c >= (gunichar)-2)
			return refuse(problems, place, c, *at);
		bool ends_line = c == '\n' || (c == '\r' && !(at + 1 < text_end && at[1] == '\n'));
		if (ends_line)
			place = (struct place){file, place.line + 1, 1};
		else
			place.column++;
		at = g_utf8_next_char(at);
	}
	*end = place;
	return true;
}
