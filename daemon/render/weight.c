/* SPDX-License-Identifier: MIT */
/*
 * A list may hold one value many times over, and that a list again: written as JSON a few words of
 * a template can become more than any machine has memory. So it is counted before it is written.
 */
#include "daemon/render/weight.h"

#include "lib/base/error.h"

/* Stops counting once it is too much. */
static void weight_add(const json_t *value, size_t *weight)
{
	const char *key;
	json_t *item;
	size_t i, len;
	*weight += 2 + json_string_length(value);
	json_array_foreach(value, i, item)
	{
		if (*weight > WEIGHT_MAX)
			return;
		weight_add(item, weight);
	}
	json_object_keylen_foreach((json_t *)value, key, len, item)
	{
		if (*weight > WEIGHT_MAX)
			return;
		*weight += 3 + len;
		weight_add(item, weight);
	}
}

json_t *template_weigh(const struct template *template, const struct template_object *scope,
	size_t *weight, GError **error)
{
	json_t *value = template_render(template, scope, error);
	if (!value)
		return NULL;
	weight_add(value, weight);
	if (*weight <= WEIGHT_MAX)
		return value;
	json_decref(value);
	error_say(error,
		"what the task's templates give is larger than %u MiB in all: leave large data in "
		"a file and pass its name",
		WEIGHT_MAX >> 20);
	return NULL;
}
