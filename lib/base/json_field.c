/* SPDX-License-Identifier: MIT */
#include "lib/base/json_field.h"

const char *json_field_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text && *text ? text : NULL;
}
