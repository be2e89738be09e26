/* SPDX-License-Identifier: MIT */
/* That assets were updated: by tasks, or said by hand. */
#include "daemon/api/assets.h"
#include "daemon/api/reply.h"
#include "lib/base/instant.h"

/* Exactly these fields: the official client refuses others. One that is queued has no start_date,
 * which there must be. */
static json_t *run_reference(const struct run_record *run)
{
	int64_t begin = run->started_at == INSTANT_NONE ? run->queued_at : run->started_at;
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:o, s:o}", "run_id", run->run_id,
		"dag_id", run->dag_id, "logical_date", instant_reply(run->logical_date),
		"start_date", instant_reply(begin), "end_date", instant_reply(run->ended_at),
		"state", run_state_name(run->state), "data_interval_start",
		instant_reply(run->data_interval_start), "data_interval_end",
		instant_reply(run->data_interval_end));
}

static json_t *event_reply(struct reader *reader, const struct asset_event *event, GError **error)
{
	const struct asset_event_record *record = &event->record;
	g_autoptr(GArray) runs = reader_runs_of_event(reader, record->id, error);
	if (!runs)
		return NULL;
	json_t *made = json_array();
	for (unsigned i = 0; i < runs->len; i++)
		json_array_append_new(
			made, run_reference(&g_array_index(runs, struct run_record, i)));
	return json_pack("{s:I, s:I, s:s, s:s, s:s, s:o, s:s?, s:s?, s:s?, s:i, s:o, s:o}", "id",
		(json_int_t)record->id, "asset_id", (json_int_t)event->asset, "name", record->asset,
		"uri", record->asset, "group", ASSET_GROUP, "extra", conf_shown(record->extra),
		"source_dag_id", record->dag_id, "source_run_id", record->run_id, "source_task_id",
		record->task_id, "source_map_index", record->map_index, "timestamp",
		instant_reply(record->at), "created_dagruns", made);
}

/* ---- lists, read on the reader's thread ---- */

struct query {
	struct request *request;
	struct listing listing;
	int64_t run; /* why it was made; 0: those of the listing */
	json_t *list;
	int64_t total;
	GError *error;
};

static void query_free(void *data)
{
	struct query *query = data;
	json_decref(query->list);
	g_clear_error(&query->error);
	g_free(query);
}

static void events_read(struct reader *reader, void *data)
{
	struct query *query = data;
	g_autoptr(GArray) events = query->run
		? reader_events_of_run(reader, query->run, &query->error)
		: reader_asset_events(reader, &query->listing, &query->total, &query->error);
	json_t *list = json_array();
	for (unsigned i = 0; events && i < events->len && !query->error; i++)
		json_array_append_new(list,
			event_reply(reader, &g_array_index(events, struct asset_event, i),
				&query->error));
	query->list = list;
	if (query->run && events)
		query->total = events->len;
}

static void on_events(void *data)
{
	struct query *query = data;
	if (query->error)
		request_fail(query->request, query->error);
	else
		request_answer(query->request, 200,
			json_pack("{s:O, s:I}", "asset_events", query->list, "total_entries",
				(json_int_t)query->total));
}

static void query_begin(struct daemon *daemon, const struct query *wanted)
{
	struct query *query = g_memdup2(wanted, sizeof *wanted);
	request_set_data(query->request, query, query_free);
	store_read(daemon->store, events_read, on_events, query);
}

void asset_events_list(struct request *request, void *data)
{
	struct query query = {.request = request};
	struct listing *listing = &query.listing;
	int64_t map_index;
	if (!request_listing(request, listing)
		|| !request_query_integer(request, "asset_id", 1, INT64_MAX, 0, &listing->asset)
		|| !request_query_integer(
			request, "source_map_index", -1, INT32_MAX, MAP_INDEX_ANY, &map_index)
		|| !request_query_instant(request, "timestamp_gte", &listing->at_gte)
		|| !request_query_instant(request, "timestamp_lte", &listing->at_lte))
		return;
	listing->map_index = (int)map_index;
	listing->dag_id = request_query(request, "source_dag_id");
	listing->run_id = request_query(request, "source_run_id");
	listing->task_id = request_query(request, "source_task_id");
	query_begin(data, &query);
}

void asset_events_of_run(struct request *request, void *data)
{
	struct run_record run;
	if (!request_run(request, data, &run))
		return;
	query_begin(data, &(struct query){.request = request, .run = run.id});
	run_record_clear(&run);
}

/* ---- by hand ---- */

struct telling {
	struct daemon *daemon;
	int64_t event;
};

static void on_told(void *data, const GError *error)
{
	struct request *request = data;
	const struct telling *telling = request_data(request);
	struct asset_event event;
	g_autoptr(GError) why = NULL;
	json_t *json = NULL;
	if (error) {
		request_fail(request, error);
		return;
	}
	if (reader_asset_event(telling->daemon->reader, telling->event, &event, &why)) {
		json = event_reply(telling->daemon->reader, &event, &why);
		asset_event_clear(&event);
	}
	if (json)
		request_answer(request, 200, json);
	else
		request_refuse(request, 500, "the update cannot be read: %s",
			why ? why->message : "it is not there");
}

/* False: 422 has been answered. */
static bool extra_read(struct request *request, const json_t *body, char **extra)
{
	json_t *given = json_object_get(body, "extra");
	if (given && !json_is_object(given)) {
		request_refuse_field(request,
			&(struct field){"body", "extra", "dict_type", json_incref(given)},
			"extra must be an object");
		return false;
	}
	json_auto_t *own = given ? json_copy(given) : json_object();
	json_object_set_new(own, "from_rest_api", json_true()); /* as Airflow says it */
	*extra = json_dumps(own, JSON_COMPACT);
	return true;
}

static bool id_read(struct request *request, const json_t *body, char **id)
{
	json_t *given = json_object_get(body, "asset_id");
	if (json_is_integer(given)) {
		*id = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(given));
		return true;
	}
	request_refuse_field(request,
		&(struct field){"body", "asset_id", given ? "int_type" : "missing",
			given ? json_incref(given) : NULL},
		"\"asset_id\" must be the id of an asset: a whole number");
	return false;
}

void asset_events_create(struct request *request, void *data)
{
	static const char *const known[] = {"asset_id", "extra", NULL};
	struct daemon *daemon = data;
	json_t *body = request_body(request);
	g_autofree char *id = NULL, *extra = NULL;
	struct asset asset;
	if (!body || !body_has_only(request, body, known) || !id_read(request, body, &id)
		|| !extra_read(request, body, &extra)
		|| !request_asset(request, daemon, id, &asset))
		return;
	struct telling *telling = g_new(struct telling, 1);
	*telling = (struct telling){daemon, engine_next_asset_event(daemon->engine)};
	request_set_data(request, telling, g_free);
	struct asset_event_record record = {.asset = asset.name, .map_index = -1, .extra = extra};
	turn_add(daemon->turn, (struct event){.kind = EVENT_ASSET_CHANGED, .asset = &record},
		on_told, request);
	asset_clear(&asset);
}
