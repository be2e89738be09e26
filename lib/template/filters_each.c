/* SPDX-License-Identifier: MIT */
/* Filters that apply another filter or test to each item: map, select and their kin. */
#include <string.h>

#include "lib/template/render.h"

/* The row that argument i names, with as many of the arguments after it. NULL: the rendering has
 * failed. */
static const struct builtin *row_named(struct call *call, size_t i, enum builtin_kind kind)
{
	const char *what = kind == BUILTIN_FILTER ? "filter" : "test";
	if (!value_is_text(&call->arguments[i])) {
		render_fail(call->render, "%s wants the name of a %s", call->builtin->name, what);
		return NULL;
	}
	const char *name = json_string_value(call->arguments[i].json);
	const struct builtin *row = builtin_find(kind, name);
	if (!row)
		render_fail(call->render, "unknown %s \"%s\"", what, name);
	return row;
}

/* `map(attribute="name", default=...)` */
static bool map_attribute(struct call *call, json_t *items)
{
	struct template_value path;
	json_t *otherwise = json_object_get(call->keywords, "default"), *item;
	size_t i, known = (otherwise != NULL) + 1;
	bool ok = call->n == 0 && json_object_size(call->keywords) == known;

	if (!ok)
		return render_fail(
			call->render, "map wants the name of a filter, or attribute= and default=");
	value_set_json(&path, json_object_get(call->keywords, "attribute"));
	json_array_foreach(items, i, item)
	{
		value_auto part = {0};
		if (!path_get(call->render, item, &path, &part))
			return false;
		if (part.kind == VALUE_UNDEFINED && otherwise)
			json_array_append(call->out->json, otherwise);
		else if (json_array_append_new(call->out->json, value_json(call->render, &part))
			!= 0)
			return false;
	}
	return true;
}

static bool map_filter(struct call *call, json_t *items)
{
	json_t *item;
	size_t i;

	if (call->n == 0 || json_object_size(call->keywords) > 0)
		return render_fail(
			call->render, "map wants the name of a filter, or attribute= and default=");
	const struct builtin *row = row_named(call, 0, BUILTIN_FILTER);
	if (!row)
		return false;
	json_array_foreach(items, i, item)
	{
		value_auto made = {0};
		struct template_value subject = {.json = item};
		if (!builtin_run(call->render, row, &subject, call->arguments + 1, call->n - 1,
			    NULL, NULL, 0, &made)
			|| json_array_append_new(call->out->json, value_json(call->render, &made))
				!= 0)
			return false;
	}
	return true;
}

static bool filter_map(struct call *call)
{
	json_t *items = value_items(call->render, call->subject);
	if (!items)
		return false;
	value_set_json(call->out, json_array());
	bool ok = json_object_get(call->keywords, "attribute") ? map_attribute(call, items)
							       : map_filter(call, items);
	json_decref(items);
	return ok;
}

/* Which of the items stay: those for which the test says `wanted`. */
struct selection {
	bool has_attribute; /* the first argument is a path into the item */
	bool wanted;
};

static bool item_holds(
	struct call *call, const struct selection *selection, json_t *item, bool *holds)
{
	value_auto part = {0}, result = {0};
	size_t first = selection->has_attribute;

	if (!first)
		value_set_json(&part, json_incref(item));
	else if (!path_get(call->render, item, &call->arguments[0], &part))
		return false;
	const struct builtin *row = NULL;
	if (call->n > first && !(row = row_named(call, first, BUILTIN_TEST)))
		return false;
	if (part.kind == VALUE_UNDEFINED && !(row && row->takes_undefined))
		return render_fail(call->render, "%s", json_string_value(part.json));
	if (!row) {
		*holds = value_truth(&part);
		return true;
	}
	if (!builtin_run(call->render, row, &part, call->arguments + first + 1, call->n - first - 1,
		    NULL, NULL, 0, &result))
		return false;
	*holds = value_truth(&result);
	return true;
}

static bool items_select(struct call *call, const struct selection *selection)
{
	json_t *item;
	size_t i;
	bool ok = true, holds = false;

	if (json_object_size(call->keywords) > 0 || (selection->has_attribute && call->n == 0))
		return render_fail(call->render, "%s wants %s", call->builtin->name,
			selection->has_attribute ? "an attribute, then a test and its arguments"
						 : "a test and its arguments");
	json_t *items = value_items(call->render, call->subject);
	if (!items)
		return false;
	value_set_json(call->out, json_array());
	json_array_foreach(items, i, item)
	{
		ok = item_holds(call, selection, item, &holds);
		if (!ok)
			break;
		if (holds == selection->wanted)
			json_array_append(call->out->json, item);
	}
	json_decref(items);
	return ok;
}

static bool filter_select(struct call *call)
{
	return items_select(call, &(struct selection){false, true});
}

static bool filter_reject(struct call *call)
{
	return items_select(call, &(struct selection){false, false});
}

static bool filter_selectattr(struct call *call)
{
	return items_select(call, &(struct selection){true, true});
}

static bool filter_rejectattr(struct call *call)
{
	return items_select(call, &(struct selection){true, false});
}

const struct builtin each_filters[] = {
	{"map", "*", filter_map},
	{"reject", "*", filter_reject},
	{"rejectattr", "*", filter_rejectattr},
	{"select", "*", filter_select},
	{"selectattr", "*", filter_selectattr},
	{NULL},
};
