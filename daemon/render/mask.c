/* SPDX-License-Identifier: MIT */
#include "daemon/render/mask.h"

#include <string.h>

#include "lib/base/ident.h"

#define HIDDEN "***"

char *text_masked(const char *text, const GPtrArray *masks)
{
	GString *out = g_string_new(text);
	for (guint i = 0; i < masks->len; i++)
		if (masks->pdata[i])
			g_string_replace(out, masks->pdata[i], HIDDEN, 0);
	return g_string_free(out, FALSE);
}

static json_t *string_masked(const char *text, const GPtrArray *masks)
{
	g_autofree char *masked = text_masked(text, masks);
	return json_string(masked);
}

static json_t *all_hidden(const json_t *value)
{
	const char *key;
	json_t *item, *out;
	size_t i;
	if (json_is_object(value)) {
		out = json_object();
		json_object_foreach((json_t *)value, key, item)
			json_object_set_new(out, key, all_hidden(item));
		return out;
	}
	if (json_is_array(value)) {
		out = json_array();
		json_array_foreach(value, i, item) json_array_append_new(out, all_hidden(item));
		return out;
	}
	return json_is_null(value) ? json_null() : json_string(HIDDEN);
}

json_t *json_masked(const json_t *value, const GPtrArray *masks)
{
	const char *key;
	json_t *item, *out;
	size_t i;
	if (json_is_string(value))
		return string_masked(json_string_value(value), masks);
	if (json_is_object(value)) {
		out = json_object();
		json_object_foreach((json_t *)value, key, item) json_object_set_new(out, key,
			name_is_sensitive(key) ? all_hidden(item) : json_masked(item, masks));
		return out;
	}
	if (json_is_array(value)) {
		out = json_array();
		json_array_foreach(value, i, item)
			json_array_append_new(out, json_masked(item, masks));
		return out;
	}
	return json_deep_copy(value);
}
