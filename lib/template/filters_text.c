/* SPDX-License-Identifier: MIT */
/* Filters that make texts. */
#include <string.h>

#include "lib/template/render.h"

static bool give(struct call *call, const char *text)
{
	return value_set_text(call->render, call->out, text, strlen(text));
}

/* The subject as {{ }} would print it; most of Jinja2's text filters take any value. */
static char *subject_print(struct call *call)
{
	g_autoptr(GString) text = g_string_new(NULL);
	if (!value_print(call->render, call->subject, text))
		return NULL;
	if (strlen(text->str) == text->len)
		return g_strdup(text->str);
	render_fail(call->render, "the text holds a NUL character");
	return NULL;
}

static bool filter_upper(struct call *call)
{
	g_autofree char *text = subject_print(call);
	g_autofree char *made = text ? g_utf8_strup(text, -1) : NULL;
	return made && give(call, made);
}

static bool filter_lower(struct call *call)
{
	g_autofree char *text = subject_print(call);
	g_autofree char *made = text ? g_utf8_strdown(text, -1) : NULL;
	return made && give(call, made);
}

static bool filter_capitalize(struct call *call)
{
	g_autofree char *text = subject_print(call);
	if (!text)
		return false;
	g_autofree char *first = g_utf8_strup(text, *text ? g_utf8_next_char(text) - text : 0);
	g_autofree char *rest = g_utf8_strdown(*text ? g_utf8_next_char(text) : text, -1);
	g_autofree char *made = g_strconcat(first, rest, NULL);
	return give(call, made);
}

static bool filter_title(struct call *call)
{
	g_autofree char *text = subject_print(call);
	g_autoptr(GString) made = g_string_new(NULL);
	bool is_first = true;

	if (!text)
		return false;
	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		g_string_append_unichar(
			made, is_first ? g_unichar_toupper(c) : g_unichar_tolower(c));
		is_first = g_unichar_isspace(c) || (c < 0x80 && strchr("-({[<", (char)c));
	}
	return give(call, made->str);
}

static bool filter_trim(struct call *call)
{
	g_autofree char *text = subject_print(call);
	const char *characters;
	if (!text || !call_text(call, 0, NULL, &characters))
		return false;
	struct template_value subject = {.json = json_string(text)};
	bool ok = builtin_run(call->render, builtin_find(BUILTIN_TEXT_METHOD, "strip"), &subject,
		call->arguments, call_has(call, 0), NULL, NULL, 0, call->out);
	json_decref(subject.json);
	return ok;
}

static bool filter_replace(struct call *call)
{
	g_autofree char *text = subject_print(call);
	if (!text)
		return false;
	struct template_value subject = {.json = json_string(text)};
	bool ok = builtin_run(call->render, builtin_find(BUILTIN_TEXT_METHOD, "replace"), &subject,
		call->arguments, call_has(call, 2) ? 3 : 2, NULL, NULL, 0, call->out);
	json_decref(subject.json);
	return ok;
}

static bool filter_string(struct call *call)
{
	g_autoptr(GString) text = g_string_new(NULL);
	return value_print(call->render, call->subject, text)
		&& value_set_text(call->render, call->out, text->str, text->len);
}

static bool filter_escape(struct call *call)
{
	g_autofree char *text = subject_print(call);
	g_autoptr(GString) made = g_string_new(NULL);
	for (const char *at = text; at && *at; at++) {
		const char *entity = *at == '&' ? "&amp;"
			: *at == '<'            ? "&lt;"
			: *at == '>'            ? "&gt;"
			: *at == '"'            ? "&#34;"
			: *at == '\''           ? "&#39;"
						: NULL;
		if (entity)
			g_string_append(made, entity);
		else
			g_string_append_c(made, *at);
	}
	return text && give(call, made->str);
}

static bool filter_truncate(struct call *call)
{
	g_autofree char *text = subject_print(call);
	const char *end;
	int64_t length, leeway;

	if (!text || !call_integer(call, 0, 255, &length) || !call_text(call, 2, "...", &end)
		|| !call_integer(call, 3, 5, &leeway))
		return false;
	int64_t end_len = g_utf8_strlen(end, -1);
	if (length < end_len || leeway < 0)
		return render_fail(
			call->render, "truncate wants a length of at least %" PRId64, end_len);
	if (g_utf8_strlen(text, -1) - leeway <= length)
		return give(call, text);
	*g_utf8_offset_to_pointer(text, length - end_len) = '\0';
	char *blank = call_truth(call, 1, false) ? NULL : strrchr(text, ' ');
	if (blank)
		*blank = '\0';
	g_autofree char *made = g_strconcat(text, end, NULL);
	return give(call, made);
}

static bool filter_indent(struct call *call)
{
	g_autofree char *text = subject_print(call);
	g_autofree char *spaces = NULL;
	g_autoptr(GString) made = g_string_new(NULL);
	int64_t width;

	if (!text)
		return false;
	if (call_has(call, 0) && value_is_text(&call->arguments[0])) {
		spaces = g_strdup(json_string_value(call->arguments[0].json));
	} else {
		if (!call_integer(call, 0, 4, &width))
			return false;
		spaces = g_strnfill((gsize)CLAMP(width, 0, 1000), ' ');
	}
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	if (!render_work(call->render, (strlen(spaces) + 8) * g_strv_length(lines)))
		return false;
	for (size_t i = 0; lines[i]; i++) {
		bool indents = i == 0 ? call_truth(call, 1, false)
				      : lines[i][0] || call_truth(call, 2, false);
		g_string_append_printf(
			made, "%s%s%s", i > 0 ? "\n" : "", indents ? spaces : "", lines[i]);
	}
	return give(call, made->str);
}

/* `a=1&b=2` of a map, each value as {{ }} prints it. */
static bool urlencode_map(struct call *call, GString *out)
{
	const char *key;
	json_t *item;
	json_object_foreach(call->subject->json, key, item)
	{
		g_autoptr(GString) value = g_string_new(NULL);
		if (!json_print(call->render, item, value))
			return false;
		g_autofree char *name = g_uri_escape_string(key, " ", FALSE);
		g_autofree char *quoted = g_uri_escape_string(value->str, " ", FALSE);
		g_string_append_printf(out, "%s%s=%s", out->len ? "&" : "",
			g_strdelimit(name, " ", '+'), g_strdelimit(quoted, " ", '+'));
	}
	return true;
}

static bool filter_urlencode(struct call *call)
{
	g_autoptr(GString) out = g_string_new(NULL);
	if (call->subject->kind == VALUE_JSON && json_is_object(call->subject->json))
		return urlencode_map(call, out) && give(call, out->str);
	g_autofree char *text = subject_print(call);
	if (!text)
		return false;
	g_autofree char *quoted = g_uri_escape_string(text, "/", FALSE);
	return give(call, quoted);
}

static bool filter_wordcount(struct call *call)
{
	g_autofree char *text = subject_print(call);
	int64_t n = 0;
	bool is_inside = false;
	for (const char *at = text; at && *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		bool is_word = g_unichar_isalnum(c) || c == '_';
		n += is_word && !is_inside;
		is_inside = is_word;
	}
	value_set_json(call->out, json_integer(n));
	return text != NULL;
}

/* One conversion of `format`: flags, width, precision and letter. */
struct conversion {
	bool is_left, is_zero;
	int width, precision; /* -1: not given */
	char letter;
};

/* At the `%`; returns what follows, NULL when it is none that is known. */
static const char *conversion_parse(const char *at, struct conversion *conversion)
{
	*conversion = (struct conversion){.precision = -1};
	for (at++; *at == '-' || *at == '0'; at++) {
		conversion->is_left |= *at == '-';
		conversion->is_zero |= *at == '0';
	}
	for (; g_ascii_isdigit(*at) && conversion->width < 1000; at++)
		conversion->width = conversion->width * 10 + (*at - '0');
	if (*at == '.') {
		conversion->precision = 0;
		for (at++; g_ascii_isdigit(*at) && conversion->precision < 100; at++)
			conversion->precision = conversion->precision * 10 + (*at - '0');
	}
	conversion->letter = *at;
	return *at && strchr("sdifxXo", *at) ? at + 1 : NULL;
}

/* The value's digits or text, not yet padded. */
static bool conversion_print(struct call *call, const struct conversion *conversion,
	const struct template_value *value, GString *out)
{
	if (conversion->letter == 's')
		return value_print(call->render, value, out);
	if (!value_is_number(value))
		return render_fail(call->render, "\"%%%c\" wants a number, not %s",
			conversion->letter, value_kind_name(value));
	double real = value_real(value);
	if (conversion->letter == 'f') {
		g_string_append_printf(
			out, "%.*f", conversion->precision < 0 ? 6 : conversion->precision, real);
		return true;
	}
	if (real >= 9e18 || real <= -9e18)
		return render_fail(call->render, "the number is too large");
	long long whole =
		json_is_integer(value->json) ? json_integer_value(value->json) : (long long)real;
	bool is_decimal = conversion->letter == 'd' || conversion->letter == 'i';
	if (whole < 0)
		g_string_append_c(out, '-');
	unsigned long long digits =
		whole < 0 ? 0 - (unsigned long long)whole : (unsigned long long)whole;
	if (is_decimal)
		g_string_append_printf(out, "%llu", digits);
	else if (conversion->letter == 'o')
		g_string_append_printf(out, "%llo", digits);
	else
		g_string_append_printf(out, conversion->letter == 'x' ? "%llx" : "%llX", digits);
	return true;
}

static void conversion_pad(const struct conversion *conversion, const char *text, GString *out)
{
	glong missing = conversion->width - g_utf8_strlen(text, -1);
	g_autofree char *pad = missing > 0 ? g_strnfill((gsize)missing, ' ') : g_strdup("");

	if (conversion->is_left) {
		g_string_append_printf(out, "%s%s", text, pad);
	} else if (conversion->is_zero && conversion->letter != 's') {
		bool is_minus = *text == '-';
		g_string_append_printf(out, "%s%s%s", is_minus ? "-" : "",
			g_strdelimit(pad, " ", '0'), text + is_minus);
	} else {
		g_string_append_printf(out, "%s%s", pad, text);
	}
}

/* Python's `%` for texts: `"%02d" | format(n)`. */
static bool filter_format(struct call *call)
{
	const char *at;
	g_autoptr(GString) out = g_string_new(NULL);
	size_t used = 0;

	if (!call_subject_text(call, &at))
		return false;
	while (*at) {
		struct conversion conversion;
		g_autoptr(GString) text = g_string_new(NULL);
		if (*at != '%' || at[1] == '%') {
			g_string_append_c(out, *at);
			at += *at == '%' ? 2 : 1;
			continue;
		}
		at = conversion_parse(at, &conversion);
		if (!at)
			return render_fail(call->render,
				"format knows %%s, %%d, %%f, %%x, %%o and %%%%, not what is "
				"written");
		if (used == call->n)
			return render_fail(
				call->render, "format has fewer values than conversions");
		if (!conversion_print(call, &conversion, &call->arguments[used++], text))
			return false;
		conversion_pad(&conversion, text->str, out);
	}
	if (used < call->n || json_object_size(call->keywords) > 0)
		return render_fail(call->render, "format has more values than conversions");
	return give(call, out->str);
}

static bool filter_tojson(struct call *call)
{
	g_autoptr(GString) made = g_string_new(NULL);
	int64_t indent;

	if (!call_integer(call, 0, -1, &indent))
		return false;
	json_t *json = value_json(call->render, call->subject);
	bool ok = json && json_dump(call->render, json, (int)CLAMP(indent, -1, 16), made)
		&& value_set_text(call->render, call->out, made->str, made->len);
	json_decref(json);
	return ok;
}

/* In a shell script it is looked for at the outside of an expression; elsewhere it changes nothing.
 */
static bool filter_unsafe(struct call *call)
{
	value_copy(call->out, call->subject);
	return true;
}

const struct builtin text_filters[] = {
	{"capitalize", "", filter_capitalize},
	{"e", "", filter_escape},
	{"escape", "", filter_escape},
	{"format", "*", filter_format},
	{"indent", "width? first? blank?", filter_indent},
	{"lower", "", filter_lower},
	{"replace", "old new count?", filter_replace},
	{"string", "", filter_string},
	{"title", "", filter_title},
	{"tojson", "indent?", filter_tojson},
	{"trim", "chars?", filter_trim},
	{"truncate", "length? killwords? end? leeway?", filter_truncate},
	{"unsafe", "", filter_unsafe},
	{"upper", "", filter_upper},
	{"urlencode", "", filter_urlencode},
	{"wordcount", "", filter_wordcount},
	{NULL},
};
