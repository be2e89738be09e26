/* SPDX-License-Identifier: MIT */
#include "daemon/api/asset_uses.h"

#include "lib/base/instant.h"

/* ---- all names in a DAG ---- */

typedef void name_visitor(void *data, const char *name);

static void condition_visit(
	const struct asset_condition *condition, name_visitor *visit, void *data)
{
	for (size_t i = 0; i < condition->n; i++)
		condition_visit(&condition->items[i], visit, data);
	if (condition->kind == ASSET_ONE)
		visit(data, condition->asset);
}

static void names_visit(const struct asset_names *names, name_visitor *visit, void *data)
{
	for (size_t i = 0; i < names->n; i++)
		visit(data, names->names[i]);
}

static bool names_have(const struct asset_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (g_str_equal(names->names[i], name))
			return true;
	return false;
}

static void set_add(void *set, const char *name)
{
	g_hash_table_add(set, (char *)name);
}

/* NULL: none that can be loaded, or not one of those that are looked at. */
static const struct dag *head_of(struct daemon *daemon, const char *dag_id, enum whose whose)
{
	const struct dag_record *record = engine_dag_record(daemon->engine, dag_id);
	bool is_looked_at = record && (whose == OF_ALL || !record->is_stale);
	return is_looked_at ? engine_dag_head(daemon->engine, dag_id) : NULL;
}

char *asset_names(struct daemon *daemon, const char *const *dag_ids, enum whose whose)
{
	g_autofree const char **all = engine_dag_ids(daemon->engine);
	g_autoptr(GHashTable) set = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter iter;
	void *name;
	for (const char *const *id = *dag_ids ? dag_ids : all; *id; id++) {
		const struct dag *dag = head_of(daemon, *id, whose);
		if (!dag)
			continue;
		if (dag->assets)
			condition_visit(dag->assets, set_add, set);
		names_visit(&dag->outlets, set_add, set);
		names_visit(&dag->inlets, set_add, set);
	}
	json_auto_t *list = json_array();
	g_hash_table_iter_init(&iter, set);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		json_array_append_new(list, json_string(name));
	return json_dumps(list, JSON_COMPACT);
}

GPtrArray *asset_makers(struct daemon *daemon, const char *name)
{
	g_autofree const char **all = engine_dag_ids(daemon->engine);
	GPtrArray *makers = g_ptr_array_new();
	for (const char **id = all; *id; id++) {
		const struct dag *dag = head_of(daemon, *id, OF_ACTIVE);
		if (dag && names_have(&dag->outlets, name))
			g_ptr_array_add(makers, (char *)*id);
	}
	return makers;
}

/* ---- who uses which ---- */

struct use {
	json_t *dags, *readers, *makers;
};

struct asset_uses {
	GHashTable *by_name; /* of struct use */
};

static void use_free(void *data)
{
	struct use *use = data;
	json_decref(use->dags);
	json_decref(use->readers);
	json_decref(use->makers);
	g_free(use);
}

/* Whom is looked at, for what it says about the assets that are asked for. */
struct look {
	const struct asset_uses *uses;
	const struct dag_record *record;
	const struct task *task;
	bool has_found;
};

/* Airflow tells of each when it was first named; here the DAG's first time stands for that. */
static json_t *reference(const struct look *look)
{
	json_t *json = json_pack("{s:s, s:o, s:o}", "dag_id", look->record->dag_id, "created_at",
		instant_reply(look->record->first_seen_at), "updated_at",
		instant_reply(look->record->first_seen_at));
	if (look->task)
		json_object_set_new(json, "task_id", json_string(look->task->task_id));
	return json;
}

static struct use *use_of(void *data, const char *name)
{
	const struct look *look = data;
	return g_hash_table_lookup(look->uses->by_name, name);
}

static void waits_for(void *data, const char *name)
{
	const struct look *look = data;
	struct use *use = use_of(data, name);
	json_t *last = use && json_array_size(use->dags) > 0
		? json_array_get(use->dags, json_array_size(use->dags) - 1)
		: NULL;
	const char *last_id = json_string_value(json_object_get(last, "dag_id"));
	if (use && g_strcmp0(last_id, look->record->dag_id) != 0)
		json_array_append_new(use->dags, reference(look));
}

static void reads(void *data, const char *name)
{
	struct use *use = use_of(data, name);
	if (use)
		json_array_append_new(use->readers, reference(data));
}

static void makes(void *data, const char *name)
{
	struct use *use = use_of(data, name);
	if (use)
		json_array_append_new(use->makers, reference(data));
}

static void finds(void *data, const char *name)
{
	struct look *look = data;
	look->has_found |= use_of(data, name) != NULL;
}

/* The tasks of a DAG are looked at only if one of them names one of the assets. */
static void dag_look(struct daemon *daemon, const struct dag *head, struct look look)
{
	if (head->assets)
		condition_visit(head->assets, waits_for, &look);
	names_visit(&head->outlets, finds, &look);
	names_visit(&head->inlets, finds, &look);
	const struct dag *dag = look.has_found ? engine_dag(daemon->engine, head->dag_id) : NULL;
	for (size_t i = 0; dag && i < dag->n_tasks; i++) {
		look.task = &dag->tasks[i];
		names_visit(&look.task->outlets, makes, &look);
		names_visit(&look.task->inlets, reads, &look);
	}
}

struct asset_uses *asset_uses_new(struct daemon *daemon, const GArray *assets)
{
	g_autofree const char **all = engine_dag_ids(daemon->engine);
	struct asset_uses *uses = g_new(struct asset_uses, 1);
	uses->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, use_free);
	for (unsigned i = 0; i < assets->len; i++) {
		struct use *use = g_new(struct use, 1);
		*use = (struct use){json_array(), json_array(), json_array()};
		g_hash_table_insert(
			uses->by_name, g_array_index(assets, struct asset, i).name, use);
	}
	for (const char **id = all; *id; id++) {
		const struct dag *head = head_of(daemon, *id, OF_ACTIVE);
		if (head)
			dag_look(daemon, head,
				(struct look){.uses = uses,
					.record = engine_dag_record(daemon->engine, *id)});
	}
	return uses;
}

void asset_uses_free(struct asset_uses *uses)
{
	g_hash_table_destroy(uses->by_name);
	g_free(uses);
}

json_t *asset_reply(const struct asset_uses *uses, const struct asset *asset)
{
	const struct use *use = g_hash_table_lookup(uses->by_name, asset->name);
	bool is_new = asset->event_at == INSTANT_NONE;
	return json_pack("{s:I, s:s, s:s, s:s, s:{}, s:o, s:o, s:O, s:O, s:O, s:O, s:[], s:[], "
			 "s:{s:o, s:o}}",
		"id", (json_int_t)asset->id, "name", asset->name, "uri", asset->name, "group",
		ASSET_GROUP, "extra", "created_at", instant_reply(asset->created_at), "updated_at",
		instant_reply(is_new ? asset->created_at : asset->event_at), "consuming_dags",
		use->dags, "scheduled_dags", use->dags, "consuming_tasks", use->readers,
		"producing_tasks", use->makers, "aliases", "watchers", "last_asset_event", "id",
		is_new ? json_null() : json_integer(asset->event), "timestamp",
		instant_reply(asset->event_at));
}
