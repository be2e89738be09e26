/* SPDX-License-Identifier: MIT */
#include "lib/dag/value.h"

#include <string.h>

#include "lib/template/template.h"

bool value_is_absent(const struct value *value)
{
	return !value->constant && !value->template && !value->items;
}

static bool template_read(struct reading *reading, const struct node *node, struct value *value)
{
	value->template = template_parse(reading->arena, arena_strdup(reading->arena, node->text),
		reading_text_place(reading, node), reading->problems);
	return value->template != NULL;
}

static bool constant_read(struct reading *reading, const struct node *node, struct value *value)
{
	value->constant = arena_json(reading->arena, node_json(node, reading->problems));
	return value->constant != NULL;
}

bool node_has_template(const struct node *node)
{
	if (node->kind == NODE_SCALAR)
		return template_is_needed(node->text);
	for (size_t i = 0; i < node->n; i++)
		if (node_has_template(
			    node->kind == NODE_LIST ? node->items[i] : node->pairs[i].value))
			return true;
	return false;
}

static bool items_read(struct reading *reading, const struct node *node, struct value *value)
{
	bool ok = true;
	value->is_map = node->kind == NODE_MAP;
	value->n = node->n;
	value->items = arena_array(reading->arena, node->n, sizeof(*value->items));
	if (value->is_map)
		value->keys = arena_array(reading->arena, node->n, sizeof(*value->keys));
	for (size_t i = 0; i < node->n; i++) {
		const struct node *item = value->is_map ? node->pairs[i].value : node->items[i];
		if (value->is_map)
			value->keys[i] = arena_strdup(reading->arena, node->pairs[i].key->text);
		ok &= value_read(reading, item, &value->items[i]);
	}
	return ok;
}

bool value_read(struct reading *reading, const struct node *node, struct value *value)
{
	*value = (struct value){.place = reading_place(reading, node)};
	/* Each level asks its whole subtree; depth is at most 64, so this stays linear. */
	if (!node_has_template(node))
		return constant_read(reading, node, value);
	if (node->kind == NODE_SCALAR)
		return template_read(reading, node, value);
	return items_read(reading, node, value);
}

bool value_read_env(
	struct reading *reading, const char *name, const struct node *node, struct value *value)
{
	if (node_is_null(node)) {
		problem_add(
			reading->problems, node->place, "the variable \"%s\" has no value", name);
		problem_hint(reading->problems, "write \"\" for an empty one");
		return false;
	}
	if (node->kind != NODE_SCALAR || template_is_needed(node->text))
		return value_read(reading, node, value);
	*value = (struct value){.place = reading_place(reading, node)};
	value->constant = arena_json(reading->arena, json_string(node->text));
	return true;
}
