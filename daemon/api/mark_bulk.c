/* SPDX-License-Identifier: MIT */
/*
 * Several task instances of a run are marked or noted in one request. An action that has an error
 * does nothing; all that is done is one change.
 */
#include "daemon/api/manual.h"
#include "daemon/api/mark.h"
#include "daemon/api/task_instances.h"

enum { ENTITIES_MAX = 10000 };

struct bulk {
	struct request *request;
	struct daemon *daemon;
	struct manual *manual;
	GPtrArray *markings; /* of arrays of struct marking, one an action: the events point into
				them */
	GPtrArray *noted;    /* of struct marking: those with a note */
	json_t *success, *errors;
	bool is_answered;
};

static void marking_clear(void *marking)
{
	selection_clear(&((struct marking *)marking)->selection);
}

static bool refuse(struct bulk *bulk, const char *field, const char *sentence)
{
	request_refuse_field(
		bulk->request, &(struct field){"body", field, "value_error", NULL}, "%s", sentence);
	return false;
}

static bool action_check(struct bulk *bulk, json_t *action, bool *skips)
{
	static const char *const known[] = {"action", "entities", "action_on_non_existence", NULL};
	const char *verb = json_string_value(json_object_get(action, "action"));
	const char *policy = json_string_value(json_object_get(action, "action_on_non_existence"));
	const json_t *entities = json_object_get(action, "entities");
	if (!json_is_object(action))
		return refuse(bulk, "actions", "an action must be an object");
	if (!body_has_only(bulk->request, action, known))
		return false;
	if (g_strcmp0(verb, "update") != 0)
		return refuse(bulk, "action", "task instances can only be updated");
	if (json_object_get(action, "action_on_non_existence") && g_strcmp0(policy, "fail") != 0
		&& g_strcmp0(policy, "skip") != 0)
		return refuse(bulk, "action_on_non_existence", "expected fail or skip");
	if (!json_is_array(entities) || json_array_size(entities) > ENTITIES_MAX)
		return refuse(bulk, "entities", "\"entities\" must be a list of at most 10000");
	*skips = g_strcmp0(policy, "skip") == 0;
	return true;
}

static bool entity_read(struct bulk *bulk, const json_t *entity, struct marking *marking)
{
	static const char *const known[] = {"task_id", "map_index", "new_state", "note",
		"include_upstream", "include_downstream", "include_future", "include_past", NULL};
	const json_t *index = json_object_get(entity, "map_index");
	struct task_key key = {.map_index = -1};
	*marking = (struct marking){.has_state = false};
	if (!json_is_object(entity))
		return refuse(bulk, "entities", "an entity must be an object");
	if (!body_has_only(bulk->request, entity, known)
		|| !body_text(bulk->request, entity, "task_id", &key.task_id))
		return false;
	if (!key.task_id)
		return refuse(bulk, "task_id", "field required");
	if (index && !json_is_null(index)
		&& (!json_is_integer(index) || json_integer_value(index) < -1
			|| json_integer_value(index) > INT32_MAX))
		return refuse(bulk, "map_index", "expected the number of an instance, or -1");
	if (json_is_integer(index))
		key.map_index = (int)json_integer_value(index);
	return marking_read(bulk->request, entity, &key, marking);
}

/* Array of struct marking; NULL: 422 has been answered. */
static GArray *entities_read(struct bulk *bulk, const json_t *entities)
{
	g_autoptr(GArray) markings = g_array_new(FALSE, TRUE, sizeof(struct marking));
	const json_t *entity;
	size_t i;
	g_array_set_clear_func(markings, marking_clear);
	json_array_foreach(entities, i, entity)
	{
		struct marking marking;
		bool is_read = entity_read(bulk, entity, &marking);
		g_array_append_val(markings, marking);
		if (!is_read)
			return NULL;
	}
	return g_steal_pointer(&markings);
}

static char *name_of(const struct marking *marking)
{
	const struct selection *selection = &marking->selection;
	return g_strdup_printf("%s.%s.%s[%d]", selection->dag_id, selection->run_id,
		selection->choice.task_ids[0], selection->choice.map_indexes[0]);
}

static void error_add(struct bulk *bulk, const GError *error)
{
	unsigned status = error->code == REFUSAL_UNKNOWN ? 404
		: error->code == REFUSAL_CONFLICT        ? 409
							 : 400;
	json_array_append_new(bulk->errors,
		json_pack("{s:s, s:i}", "error", error->message, "status_code", (int)status));
}

/* Whether there is what it names, and nothing stands against it. */
static bool marking_plan(struct bulk *bulk, const struct marking *marking, GError **error)
{
	g_autoptr(GArray) runs = selection_runs(bulk->request, bulk->daemon, &marking->selection);
	unsigned n_before = manual_n_planned(bulk->manual);
	if (!runs) {
		bulk->is_answered = true;
		return false;
	}
	if (!manual_add(bulk->manual, runs, marking_event(marking), error))
		return false;
	if (!marking->has_state) /* it was only asked whether it is there */
		manual_truncate(bulk->manual, n_before);
	return true;
}

/* Plans all of the action, or nothing of it. False: a refusal has been answered. */
static bool action_plan(struct bulk *bulk, const GArray *markings, bool skips)
{
	unsigned n_before = manual_n_planned(bulk->manual);
	json_auto_t *names = json_array();
	for (unsigned i = 0; i < markings->len; i++) {
		const struct marking *marking = &g_array_index(markings, struct marking, i);
		g_autoptr(GError) error = NULL;
		g_autofree char *name = name_of(marking);
		if (marking_plan(bulk, marking, &error)) {
			json_array_append_new(names, json_string(name));
			if (marking->note.is_given)
				g_ptr_array_add(bulk->noted, (void *)marking);
		} else if (bulk->is_answered) {
			return false;
		} else if (!skips || error->code != REFUSAL_UNKNOWN) {
			error_add(bulk, error);
			manual_truncate(bulk->manual, n_before);
			return true;
		}
	}
	json_array_extend(bulk->success, names);
	return true;
}

static bool action_do(struct bulk *bulk, json_t *action)
{
	bool skips;
	if (!action_check(bulk, action, &skips))
		return false;
	GArray *markings = entities_read(bulk, json_object_get(action, "entities"));
	if (!markings)
		return false;
	g_ptr_array_add(bulk->markings, markings);
	unsigned n_noted = bulk->noted->len, n_errors = (unsigned)json_array_size(bulk->errors);
	bool is_planned = action_plan(bulk, markings, skips);
	if (json_array_size(bulk->errors) > n_errors)
		g_ptr_array_set_size(bulk->noted, (int)n_noted);
	return is_planned;
}

static bool actions_do(struct bulk *bulk)
{
	static const char *const known[] = {"actions", NULL};
	json_t *body = request_body(bulk->request), *action;
	size_t i;
	if (!body || !body_has_only(bulk->request, body, known))
		return false;
	json_t *actions = json_object_get(body, "actions");
	if (!json_is_array(actions))
		return refuse(bulk, "actions", "\"actions\" must be a list");
	json_array_foreach(actions, i, action) if (!action_do(bulk, action)) return false;
	return true;
}

void task_instances_bulk(struct request *request, void *data)
{
	struct run_record run;
	if (!request_run(request, data, &run))
		return;
	run_record_clear(&run);
	struct bulk bulk = {
		.request = request,
		.daemon = data,
		.manual = manual_new(request, data),
		.markings = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref),
		.noted = g_ptr_array_new(),
		.success = json_array(),
		.errors = json_array(),
	};
	if (actions_do(&bulk)) {
		for (unsigned i = 0; i < bulk.noted->len; i++)
			manual_also(bulk.manual, marking_note_event(bulk.noted->pdata[i]));
		manual_do_and_say(bulk.manual,
			json_pack("{s:{s:O, s:O}}", "update", "success", bulk.success, "errors",
				bulk.errors));
	}
	json_decref(bulk.success);
	json_decref(bulk.errors);
	g_ptr_array_unref(bulk.noted);
	g_ptr_array_unref(bulk.markings);
}
