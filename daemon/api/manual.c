/* SPDX-License-Identifier: MIT */
#include "daemon/api/manual.h"

/* What is planned for one run. */
struct planned_run {
	struct event event;
	struct run_record run;
	struct dag *dag; /* the version that it will use */
	GArray *planned; /* of struct planned */
};

struct manual {
	struct request *request;
	struct daemon *daemon;
	GArray *runs; /* of struct planned_run */
	unsigned n_waiting;
	GError *error; /* the first one */
	request_handler *answer;
	json_t *json; /* what is answered instead */
};

static void planned_run_clear(void *data)
{
	struct planned_run *one = data;
	run_record_clear(&one->run);
	dag_unref(one->dag);
	g_clear_pointer(&one->planned, g_array_unref);
}

static void manual_free(void *data)
{
	struct manual *manual = data;
	g_array_unref(manual->runs);
	json_decref(manual->json);
	g_clear_error(&manual->error);
	g_free(manual);
}

static bool run_plan(
	struct manual *manual, const struct run_record *run, struct event event, GError **error)
{
	struct daemon *daemon = manual->daemon;
	event.dag_id = run->dag_id;
	event.run_id = run->run_id;
	if (!daemon_restore_run(daemon, run->dag_id, run->run_id, error))
		return false;
	struct planned_run one = {.planned = engine_plan(daemon->engine, &event, error)};
	if (!one.planned)
		return false;
	one.run = run_record_copy(run);
	one.event = event;
	one.event.dag_id = one.run.dag_id;
	one.event.run_id = one.run.run_id;
	bool is_newest = event.kind == EVENT_TASKS_CLEARED && event.cleared.to_newest;
	const struct dag *dag = is_newest
		? engine_dag(daemon->engine, run->dag_id)
		: engine_run_dag(daemon->engine, run->dag_id, run->run_id);
	one.dag = dag ? dag_ref(dag) : NULL;
	g_array_append_val(manual->runs, one);
	return true;
}

struct manual *manual_new(struct request *request, struct daemon *daemon)
{
	struct manual *manual = g_new0(struct manual, 1);
	manual->request = request;
	manual->daemon = daemon;
	manual->runs = g_array_new(FALSE, TRUE, sizeof(struct planned_run));
	g_array_set_clear_func(manual->runs, planned_run_clear);
	/* One more is counted until all events have been given, so that the answer comes once. */
	manual->n_waiting = 1;
	request_set_data(request, manual, manual_free);
	return manual;
}

unsigned manual_n_planned(const struct manual *manual)
{
	return manual->runs->len;
}

void manual_truncate(struct manual *manual, unsigned n)
{
	g_array_set_size(manual->runs, n);
}

bool manual_add(struct manual *manual, const GArray *runs, struct event event, GError **error)
{
	unsigned n_before = manual->runs->len;
	for (unsigned i = 0; i < runs->len; i++) {
		const struct run_record *run = &g_array_index(runs, struct run_record, i);
		if (run_plan(manual, run, event, error))
			continue;
		g_array_set_size(manual->runs, n_before);
		return false;
	}
	return true;
}

struct manual *manual_plan(
	struct request *request, struct daemon *daemon, const GArray *runs, struct event event)
{
	g_autoptr(GError) error = NULL;
	struct manual *manual = manual_new(request, daemon);
	if (manual_add(manual, runs, event, &error))
		return manual;
	request_fail(request, error);
	return NULL;
}

static const char *const changes[] = {
	[PLAN_CLEAR] = "clear", [PLAN_MARK] = "mark", [PLAN_ADD] = "add", [PLAN_REMOVE] = "remove"};

/* As it is, and once the change is durable. NULL and an error. */
static json_t *planned_reply(const struct manual *manual, const struct planned_run *one,
	const struct planned *planned, GError **error)
{
	struct task_key key = {one->run.id, planned->record.task_id, planned->record.map_index};
	struct task_record now;
	g_autoptr(GError) why = NULL;
	json_t *json;
	if (manual->n_waiting == 0 && reader_task(manual->daemon->reader, &key, &now, &why)) {
		json = instance_reply(&one->run, &now, one->dag);
		task_record_clear(&now);
	} else if (why) {
		g_propagate_error(error, g_steal_pointer(&why));
		return NULL;
	} else {
		json = instance_reply(&one->run, &planned->record, one->dag);
	}
	json_object_set_new(json, "change", json_string(changes[planned->change]));
	return json;
}

/* Failed tasks after marked ones begin again: they are beside what was asked for. */
static void answer_instances(struct manual *manual)
{
	json_t *list = json_array(), *cleared = json_array();
	bool is_mark = false;
	g_autoptr(GError) error = NULL;
	for (unsigned r = 0; r < manual->runs->len; r++) {
		const struct planned_run *one = &g_array_index(manual->runs, struct planned_run, r);
		is_mark = one->event.kind == EVENT_TASKS_MARKED;
		for (unsigned i = 0; !error && i < one->planned->len; i++) {
			const struct planned *planned =
				&g_array_index(one->planned, struct planned, i);
			bool is_beside = is_mark && planned->change != PLAN_MARK;
			json_array_append_new(is_beside ? cleared : list,
				planned_reply(manual, one, planned, &error));
		}
	}
	json_int_t n = (json_int_t)json_array_size(list);
	json_t *json = json_pack("{s:o, s:I}", "task_instances", list, "total_entries", n);
	if (is_mark)
		json_object_set_new(json, "cleared_task_instances", cleared);
	else
		json_decref(cleared);
	if (!error) {
		request_answer(manual->request, 200, json);
		return;
	}
	json_decref(json);
	request_fail(manual->request, error);
}

void manual_show(struct manual *manual)
{
	answer_instances(manual);
}

static void on_done(void *data, const GError *error)
{
	struct manual *manual = data;
	if (error && !manual->error)
		manual->error = g_error_copy(error);
	if (--manual->n_waiting > 0)
		return;
	if (manual->error)
		request_fail(manual->request, manual->error);
	else if (manual->json)
		request_answer(manual->request, 200, g_steal_pointer(&manual->json));
	else if (manual->answer)
		manual->answer(manual->request, manual->daemon);
	else
		answer_instances(manual);
}

void manual_also(struct manual *manual, struct event event)
{
	manual->n_waiting++;
	turn_add(manual->daemon->turn, event, on_done, manual);
}

void manual_do(struct manual *manual, request_handler *answer)
{
	manual->answer = answer;
	for (unsigned i = 0; i < manual->runs->len && !manual->error; i++) {
		const struct planned_run *one = &g_array_index(manual->runs, struct planned_run, i);
		if (one->planned->len > 0)
			manual_also(manual, one->event);
	}
	on_done(manual, NULL);
}

void manual_do_and_say(struct manual *manual, json_t *answer)
{
	manual->json = answer;
	manual_do(manual, NULL);
}
