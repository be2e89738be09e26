/* SPDX-License-Identifier: MIT */
/* Methods of lists and maps: those that change nothing. */
#include <string.h>

#include "lib/template/render.h"

static bool positions_count(struct call *call, json_int_t *first, json_int_t *n)
{
	json_t *wanted = value_json(call->render, &call->arguments[0]), *item;
	size_t i;

	*first = -1;
	*n = 0;
	if (!wanted)
		return false;
	json_array_foreach(call->subject->json, i, item)
	{
		if (!json_same(call->render, item, wanted))
			continue;
		if ((*n)++ == 0)
			*first = (json_int_t)i;
	}
	json_decref(wanted);
	return !call->render->error;
}

static bool method_count(struct call *call)
{
	json_int_t first, n;
	bool ok = positions_count(call, &first, &n);
	value_set_json(call->out, json_integer(n));
	return ok;
}

static bool method_index(struct call *call)
{
	json_int_t first, n;
	if (!positions_count(call, &first, &n))
		return false;
	if (n == 0)
		return render_fail(call->render, "the list does not hold the value");
	value_set_json(call->out, json_integer(first));
	return true;
}

static bool method_get(struct call *call)
{
	const char *key;
	if (!call_text(call, 0, NULL, &key))
		return false;
	json_t *found = json_object_get(call->subject->json, key);
	if (found)
		value_set_json(call->out, json_incref(found));
	else if (call_has(call, 1))
		value_copy(call->out, &call->arguments[1]);
	else
		value_set_json(call->out, json_null());
	return true;
}

static bool method_keys(struct call *call)
{
	json_t *keys = value_items(call->render, call->subject);
	if (keys)
		value_set_json(call->out, keys);
	return keys != NULL;
}

static bool method_values(struct call *call)
{
	const char *key;
	json_t *item;
	if (!render_work(call->render, 8 * json_object_size(call->subject->json)))
		return false;
	value_set_json(call->out, json_array());
	json_object_foreach(call->subject->json, key, item)
		json_array_append(call->out->json, item);
	return true;
}

static bool method_items(struct call *call)
{
	const char *key;
	json_t *item;
	size_t len;
	if (!render_work(call->render, 16 * json_object_size(call->subject->json)))
		return false;
	value_set_json(call->out, json_array());
	json_object_keylen_foreach(call->subject->json, key, len, item)
	{
		json_t *pair = json_array();
		json_array_append_new(pair, json_stringn(key, len));
		json_array_append(pair, item);
		json_array_append_new(call->out->json, pair);
	}
	return true;
}

const struct builtin list_methods[] = {
	{"count", "value", method_count},
	{"index", "value", method_index},
	{NULL},
};

const struct builtin dict_methods[] = {
	{"get", "key default?", method_get},
	{"items", "", method_items},
	{"keys", "", method_keys},
	{"values", "", method_values},
	{NULL},
};
