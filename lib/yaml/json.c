/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "lib/yaml/scalar.h"

/* YAML 1.1, which most people know by heart, reads something else: worth a word, not an error. */
static void warn_if_ambiguous(const struct node *node, enum scalar_kind kind,
	const struct scalar *value, struct problems *problems)
{
	g_autofree char *readings = NULL, *clear = NULL;
	bool is_letter = strlen(node->text) == 1; /* `y`, `n`: text for YAML 1.1's readers, too */
	if (is_letter || !scalar_is_ambiguous(node, &readings, &clear))
		return;
	g_autofree char *number = g_strdup_printf("the number %" G_GINT64_FORMAT, value->integer);
	problem_warn(problems, node->place, "\"%s\" %s; it is read as %s", node->text, readings,
		kind == SCALAR_INT ? number : "text");
	problem_hint(problems, "write %s, or put it in quotes", clear);
}

static json_t *scalar_json(const struct node *node, struct problems *problems)
{
	struct scalar value = {0};
	enum scalar_kind kind = scalar_read(node, &value);
	warn_if_ambiguous(node, kind, &value, problems);
	switch (kind) {
	case SCALAR_TEXT:
		return json_string(node->text);
	case SCALAR_NULL:
		return json_null();
	case SCALAR_BOOL:
		return json_boolean(value.boolean);
	case SCALAR_INT:
		return json_integer(value.integer);
	case SCALAR_INT_TOO_LARGE:
		problem_add(problems, node->place,
			"the number %s is beyond 64 bits; put it in quotes to keep its digits",
			node->text);
		return NULL;
	case SCALAR_FLOAT:
		if (isfinite(value.number))
			return json_real(value.number);
		problem_add(problems, node->place, "%s is no finite number, which JSON needs",
			node->text);
		return NULL;
	}
	g_assert_not_reached();
}

static json_t *list_json(const struct node *list, struct problems *problems)
{
	json_auto_t *out = json_array();
	bool ok = true;
	for (size_t i = 0; i < list->n; i++)
		ok = json_array_append_new(out, node_json(list->items[i], problems)) == 0 && ok;
	return ok ? json_incref(out) : NULL;
}

static json_t *map_json(const struct node *map, struct problems *problems)
{
	json_auto_t *out = json_object();
	bool ok = true;
	for (size_t i = 0; i < map->n; i++)
		ok = json_object_set_new(
			     out, map->pairs[i].key->text, node_json(map->pairs[i].value, problems))
				== 0
			&& ok;
	return ok ? json_incref(out) : NULL;
}

json_t *node_json(const struct node *node, struct problems *problems)
{
	if (!node)
		return json_null();
	switch (node->kind) {
	case NODE_SCALAR:
		return scalar_json(node, problems);
	case NODE_LIST:
		return list_json(node, problems);
	case NODE_MAP:
		return map_json(node, problems);
	}
	g_assert_not_reached();
}
