/* SPDX-License-Identifier: MIT */
/* Task instances whose state a person decides, notes on them, and one that is to start now. */
#include "daemon/api/mark.h"

#include "daemon/api/manual.h"
#include "daemon/api/task_instances.h"

static bool state_read(struct request *request, const json_t *body, struct marking *marking)
{
	static const char *const names[] = {"success", "failed", "skipped", NULL};
	json_t *value = json_object_get(body, "new_state");
	const char *name = json_string_value(value);
	marking->has_state = value != NULL;
	if (!value
		|| (name && g_strv_contains(names, name)
			&& task_state_parse(name, &marking->state)))
		return true;
	request_refuse_field(request,
		&(struct field){"body", "new_state", "enum", json_incref(value)},
		"a task instance can be marked as success, failed or skipped");
	return false;
}

bool marking_read(struct request *request, const json_t *body, const struct task_key *key,
	struct marking *marking)
{
	struct selection *selection = &marking->selection;
	*marking = (struct marking){.selection = selection_of(request_path(request, "dag_id"),
					    request_path(request, "run_id"))};
	selection_add(selection, key->task_id, key->map_index);
	if (!state_read(request, body, marking) || !note_read(request, body, &marking->note)
		|| !selection_read_spread(request, selection, body))
		return false;
	if (marking->has_state || marking->note.is_given)
		return true;
	request_refuse_field(request, &(struct field){"body", "new_state", "missing", NULL},
		"nothing is to be changed: give new_state or note");
	return false;
}

/* With the keys that update_mask names. A new reference; NULL: a refusal has been answered. */
static json_t *body_read(struct request *request, struct marking *marking)
{
	static const char *const known[] = {"new_state", "note", "include_upstream",
		"include_downstream", "include_future", "include_past", NULL};
	static const char *const maskable[] = {"new_state", "note", NULL};
	struct task_key key = {.task_id = request_path(request, "task_id")};
	json_t *body = request_map_index(request, &key.map_index)
		? body_masked(request, known, maskable)
		: NULL;
	*marking = (struct marking){.has_state = false};
	if (body && !marking_read(request, body, &key, marking))
		g_clear_pointer(&body, json_decref);
	return body;
}

struct event marking_event(const struct marking *marking)
{
	struct event event = {.kind = EVENT_TASKS_MARKED};
	event.marked.choice = marking->selection.choice;
	event.marked.state = marking->state;
	return event;
}

static struct manual *mark_plan(
	struct request *request, struct daemon *daemon, const struct marking *marking)
{
	g_autoptr(GArray) runs = selection_runs(request, daemon, &marking->selection);
	return runs ? manual_plan(request, daemon, runs, marking_event(marking)) : NULL;
}

struct event marking_note_event(const struct marking *marking)
{
	struct event event = {.kind = EVENT_TASK_NOTED,
		.dag_id = marking->selection.dag_id,
		.run_id = marking->selection.run_id};
	event.named.task_id = marking->selection.choice.task_ids[0];
	event.named.map_index = marking->selection.choice.map_indexes[0];
	event.named.text = marking->note.text;
	return event;
}

/* Of one instance alone. */
static void instance_change(
	struct request *request, struct daemon *daemon, struct event event, request_handler *answer)
{
	g_autoptr(GError) error = NULL;
	if (!daemon_restore_run(daemon, event.dag_id, event.run_id, &error)) {
		request_fail(request, error);
		return;
	}
	struct manual *manual = manual_new(request, daemon);
	manual_also(manual, event);
	manual_do(manual, answer);
}

void task_instances_patch(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct marking marking;
	json_auto_t *body = body_read(request, &marking);
	if (!body) {
		selection_clear(&marking.selection);
		return;
	}
	if (marking.has_state) {
		struct manual *manual = mark_plan(request, daemon, &marking);
		if (manual && marking.note.is_given)
			manual_also(manual, marking_note_event(&marking));
		if (manual)
			manual_do(manual, NULL);
	} else {
		instance_change(
			request, daemon, marking_note_event(&marking), task_instances_get_listed);
	}
	selection_clear(&marking.selection);
}

void task_instances_patch_dry(struct request *request, void *data)
{
	struct marking marking;
	json_auto_t *body = body_read(request, &marking);
	struct manual *manual = NULL;
	if (body && marking.has_state)
		manual = mark_plan(request, data, &marking);
	else if (body)
		request_refuse_field(request, &(struct field){"body", "new_state", "missing", NULL},
			"field required");
	if (manual)
		manual_show(manual);
	selection_clear(&marking.selection);
}

void task_instances_run(struct request *request, void *data)
{
	struct event event = {.kind = EVENT_TASK_FORCED,
		.dag_id = request_path(request, "dag_id"),
		.run_id = request_path(request, "run_id")};
	event.named.task_id = request_path(request, "task_id");
	if (request_map_index(request, &event.named.map_index))
		instance_change(request, data, event, task_instances_get);
}
