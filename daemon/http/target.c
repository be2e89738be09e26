/* SPDX-License-Identifier: MIT */
#include "daemon/http/target.h"

#include <string.h>

/* Where a `+` stands for a space: in a query, not in a path. */
enum plus { PLUS_IS_PLUS, PLUS_IS_SPACE };

/* The byte that `%XX` stands for, -1 if it is none. */
static int escaped_byte(const char *at, const char *end)
{
	if (end - at < 3)
		return -1;
	int high = g_ascii_xdigit_value(at[1]), low = g_ascii_xdigit_value(at[2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static const char *decode(
	struct arena *arena, const char *text, size_t len, enum plus plus, const char **why)
{
	char *decoded = arena_alloc(arena, len + 1);
	char *out = decoded;
	const char *end = text + len;
	for (const char *at = text; at < end; at++) {
		if (*at != '%') {
			*out++ = *at == '+' && plus == PLUS_IS_SPACE ? ' ' : *at;
			continue;
		}
		int byte = escaped_byte(at, end);
		if (byte <= 0) {
			*why = byte == 0 ? "the address holds %00"
					 : "the address holds a % without two hexadecimal digits";
			return NULL;
		}
		*out++ = (char)byte;
		at += 2;
	}
	if (!g_utf8_validate(decoded, out - decoded, NULL)) {
		*why = "the address is not valid UTF-8";
		return NULL;
	}
	return decoded;
}

static size_t count(const char *text, size_t len, char what)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++)
		n += text[i] == what;
	return n;
}

static bool segments_parse(
	struct target *target, struct arena *arena, const char *path, size_t len, const char **why)
{
	const char **segments = arena_array(arena, count(path, len, '/') + 1, sizeof(*segments));
	target->segments = segments;
	if (len == 1)
		return true;
	const char *end = path + len;
	for (const char *at = path; at < end; segments++) {
		const char *from = at + 1;
		const char *slash = memchr(from, '/', end - from);
		at = slash ? slash : end;
		*segments = decode(arena, from, at - from, PLUS_IS_PLUS, why);
		if (!*segments)
			return false;
		if (strcmp(*segments, ".") == 0 || strcmp(*segments, "..") == 0) {
			*why = "the address holds a segment of dots";
			return false;
		}
	}
	return true;
}

static bool query_parse(
	struct target *target, struct arena *arena, const char *query, const char **why)
{
	size_t len = strlen(query);
	struct query_pair *pairs = arena_array(arena, count(query, len, '&') + 1, sizeof(*pairs));
	target->query = pairs;
	while (*query) {
		size_t size = strcspn(query, "&");
		const char *equals = memchr(query, '=', size);
		size_t name_len = equals ? (size_t)(equals - query) : size;
		size_t value_len = equals ? size - name_len - 1 : 0;
		if (size > 0) {
			struct query_pair *pair = &pairs[target->n_query++];
			pair->name = decode(arena, query, name_len, PLUS_IS_SPACE, why);
			pair->value = pair->name ? decode(arena, query + size - value_len,
					      value_len, PLUS_IS_SPACE, why)
						 : NULL;
			if (!pair->value)
				return false;
		}
		query += size + (query[size] == '&');
	}
	return true;
}

static bool is_clean(const char *raw)
{
	for (const char *at = raw; *at; at++)
		if (*at == ' ' || *at == 127 || (*at > 0 && *at < ' '))
			return false;
	return true;
}

bool target_parse(struct target *target, struct arena *arena, const char *raw, const char **why)
{
	*target = (struct target){.path = ""};
	if (raw[0] != '/') {
		*why = "the address does not begin with a slash";
		return false;
	}
	if (!is_clean(raw)) {
		*why = "the address holds a space or a control character";
		return false;
	}
	size_t path_len = strcspn(raw, "?");
	target->path = arena_strndup(arena, raw, path_len);
	const char *query = raw[path_len] == '?' ? raw + path_len + 1 : "";
	return segments_parse(target, arena, raw, path_len, why)
		&& query_parse(target, arena, query, why);
}
