/* SPDX-License-Identifier: MIT */
#include "daemon/api/hitl.h"

#include <pwd.h>
#include <string.h>

#include "daemon/api/reply.h"
#include "lib/base/instant.h"

/* An approval of a run, and how it stands. */
struct question {
	struct run_record run;
	struct task_record task;
	struct dag *dag;
	const struct task *definition;
};

static void question_clear(struct question *question)
{
	run_record_clear(&question->run);
	task_record_clear(&question->task);
	dag_unref(question->dag);
}

/* Its subject and body as they were rendered. NULL and an error. */
static json_t *rendered_fields(
	struct daemon *daemon, const struct question *question, GError **error)
{
	g_autoptr(GError) why = NULL;
	struct task_key key = {
		question->task.run, question->task.task_id, question->task.map_index};
	g_autofree char *text = reader_rendered(daemon->reader, &key, &why);
	if (why) {
		g_propagate_error(error, g_steal_pointer(&why));
		return NULL;
	}
	json_t *fields = text ? json_loads(text, 0, NULL) : NULL;
	return fields ? fields : json_object();
}

static json_t *constant_or(const struct question *question, const char *name, json_t *otherwise)
{
	const json_t *value = task_constant(question->definition, name);
	if (!value)
		return otherwise;
	json_decref(otherwise);
	return json_incref((json_t *)value);
}

static json_t *defaults_reply(const struct question *question)
{
	json_t *defaults = constant_or(question, "defaults", json_null());
	if (!json_is_string(defaults))
		return defaults;
	json_t *list = json_array();
	json_array_append_new(list, defaults);
	return list;
}

static json_t *answer_part(const json_t *answer, const char *name)
{
	json_t *part = json_object_get(answer, name);
	return part ? json_incref(part) : json_null();
}

/* Who answered as Airflow writes it: the same word is id and name. */
static json_t *user_reply(const json_t *answer)
{
	const json_t *name = json_object_get(answer, "responded_by_user");
	return json_is_string(name) ? json_pack("{s:O, s:O}", "id", name, "name", name)
				    : json_null();
}

/* NULL and an error. */
static json_t *question_reply(
	struct daemon *daemon, const struct question *question, GError **error)
{
	json_t *fields = rendered_fields(daemon, question, error);
	if (!fields)
		return NULL;
	const char *decision = question->task.decision;
	json_t *answer = decision ? json_loads(decision, JSON_DECODE_ANY, NULL) : NULL;
	json_t *reply = json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:[], s:o, s:b, s:o, s:o, s:o, s:o}",
		"task_instance", instance_reply(&question->run, &question->task, question->dag),
		"subject", answer_part(fields, "subject"), "body", answer_part(fields, "body"),
		"options", constant_or(question, "options", json_array()), "defaults",
		defaults_reply(question), "multiple",
		task_constant_boolean(question->definition, "multiple"), "params",
		constant_or(question, "form", json_object()), "assigned_users", "created_at",
		instant_reply(question->task.started_at), "response_received",
		json_is_object(answer), "responded_by_user", user_reply(answer), "responded_at",
		answer_part(answer, "responded_at"), "chosen_options",
		answer_part(answer, "chosen_options"), "params_input",
		answer_part(answer, "params_input"));
	json_decref(fields);
	json_decref(answer);
	return reply;
}

/* ---- one ---- */

static bool question_read(
	struct request *request, struct daemon *daemon, int map_index, struct question *question)
{
	const char *task_id = request_path(request, "task_id");
	struct task_key key = {question->run.id, task_id, map_index};
	g_autoptr(GError) error = NULL;
	if (!request_run_dag(request, daemon, &question->run, &question->dag))
		return false;
	question->definition = question->dag ? dag_task(question->dag, task_id) : NULL;
	if (!question->definition && question->dag) {
		request_refuse_task(request, question->dag, question->run.run_id, task_id);
		return false;
	}
	if (!question->definition || question->definition->operator->flow != FLOW_APPROVAL) {
		request_refuse(request, 404, "task \"%s\" asks nobody", task_id);
		return false;
	}
	if (reader_task(daemon->reader, &key, &question->task, &error))
		return true;
	if (error)
		request_fail(request, error);
	else
		request_refuse(request, 404, "task \"%s\" of run \"%s\" has not asked yet", task_id,
			question->run.run_id);
	return false;
}

/* False: it has been refused. */
static bool question_find(struct request *request, struct daemon *daemon, struct question *question)
{
	int map_index;
	*question = (struct question){.definition = NULL};
	if (request_map_index(request, &map_index) && request_run(request, daemon, &question->run)
		&& question_read(request, daemon, map_index, question))
		return true;
	question_clear(question);
	return false;
}

void hitl_get(struct request *request, void *data)
{
	struct question question;
	if (!question_find(request, data, &question))
		return;
	g_autoptr(GError) error = NULL;
	json_t *reply = question_reply(data, &question, &error);
	if (reply)
		request_answer(request, 200, reply);
	else
		request_fail(request, error);
	question_clear(&question);
}

/* ---- all that wait ---- */

static bool is_listed(struct request *request, const struct asked *asked)
{
	const char *dag_id =
		request_has_path(request, "dag_id") ? request_path(request, "dag_id") : "~";
	const char *run_id =
		request_has_path(request, "run_id") ? request_path(request, "run_id") : "~";
	return (g_str_equal(dag_id, "~") || g_str_equal(dag_id, asked->run->dag_id))
		&& (g_str_equal(run_id, "~") || g_str_equal(run_id, asked->run->run_id));
}

void hitl_list(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct listing listing;
	if (!request_listing(request, &listing))
		return;
	g_autoptr(GArray) all = engine_asked(daemon->engine);
	g_autoptr(GError) error = NULL;
	json_t *list = json_array();
	int64_t n = 0;
	for (unsigned i = 0; !error && i < all->len; i++) {
		const struct asked *asked = &g_array_index(all, struct asked, i);
		struct question question = {*asked->run, *asked->task, (struct dag *)asked->dag,
			dag_task(asked->dag, asked->task->task_id)};
		if (!is_listed(request, asked))
			continue;
		if (n >= listing.offset && n < listing.offset + listing.limit)
			json_array_append_new(list, question_reply(daemon, &question, &error));
		n++;
	}
	if (error)
		request_fail(request, error);
	else
		request_answer(request, 200,
			json_pack("{s:O, s:I}", "hitl_details", list, "total_entries",
				(json_int_t)n));
	json_decref(list);
}

/* ---- an answer ---- */

/* Who speaks, as the machine calls that user (g_free). */
static char *peer_name(struct request *request)
{
	const struct peer *peer = request_peer(request);
	char room[1024];
	struct passwd entry, *found = NULL;
	if (!peer)
		return g_strdup("anonymous");
	if (getpwuid_r(peer->uid, &entry, room, sizeof room, &found) == 0 && found)
		return g_strdup(found->pw_name);
	return g_strdup_printf("uid %u", (unsigned)peer->uid);
}

static void on_answered(void *data, const GError *error)
{
	struct request *request = data;
	struct daemon *daemon = request_data(request);
	struct question question;
	if (error) {
		request_fail(request, error);
		return;
	}
	if (!question_find(request, daemon, &question))
		return;
	g_autoptr(GError) why = NULL;
	json_t *all = question_reply(daemon, &question, &why);
	if (!all) {
		request_fail(request, why);
		question_clear(&question);
		return;
	}
	json_t *reply = json_object();
	static const char *const shown[] = {
		"responded_by_user", "responded_at", "chosen_options", "params_input"};
	for (size_t i = 0; i < G_N_ELEMENTS(shown); i++)
		json_object_set(
			reply, i == 0 ? "responded_by" : shown[i], json_object_get(all, shown[i]));
	json_decref(all);
	question_clear(&question);
	request_answer(request, 200, reply);
}

static bool body_read(struct request *request, const json_t *body)
{
	static const char *const known[] = {"chosen_options", "params_input", NULL};
	json_t *options = json_object_get(body, "chosen_options");
	json_t *params = json_object_get(body, "params_input");
	if (!body_has_only(request, body, known))
		return false;
	bool are_texts = json_is_array(options);
	for (size_t i = 0; i < json_array_size(options); i++)
		are_texts &= json_is_string(json_array_get(options, i));
	if (!are_texts)
		request_refuse_field(request,
			&(struct field){"body", "chosen_options", "list_type",
				options ? json_incref(options) : NULL},
			"expected a list of options");
	else if (params && !json_is_object(params) && !json_is_null(params))
		request_refuse_field(request,
			&(struct field){"body", "params_input", "dict_type", json_incref(params)},
			"expected an object");
	else
		return true;
	return false;
}

void hitl_patch(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct question question;
	const json_t *body = request_body(request);
	if (!body || !body_read(request, body) || !question_find(request, daemon, &question))
		return;
	if (!engine_run(daemon->engine, question.run.dag_id, question.run.run_id)) {
		request_refuse(request, 409, "task \"%s\" does not wait for an answer: it is %s",
			question.task.task_id, task_state_name(question.task.state));
		question_clear(&question);
		return;
	}
	g_autofree char *by = peer_name(request);
	struct event event = {.kind = EVENT_TASK_ANSWERED,
		.dag_id = question.run.dag_id,
		.run_id = question.run.run_id};
	const json_t *params = json_object_get(body, "params_input");
	event.answered.task_id = question.task.task_id;
	event.answered.map_index = question.task.map_index;
	event.answered.options = json_object_get(body, "chosen_options");
	event.answered.params = json_is_object(params) ? params : NULL;
	event.answered.by = by;
	request_set_data(request, daemon, NULL);
	turn_add(daemon->turn, event, on_answered, request);
	question_clear(&question);
}
