/* SPDX-License-Identifier: MIT */
/* Filters on lists: those of Jinja2 that need no generator. */
#include <string.h>

#include "lib/template/render.h"

static bool give_json(struct call *call, json_t *json)
{
	value_set_json(call->out, json);
	return !call->render->error;
}

static bool filter_list(struct call *call)
{
	json_t *items = value_items(call->render, call->subject);
	return items && give_json(call, items);
}

static bool filter_length(struct call *call)
{
	json_t *items = value_items(call->render, call->subject);
	if (!items)
		return false;
	value_set_json(call->out, json_integer((json_int_t)json_array_size(items)));
	json_decref(items);
	return true;
}

static bool give_end(struct call *call, enum sign end)
{
	json_t *items = value_items(call->render, call->subject);
	if (!items)
		return false;
	size_t n = json_array_size(items);
	if (n == 0)
		value_set_undefined(call->out,
			g_strdup_printf(
				"there is no %s item in an empty list", call->builtin->name));
	else
		value_set_json(call->out,
			json_incref(json_array_get(items, end == SIGN_LESS ? 0 : n - 1)));
	json_decref(items);
	return true;
}

static bool filter_first(struct call *call)
{
	return give_end(call, SIGN_LESS);
}

static bool filter_last(struct call *call)
{
	return give_end(call, SIGN_GREATER);
}

static bool filter_reverse(struct call *call)
{
	json_t *items = value_items(call->render, call->subject);
	if (!items)
		return false;
	g_autoptr(GString) text = g_string_new(NULL);
	json_t *list = json_array();
	for (size_t i = json_array_size(items); i-- > 0;) {
		json_t *item = json_array_get(items, i);
		json_array_append(list, item);
		if (value_is_text(call->subject))
			g_string_append_len(
				text, json_string_value(item), (gssize)json_string_length(item));
	}
	json_decref(items);
	if (!value_is_text(call->subject))
		return give_json(call, list);
	json_decref(list);
	return value_set_text(call->render, call->out, text->str, text->len);
}

/* An item, or what the argument `attribute` names of it, which must be there. */
static bool item_part(struct call *call, const json_t *item, const struct template_value *path,
	struct template_value *out)
{
	if (path->kind == VALUE_UNDEFINED
		|| (path->kind == VALUE_JSON && json_is_null(path->json))) {
		value_set_json(out, json_incref((json_t *)item));
		return true;
	}
	if (!path_get(call->render, item, path, out))
		return false;
	return out->kind != VALUE_UNDEFINED
		|| render_fail(call->render, "%s", json_string_value(out->json));
}

static bool filter_join(struct call *call)
{
	const char *between;
	g_autoptr(GString) text = g_string_new(NULL);
	size_t i;
	json_t *item, *items;

	if (!call_text(call, 0, "", &between)
		|| !(items = value_items(call->render, call->subject)))
		return false;
	bool ok = true;
	json_array_foreach(items, i, item)
	{
		value_auto part = {0};
		g_string_append(text, i > 0 ? between : "");
		ok = ok && render_work(call->render, strlen(between))
			&& item_part(call, item, &call->arguments[1], &part)
			&& value_print(call->render, &part, text);
	}
	json_decref(items);
	return ok && value_set_text(call->render, call->out, text->str, text->len);
}

/* What an item is compared by: its part, in lower case unless told otherwise. */
static json_t *item_key(
	struct call *call, const json_t *item, const struct template_value *path, enum sign letters)
{
	value_auto part = {0};
	if (!item_part(call, item, path, &part))
		return NULL;
	if (letters == SIGN_EQUAL || !value_is_text(&part))
		return value_json(call->render, &part);
	const char *text = json_string_value(part.json);
	if (!render_work(call->render, strlen(text)))
		return NULL;
	g_autofree char *folded = g_utf8_strdown(text, (gssize)json_string_length(part.json));
	return json_string(folded);
}

/* Whether letters of another case are the same letters: the argument `case_sensitive` at i. */
static enum sign letters_of(struct call *call, size_t i)
{
	return call_truth(call, i, false) ? SIGN_EQUAL : SIGN_LESS_EQUAL;
}

/* The keys of all items (a new reference), or NULL. */
static json_t *item_keys(struct call *call, const json_t *items, const struct template_value *path,
	enum sign letters)
{
	json_t *keys = json_array(), *item;
	size_t i;
	json_array_foreach(items, i, item)
	{
		if (json_array_append_new(keys, item_key(call, item, path, letters)) != 0) {
			json_decref(keys);
			return NULL;
		}
	}
	return keys;
}

struct sorting {
	struct render *render;
	json_t *keys;
	bool is_descending;
};

static int compare_positions(const void *a, const void *b, void *data)
{
	const struct sorting *sorting = data;
	int order;
	if (sorting->render->error
		|| !json_order(sorting->render, json_array_get(sorting->keys, *(const size_t *)a),
			json_array_get(sorting->keys, *(const size_t *)b), &order))
		return 0;
	return sorting->is_descending ? -order : order;
}

/* The items in the order of their keys (a new reference); equal ones stay as they are. */
static json_t *items_sort(struct call *call, const json_t *items, json_t *keys, bool is_descending)
{
	size_t n = json_array_size(items);
	g_autofree size_t *positions = g_new(size_t, n + 1);
	struct sorting sorting = {call->render, keys, is_descending};

	for (size_t i = 0; i < n; i++)
		positions[i] = i;
	g_qsort_with_data(positions, (gint)n, sizeof(*positions), compare_positions, &sorting);
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append(list, json_array_get(items, positions[i]));
	return list;
}

static bool filter_sort(struct call *call)
{
	json_t *items = value_items(call->render, call->subject);
	json_t *keys =
		items ? item_keys(call, items, &call->arguments[2], letters_of(call, 1)) : NULL;
	json_t *list = keys ? items_sort(call, items, keys, call_truth(call, 0, false)) : NULL;

	json_decref(items);
	json_decref(keys);
	return list && give_json(call, list);
}

/* Pairs of key and value in order: `dictsort(case_sensitive, by, reverse)`. */
static bool filter_dictsort(struct call *call)
{
	const char *by, *key;
	json_t *item;
	size_t len;

	if (!call_text(call, 1, "key", &by))
		return false;
	bool by_value = strcmp(by, "value") == 0;
	if (!by_value && strcmp(by, "key") != 0)
		return render_fail(call->render, "dictsort sorts by \"key\" or by \"value\"");
	if (call->subject->kind != VALUE_JSON || !json_is_object(call->subject->json))
		return render_fail(call->render, "dictsort wants a map, not %s",
			value_kind_name(call->subject));
	json_t *pairs = json_array();
	json_object_keylen_foreach(call->subject->json, key, len, item)
		json_array_append_new(pairs, json_pack("[s%O]", key, len, item));
	struct template_value path;
	value_set_json(&path, json_integer(by_value));
	json_t *keys = item_keys(call, pairs, &path, letters_of(call, 0));
	json_t *list = keys ? items_sort(call, pairs, keys, call_truth(call, 2, false)) : NULL;
	template_value_clear(&path);
	json_decref(pairs);
	json_decref(keys);
	return list && give_json(call, list);
}

/* A text that is the same for those values that Python's == finds the same. */
static bool key_text(struct render *render, const json_t *key, GString *out)
{
	double number = json_is_boolean(key) ? json_is_true(key) : json_number_value(key);
	bool is_number = json_is_number(key) || json_is_boolean(key);
	bool is_whole = number > -9e15 && number < 9e15 && number == (double)(int64_t)number;
	if (is_number && !json_is_integer(key) && is_whole) {
		g_string_append_printf(out, "%" PRId64, (int64_t)number);
		return true;
	}
	return json_dump(render, key, -1, out);
}

static bool filter_unique(struct call *call)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	json_t *items = value_items(call->render, call->subject);
	json_t *keys =
		items ? item_keys(call, items, &call->arguments[1], letters_of(call, 0)) : NULL;
	json_t *list = json_array(), *item;
	size_t i;

	json_array_foreach(keys ? items : NULL, i, item)
	{
		GString *text = g_string_new(NULL);
		key_text(call->render, json_array_get(keys, i), text);
		if (g_hash_table_add(seen, g_string_free(text, FALSE)))
			json_array_append(list, item);
	}
	json_decref(items);
	json_decref(keys);
	return give_json(call, list);
}

static bool give_extreme(struct call *call, enum sign wanted)
{
	json_t *items = value_items(call->render, call->subject);
	json_t *keys =
		items ? item_keys(call, items, &call->arguments[1], letters_of(call, 0)) : NULL;
	size_t best = 0, n = json_array_size(keys);
	int order;

	for (size_t i = 1; i < n; i++) {
		if (!json_order(call->render, json_array_get(keys, i), json_array_get(keys, best),
			    &order))
			break;
		if (wanted == SIGN_LESS ? order < 0 : order > 0)
			best = i;
	}
	if (keys && n == 0)
		value_set_undefined(
			call->out, g_strdup_printf("an empty list has no %s", call->builtin->name));
	else if (keys)
		value_set_json(call->out, json_incref(json_array_get(items, best)));
	json_decref(items);
	json_decref(keys);
	return !call->render->error;
}

static bool filter_min(struct call *call)
{
	return give_extreme(call, SIGN_LESS);
}

static bool filter_max(struct call *call)
{
	return give_extreme(call, SIGN_GREATER);
}

static bool filter_sum(struct call *call)
{
	json_t *items = value_items(call->render, call->subject), *item;
	size_t i;
	bool ok = items != NULL;

	if (call_has(call, 1))
		value_copy(call->out, &call->arguments[1]);
	else
		value_set_json(call->out, json_integer(0));
	json_array_foreach(items, i, item)
	{
		value_auto part = {0}, total = *call->out;
		*call->out = (struct template_value){0};
		ok = ok && item_part(call, item, &call->arguments[0], &part)
			&& operate(call->render, SIGN_ADD, &total, &part, call->out);
		if (!ok)
			break;
	}
	json_decref(items);
	return ok;
}

static bool filter_batch(struct call *call)
{
	int64_t size;
	if (!call_integer(call, 0, 0, &size))
		return false;
	if (size < 1)
		return render_fail(call->render, "batch wants at least 1 item in a row");
	json_t *items = value_items(call->render, call->subject);
	if (!items)
		return false;
	json_t *list = json_array(), *row = NULL;
	for (size_t i = 0; i < json_array_size(items); i++) {
		if (i % (size_t)size == 0)
			json_array_append_new(list, row = json_array());
		json_array_append(row, json_array_get(items, i));
	}
	while (row && call_has(call, 1) && json_array_size(row) < (size_t)size
		&& render_work(call->render, 8))
		json_array_append_new(row, value_json(call->render, &call->arguments[1]));
	json_decref(items);
	return give_json(call, list);
}

static bool filter_items(struct call *call)
{
	if (call->subject->kind != VALUE_JSON || !json_is_object(call->subject->json))
		return render_fail(
			call->render, "items wants a map, not %s", value_kind_name(call->subject));
	return builtin_run(call->render, builtin_find(BUILTIN_DICT_METHOD, "items"), call->subject,
		NULL, 0, NULL, NULL, 0, call->out);
}

const struct builtin list_filters[] = {
	{"batch", "linecount fill_with?", filter_batch},
	{"count", "", filter_length},
	{"dictsort", "case_sensitive? by? reverse?", filter_dictsort},
	{"first", "", filter_first},
	{"items", "", filter_items},
	{"join", "d? attribute?", filter_join},
	{"last", "", filter_last},
	{"length", "", filter_length},
	{"list", "", filter_list},
	{"max", "case_sensitive? attribute?", filter_max},
	{"min", "case_sensitive? attribute?", filter_min},
	{"reverse", "", filter_reverse},
	{"sort", "reverse? case_sensitive? attribute?", filter_sort},
	{"sum", "attribute? start?", filter_sum},
	{"unique", "case_sensitive? attribute?", filter_unique},
	{NULL},
};
