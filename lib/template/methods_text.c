/* SPDX-License-Identifier: MIT */
/* Methods of texts, as Python's str has them. */
#include <string.h>

#include "lib/template/render.h"

static bool give(struct call *call, const char *text, size_t len)
{
	return value_set_text(call->render, call->out, text, len);
}

/* upper, lower, title, capitalize: the filters say the same, title alone differs. */
static bool method_as_filter(struct call *call)
{
	return builtin_run(call->render, builtin_find(BUILTIN_FILTER, call->builtin->name),
		call->subject, NULL, 0, NULL, NULL, 0, call->out);
}

static bool method_title(struct call *call)
{
	const char *text;
	g_autoptr(GString) made = g_string_new(NULL);
	bool is_inside = false;
	if (!call_subject_text(call, &text))
		return false;
	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);
		g_string_append_unichar(
			made, is_inside ? g_unichar_tolower(c) : g_unichar_totitle(c));
		is_inside = g_unichar_isalpha(c);
	}
	return give(call, made->str, made->len);
}

static bool is_stripped(const char *at, const char *characters)
{
	gunichar c = g_utf8_get_char(at);
	return characters ? g_utf8_strchr(characters, -1, c) != NULL
			  : g_unichar_isspace(c) || c == '\v';
}

static bool strip_ends(struct call *call, const char *ends)
{
	const char *text, *characters;
	if (!call_subject_text(call, &text) || !call_text(call, 0, NULL, &characters))
		return false;
	const char *end = text + strlen(text);
	if (!render_work(call->render, characters ? strlen(characters) : 0))
		return false;
	while (strchr(ends, 'l') && text < end && is_stripped(text, characters))
		text = g_utf8_next_char(text);
	while (strchr(ends, 'r') && end > text && is_stripped(g_utf8_prev_char(end), characters))
		end = g_utf8_prev_char(end);
	return give(call, text, (size_t)(end - text));
}

static bool method_strip(struct call *call)
{
	return strip_ends(call, "lr");
}

static bool method_lstrip(struct call *call)
{
	return strip_ends(call, "l");
}

static bool method_rstrip(struct call *call)
{
	return strip_ends(call, "r");
}

static void append_part(json_t *list, const char *text, size_t len)
{
	json_array_append_new(list, json_stringn(text, len));
}

/* At runs of blanks, none of which begins or ends a part. */
static void split_blanks(json_t *list, const char *text, int64_t n_max)
{
	for (;;) {
		while (*text && is_stripped(text, NULL))
			text = g_utf8_next_char(text);
		if (!*text)
			return;
		const char *end = text;
		if (n_max-- == 0) {
			append_part(list, text, strlen(text));
			return;
		}
		while (*end && !is_stripped(end, NULL))
			end = g_utf8_next_char(end);
		append_part(list, text, (size_t)(end - text));
		text = end;
	}
}

static bool method_split(struct call *call)
{
	const char *text, *separator;
	int64_t n_max;

	bool has_separator = call_has(call, 0)
		&& !(call->arguments[0].kind == VALUE_JSON
			&& json_is_null(call->arguments[0].json));
	if (!call_subject_text(call, &text)
		|| (has_separator && !call_text(call, 0, NULL, &separator))
		|| !call_integer(call, 1, -1, &n_max)
		|| !render_work(call->render, 8 * strlen(text)))
		return false;
	if (has_separator && !*separator)
		return render_fail(call->render, "the separator is empty");
	value_set_json(call->out, json_array());
	if (!has_separator) {
		split_blanks(call->out->json, text, n_max);
		return true;
	}
	const char *end;
	while (n_max-- != 0 && (end = strstr(text, separator))) {
		append_part(call->out->json, text, (size_t)(end - text));
		text = end + strlen(separator);
	}
	append_part(call->out->json, text, strlen(text));
	return true;
}

/* The last one that begins before `end`. */
static const char *last_before(const char *text, const char *end, const char *part)
{
	size_t len = strlen(part);
	for (const char *at = end - len; at >= text; at--) {
		if (memcmp(at, part, len) == 0)
			return at;
	}
	return NULL;
}

static bool method_rsplit(struct call *call)
{
	const char *text, *separator, *at;
	int64_t n_max;

	if (!call_subject_text(call, &text) || !call_text(call, 0, NULL, &separator)
		|| !call_integer(call, 1, -1, &n_max))
		return false;
	if (!*separator)
		return render_fail(call->render, "the separator is empty");
	if (!render_work(call->render, strlen(text) * (strlen(separator) + 8)))
		return false;
	value_set_json(call->out, json_array());
	const char *end = text + strlen(text);
	while (n_max-- != 0 && (at = last_before(text, end, separator))) {
		const char *part = at + strlen(separator);
		json_array_insert_new(call->out->json, 0, json_stringn(part, (size_t)(end - part)));
		if (!render_work(call->render, json_array_size(call->out->json)))
			return false;
		end = at;
	}
	json_array_insert_new(call->out->json, 0, json_stringn(text, (size_t)(end - text)));
	return true;
}

static bool method_splitlines(struct call *call)
{
	const char *text;
	if (!call_subject_text(call, &text) || !render_work(call->render, 8 * strlen(text)))
		return false;
	value_set_json(call->out, json_array());
	while (*text) {
		size_t len = strcspn(text, "\r\n");
		append_part(call->out->json, text, len);
		text += len;
		text += text[0] == '\r' && text[1] == '\n' ? 2 : *text ? 1 : 0;
	}
	return true;
}

static bool give_partition(
	struct call *call, const char *text, const char *at, size_t separator_len)
{
	size_t before = (size_t)(at - text);
	value_set_json(call->out, json_array());
	append_part(call->out->json, text, before);
	append_part(call->out->json, at, separator_len);
	append_part(call->out->json, at + separator_len, strlen(at + separator_len));
	return true;
}

static bool method_partition(struct call *call)
{
	const char *text, *separator;
	if (!call_subject_text(call, &text) || !call_text(call, 0, NULL, &separator))
		return false;
	if (!*separator)
		return render_fail(call->render, "the separator is empty");
	const char *at = strstr(text, separator);
	return give_partition(
		call, text, at ? at : text + strlen(text), at ? strlen(separator) : 0);
}

static bool method_rpartition(struct call *call)
{
	const char *text, *separator;
	if (!call_subject_text(call, &text) || !call_text(call, 0, NULL, &separator))
		return false;
	if (!*separator)
		return render_fail(call->render, "the separator is empty");
	if (!render_work(call->render, strlen(text) * strlen(separator)))
		return false;
	const char *at = last_before(text, text + strlen(text), separator);
	return give_partition(call, text, at ? at : text, at ? strlen(separator) : 0);
}

static bool method_replace(struct call *call)
{
	const char *text, *old, *new, *at;
	int64_t n_max;
	g_autoptr(GString) made = g_string_new(NULL);

	if (!call_subject_text(call, &text) || !call_text(call, 0, NULL, &old)
		|| !call_text(call, 1, NULL, &new) || !call_integer(call, 2, -1, &n_max))
		return false;
	if (!*old)
		return render_fail(call->render, "the text to replace is empty");
	while (n_max-- != 0 && (at = strstr(text, old))) {
		g_string_append_len(made, text, at - text);
		g_string_append(made, new);
		text = at + strlen(old);
		if (!render_work(call->render, 8 + strlen(new)))
			return false;
	}
	g_string_append(made, text);
	return give(call, made->str, made->len);
}

/* `join`: the subject stands between the items. */
static bool method_join(struct call *call)
{
	return builtin_run(call->render, builtin_find(BUILTIN_FILTER, "join"), &call->arguments[0],
		call->subject, 1, NULL, NULL, 0, call->out);
}

/* Whether argument 0, a text or one of a list of them, is the beginning or the end. */
static bool give_affix(struct call *call, gboolean (*has)(const char *text, const char *affix))
{
	const char *text, *affix;
	bool holds = false;
	if (!call_subject_text(call, &text))
		return false;
	if (value_is_text(&call->arguments[0])) {
		if (!call_text(call, 0, NULL, &affix))
			return false;
		holds = has(text, affix);
	} else {
		json_t *items = value_items(call->render, &call->arguments[0]), *item;
		size_t i;
		json_array_foreach(items, i, item) holds |=
			json_is_string(item) && has(text, json_string_value(item));
		if (!items)
			return false;
		json_decref(items);
	}
	value_set_bool(call->out, holds);
	return true;
}

static bool method_startswith(struct call *call)
{
	return give_affix(call, g_str_has_prefix);
}

static bool method_endswith(struct call *call)
{
	return give_affix(call, g_str_has_suffix);
}

static bool method_removeprefix(struct call *call)
{
	const char *text, *affix;
	if (!call_subject_text(call, &text) || !call_text(call, 0, NULL, &affix))
		return false;
	size_t skipped = g_str_has_prefix(text, affix) ? strlen(affix) : 0;
	return give(call, text + skipped, strlen(text) - skipped);
}

static bool method_removesuffix(struct call *call)
{
	const char *text, *affix;
	if (!call_subject_text(call, &text) || !call_text(call, 0, NULL, &affix))
		return false;
	return give(call, text, strlen(text) - (g_str_has_suffix(text, affix) ? strlen(affix) : 0));
}

static bool method_find(struct call *call)
{
	const char *text, *part;
	if (!call_subject_text(call, &text) || !call_text(call, 0, NULL, &part))
		return false;
	const char *at = strstr(text, part);
	value_set_json(call->out, json_integer(at ? g_utf8_pointer_to_offset(text, at) : -1));
	return true;
}

static bool method_rfind(struct call *call)
{
	const char *text, *part;
	if (!call_subject_text(call, &text) || !call_text(call, 0, NULL, &part)
		|| !render_work(call->render, strlen(text) * (strlen(part) + 1)))
		return false;
	const char *at = last_before(text, text + strlen(text), part);
	value_set_json(call->out, json_integer(at ? g_utf8_pointer_to_offset(text, at) : -1));
	return true;
}

static bool method_count(struct call *call)
{
	const char *text, *part;
	json_int_t n = 0;
	if (!call_subject_text(call, &text) || !call_text(call, 0, NULL, &part))
		return false;
	if (!*part)
		return render_fail(call->render, "the text to count is empty");
	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	value_set_json(call->out, json_integer(n));
	return true;
}

/* Whether all characters are of one kind, and there is one at all. */
static bool give_all(struct call *call, gboolean (*is_one)(gunichar c))
{
	const char *text;
	if (!call_subject_text(call, &text))
		return false;
	bool holds = *text != '\0';
	for (; *text && holds; text = g_utf8_next_char(text))
		holds = is_one(g_utf8_get_char(text));
	value_set_bool(call->out, holds);
	return true;
}

static bool method_isdigit(struct call *call)
{
	return give_all(call, g_unichar_isdigit);
}

static bool method_isalpha(struct call *call)
{
	return give_all(call, g_unichar_isalpha);
}

static bool method_isalnum(struct call *call)
{
	return give_all(call, g_unichar_isalnum);
}

static bool method_isspace(struct call *call)
{
	return give_all(call, g_unichar_isspace);
}

static bool method_case_test(struct call *call)
{
	return builtin_run(call->render,
		builtin_find(BUILTIN_TEST, call->builtin->name + strlen("is")), call->subject, NULL,
		0, NULL, NULL, 0, call->out);
}

/* Fills the text up to a width; `share` of what is missing, in halves, goes to the left. */
static bool give_padded(struct call *call, const char *fill, int share)
{
	const char *text;
	int64_t width;
	g_autoptr(GString) made = g_string_new(NULL);

	if (!call_subject_text(call, &text) || !call_integer(call, 0, 0, &width)
		|| !call_text(call, 1, fill, &fill))
		return false;
	if (g_utf8_strlen(fill, -1) != 1)
		return render_fail(call->render, "the filling must be one character");
	int64_t len = g_utf8_strlen(text, -1), missing = MAX(width - len, 0);
	if (width > TEMPLATE_OUTPUT_MAX
		|| !render_work(call->render, (size_t)MAX(width, 0) * strlen(fill)))
		return render_fail(call->render, "the width is too large");
	/* Python's center() puts the odd one to the left when the width is odd. */
	int64_t left = share == 1 ? missing / 2 + (missing & width & 1) : missing * share / 2;
	for (int64_t i = 0; i < left; i++)
		g_string_append(made, fill);
	g_string_append(made, text);
	for (int64_t i = left; i < missing; i++)
		g_string_append(made, fill);
	return give(call, made->str, made->len);
}

static bool method_ljust(struct call *call)
{
	return give_padded(call, " ", 0);
}

static bool method_rjust(struct call *call)
{
	return give_padded(call, " ", 2);
}

static bool method_center(struct call *call)
{
	return give_padded(call, " ", 1);
}

static bool method_zfill(struct call *call)
{
	const char *text;
	int64_t width;
	if (!call_subject_text(call, &text) || !call_integer(call, 0, 0, &width))
		return false;
	bool has_sign = *text == '-' || *text == '+';
	if (width > TEMPLATE_OUTPUT_MAX)
		return render_fail(call->render, "the width is too large");
	g_autofree char *zeros = g_strnfill((gsize)MAX(width - g_utf8_strlen(text, -1), 0), '0');
	g_autofree char *made = g_strdup_printf("%.*s%s%s", has_sign, text, zeros, text + has_sign);
	return give(call, made, strlen(made));
}

const struct builtin text_methods[] = {
	{"capitalize", "", method_as_filter},
	{"center", "width fillchar?", method_center},
	{"count", "sub", method_count},
	{"endswith", "suffix", method_endswith},
	{"find", "sub", method_find},
	{"isalnum", "", method_isalnum},
	{"isalpha", "", method_isalpha},
	{"isdigit", "", method_isdigit},
	{"islower", "", method_case_test},
	{"isspace", "", method_isspace},
	{"isupper", "", method_case_test},
	{"join", "iterable", method_join},
	{"ljust", "width fillchar?", method_ljust},
	{"lower", "", method_as_filter},
	{"lstrip", "chars?", method_lstrip},
	{"partition", "sep", method_partition},
	{"removeprefix", "prefix", method_removeprefix},
	{"removesuffix", "suffix", method_removesuffix},
	{"replace", "old new count?", method_replace},
	{"rfind", "sub", method_rfind},
	{"rjust", "width fillchar?", method_rjust},
	{"rpartition", "sep", method_rpartition},
	{"rsplit", "sep maxsplit?", method_rsplit},
	{"rstrip", "chars?", method_rstrip},
	{"split", "sep? maxsplit?", method_split},
	{"splitlines", "", method_splitlines},
	{"startswith", "prefix", method_startswith},
	{"strip", "chars?", method_strip},
	{"title", "", method_title},
	{"upper", "", method_as_filter},
	{"zfill", "width", method_zfill},
	{NULL},
};
