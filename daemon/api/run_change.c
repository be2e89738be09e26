/* SPDX-License-Identifier: MIT */
/* What a person does to a run that there is: another state, a note, its end. */
#include "daemon/api/dag_runs.h"
#include "daemon/api/manual.h"
#include "daemon/api/note.h"

struct run_change {
	struct run_record run;
	bool has_state;
	enum run_state state;
	struct note note;
};

static bool state_read(struct request *request, const json_t *body, struct run_change *change)
{
	json_t *value = json_object_get(body, "state");
	const char *name = json_string_value(value);
	change->has_state = value != NULL;
	if (!value || (run_state_parse(name, &change->state) && change->state != RUN_RUNNING))
		return true;
	request_refuse_field(request, &(struct field){"body", "state", "enum", json_incref(value)},
		"a run can be marked as success, failed or queued");
	return false;
}

static bool change_read(struct request *request, const json_t *body, struct run_change *change)
{
	if (!state_read(request, body, change) || !note_read(request, body, &change->note))
		return false;
	if (change->has_state || change->note.is_given)
		return true;
	request_refuse_field(request, &(struct field){"body", "state", "missing", NULL},
		"nothing is to be changed: give state or note");
	return false;
}

static void change_do(
	struct request *request, struct daemon *daemon, const struct run_change *change)
{
	struct event state = {.kind = EVENT_RUN_MARKED,
		.dag_id = change->run.dag_id,
		.run_id = change->run.run_id,
		.run_state = change->state};
	struct event note = {.kind = EVENT_RUN_NOTED,
		.dag_id = change->run.dag_id,
		.run_id = change->run.run_id,
		.named.text = change->note.text};
	struct manual *manual = manual_new(request, daemon);
	if (change->has_state)
		manual_also(manual, state);
	if (change->note.is_given)
		manual_also(manual, note);
	manual_do(manual, dag_runs_get);
}

void dag_runs_patch(struct request *request, void *data)
{
	static const char *const known[] = {"state", "note", NULL};
	g_autoptr(GError) error = NULL;
	struct daemon *daemon = data;
	struct run_change change = {.has_state = false};
	json_auto_t *body = body_masked(request, known, known);
	if (!body || !change_read(request, body, &change)
		|| !request_run(request, daemon, &change.run))
		return;
	if (daemon_restore_run(daemon, change.run.dag_id, change.run.run_id, &error))
		change_do(request, daemon, &change);
	else
		request_fail(request, error);
	run_record_clear(&change.run);
}

void dag_runs_cancel(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct run_record run;
	g_autoptr(GError) error = NULL;
	if (!request_run(request, daemon, &run))
		return;
	struct event event = {
		.kind = EVENT_RUN_CANCELLED, .dag_id = run.dag_id, .run_id = run.run_id};
	if (daemon_restore_run(daemon, run.dag_id, run.run_id, &error)) {
		struct manual *manual = manual_new(request, daemon);
		manual_also(manual, event);
		manual_do(manual, dag_runs_get);
	} else {
		request_fail(request, error);
	}
	run_record_clear(&run);
}
