/* SPDX-License-Identifier: MIT */
#include "daemon/render/mapped.h"

#include "lib/base/error.h"

/* No try takes more, and dagd has them all in its memory. */
enum { INSTANCES_SIZE_MAX = 64 << 20 };

/* ---- what tasks have left ---- */

static json_t *xcom_at(
	const struct scope *scope, const char *task_id, int map_index, const char *key)
{
	struct task_key task = {scope->request->run->id, task_id, map_index};
	GError *why = NULL;
	g_autofree char *text = reader_xcom(scope->request->reader, &task, key, &why);
	scope_miss(scope, why);
	return text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
}

/* Those of all instances that left one. */
static json_t *xcom_list(const struct scope *scope, const char *task_id, const char *key)
{
	json_t *list = json_array();
	GError *why = NULL;
	g_autoptr(GPtrArray) texts = reader_xcom_of_instances(scope->request->reader,
		scope->request->run->id, task_id, key, INSTANCES_SIZE_MAX, &why);
	scope_miss(scope, why);
	for (guint i = 0; texts && i < texts->len; i++) {
		json_t *value = json_loads(texts->pdata[i], JSON_DECODE_ANY, NULL);
		if (value)
			json_array_append_new(list, value);
	}
	return list;
}

json_t *xcom_value(const struct scope *scope, const char *task_id, const char *key)
{
	const struct task *task = dag_task(scope->request->dag, task_id);
	int map_index = scope->request->map_index;
	if (task == scope->task && scope->own)
		return json_incref(json_object_get(scope->own, key));
	if (!task || !task->mapping)
		return xcom_at(scope, task_id, -1, key);
	bool is_same_group =
		task->mapped_group >= 0 && task->mapped_group == scope->task->mapped_group;
	if ((task == scope->task || is_same_group) && map_index >= 0)
		return xcom_at(scope, task_id, map_index, key);
	return xcom_list(scope, task_id, key);
}

json_t *xcom_value_at(
	const struct scope *scope, const char *task_id, const json_t *map_indexes, const char *key)
{
	size_t i;
	const json_t *map_index;
	if (json_is_integer(map_indexes))
		return xcom_at(scope, task_id, (int)json_integer_value(map_indexes), key);
	json_t *list = json_array();
	json_array_foreach(map_indexes, i, map_index)
	{
		json_t *value = xcom_at(scope, task_id, (int)json_integer_value(map_index), key);
		if (value)
			json_array_append_new(list, value);
	}
	return list;
}

/* ---- what an instance is mapped to ---- */

static size_t length_of(const json_t *values)
{
	return json_is_object(values) ? json_object_size(values) : json_array_size(values);
}

/* Of a map a value is a pair: its key and what stands there. A new reference. */
static json_t *element_of(const json_t *values, size_t i)
{
	const char *key;
	json_t *value;
	if (json_is_array(values))
		return json_incref(json_array_get(values, i));
	json_object_foreach((json_t *)values, key, value)
	{
		if (i-- == 0)
			return json_pack("[s, O]", key, value);
	}
	return NULL;
}

static json_t *source_values(
	const struct scope *scope, const struct mapping_source *source, GError **error)
{
	if (source->constant)
		return json_incref(source->constant);
	const struct task *task = &scope->request->dag->tasks[source->task];
	json_t *values = xcom_value(scope, task->task_id, "return_value");
	if (json_is_array(values) || json_is_object(values))
		return values;
	json_decref(values);
	g_set_error(error, LIB_ERROR, 0,
		"the task \"%s\", over whose output it is mapped, has left no list and no map",
		task->task_id);
	return NULL;
}

static bool element_put(const struct scope *scope, const struct mapping_source *source,
	const json_t *values, size_t i, json_t *out, GError **error)
{
	json_t *element = element_of(values, i);
	if (!element)
		return error_say(error,
			"the task \"%s\", over whose output it is mapped, has left %zu values; "
			"number %zu is not there",
			scope->request->dag->tasks[source->task].task_id, length_of(values), i);
	if (source->parameter)
		return json_object_set_new(out, source->parameter, element) == 0;
	bool is_map = json_is_object(element);
	if (is_map)
		json_object_update(out, element);
	json_decref(element);
	return is_map
		|| error_say(error, "expand_kwargs: value number %zu is no map of arguments", i);
}

/* Which value of each source it is: the last one changes fastest. */
static void indexes_find(
	const struct mapping *mapping, json_t *const *values, size_t map_index, size_t *indexes)
{
	for (size_t i = mapping->n; i-- > 0;) {
		size_t n = length_of(values[i]);
		bool is_product = mapping->kind == MAPPING_PRODUCT && n > 0;
		indexes[i] = is_product ? map_index % n : map_index;
		map_index = is_product ? map_index / n : map_index;
	}
}

static bool elements_put(const struct scope *scope, json_t **values, json_t *out, GError **error)
{
	const struct mapping *mapping = scope->task->mapping;
	g_autofree size_t *indexes = g_new(size_t, mapping->n);
	for (size_t i = 0; i < mapping->n; i++)
		if (!(values[i] = source_values(scope, &mapping->sources[i], error)))
			return false;
	indexes_find(mapping, values, (size_t)scope->request->map_index, indexes);
	for (size_t i = 0; i < mapping->n; i++)
		if (!element_put(scope, &mapping->sources[i], values[i], indexes[i], out, error))
			return false;
	return true;
}

/* What another task left may name arguments, but not what is code, or names variables. */
static bool data_check(const struct scope *scope, const json_t *values, GError **error)
{
	const struct mapping *mapping = scope->task->mapping;
	const struct operator* which = scope->task->operator;
	bool is_data = scope->task->mapped_group < 0 && mapping->kind == MAPPING_KWARGS
		&& !mapping->sources[0].constant;
	const char *name;
	json_t *value;
	if (!is_data)
		return true;
	json_object_foreach((json_t *)values, name, value)
	{
		const struct parameter *parameter = operator_parameter(which, name);
		if (!parameter && !g_str_equal(name, "env"))
			return error_say(error,
				"expand_kwargs: the operator %s has no parameter \"%s\"",
				which->name, name);
		if (!parameter || parameter->type == PARAMETER_SHELL || parameter->values_in)
			return error_say(error,
				"expand_kwargs: \"%s\" cannot come from another task, for what it "
				"holds would be %s; write it in the file, with {{ expand.NAME }} "
				"for values",
				name, parameter ? "code" : "names of variables");
		if (parameter->is_constant || g_strcmp0(which->skip_code_parameter, name) == 0)
			return error_say(error,
				"expand_kwargs: \"%s\" is needed before anything is rendered",
				name);
	}
	return true;
}

json_t *mapped_values(struct scope *scope, GError **error)
{
	const struct mapping *mapping = scope->task->mapping;
	json_t *out = json_object();
	if (!mapping || scope->request->map_index < 0)
		return out;
	g_autofree json_t **values = g_new0(json_t *, mapping->n);
	bool ok = elements_put(scope, values, out, error) && data_check(scope, out, error);
	for (size_t i = 0; i < mapping->n; i++)
		json_decref(values[i]);
	if (ok)
		return out;
	json_decref(out);
	return NULL;
}
