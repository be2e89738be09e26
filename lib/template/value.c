/* SPDX-License-Identifier: MIT */
/* Values: making, reading and printing them. */
#include <math.h>
#include <string.h>

#include "lib/base/instant.h"
#include "lib/schedule/schedule.h"
#include "lib/template/render.h"

void template_value_clear(struct template_value *value)
{
	json_decref(value->json);
	*value = (struct template_value){0};
}

void value_set_json(struct template_value *out, json_t *json)
{
	*out = (struct template_value){.kind = VALUE_JSON, .json = json};
}

void value_set_bool(struct template_value *out, bool is_true)
{
	value_set_json(out, json_boolean(is_true));
}

bool value_set_text(struct render *render, struct template_value *out, const char *text, size_t len)
{
	if (len > TEMPLATE_OUTPUT_MAX)
		return render_fail(
			render, "the text is longer than %d MiB", TEMPLATE_OUTPUT_MAX >> 20);
	if (!render_work(render, len))
		return false;
	json_t *json = json_stringn(text, len);
	if (!json)
		return render_fail(render, "the text is not UTF-8");
	value_set_json(out, json);
	return true;
}

void value_set_undefined(struct template_value *out, char *sentence)
{
	g_autofree char *valid = g_utf8_make_valid(sentence, -1);
	*out = (struct template_value){.kind = VALUE_UNDEFINED, .json = json_string(valid)};
	g_free(sentence);
}

void value_copy(struct template_value *out, const struct template_value *value)
{
	*out = *value;
	json_incref(out->json);
}

int64_t instant_wall(const struct template_value *value)
{
	return value->at + value->offset_s * SECOND_US;
}

bool value_set_instant(struct render *render, struct template_value *out, int64_t wall_us,
	const struct template_value *like)
{
	/* The years 1 to 9999, less a day at both ends for the offsets. */
	if (wall_us < INT64_C(-62135510400) * SECOND_US
		|| wall_us > INT64_C(253402214400) * SECOND_US)
		return render_fail(render, "the instant is outside of the years 1 to 9999");
	*out = (struct template_value){.kind = VALUE_INSTANT, .zone = like->zone};
	if (like->zone) {
		out->at = zone_instant(like->zone, wall_us);
		out->offset_s = zone_offset_s(like->zone, out->at);
	} else {
		out->at = wall_us - like->offset_s * SECOND_US;
		out->offset_s = like->offset_s;
	}
	return true;
}

const char *value_kind_name(const struct template_value *value)
{
	switch (value->kind) {
	case VALUE_INSTANT:
		return "an instant";
	case VALUE_DURATION:
		return "a duration";
	case VALUE_OBJECT:
		return "an object";
	case VALUE_NAMESPACE:
		return "a namespace";
	case VALUE_UNDEFINED:
		return "an undefined value";
	case VALUE_JSON:
		break;
	}
	switch (json_typeof(value->json)) {
	case JSON_OBJECT:
		return "a map";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return "a text";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	case JSON_NULL:
		break;
	}
	return "none";
}

bool value_is_text(const struct template_value *value)
{
	return value->kind == VALUE_JSON && json_is_string(value->json);
}

/* Python counts booleans among the integers. */
bool value_is_number(const struct template_value *value)
{
	return value->kind == VALUE_JSON
		&& (json_is_number(value->json) || json_is_boolean(value->json));
}

double value_real(const struct template_value *value)
{
	return json_is_boolean(value->json) ? json_is_true(value->json)
					    : json_number_value(value->json);
}

bool value_truth(const struct template_value *value)
{
	switch (value->kind) {
	case VALUE_INSTANT:
	case VALUE_OBJECT:
	case VALUE_NAMESPACE:
		return true;
	case VALUE_DURATION:
		return value->at != 0;
	case VALUE_UNDEFINED:
		return false;
	case VALUE_JSON:
		break;
	}
	switch (json_typeof(value->json)) {
	case JSON_OBJECT:
		return json_object_size(value->json) > 0;
	case JSON_ARRAY:
		return json_array_size(value->json) > 0;
	case JSON_STRING:
		return json_string_length(value->json) > 0;
	case JSON_INTEGER:
	case JSON_REAL:
		return json_number_value(value->json) != 0;
	case JSON_TRUE:
		return true;
	case JSON_FALSE:
	case JSON_NULL:
		break;
	}
	return false;
}

static json_t *duration_json(int64_t duration_us)
{
	return duration_us % SECOND_US == 0 ? json_integer(duration_us / SECOND_US)
					    : json_real(duration_us / 1e6);
}

json_t *value_json(struct render *render, const struct template_value *value)
{
	g_autofree char *iso = NULL;

	switch (value->kind) {
	case VALUE_JSON:
		return json_incref(value->json);
	case VALUE_INSTANT:
		iso = instant_iso_offset(value->at, value->offset_s);
		return json_string(iso);
	case VALUE_DURATION:
		return duration_json(value->at);
	case VALUE_UNDEFINED:
		render_fail(render, "%s", json_string_value(value->json));
		return NULL;
	case VALUE_OBJECT:
	case VALUE_NAMESPACE:
		break;
	}
	render_fail(render, "%s has no value of its own; name one of its attributes",
		value_kind_name(value));
	return NULL;
}

bool value_print(struct render *render, const struct template_value *value, GString *out)
{
	json_t *json = value_json(render, value);
	if (!json)
		return false;
	bool ok = json_print(render, json, out);
	json_decref(json);
	return ok;
}

static json_t *text_characters(struct render *render, const json_t *text)
{
	const char *at = json_string_value(text), *end = at + json_string_length(text);
	if (!render_work(render, 8 * json_string_length(text)))
		return NULL;
	json_t *list = json_array();
	while (at < end) {
		const char *next = g_utf8_next_char(at);
		json_array_append_new(list, json_stringn(at, (size_t)(next - at)));
		at = next;
	}
	return list;
}

json_t *value_items(struct render *render, const struct template_value *value)
{
	if (value->kind == VALUE_JSON && json_is_array(value->json))
		return render_work(render, json_array_size(value->json)) ? json_incref(value->json)
									 : NULL;
	if (value_is_text(value))
		return text_characters(render, value->json);
	if (value->kind == VALUE_JSON && json_is_object(value->json)) {
		if (!render_work(render, 8 * json_object_size(value->json)))
			return NULL;
		json_t *list = json_array(), *item;
		const char *key;
		size_t len;
		json_object_keylen_foreach(value->json, key, len, item)
			json_array_append_new(list, json_stringn(key, len));
		return list;
	}
	if (value->kind == VALUE_UNDEFINED)
		render_fail(render, "%s", json_string_value(value->json));
	else
		render_fail(render, "expected a list, not %s", value_kind_name(value));
	return NULL;
}

bool call_has(const struct call *call, size_t i)
{
	return i < call->n && call->arguments[i].kind != VALUE_UNDEFINED;
}

/* A text as a C string; a NUL in it would cut it silently. */
static bool plain_text(struct render *render, const struct template_value *value, const char *what,
	const char **text)
{
	if (!value_is_text(value))
		return render_fail(render, "%s wants a text, not %s", what, value_kind_name(value));
	*text = json_string_value(value->json);
	if (strlen(*text) != json_string_length(value->json))
		return render_fail(render, "the text holds a NUL character");
	return render_work(render, json_string_length(value->json));
}

bool call_subject_text(const struct call *call, const char **text)
{
	return plain_text(call->render, call->subject, call->builtin->name, text);
}

bool call_text(const struct call *call, size_t i, const char *otherwise, const char **text)
{
	*text = otherwise;
	return !call_has(call, i)
		|| plain_text(call->render, &call->arguments[i], call->builtin->name, text);
}

bool call_integer(const struct call *call, size_t i, int64_t otherwise, int64_t *out)
{
	*out = otherwise;
	if (!call_has(call, i))
		return true;
	const struct template_value *value = &call->arguments[i];
	if (value->kind != VALUE_JSON || !json_is_integer(value->json))
		return render_fail(call->render, "%s wants a whole number, not %s",
			call->builtin->name, value_kind_name(value));
	*out = json_integer_value(value->json);
	return true;
}

bool call_truth(const struct call *call, size_t i, bool otherwise)
{
	return call_has(call, i) ? value_truth(&call->arguments[i]) : otherwise;
}
