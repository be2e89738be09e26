/* SPDX-License-Identifier: MIT */
/* Python's ==, < and `in` on values. */
#include <string.h>

#include "lib/template/render.h"

static bool is_numeric(const json_t *json)
{
	return json_is_number(json) || json_is_boolean(json);
}

static int number_order(const json_t *left, const json_t *right)
{
	if (json_is_integer(left) && json_is_integer(right)) {
		int64_t a = json_integer_value(left), b = json_integer_value(right);
		return (a > b) - (a < b);
	}
	double a = json_is_boolean(left) ? json_is_true(left) : json_number_value(left);
	double b = json_is_boolean(right) ? json_is_true(right) : json_number_value(right);
	return (a > b) - (a < b);
}

/* Code points order as the bytes of their UTF-8 do. */
static int text_order(const json_t *left, const json_t *right)
{
	size_t a = json_string_length(left), b = json_string_length(right);
	int order = memcmp(json_string_value(left), json_string_value(right), MIN(a, b));
	return order != 0 ? order : (a > b) - (a < b);
}

static bool list_same(struct render *render, const json_t *left, const json_t *right)
{
	if (json_array_size(left) != json_array_size(right))
		return false;
	for (size_t i = 0; i < json_array_size(left); i++) {
		if (!json_same(render, json_array_get(left, i), json_array_get(right, i)))
			return false;
	}
	return true;
}

static bool dict_same(struct render *render, const json_t *left, const json_t *right)
{
	const char *key;
	json_t *item;
	size_t len;

	if (json_object_size(left) != json_object_size(right))
		return false;
	json_object_keylen_foreach((json_t *)left, key, len, item)
	{
		const json_t *other = json_object_getn(right, key, len);
		if (!other || !json_same(render, item, other))
			return false;
	}
	return true;
}

/* When there is too much work it says "no", and the rendering has failed. */
bool json_same(struct render *render, const json_t *left, const json_t *right)
{
	if (!render_work(render, 8))
		return false;
	if (is_numeric(left) && is_numeric(right))
		return number_order(left, right) == 0;
	if (json_typeof(left) != json_typeof(right))
		return false;
	if (json_is_string(left))
		return render_work(render, json_string_length(left))
			&& text_order(left, right) == 0;
	if (json_is_array(left))
		return list_same(render, left, right);
	if (json_is_object(left))
		return dict_same(render, left, right);
	return true;
}

bool json_order(struct render *render, const json_t *left, const json_t *right, int *order)
{
	*order = 0;
	if (!render_work(render, 8))
		return false;
	if (is_numeric(left) && is_numeric(right)) {
		*order = number_order(left, right);
		return true;
	}
	if (json_is_string(left) && json_is_string(right)) {
		*order = text_order(left, right);
		return render_work(render, json_string_length(left));
	}
	if (!json_is_array(left) || !json_is_array(right)) {
		struct template_value a = {.json = (json_t *)left}, b = {.json = (json_t *)right};
		return render_fail(render, "%s and %s have no order", value_kind_name(&a),
			value_kind_name(&b));
	}
	size_t n = MIN(json_array_size(left), json_array_size(right));
	for (size_t i = 0; i < n && *order == 0; i++) {
		const json_t *a = json_array_get(left, i), *b = json_array_get(right, i);
		if (!json_same(render, a, b) && !json_order(render, a, b, order))
			return false;
	}
	if (*order == 0)
		*order = (json_array_size(left) > n) - (json_array_size(right) > n);
	return !render->error;
}

static bool value_same(struct render *render, const struct template_value *left,
	const struct template_value *right)
{
	if (left->kind != right->kind)
		return false;
	switch (left->kind) {
	case VALUE_JSON:
		return json_same(render, left->json, right->json);
	case VALUE_INSTANT:
	case VALUE_DURATION:
		return left->at == right->at;
	case VALUE_OBJECT:
		return left->object == right->object;
	case VALUE_UNDEFINED:
	case VALUE_NAMESPACE:
		break;
	}
	return left->json == right->json;
}

static bool value_order(struct render *render, const struct template_value *left,
	const struct template_value *right, int *order)
{
	bool is_time = left->kind == VALUE_INSTANT || left->kind == VALUE_DURATION;
	if (left->kind == right->kind && is_time) {
		*order = (left->at > right->at) - (left->at < right->at);
		return true;
	}
	if (left->kind == VALUE_JSON && right->kind == VALUE_JSON)
		return json_order(render, left->json, right->json, order);
	return render_fail(
		render, "%s and %s have no order", value_kind_name(left), value_kind_name(right));
}

static bool text_contains(struct render *render, const struct template_value *text,
	const struct template_value *part, bool *out)
{
	if (!value_is_text(part))
		return render_fail(
			render, "only a text can be in a text, not %s", value_kind_name(part));
	size_t len = json_string_length(text->json), part_len = json_string_length(part->json);
	*out = memmem(json_string_value(text->json), len, json_string_value(part->json), part_len);
	return render_work(render, len + part_len);
}

static bool contains(struct render *render, const struct template_value *part,
	const struct template_value *whole, bool *out)
{
	*out = false;
	if (value_is_text(whole))
		return text_contains(render, whole, part, out);
	if (whole->kind == VALUE_JSON && json_is_object(whole->json)) {
		*out = value_is_text(part)
			&& json_object_getn(whole->json, json_string_value(part->json),
				json_string_length(part->json));
		return true;
	}
	if (whole->kind != VALUE_JSON || !json_is_array(whole->json))
		return render_fail(render, "\"in\" wants a list, a map or a text, not %s",
			value_kind_name(whole));
	json_t *item = value_json(render, part);
	if (!item)
		return false;
	for (size_t i = 0; i < json_array_size(whole->json) && !*out; i++)
		*out = json_same(render, item, json_array_get(whole->json, i));
	json_decref(item);
	return !render->error;
}

bool compare(struct render *render, enum sign sign, const struct template_value *left,
	const struct template_value *right, bool *out)
{
	int order = 0;

	if (sign == SIGN_EQUAL || sign == SIGN_NOT_EQUAL) {
		*out = value_same(render, left, right) == (sign == SIGN_EQUAL);
		return !render->error;
	}
	if (sign == SIGN_IN || sign == SIGN_NOT_IN) {
		bool is_in = false;
		bool ok = contains(render, left, right, &is_in);
		*out = is_in == (sign == SIGN_IN);
		return ok;
	}
	if (!value_order(render, left, right, &order))
		return false;
	*out = sign == SIGN_LESS          ? order < 0
		: sign == SIGN_LESS_EQUAL ? order <= 0
		: sign == SIGN_GREATER    ? order > 0
					  : order >= 0;
	return true;
}
