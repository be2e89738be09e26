/* SPDX-License-Identifier: MIT */
/* JSON as Python prints it: `True`, `None`, `1.0`, `['a', 1]`, `{'k': None}`. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/template/render.h"

/* The fewest digits that give the same number again; an exponent where Python writes one. */
void real_print(double number, GString *out)
{
	char digits[40];
	for (int precision = 1; precision <= 17; precision++) {
		snprintf(digits, sizeof(digits), "%.*e", precision - 1, number);
		if (g_ascii_strtod(digits, NULL) == number)
			break;
	}
	char *mark = strchr(digits, 'e');
	int exponent = (int)strtol(mark + 1, NULL, 10), n = 0;
	g_autoptr(GString) significant = g_string_new(NULL);
	for (const char *at = digits; at < mark; at++) {
		if (g_ascii_isdigit(*at))
			g_string_append_c(significant, *at);
	}
	if (signbit(number))
		g_string_append_c(out, '-');
	n = (int)significant->len;
	if (exponent < -4 || exponent >= 16) {
		g_string_append_printf(
			out, "%c%s%s", significant->str[0], n > 1 ? "." : "", significant->str + 1);
		g_string_append_printf(out, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
	} else if (exponent < 0) {
		g_string_append_printf(out, "0.%.*s%s", -exponent - 1, "0000", significant->str);
	} else {
		for (int i = 0; i <= exponent; i++)
			g_string_append_c(out, i < n ? significant->str[i] : '0');
		g_string_append_printf(
			out, ".%s", n > exponent + 1 ? significant->str + exponent + 1 : "0");
	}
}

static void print_escape(gunichar c, GString *out)
{
	if (c == '\n')
		g_string_append(out, "\\n");
	else if (c == '\t')
		g_string_append(out, "\\t");
	else if (c == '\r')
		g_string_append(out, "\\r");
	else if (c < 0x100)
		g_string_append_printf(out, "\\x%02x", c);
	else
		g_string_append_printf(out, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
}

static void print_quoted(const char *text, size_t len, GString *out)
{
	bool has_single = memchr(text, '\'', len), has_double = memchr(text, '"', len);
	char quote = has_single && !has_double ? '"' : '\'';

	g_string_append_c(out, quote);
	for (const char *at = text; at < text + len; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		if (c == (gunichar)quote || c == '\\')
			g_string_append_printf(out, "\\%c", (char)c);
		else if (c != ' ' && (!g_unichar_isprint(c) || g_unichar_isspace(c)))
			print_escape(c, out);
		else
			g_string_append_unichar(out, c);
	}
	g_string_append_c(out, quote);
}

static void print_scalar(const json_t *json, GString *out)
{
	switch (json_typeof(json)) {
	case JSON_STRING:
		print_quoted(json_string_value(json), json_string_length(json), out);
		break;
	case JSON_INTEGER:
		g_string_append_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
		break;
	case JSON_REAL:
		real_print(json_real_value(json), out);
		break;
	case JSON_TRUE:
		g_string_append(out, "True");
		break;
	case JSON_FALSE:
		g_string_append(out, "False");
		break;
	case JSON_NULL:
		g_string_append(out, "None");
		break;
	case JSON_OBJECT:
	case JSON_ARRAY:
		break;
	}
}

/* `render` may be NULL: no limit. */
static bool print_inner(struct render *render, const json_t *json, GString *out)
{
	const char *key, *comma = "";
	json_t *item;
	size_t i, len, before = out->len;

	if (json_is_array(json)) {
		g_string_append_c(out, '[');
		json_array_foreach(json, i, item)
		{
			g_string_append(out, i > 0 ? ", " : "");
			if (!print_inner(render, item, out))
				return false;
		}
		g_string_append_c(out, ']');
	} else if (json_is_object(json)) {
		g_string_append_c(out, '{');
		json_object_keylen_foreach((json_t *)json, key, len, item)
		{
			g_string_append(out, comma);
			print_quoted(key, len, out);
			g_string_append(out, ": ");
			comma = ", ";
			if (!print_inner(render, item, out))
				return false;
		}
		g_string_append_c(out, '}');
	} else {
		print_scalar(json, out);
		return !render || render_work(render, 8 + out->len - before);
	}
	return !render || render_work(render, 8);
}

bool json_print(struct render *render, const json_t *json, GString *out)
{
	if (json_is_string(json)) {
		size_t len = json_string_length(json);
		if (render && !render_work(render, len))
			return false;
		g_string_append_len(out, json_string_value(json), (gssize)len);
	} else if (!print_inner(render, json, out)) {
		return false;
	}
	if (render && out->len > TEMPLATE_OUTPUT_MAX)
		return render_fail(
			render, "the text is longer than %d MiB", TEMPLATE_OUTPUT_MAX >> 20);
	return true;
}

char *template_text(const json_t *value)
{
	GString *out = g_string_new(NULL);
	json_print(NULL, value, out);
	return g_string_free(out, FALSE);
}
