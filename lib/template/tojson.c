/* SPDX-License-Identifier: MIT */
/* JSON text in Jinja2's form. */
#include <stdlib.h>
#include <string.h>

#include "lib/template/render.h"

static bool dump(struct render *render, const json_t *json, int indent, int depth, GString *out);

/* ASCII, and nothing that HTML would read. */
static void dump_text(const char *text, size_t len, GString *out)
{
	g_string_append_c(out, '"');
	for (const char *at = text; at < text + len; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		static const char letters[] = "nrtbf", meanings[] = "\n\r\t\b\f";
		const char *meaning = c && c < 0x20 ? strchr(meanings, (char)c) : NULL;
		if (meaning)
			g_string_append_printf(out, "\\%c", letters[meaning - meanings]);
		else if (c == '"' || c == '\\')
			g_string_append_printf(out, "\\%c", (char)c);
		else if (c >= 0x10000)
			g_string_append_printf(out, "\\u%04x\\u%04x",
				0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff));
		else if (c < 0x20 || c >= 0x7f || strchr("<>&'", (char)c))
			g_string_append_printf(out, "\\u%04x", c);
		else
			g_string_append_c(out, (char)c);
	}
	g_string_append_c(out, '"');
}

static void line_begin(int indent, int depth, GString *out)
{
	if (indent < 0)
		return;
	g_string_append_c(out, '\n');
	for (int i = 0; i < indent * depth; i++)
		g_string_append_c(out, ' ');
}

static bool dump_list(
	struct render *render, const json_t *list, int indent, int depth, GString *out)
{
	size_t i, n = json_array_size(list);
	json_t *item;

	g_string_append_c(out, '[');
	json_array_foreach(list, i, item)
	{
		g_string_append(out, i == 0 ? "" : indent < 0 ? ", " : ",");
		line_begin(indent, depth + 1, out);
		if (!dump(render, item, indent, depth + 1, out))
			return false;
	}
	if (n > 0)
		line_begin(indent, depth, out);
	g_string_append_c(out, ']');
	return true;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool dump_map(struct render *render, const json_t *map, int indent, int depth, GString *out)
{
	g_autoptr(GPtrArray) keys = g_ptr_array_new();
	const char *key;
	json_t *item;

	json_object_foreach((json_t *)map, key, item) g_ptr_array_add(keys, (char *)key);
	g_ptr_array_sort(keys, compare_keys);
	g_string_append_c(out, '{');
	for (size_t i = 0; i < keys->len; i++) {
		key = keys->pdata[i];
		g_string_append(out, i == 0 ? "" : indent < 0 ? ", " : ",");
		line_begin(indent, depth + 1, out);
		dump_text(key, strlen(key), out);
		g_string_append(out, ": ");
		if (!dump(render, json_object_get(map, key), indent, depth + 1, out))
			return false;
	}
	if (keys->len > 0)
		line_begin(indent, depth, out);
	g_string_append_c(out, '}');
	return true;
}

static bool dump(struct render *render, const json_t *json, int indent, int depth, GString *out)
{
	size_t before = out->len;
	bool ok = true;

	switch (json_typeof(json)) {
	case JSON_OBJECT:
		ok = dump_map(render, json, indent, depth, out);
		before = out->len;
		break;
	case JSON_ARRAY:
		ok = dump_list(render, json, indent, depth, out);
		before = out->len;
		break;
	case JSON_STRING:
		dump_text(json_string_value(json), json_string_length(json), out);
		break;
	case JSON_INTEGER:
		g_string_append_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
		break;
	case JSON_REAL:
		real_print(json_real_value(json), out);
		break;
	case JSON_TRUE:
		g_string_append(out, "true");
		break;
	case JSON_FALSE:
		g_string_append(out, "false");
		break;
	case JSON_NULL:
		g_string_append(out, "null");
		break;
	}
	return ok
		&& render_work(
			render, 8 + out->len - before + (size_t)MAX(indent, 0) * (size_t)depth);
}

bool json_dump(struct render *render, const json_t *json, int indent, GString *out)
{
	return dump(render, json, indent, 0, out);
}
