/* SPDX-License-Identifier: MIT */
#include "daemon/render/scope.h"

#include <string.h>

#include "daemon/render/mapped.h"
#include "daemon/render/mask.h"
#include "lib/base/ident.h"
#include "lib/base/instant.h"

bool set_text(struct template_value *out, const char *text)
{
	return set_json(out, text ? json_string(text) : json_null());
}

bool set_json(struct template_value *out, json_t *json)
{
	g_assert(json);
	*out = (struct template_value){.kind = VALUE_JSON, .json = json};
	return true;
}

bool set_instant(struct template_value *out, int64_t at)
{
	if (at == INSTANT_NONE)
		return set_json(out, json_null());
	*out = (struct template_value){.kind = VALUE_INSTANT, .at = at, .zone = zone_utc()};
	return true;
}

bool set_object(struct scope *scope, struct template_value *out, object_get *get, object_call *call,
	const char *key)
{
	struct object *object = g_new0(struct object, 1);
	object->base = (struct template_object){.data = object, .get = get, .call = call};
	object->scope = scope;
	object->key = g_strdup(key);
	g_ptr_array_add(scope->objects, object);
	*out = (struct template_value){.kind = VALUE_OBJECT, .object = &object->base};
	return true;
}

/* ds, ts and the interval come from the logical date; a run without one has its run_after for them.
 */
static int64_t base_instant(const struct run_record *run)
{
	return run->logical_date == INSTANT_NONE ? run->run_after : run->logical_date;
}

/* The instant as text, by the letters of `format`: Y M D h m s are fields, all else stands for
 * itself. */
static bool set_date(struct template_value *out, int64_t at, const char *format)
{
	struct civil civil = civil_from_wall(at);
	GString *text = g_string_new(NULL);
	for (; *format; format++) {
		switch (*format) {
		case 'Y':
			g_string_append_printf(text, "%04d", civil.year);
			break;
		case 'M':
			g_string_append_printf(text, "%02d", civil.month);
			break;
		case 'D':
			g_string_append_printf(text, "%02d", civil.day);
			break;
		case 'h':
			g_string_append_printf(text, "%02d", civil.hour);
			break;
		case 'm':
			g_string_append_printf(text, "%02d", civil.minute);
			break;
		case 's':
			g_string_append_printf(text, "%02d", civil.second);
			break;
		default:
			g_string_append_c(text, *format);
		}
	}
	bool is_set = set_text(out, text->str);
	g_string_free(text, TRUE);
	return is_set;
}

static bool set_iso(struct template_value *out, int64_t at)
{
	g_autofree char *text = instant_iso(at);
	return set_text(out, text);
}

static bool set_interval(struct template_value *out, const struct run_record *run, int64_t edge)
{
	return set_instant(out, edge == INSTANT_NONE ? base_instant(run) : edge);
}

/* A run that has ended may have begun anew before its callback. */
static const char *run_state(const struct scope *scope)
{
	const char *called = json_string_value(json_object_get(scope->call, "state"));
	return called ? called : run_state_name(scope->request->run->state);
}

static bool dag_run_get(const struct template_object *base, const char *name,
	struct template_value *out, GError **error)
{
	const struct scope *scope = object_of(base)->scope;
	const struct run_record *run = scope->request->run;
	if (g_str_equal(name, "conf"))
		return set_json(out, json_incref(scope->conf));
	if (g_str_equal(name, "dag_id"))
		return set_text(out, run->dag_id);
	if (g_str_equal(name, "run_id"))
		return set_text(out, run->run_id);
	if (g_str_equal(name, "run_type"))
		return set_text(out, run_type_name(run->type));
	if (g_str_equal(name, "state"))
		return set_text(out, run_state(object_of(base)->scope));
	if (g_str_equal(name, "logical_date"))
		return set_instant(out, run->logical_date);
	if (g_str_equal(name, "data_interval_start"))
		return set_interval(out, run, run->data_interval_start);
	if (g_str_equal(name, "data_interval_end"))
		return set_interval(out, run, run->data_interval_end);
	if (g_str_equal(name, "run_after"))
		return set_instant(out, run->run_after);
	return g_str_equal(name, "start_date") && set_instant(out, run->started_at);
}

static json_t *tags_json(const struct dag *dag)
{
	json_t *tags = json_array();
	for (const char *const *tag = dag->tags; tag && *tag; tag++)
		json_array_append_new(tags, json_string(*tag));
	return tags;
}

static bool dag_get(const struct template_object *base, const char *name,
	struct template_value *out, GError **error)
{
	const struct dag *dag = object_of(base)->scope->request->dag;
	if (g_str_equal(name, "dag_id"))
		return set_text(out, dag->dag_id);
	if (g_str_equal(name, "dag_display_name"))
		return set_text(out, dag->display_name);
	if (g_str_equal(name, "description"))
		return set_text(out, dag->description);
	if (g_str_equal(name, "owner"))
		return set_text(out, dag->owner);
	if (g_str_equal(name, "tags"))
		return set_json(out, tags_json(dag));
	if (g_str_equal(name, "timezone"))
		return set_text(out, zone_name(dag->zone));
	if (g_str_equal(name, "fileloc"))
		return set_text(out, dag->file);
	if (g_str_equal(name, "start_date"))
		return set_instant(out, dag->start_date);
	return g_str_equal(name, "end_date") && set_instant(out, dag->end_date);
}

static bool task_get(const struct template_object *base, const char *name,
	struct template_value *out, GError **error)
{
	const struct task *task = object_of(base)->scope->task;
	if (g_str_equal(name, "task_id"))
		return set_text(out, task->task_id);
	if (g_str_equal(name, "task_display_name"))
		return set_text(out, task->display_name);
	if (g_str_equal(name, "owner"))
		return set_text(out, task->owner);
	if (g_str_equal(name, "operator"))
		return set_text(out, task->operator->name);
	if (g_str_equal(name, "retries"))
		return set_json(out, json_integer(task->retries));
	return g_str_equal(name, "priority_weight")
		&& set_json(out, json_integer(task->priority_weight));
}

static bool instance_get(const struct template_object *base, const char *name,
	struct template_value *out, GError **error)
{
	struct scope *scope = object_of(base)->scope;
	const struct render_request *request = scope->request;
	if (g_str_equal(name, "task_id"))
		return set_text(out, scope->task->task_id);
	if (g_str_equal(name, "dag_id"))
		return set_text(out, request->run->dag_id);
	if (g_str_equal(name, "run_id"))
		return set_text(out, request->run->run_id);
	if (g_str_equal(name, "try_number"))
		return set_json(out, json_integer(scope->try_number));
	if (g_str_equal(name, "max_tries"))
		return set_json(out, json_integer(scope->max_tries));
	if (g_str_equal(name, "map_index"))
		return set_json(out, json_integer(request->map_index));
	if (g_str_equal(name, "start_date"))
		return set_instant(out, scope->started_at);
	return g_str_equal(name, "xcom_pull") && set_object(scope, out, NULL, xcom_pull, NULL);
}

/* What an earlier successful run of the DAG had; null when there was none. */
static bool set_previous(struct scope *scope, struct template_value *out, bool wants_start)
{
	struct run_record previous;
	const struct run_record *run = scope->request->run;
	GError *why = NULL;
	if (!reader_previous_success(
		    scope->request->reader, run->dag_id, base_instant(run), &previous, &why)) {
		scope_miss(scope, why);
		return set_json(out, json_null());
	}
	int64_t at = wants_start ? previous.started_at : previous.data_interval_start;
	if (at == INSTANT_NONE)
		at = base_instant(&previous);
	run_record_clear(&previous);
	return set_instant(out, at);
}

static bool set_instance_key(struct scope *scope, struct template_value *out)
{
	struct template_value day = {0};
	const struct render_request *request = scope->request;
	set_date(&day, base_instant(request->run), "YMD");
	g_autofree char *key = g_strdup_printf("%s__%s__%s", request->dag->dag_id,
		scope->task->task_id, json_string_value(day.json));
	template_value_clear(&day);
	return set_text(out, key);
}

static bool root_instant(
	struct scope *scope, const char *name, struct template_value *out, bool *is_one)
{
	const struct run_record *run = scope->request->run;
	int64_t at = base_instant(run);
	*is_one = true;
	if (g_str_equal(name, "ds"))
		return set_date(out, at, "Y-M-D");
	if (g_str_equal(name, "ds_nodash"))
		return set_date(out, at, "YMD");
	if (g_str_equal(name, "ts"))
		return set_iso(out, at);
	if (g_str_equal(name, "ts_nodash"))
		return set_date(out, at, "YMDThms");
	if (g_str_equal(name, "ts_nodash_with_tz"))
		return set_date(out, at, "YMDThms+0000");
	if (g_str_equal(name, "data_interval_start"))
		return set_interval(out, run, run->data_interval_start);
	if (g_str_equal(name, "data_interval_end"))
		return set_interval(out, run, run->data_interval_end);
	if (g_str_equal(name, "prev_data_interval_start_success"))
		return set_previous(scope, out, false);
	if (g_str_equal(name, "prev_start_date_success"))
		return set_previous(scope, out, true);
	*is_one = false;
	return false;
}

static bool set_logical_date(
	const struct run_record *run, struct template_value *out, GError **error)
{
	if (run->logical_date != INSTANT_NONE)
		return set_instant(out, run->logical_date);
	g_set_error(error, LIB_ERROR, 0,
		"this run has no logical_date, since it was triggered without one; "
		"dag_run.run_after, ds "
		"and ts are there for every run");
	return false;
}

static bool expand_get(const struct template_object *base, const char *name,
	struct template_value *out, GError **error)
{
	json_t *value = json_object_get(object_of(base)->scope->mapped, name);
	if (value)
		return set_json(out, json_incref(value));
	g_set_error(error, LIB_ERROR, 0, "this instance is mapped to no \"%s\"", name);
	return false;
}

static bool set_asset_events(struct scope *scope, struct template_value *out, GError **error)
{
	json_t *events = triggering_asset_events(scope, error);
	return events && set_json(out, events);
}

static bool root_get(const struct template_object *base, const char *name,
	struct template_value *out, GError **error)
{
	static const struct {
		const char *name;
		object_get *get;
	} objects[] = {{"dag_run", dag_run_get}, {"dag", dag_get}, {"task", task_get},
		{"ti", instance_get}, {"task_instance", instance_get}, {"macros", macros_get},
		{"var", variables_get}, {"conn", connections_get}, {"tasks", tasks_get}};
	struct scope *scope = object_of(base)->scope;
	bool is_instant;
	for (size_t i = 0; i < G_N_ELEMENTS(objects); i++)
		if (g_str_equal(name, objects[i].name))
			return set_object(scope, out, objects[i].get, NULL, NULL);
	bool is_set = root_instant(scope, name, out, &is_instant);
	if (is_instant)
		return is_set;
	if (g_str_equal(name, "logical_date"))
		return set_logical_date(scope->request->run, out, error);
	if (g_str_equal(name, "params"))
		return set_json(out, json_incref(scope->params));
	if (g_str_equal(name, "run_id"))
		return set_text(out, scope->request->run->run_id);
	if (g_str_equal(name, "try_number"))
		return set_json(out, json_integer(scope->try_number));
	if (g_str_equal(name, "map_index"))
		return set_json(out, json_integer(scope->request->map_index));
	if (g_str_equal(name, "triggering_asset_events"))
		return set_asset_events(scope, out, error);
	if (g_str_equal(name, "expand"))
		return set_object(scope, out, expand_get, NULL, NULL);
	if (g_str_equal(name, "reason") || g_str_equal(name, "exception"))
		return set_text(out, json_string_value(json_object_get(scope->call, "reason")));
	return g_str_equal(name, "task_instance_key_str") && set_instance_key(scope, out);
}

static void object_free(void *data)
{
	struct object *object = data;
	json_decref(object->json);
	g_free(object->key);
	g_free(object);
}

/* What a callback is run for: written down when it was due, since when its task may have gone on.
 */
static json_t *call_read(const struct scope *scope)
{
	const struct render_request *request = scope->request;
	struct task_record record;
	GError *why = NULL;
	struct task_key key = {request->run->id, request->task->task_id, request->map_index};
	if (!reader_task(request->reader, &key, &record, &why)) {
		scope_miss(scope, why);
		return NULL;
	}
	json_t *calls = record.calls ? json_loads(record.calls, 0, NULL) : NULL;
	json_t *call = json_incref(json_array_get(calls, 0));
	json_decref(calls);
	task_record_clear(&record);
	return call;
}

/* A callback of a task is about that one, at the try that it was called for. */
static void callback_look(struct scope *scope)
{
	const struct task *owner = scope->request->task->callback_of;
	scope->call = call_read(scope);
	if (!owner)
		return;
	scope->task = owner;
	scope->try_number =
		(unsigned)json_integer_value(json_object_get(scope->call, "try_number"));
	scope->max_tries = (unsigned)json_integer_value(json_object_get(scope->call, "max_tries"));
	json_t *started_at = json_object_get(scope->call, "started_at");
	scope->started_at = started_at ? json_integer_value(started_at) : INSTANT_NONE;
}

struct scope *scope_new(
	const struct render_request *request, struct mask_words *masks, GError **error)
{
	struct scope *scope = g_new0(struct scope, 1);
	scope->request = request;
	scope->unread = g_new0(GError *, 1);
	scope->task = request->task;
	scope->try_number = request->try_number;
	scope->max_tries = request->max_tries;
	scope->started_at = request->started_at;
	if (request->task->is_callback)
		callback_look(scope);
	scope->masks = masks;
	scope->objects = g_ptr_array_new_with_free_func(object_free);
	scope->conf = request->run->conf ? json_loads(request->run->conf, 0, NULL) : json_object();
	if (!json_is_object(scope->conf)) {
		json_decref(scope->conf);
		scope->conf = json_object();
	}
	mask_add_sensitive(masks, scope->conf);
	scope->params = dag_params(request->dag, scope->conf, error);
	if (scope->params)
		scope->mapped = mapped_values(scope, error);
	if (scope->mapped)
		return scope;
	scope_was_read(scope, error);
	scope_free(scope);
	return NULL;
}

void scope_miss(const struct scope *scope, GError *why)
{
	if (!*scope->unread)
		*scope->unread = why;
	else
		g_clear_error(&why);
}

bool scope_was_read(const struct scope *scope, GError **error)
{
	if (!*scope->unread)
		return true;
	g_clear_error(error);
	g_propagate_error(error, g_steal_pointer(scope->unread));
	return false;
}

void scope_free(struct scope *scope)
{
	g_ptr_array_unref(scope->objects);
	json_decref(scope->conf);
	json_decref(scope->params);
	json_decref(scope->mapped);
	json_decref(scope->call);
	g_clear_error(scope->unread);
	g_free(scope->unread);
	g_free(scope);
}

const struct template_object *scope_root(struct scope *scope)
{
	struct template_value root;
	set_object(scope, &root, root_get, NULL, NULL);
	return root.object;
}
