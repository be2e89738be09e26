/* SPDX-License-Identifier: MIT */
#include "daemon/api/dag_runs.h"

#include <string.h>

#include "daemon/api/reply.h"
#include "daemon/clock.h"
#include "lib/base/ident.h"
#include "lib/base/instant.h"

/* ---- lists, read on the reader's thread ---- */

struct query {
	struct request *request;
	struct daemon *daemon;
	struct listing listing;
	GArray *runs;
	int64_t total;
	GError *error;
};

static void query_free(void *data)
{
	struct query *query = data;
	g_clear_pointer(&query->runs, g_array_unref);
	g_clear_error(&query->error);
	g_free(query);
}

static void runs_read(struct reader *reader, void *data)
{
	struct query *query = data;
	query->runs = reader_runs(reader, &query->listing, &query->total, &query->error);
}

static void on_runs(void *data)
{
	struct query *query = data;
	struct request *request = query->request;
	if (!query->runs) {
		request_fail(request, query->error);
		return;
	}
	json_t *list = json_array();
	for (unsigned i = 0; i < query->runs->len; i++) {
		const struct run_record *run = &g_array_index(query->runs, struct run_record, i);
		json_array_append_new(
			list, run_reply(run, engine_dag_head(query->daemon->engine, run->dag_id)));
	}
	request_answer(request, 200,
		json_pack(
			"{s:o, s:I}", "dag_runs", list, "total_entries", (json_int_t)query->total));
}

static bool states_exist(struct request *request, const char *const *states)
{
	static const char *const known[] = {"queued", "running", "success", "failed", NULL};
	enum run_state state;
	for (; states && *states; states++) {
		if (run_state_parse(*states, &state))
			continue;
		const char *meant = suggest(*states, known);
		request_refuse_field(request,
			&(struct field){"query", "state", "enum", json_string(*states)},
			meant ? "\"%s\" is no state of a run; did you mean \"%s\"?"
			      : "\"%s\" is no state of a run: queued, running, success or failed",
			*states, meant);
		return false;
	}
	return true;
}

void dag_runs_list(struct request *request, void *data)
{
	struct daemon *daemon = data;
	const char *dag_id = request_path(request, "dag_id");
	struct listing listing;
	if (!g_str_equal(dag_id, "~") && !engine_dag_record(daemon->engine, dag_id)) {
		request_refuse_dag(request, daemon, dag_id);
		return;
	}
	if (!request_listing(request, &listing) || !states_exist(request, listing.states))
		return;
	struct query *query = g_new0(struct query, 1);
	listing.dag_id = dag_id;
	*query = (struct query){.request = request, .daemon = daemon, .listing = listing};
	request_set_data(request, query, query_free);
	store_read(daemon->store, runs_read, on_runs, query);
}

void dag_runs_get(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct run_record run;
	if (!request_run(request, daemon, &run))
		return;
	request_answer(request, 200, run_reply(&run, engine_dag_head(daemon->engine, run.dag_id)));
	run_record_clear(&run);
}

/* ---- trigger ---- */

struct change {
	struct daemon *daemon;
	char *dag_id, *run_id;
};

static void change_free(void *data)
{
	struct change *change = data;
	g_free(change->dag_id);
	g_free(change->run_id);
	g_free(change);
}

static void on_changed(void *data, const GError *error)
{
	struct request *request = data;
	const struct change *change = request_data(request);
	struct run_record run;
	g_autoptr(GError) why = NULL;
	if (error) {
		request_fail(request, error);
	} else if (reader_run(change->daemon->reader, change->dag_id, change->run_id, &run, &why)) {
		request_answer(request, 200,
			run_reply(&run, engine_dag_head(change->daemon->engine, change->dag_id)));
		run_record_clear(&run);
	} else if (why) {
		request_fail(request, why);
	} else {
		request_refuse_run(request, change->dag_id, change->run_id);
	}
}

static void change_begin(struct request *request, struct daemon *daemon, const struct event *event)
{
	struct change *change = g_new(struct change, 1);
	*change = (struct change){daemon, g_strdup(event->dag_id), g_strdup(event->run_id)};
	request_set_data(request, change, change_free);
	turn_add(daemon->turn, *event, on_changed, request);
}

static char *manual_run_id(int64_t at)
{
	g_autofree char *iso = instant_iso(at);
	g_autofree char *random = g_uuid_string_random();
	return g_strdup_printf("manual__%s_%.8s", iso, random);
}

/* What the body says, checked against the DAG. */
struct trigger {
	char *run_id;
	char *conf;
	const char *note;
	int64_t logical_date;
};

static bool trigger_read_run_id(
	struct request *request, const json_t *body, struct trigger *trigger)
{
	g_autoptr(GError) error = NULL;
	const char *run_id;
	if (!body_text(request, body, "dag_run_id", &run_id))
		return false;
	if (run_id && !run_id_check(run_id, &error)) {
		request_refuse(request, 400, "%s", error->message);
		return false;
	}
	trigger->run_id = run_id ? g_strdup(run_id) : manual_run_id(clock_now());
	return true;
}

static bool trigger_read_conf(
	struct request *request, const struct dag *dag, const json_t *body, struct trigger *trigger)
{
	g_autoptr(GError) error = NULL;
	json_t *conf = json_object_get(body, "conf");
	if (conf && !json_is_object(conf) && !json_is_null(conf)) {
		request_refuse_field(request,
			&(struct field){"body", "conf", "dict_type", json_incref(conf)},
			"conf must be an object");
		return false;
	}
	json_t *params = dag_params(dag, json_is_object(conf) ? conf : NULL, &error);
	if (!params) {
		request_refuse(request, 400, "%s", error->message);
		return false;
	}
	json_decref(params);
	trigger->conf = json_is_object(conf) ? json_dumps(conf, JSON_COMPACT) : NULL;
	return true;
}

static bool trigger_read(
	struct request *request, const struct dag *dag, const json_t *body, struct trigger *trigger)
{
	static const char *const known[] = {"dag_run_id", "logical_date", "conf", "note", NULL};
	return body_has_only(request, body, known)
		&& body_instant(request, body, "logical_date", &trigger->logical_date)
		&& body_text(request, body, "note", &trigger->note)
		&& trigger_read_run_id(request, body, trigger)
		&& trigger_read_conf(request, dag, body, trigger);
}

/* Finished runs are not in the engine: whether the id or the date was used before is in the store.
 */
static bool is_unused(struct request *request, struct daemon *daemon, const char *dag_id,
	const struct trigger *trigger)
{
	struct run_record run;
	g_autoptr(GError) error = NULL;
	if (reader_run(daemon->reader, dag_id, trigger->run_id, &run, &error)) {
		request_refuse(request, 409, "DAG \"%s\" has a run \"%s\" already (%s)", dag_id,
			trigger->run_id, run_state_name(run.state));
		run_record_clear(&run);
		return false;
	}
	if (!error && trigger->logical_date == INSTANT_NONE)
		return true;
	struct listing listing = listing_all;
	listing.dag_id = dag_id;
	listing.logical_date_gte = listing.logical_date_lte = trigger->logical_date;
	listing.limit = 1;
	g_autoptr(GArray) runs = error ? NULL : reader_runs(daemon->reader, &listing, NULL, &error);
	if (!runs) {
		request_fail(request, error);
		return false;
	}
	if (runs->len == 0)
		return true;
	request_refuse(request, 409, "DAG \"%s\" has a run of this logical date already: \"%s\"",
		dag_id, g_array_index(runs, struct run_record, 0).run_id);
	return false;
}

void dag_run_trigger(
	struct request *request, struct daemon *daemon, const char *dag_id, const json_t *body)
{
	struct trigger trigger = {0};
	struct dag *dag = engine_dag_head(daemon->engine, dag_id);
	if (!dag) {
		request_refuse_dag(request, daemon, dag_id);
		return;
	}
	if (trigger_read(request, dag, body, &trigger)
		&& is_unused(request, daemon, dag_id, &trigger))
		change_begin(request, daemon,
			&(struct event){
				.kind = EVENT_RUN_TRIGGERED,
				.dag_id = dag_id,
				.run_id = trigger.run_id,
				.triggered = {RUN_MANUAL, trigger.logical_date, trigger.conf,
					trigger.note, "rest_api"},
			});
	g_free(trigger.run_id);
	g_free(trigger.conf);
}

void dag_runs_trigger(struct request *request, void *data)
{
	json_t *body = request_body(request);
	if (body)
		dag_run_trigger(request, data, request_path(request, "dag_id"), body);
}
