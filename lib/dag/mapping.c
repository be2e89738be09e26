/* SPDX-License-Identifier: MIT */
/*
 * What stands in an `expand` is a list or a map of the author's, or the output of another task. The
 * first is checked as an argument would be, value by value. The second is data: it may not become
 * code, nor the names of environment variables.
 */
#include "lib/dag/mapping.h"

#include <string.h>

#include "lib/base/ident.h"
#include "lib/dag/groups.h"
#include "lib/dag/value.h"

enum { SOURCES_MAX = 16 };

/* ---- values ---- */

static bool template_refuse(struct loader *loader, const struct node *node)
{
	if (!node_has_template(node))
		return true;
	problem_add(loader->reading.problems, node->place,
		"no template may stand in a list that is expanded");
	problem_hint(loader->reading.problems,
		"expand a name of your own and write a template around {{ expand.NAME }}");
	return false;
}

/* One value for an argument, as its operator will get it; NULL after a problem. */
static json_t *value_for(
	struct loader *loader, const struct parameter *parameter, const struct node *node)
{
	struct value value;
	if (!template_refuse(loader, node)
		|| !argument_read(&loader->reading, parameter, node, &value))
		return NULL;
	return value.constant ? json_incref(value.constant) : json_null();
}

/* One value for a name: of an operator's parameter, the environment, or the author's own. */
static json_t *named_value(struct loader *loader, const struct mapping_owner *owner,
	const char *name, const struct node *node)
{
	const struct parameter *parameter =
		owner->which ? operator_parameter(owner->which, name) : NULL;
	if (parameter)
		return value_for(loader, parameter, node);
	if (!template_refuse(loader, node))
		return NULL;
	if (owner->which && strcmp(name, "env") == 0)
		return env_json(loader, node);
	return node_json(node, loader->reading.problems);
}

static bool length_check(struct loader *loader, const struct node *node, size_t n)
{
	if (n <= loader->max_map_length)
		return true;
	return problem_add(loader->reading.problems, node->place,
		"%zu values are too many to be mapped over, at most %zu are allowed", n,
		loader->max_map_length);
}

static bool list_read(struct loader *loader, const struct mapping_owner *owner,
	struct mapping_source *source, const struct node *node)
{
	json_t *list = json_array();
	bool ok = true;
	for (size_t i = 0; i < node->n; i++) {
		json_t *value = named_value(loader, owner, source->parameter, node->items[i]);
		ok &= value != NULL;
		if (value)
			json_array_append_new(list, value);
	}
	source->constant = arena_json(loader->reading.arena, list);
	return ok;
}

/* Of a map each value is a pair: its key and what stands there. */
static bool pairs_read(struct loader *loader, const struct mapping_owner *owner,
	struct mapping_source *source, const struct node *node)
{
	const struct parameter *parameter =
		owner->which ? operator_parameter(owner->which, source->parameter) : NULL;
	bool takes_pairs =
		!parameter || parameter->type == PARAMETER_LIST || parameter->type == PARAMETER_ANY;
	if (!takes_pairs || (owner->which && strcmp(source->parameter, "env") == 0)) {
		problem_add(loader->reading.problems, node->place,
			"%s: each value of a map is a pair [key, value], which it cannot be",
			source->parameter);
		problem_hint(loader->reading.problems, "write a list of values");
		return false;
	}
	if (!template_refuse(loader, node))
		return false;
	source->constant =
		arena_json(loader->reading.arena, node_json(node, loader->reading.problems));
	return source->constant != NULL;
}

/* ---- the output of another task ---- */

/* The ID of `{{ tasks.ID.output }}`; NULL: it is something else. */
static const char *output_of(struct loader *loader, const char *text)
{
	static GRegex *pattern;
	g_autoptr(GMatchInfo) match = NULL;
	if (g_once_init_enter(&pattern)) {
		GRegex *made = g_regex_new(
			"^\\s*\\{\\{-?\\s*tasks\\.([A-Za-z0-9_.]+)\\.output\\s*-?\\}\\}\\s*$"
			"|^\\s*\\{\\{-?\\s*tasks\\[(['\"])([^'\"]+)\\2\\]\\.output\\s*-?\\}\\}\\s*"
			"$",
			0, 0, NULL);
		g_once_init_leave(&pattern, made);
	}
	if (!g_regex_match(pattern, text, 0, &match))
		return NULL;
	g_autofree char *plain = g_match_info_fetch(match, 1);
	g_autofree char *quoted = g_match_info_fetch(match, 3);
	return arena_strdup(loader->reading.arena, plain && *plain ? plain : quoted);
}

/* What comes from another task is data. */
static bool data_check(struct loader *loader, const struct mapping_owner *owner,
	const struct mapping_source *source, const struct node *node)
{
	struct problems *problems = loader->reading.problems;
	const char *name = source->parameter;
	const struct parameter *parameter =
		owner->which && name ? operator_parameter(owner->which, name) : NULL;
	bool is_env = owner->which && name && strcmp(name, "env") == 0;
	if (!is_env
		&& (!parameter || (parameter->type != PARAMETER_SHELL && !parameter->values_in)))
		return true;
	problem_add(problems, node->place,
		is_env ? "%s: what another task has left cannot name variables"
		       : "%s: what another task has left cannot be code",
		name);
	problem_hint(problems,
		"expand a name of your own, as in expand: {item: %s}, and use its value: env: "
		"{ITEM: \"{{ expand.item }}\"}",
		"\"{{ tasks.ID.output }}\"");
	return false;
}

static bool output_read(struct loader *loader, const struct mapping_owner *owner,
	struct mapping_source *source, const struct node *node)
{
	const char *task_id = output_of(loader, node->text);
	if (!task_id)
		return problem_add(loader->reading.problems, node->place,
			"%s: expected a list, a map or \"{{ tasks.ID.output }}\", found \"%s\"",
			source->parameter ? source->parameter : "expand_kwargs", node->text);
	struct pending_source pending = {source, task_id};
	g_array_append_val(loader->pending_sources, pending);
	return data_check(loader, owner, source, node);
}

/* ---- names ---- */

static bool name_check(
	struct loader *loader, const struct mapping_owner *owner, const struct node *key)
{
	struct problems *problems = loader->reading.problems;
	const char *name = key->text;
	g_autoptr(GError) error = NULL;
	const struct operator* which = owner->which;
	const struct parameter *parameter = which ? operator_parameter(which, name) : NULL;
	bool is_skip_code = which && g_strcmp0(which->skip_code_parameter, name) == 0;
	if (is_skip_code || (parameter && parameter->is_constant))
		return problem_add(problems, key->place,
			"\"%s\" cannot be expanded: it is needed before anything is rendered",
			name);
	if (which && strcmp(name, "env") != 0 && task_key_is_known(name)) {
		problem_add(problems, key->place,
			"\"%s\" cannot be expanded: it is a key of the task, no argument of its "
			"operator",
			name);
		return false;
	}
	if (!ident_check("the name", name, &error) || strchr(name, '.') || strchr(name, '-'))
		return problem_add(problems, key->place,
			"\"%s\" is no name: letters, digits and \"_\" were expected", name);
	return true;
}

static bool source_read(struct loader *loader, const struct mapping_owner *owner,
	const struct node_pair *pair, struct mapping_source *source)
{
	const struct node *node = pair->value;
	source->parameter = arena_strdup(loader->reading.arena, pair->key->text);
	source->place = reading_place(&loader->reading, pair->key);
	if (!name_check(loader, owner, pair->key))
		return false;
	if (node_is_null(node))
		return problem_add(loader->reading.problems, node->place,
			"%s: expected a list, a map or \"{{ tasks.ID.output }}\", found null",
			source->parameter);
	switch (node->kind) {
	case NODE_SCALAR:
		return output_read(loader, owner, source, node);
	case NODE_LIST:
		return length_check(loader, node, node->n)
			&& list_read(loader, owner, source, node);
	case NODE_MAP:
		return length_check(loader, node, node->n)
			&& pairs_read(loader, owner, source, node);
	}
	g_assert_not_reached();
}

static bool sources_read(struct loader *loader, const struct mapping_owner *owner, const char *key,
	const struct node *map, struct mapping *mapping)
{
	struct reading *reading = &loader->reading;
	bool ok = true;
	if (map->kind != NODE_MAP || map->n == 0) {
		problem_add(reading->problems, map->place,
			"%s: expected a map of names to lists, found %s", key,
			map->kind == NODE_MAP ? "an empty one" : node_kind_name(map));
		return false;
	}
	if (map->n > SOURCES_MAX)
		return problem_add(reading->problems, map->place,
			"%s: %zu names are too many, at most %d are allowed", key, map->n,
			SOURCES_MAX);
	mapping->n = map->n;
	mapping->sources = arena_array(reading->arena, map->n, sizeof(*mapping->sources));
	for (size_t i = 0; i < map->n; i++)
		ok &= source_read(loader, owner, &map->pairs[i], &mapping->sources[i]);
	return ok;
}

static size_t constant_length(const struct mapping_source *source)
{
	return json_is_object(source->constant) ? json_object_size(source->constant)
						: json_array_size(source->constant);
}

/* All lists that are known must be of one length. */
static bool zip_check(struct loader *loader, const struct node *map, const struct mapping *mapping)
{
	const struct mapping_source *first = NULL;
	for (size_t i = 0; i < mapping->n; i++) {
		const struct mapping_source *source = &mapping->sources[i];
		if (!source->constant)
			continue;
		if (first && constant_length(first) != constant_length(source))
			return problem_add(loader->reading.problems, map->pairs[i].value->place,
				"expand_zip: %s has %zu values, but %s has %zu", source->parameter,
				constant_length(source), first->parameter, constant_length(first));
		if (!first)
			first = source;
	}
	return true;
}

static bool product_check(
	struct loader *loader, const struct node *map, const struct mapping *mapping)
{
	size_t n = 1;
	for (size_t i = 0; i < mapping->n; i++) {
		const struct mapping_source *source = &mapping->sources[i];
		size_t length = source->constant ? constant_length(source) : 1;
		if (__builtin_mul_overflow(n, length, &n))
			n = SIZE_MAX;
	}
	return length_check(loader, map, n);
}

/* ---- expand_kwargs ---- */

bool mapping_name_refuse(
	struct loader *loader, const struct operator* which, const char *name, struct place place)
{
	g_autofree char *message =
		g_strdup_printf("the operator %s has no parameter \"%s\"", which->name, name);
	return reading_refuse(&loader->reading, place, name, operator_note(loader, which), message);
}

static json_t *kwargs_item(
	struct loader *loader, const struct mapping_owner *owner, const struct node *map)
{
	struct problems *problems = loader->reading.problems;
	if (map->kind != NODE_MAP) {
		problem_add(problems, map->place, "expand_kwargs: expected a map, found %s",
			node_kind_name(map));
		return NULL;
	}
	json_t *item = json_object();
	for (size_t i = 0; i < map->n; i++) {
		const struct node *key = map->pairs[i].key;
		bool is_known = !owner->which || operator_parameter(owner->which, key->text)
			|| strcmp(key->text, "env") == 0;
		json_t *value = NULL;
		if (!name_check(loader, owner, key))
			continue;
		if (is_known)
			value = named_value(loader, owner, key->text, map->pairs[i].value);
		else
			mapping_name_refuse(loader, owner->which, key->text, key->place);
		if (value)
			json_object_set_new(item, key->text, value);
	}
	return item;
}

static bool kwargs_read(struct loader *loader, const struct mapping_owner *owner,
	const struct node *node, struct mapping *mapping)
{
	struct reading *reading = &loader->reading;
	struct mapping_source *source = arena_alloc(reading->arena, sizeof(*source));
	mapping->n = 1;
	mapping->sources = source;
	source->place = reading_place(reading, node);
	if (node->kind == NODE_SCALAR && !node_is_null(node))
		return output_read(loader, owner, source, node);
	if (node->kind != NODE_LIST)
		return problem_add(reading->problems, node->place,
			"expand_kwargs: expected a list of maps or \"{{ tasks.ID.output }}\", "
			"found %s",
			node_kind_name(node));
	if (!length_check(loader, node, node->n))
		return false;
	json_t *list = json_array();
	source->constant = arena_json(reading->arena, list);
	unsigned n_errors = reading->problems->n_errors;
	for (size_t i = 0; i < node->n; i++) {
		json_t *item = kwargs_item(loader, owner, node->items[i]);
		if (item)
			json_array_append_new(list, item);
	}
	return reading->problems->n_errors == n_errors;
}

struct mapping *mapping_read(
	struct loader *loader, const struct mapping_nodes *nodes, const struct mapping_owner *owner)
{
	struct mapping *mapping = arena_alloc(loader->reading.arena, sizeof(*mapping));
	bool ok;
	if ((nodes->product != NULL) + (nodes->zip != NULL) + (nodes->kwargs != NULL) > 1) {
		problem_add(loader->reading.problems, owner->place,
			"%s has more than one of expand, expand_zip and expand_kwargs",
			owner->what);
		return NULL;
	}
	if (nodes->product) {
		mapping->kind = MAPPING_PRODUCT;
		ok = sources_read(loader, owner, "expand", nodes->product, mapping)
			&& product_check(loader, nodes->product, mapping);
	} else if (nodes->zip) {
		mapping->kind = MAPPING_ZIP;
		ok = sources_read(loader, owner, "expand_zip", nodes->zip, mapping)
			&& zip_check(loader, nodes->zip, mapping);
	} else {
		mapping->kind = MAPPING_KWARGS;
		ok = kwargs_read(loader, owner, nodes->kwargs, mapping);
	}
	return ok ? mapping : NULL;
}

/* ---- asked about later ---- */

const struct mapping_source *mapping_source_of(const struct mapping *mapping, const char *name)
{
	for (size_t i = 0; mapping && mapping->kind != MAPPING_KWARGS && i < mapping->n; i++)
		if (strcmp(mapping->sources[i].parameter, name) == 0)
			return &mapping->sources[i];
	return NULL;
}

enum mapping_gives mapping_gives(const struct mapping *mapping, const char *name)
{
	if (!mapping || mapping->kind != MAPPING_KWARGS)
		return mapping_source_of(mapping, name) ? MAPPING_GIVES_ALL : MAPPING_GIVES_NONE;
	const json_t *list = mapping->sources[0].constant, *item;
	size_t i, n = 0;
	if (!list)
		return MAPPING_GIVES_ANY;
	json_array_foreach(list, i, item) n += json_object_get(item, name) != NULL;
	if (n == json_array_size(list))
		return MAPPING_GIVES_ALL;
	return n ? MAPPING_GIVES_SOME : MAPPING_GIVES_NONE;
}
