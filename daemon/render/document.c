/* SPDX-License-Identifier: MIT */
#include "daemon/render/document.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/template/template.h"

/* Where a value stands. */
struct place_in_document {
	const char *key; /* the innermost, of a map */
	bool is_expression;
	const struct template_object *scope;
};

static bool is_command(const char *word)
{
	return word && word[0] == '$';
}

/* `{$oid: "..."}`: so Extended JSON writes a value of a type that JSON does not have. */
static bool is_type(const char *key)
{
	static const char *const types[] = {"$oid", "$date", "$numberInt", "$numberLong",
		"$numberDouble", "$numberDecimal", "$binary", "$uuid", "$timestamp", "$minKey",
		"$maxKey", "$undefined", NULL};
	return g_strv_contains(types, key);
}

/* The first key that MongoDB would take for a command; NULL: none. */
static const char *command_find(const json_t *value)
{
	const char *key, *found = NULL;
	json_t *item;
	size_t i;
	json_object_foreach((json_t *)value, key, item)
	{
		if (is_command(key) && !is_type(key))
			return key;
		if (!found)
			found = command_find(item);
	}
	json_array_foreach(value, i, item) if (!found) found = command_find(item);
	return found;
}

static bool value_check(const struct place_in_document *place, const struct value *value,
	const json_t *rendered, GError **error)
{
	const char *command = is_command(place->key) ? NULL : command_find(rendered);
	if (command)
		return error_say(error,
			"what is given for \"%s\" holds \"%s\", which MongoDB would run; only data "
			"may stand there",
			place->key ? place->key : "a list", command);
	if (!place->is_expression || !is_command(json_string_value(rendered)))
		return true;
	g_autofree char *own = template_render_own(value->template, place->scope, error);
	if (own && !is_command(own))
		return error_say(error,
			"what is given for \"%s\" begins with \"$\", which MongoDB would read as "
			"the name of a field; write {$literal: ...} around it",
			place->key ? place->key : "a list");
	return own != NULL;
}

/* In stages a text with a $ is a field; in what documents are compared with it is a text. */
static bool is_expression_below(const char *key, bool is_expression)
{
	static const char *const data[] = {
		"$match", "$literal", "$limit", "$skip", "$geoNear", "$search", NULL};
	static const char *const expressions[] = {"$group", "$project", "$addFields", "$set",
		"$replaceRoot", "$replaceWith", "$bucket", "$bucketAuto", "$sortByCount", "$redact",
		"$lookup", "$facet", "$merge", "$setWindowFields", "$graphLookup", "$expr", NULL};
	if (g_strv_contains(data, key))
		return false;
	return is_expression || g_strv_contains(expressions, key);
}

static bool part_check(const struct place_in_document *place, const struct value *value,
	const json_t *rendered, GError **error)
{
	if (value->template)
		return value_check(place, value, rendered, error);
	for (size_t i = 0; i < value->n; i++) {
		const char *key = value->is_map ? value->keys[i] : NULL;
		struct place_in_document below = {key ? key : place->key,
			key ? is_expression_below(key, place->is_expression) : place->is_expression,
			place->scope};
		const json_t *item =
			key ? json_object_get(rendered, key) : json_array_get(rendered, i);
		if (!part_check(&below, &value->items[i], item, error))
			return false;
	}
	return true;
}

bool document_check(const struct value *value, const struct template_object *scope,
	const json_t *rendered, GError **error)
{
	return value->template
		|| part_check(&(struct place_in_document){.scope = scope}, value, rendered, error);
}
