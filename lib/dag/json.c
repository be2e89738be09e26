/* SPDX-License-Identifier: MIT */
/* DAGs and tasks as Airflow's API names their fields. */
#include <string.h>

#include "lib/dag/dag.h"

static json_t *instant_json(int64_t at)
{
	if (at == INSTANT_NONE)
		return json_null();
	g_autofree char *text = instant_iso_z(at);
	return json_string(text);
}

/* As pydantic writes a timedelta: `PT1H30M`, `P1DT2H`. */
static json_t *iso_duration_json(int64_t duration_us)
{
	if (duration_us == 0)
		return json_null();
	g_autoptr(GString) text = g_string_new("P");
	int64_t days = duration_us / DAY_US, hours = duration_us % DAY_US / HOUR_US;
	int64_t minutes = duration_us % HOUR_US / MINUTE_US, rest_us = duration_us % MINUTE_US;
	if (days)
		g_string_append_printf(text, "%" G_GINT64_FORMAT "D", days);
	if (duration_us % DAY_US)
		g_string_append_c(text, 'T');
	if (hours)
		g_string_append_printf(text, "%" G_GINT64_FORMAT "H", hours);
	if (minutes)
		g_string_append_printf(text, "%" G_GINT64_FORMAT "M", minutes);
	if (rest_us % SECOND_US)
		g_string_append_printf(text, "%" G_GINT64_FORMAT ".%06dS", rest_us / SECOND_US,
			(int)(rest_us % SECOND_US));
	else if (rest_us)
		g_string_append_printf(text, "%" G_GINT64_FORMAT "S", rest_us / SECOND_US);
	return json_string(text->str);
}

static json_t *timedelta_json(int64_t duration_us)
{
	return json_pack("{s:s, s:I, s:I, s:I}", "__type", "TimeDelta", "days",
		(json_int_t)(duration_us / DAY_US), "seconds",
		(json_int_t)(duration_us % DAY_US / SECOND_US), "microseconds",
		(json_int_t)(duration_us % SECOND_US));
}

static json_t *tags_json(const struct dag *dag)
{
	json_t *tags = json_array();
	for (const char *const *tag = dag->tags; *tag; tag++)
		json_array_append_new(
			tags, json_pack("{s:s, s:s}", "name", *tag, "dag_id", dag->dag_id));
	return tags;
}

static json_t *owners_json(const struct dag *dag)
{
	json_t *owners = json_array();
	for (const char *const *owner = dag->owners; *owner; owner++)
		json_array_append_new(owners, json_string(*owner));
	return owners;
}

static json_t *params_json(const struct dag *dag)
{
	json_t *params = json_object();
	for (size_t i = 0; i < dag->n_params; i++) {
		const struct param *param = &dag->params[i];
		json_t *value =
			param->default_value ? json_incref(param->default_value) : json_null();
		json_t *json = json_pack("{s:s, s:o, s:O?, s:O}", "__class",
			"airflow.sdk.definitions.param.Param", "value", value, "description",
			json_object_get(param->schema, "description"), "schema", param->schema);
		json_object_set_new(params, param->name, json);
	}
	return params;
}

/* Airflow's form: `{"all": [{"asset": {"uri", "name", "group"}}, {"any": [...]}]}`. */
static json_t *condition_json(const struct asset_condition *condition)
{
	if (condition->kind == ASSET_ONE)
		return json_pack("{s:{s:s, s:s, s:s}}", "asset", "uri", condition->asset, "name",
			condition->asset, "group", ASSET_GROUP);
	json_t *items = json_array();
	for (size_t i = 0; i < condition->n; i++)
		json_array_append_new(items, condition_json(&condition->items[i]));
	return json_pack("{s:o}", condition->kind == ASSET_ALL ? "all" : "any", items);
}

/* What makes runs of it, and the same as a sentence (g_free). */
static void timetable_say(const struct dag *dag, char **summary, char **description)
{
	const char *schedule = dag->schedule ? schedule_text(dag->schedule) : NULL;
	*summary = g_strdup(schedule);
	*description = g_strdup(schedule ? schedule : "Never, external triggers only");
	if (!dag->assets)
		return;
	g_free(*summary);
	g_free(*description);
	*summary = g_strjoin(" or ", "Asset", schedule, NULL);
	*description = g_strjoin(" or ", "Triggered by assets", schedule, NULL);
}

json_t *dag_json(const struct dag *dag)
{
	g_autofree char *summary = NULL, *description = NULL;
	timetable_say(dag, &summary, &description);
	json_t *json = json_pack("{s:s, s:s, s:s?, s:s?, s:s, s:s, s:s, s:o, s:o, s:o}", "dag_id",
		dag->dag_id, "dag_display_name", dag->display_name, "description", dag->description,
		"doc_md", dag->doc_md, "fileloc", dag->file, "relative_fileloc", dag->file,
		"file_token", dag->hash, "tags", tags_json(dag), "owners", owners_json(dag),
		"params", params_json(dag));
	json_t *rest = json_pack(
		"{s:s?, s:s, s:s, s:o, s:o, s:o, s:b, s:b, s:i, s:i, s:i, s:i, s:b, s:b, s:o, s:n, "
		"s:n}",
		"timetable_summary", summary, "timetable_description", description, "timezone",
		zone_name(dag->zone), "start_date", instant_json(dag->start_date), "end_date",
		instant_json(dag->end_date), "dag_run_timeout",
		iso_duration_json(dag->dagrun_timeout_us), "catchup", dag->catchup != CATCHUP_FALSE,
		"is_paused_upon_creation", dag->is_paused_upon_creation, "max_active_runs",
		(int)dag->max_active_runs, "max_active_tasks", (int)dag->max_active_tasks,
		"concurrency", (int)dag->max_active_tasks, "max_consecutive_failed_dag_runs",
		(int)dag->max_consecutive_failed_dag_runs, "has_task_concurrency_limits",
		dag->has_task_limits, "render_template_as_native_obj", 0, "asset_expression",
		dag->assets ? condition_json(dag->assets) : json_null(), "template_search_path",
		"owner_links");
	json_object_update(json, rest);
	json_decref(rest);
	return json;
}

json_t *dag_next_json(const struct dag *dag, int64_t anchor, int64_t after, size_t n)
{
	json_t *list = json_array();
	g_autofree struct slot *slots = g_new(struct slot, n);
	n = dag->schedule ? schedule_preview(dag->schedule, anchor, after, n, slots) : 0;
	for (size_t i = 0; i < n; i++) {
		int64_t at = slots[i].run_after;
		g_autofree char *iso =
			instant_iso_offset(at, zone_offset_s(schedule_zone(dag->schedule), at));
		json_array_append_new(list, json_string(iso));
	}
	return list;
}

/*
 * The name with its module in its two halves: the last alias, where Airflow has it today. An
 * operator that Airflow has not is its own name.
 */
static json_t *class_json(const struct operator* which)
{
	const char *last = NULL;
	for (const char *const *alias = which->aliases; *alias; alias++)
		if (strchr(*alias, '.'))
			last = *alias;
	if (!last)
		return json_pack(
			"{s:s, s:s}", "module_path", "dagd.operators", "class_name", which->name);
	const char *dot = strrchr(last, '.');
	return json_pack(
		"{s:s%, s:s}", "module_path", last, (size_t)(dot - last), "class_name", dot + 1);
}

static json_t *downstream_json(const struct dag *dag, const struct task *task)
{
	json_t *list = json_array();
	for (size_t i = 0; i < task->n_downstream; i++)
		json_array_append_new(list, json_string(dag->tasks[task->downstream[i]].task_id));
	return list;
}

static json_t *template_fields_json(const struct operator* which)
{
	json_t *list = json_array();
	for (size_t i = 0; i < which->n_parameters; i++)
		json_array_append_new(list, json_string(which->parameters[i].name));
	json_array_append_new(list, json_string("env"));
	return list;
}

json_t *task_json(const struct dag *dag, const struct task *task)
{
	json_t *timeout = task->execution_timeout_us ? timedelta_json(task->execution_timeout_us)
						     : json_null();
	json_t *json = json_pack("{s:s, s:s, s:s, s:s?, s:s, s:o, s:o, s:o, s:o, s:o}", "task_id",
		task->task_id, "task_display_name", task->display_name, "owner", task->owner,
		"doc_md", task->doc_md, "operator_name", task->operator->name, "class_ref",
		class_json(task->operator), "downstream_task_ids", downstream_json(dag, task),
		"template_fields", template_fields_json(task->operator), "retry_delay",
		timedelta_json(task->retry_delay_us), "execution_timeout", timeout);
	json_t *rest = json_pack("{s:i, s:b, s:i, s:s, s:s, s:s, s:i, s:s, s:b, s:b, s:b, s:o, "
				 "s:o, s:s, s:s, s:[], s:{}}",
		"retries", (int)task->retries, "retry_exponential_backoff",
		task->retry_exponential_backoff, "priority_weight", task->priority_weight,
		"weight_rule", weight_rules[task->weight_rule], "trigger_rule",
		trigger_rules[task->trigger_rule], "pool", task->pool, "pool_slots",
		(int)task->pool_slots, "queue", "default", "depends_on_past", task->depends_on_past,
		"wait_for_downstream", task->wait_for_downstream, "is_mapped",
		task->mapping != NULL, "start_date", instant_json(dag->start_date), "end_date",
		instant_json(dag->end_date), "ui_color", "#fff", "ui_fgcolor", "#000",
		"extra_links", "params");
	json_object_update(json, rest);
	json_decref(rest);
	return json;
}
