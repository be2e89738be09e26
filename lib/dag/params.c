/* SPDX-License-Identifier: MIT */
/* The params of a DAG: declared in its file, checked again with what each run is given. */
#include <string.h>

#include "lib/base/ident.h"
#include "lib/dag/load.h"
#include "lib/dag/rule.h"

/* A map that is a rule: checked, and its default taken out of it. */
static bool rule_read(
	struct reading *reading, const struct node *node, json_t *rule, struct param *param)
{
	g_autoptr(GError) error = NULL;
	if (!rule_check(rule, &error))
		return problem_add(reading->problems, node->place, "param \"%s\": %s", param->name,
			error->message);
	param->schema = rule;
	param->default_value = json_object_get(rule, "default");
	if (!param->default_value && json_object_get(rule, "const"))
		param->default_value = json_object_get(rule, "const");
	if (!param->default_value || rule_allows(rule, param->name, param->default_value, &error))
		return true;
	const struct node *value = node_get(node, "default");
	problem_add(reading->problems, value ? value->place : node->place, "the default of %s",
		error->message);
	if (json_is_null(param->default_value))
		problem_hint(reading->problems,
			"leave the default out for a param that must be "
			"given, or allow it by type: [..., \"null\"]");
	return false;
}

static bool param_read(struct reading *reading, const struct node *key, const struct node *node,
	struct param *param)
{
	const char *word;
	g_autoptr(GError) error = NULL;
	if (!ident_check("param", key->text, &error))
		return problem_add(reading->problems, key->place, "%s", error->message);
	param->name = arena_strdup(reading->arena, key->text);
	param->place = reading_place(reading, key);
	json_t *json = arena_json(reading->arena, node_json(node, reading->problems));
	if (!json)
		return false;
	if (json_is_object(json) && rule_is_meant(json))
		return rule_read(reading, node, json, param);
	param->schema = arena_json(reading->arena, json_object());
	param->default_value = json;
	if (!json_is_object(json) || !rule_is_misspelt(json, &word))
		return true;
	const char *meant = reading_suggest(reading, word, rule_words());
	problem_warn(reading->problems, node->place,
		"param \"%s\" is taken as a plain map, because \"%s\" is no word of a rule",
		key->text, word);
	if (meant)
		problem_hint(reading->problems, "did you mean \"%s\"?", meant);
	return true;
}

void params_read(struct loader *loader)
{
	struct reading *reading = &loader->reading;
	const struct node *map = loader->params;
	if (node_is_null(map))
		return;
	if (map->kind != NODE_MAP) {
		problem_add(reading->problems, map->place, "params: expected a map, found %s",
			node_kind_name(map));
		return;
	}
	loader->dag.params = arena_array(reading->arena, map->n, sizeof(struct param));
	for (size_t i = 0; i < map->n; i++) {
		const struct node *key = map->pairs[i].key;
		struct param *param = &loader->dag.params[loader->dag.n_params];
		bool ok = param_read(reading, key, map->pairs[i].value, param);
		/* A wrong param is still declared: its uses are no further mistakes. */
		loader->dag.n_params += param->name != NULL;
		if (ok && !param->default_value && !node_is_null(loader->schedule)) {
			problem_add(reading->problems, param->place,
				"param \"%s\" has no default, so scheduled runs would lack it",
				param->name);
			problem_hint(reading->problems,
				"give it a default, or set schedule: null for a DAG that is only "
				"triggered");
		}
	}
}

json_t *dag_params(const struct dag *dag, const json_t *conf, GError **error)
{
	if (conf && !json_is_object(conf)) {
		g_set_error(error, LIB_ERROR, 0, "conf is no JSON object");
		return NULL;
	}
	json_t *params = json_object();
	for (size_t i = 0; i < dag->n_params; i++)
		if (dag->params[i].default_value)
			json_object_set_new(params, dag->params[i].name,
				json_deep_copy(dag->params[i].default_value));
	json_object_update(params, (json_t *)conf);
	for (size_t i = 0; i < dag->n_params; i++) {
		const struct param *param = &dag->params[i];
		const json_t *value = json_object_get(params, param->name);
		if (!value)
			g_set_error(error, LIB_ERROR, 0,
				"param \"%s\" has no default and must be given in conf",
				param->name);
		if (!value || !rule_allows(param->schema, param->name, value, error)) {
			json_decref(params);
			return NULL;
		}
	}
	return params;
}
