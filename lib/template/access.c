/* SPDX-License-Identifier: MIT */
/* What `.name` and `[index]` give. */
#include <string.h>

#include "lib/template/render.h"

static bool object_get(struct render *render, const struct template_object *object,
	const char *name, struct template_value *out)
{
	g_autoptr(GError) error = NULL;
	if (object->get(object, name, out, &error)) {
		out->is_explained = out->kind == VALUE_UNDEFINED;
		return true;
	}
	if (error)
		return render_fail(render, "%s", error->message);
	value_set_undefined(out, g_strdup_printf("the object has no \"%s\"", name));
	return true;
}

bool attribute_get(struct render *render, const struct template_value *subject, const char *name,
	struct template_value *out)
{
	json_t *found = NULL;
	bool is_known = false;

	switch (subject->kind) {
	case VALUE_OBJECT:
		return object_get(render, subject->object, name, out);
	case VALUE_INSTANT:
		is_known = instant_attribute(subject, name, out);
		break;
	case VALUE_DURATION:
		is_known = duration_attribute(subject, name, out);
		break;
	case VALUE_JSON:
	case VALUE_NAMESPACE:
		found = json_object_get(subject->json, name);
		break;
	case VALUE_UNDEFINED:
		return render_fail(render, "%s", json_string_value(subject->json));
	}
	if (found)
		value_set_json(out, json_incref(found));
	else if (!is_known)
		value_set_undefined(
			out, g_strdup_printf("%s has no \"%s\"", value_kind_name(subject), name));
	return true;
}

/* The n-th of a list or character of a text, from the end when negative. */
static bool nth_get(struct render *render, const struct template_value *subject, int64_t n,
	struct template_value *out)
{
	json_t *items = value_items(render, subject);
	if (!items)
		return false;
	int64_t size = (int64_t)json_array_size(items), i = n < 0 ? n + size : n;
	json_t *item = i >= 0 && i < size ? json_array_get(items, (size_t)i) : NULL;
	if (item)
		value_set_json(out, json_incref(item));
	else
		value_set_undefined(out,
			g_strdup_printf("%s of %" PRId64 " has no index %" PRId64,
				value_kind_name(subject), size, n));
	json_decref(items);
	return true;
}

bool item_get(struct render *render, const struct template_value *subject,
	const struct template_value *index, struct template_value *out)
{
	bool is_list = subject->kind == VALUE_JSON
		&& (json_is_array(subject->json) || json_is_string(subject->json));

	if (is_list && index->kind == VALUE_JSON && json_is_integer(index->json))
		return nth_get(render, subject, json_integer_value(index->json), out);
	if (is_list || !value_is_text(index))
		return render_fail(render, "%s cannot be indexed by %s", value_kind_name(subject),
			value_kind_name(index));
	if (strlen(json_string_value(index->json)) != json_string_length(index->json))
		return render_fail(render, "the text holds a NUL character");
	return attribute_get(render, subject, json_string_value(index->json), out);
}

bool path_get(struct render *render, const json_t *item, const struct template_value *path,
	struct template_value *out)
{
	value_set_json(out, json_incref((json_t *)item));
	if (path->kind == VALUE_JSON && json_is_integer(path->json)) {
		value_auto subject = *out;
		return item_get(render, &subject, path, out);
	}
	if (!value_is_text(path))
		return render_fail(render, "an attribute is a text, not %s", value_kind_name(path));
	g_auto(GStrv) names = g_strsplit(json_string_value(path->json), ".", -1);
	for (size_t i = 0; names[i] && out->kind != VALUE_UNDEFINED; i++) {
		value_auto subject = *out, index = {0};
		gint64 number;
		if (g_ascii_string_to_signed(names[i], 10, 0, INT32_MAX, &number, NULL)
			&& !json_is_object(subject.json)) {
			value_set_json(&index, json_integer(number));
			*out = (struct template_value){0};
			if (!item_get(render, &subject, &index, out))
				return false;
			continue;
		}
		*out = (struct template_value){0};
		if (!attribute_get(render, &subject, names[i], out))
			return false;
	}
	return true;
}
