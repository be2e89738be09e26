/* SPDX-License-Identifier: MIT */
/*
 * What DAGs have heard of since their last run by assets. It is forgotten by an event for each DAG
 * and asset, so that the engine and the store agree.
 */
#include "daemon/api/assets.h"
#include "lib/base/instant.h"

struct query {
	struct request *request;
	struct daemon *daemon;
	bool forgets;
	char *dag_id;   /* NULL: of all */
	int64_t asset;  /* id; 0: of all */
	int64_t before; /* INSTANT_NONE: whenever */
	GArray *queued; /* of struct queued_asset */
	GError *error;
	unsigned n_waiting; /* events that are not durable yet */
};

static void query_free(void *data)
{
	struct query *query = data;
	g_free(query->dag_id);
	g_clear_pointer(&query->queued, g_array_unref);
	g_clear_error(&query->error);
	g_free(query);
}

static bool is_wanted(const struct query *query, const struct queued_asset *queued)
{
	return (!query->dag_id || g_str_equal(queued->dag_id, query->dag_id))
		&& (!query->asset || queued->asset == query->asset)
		&& (query->before == INSTANT_NONE || queued->at < query->before);
}

static void queued_read(struct reader *reader, void *data)
{
	struct query *query = data;
	query->queued = query->dag_id ? reader_queued_of_dag(reader, query->dag_id, &query->error)
				      : reader_queued_of_asset(reader, query->asset, &query->error);
	for (unsigned i = query->queued ? query->queued->len : 0; i-- > 0;)
		if (!is_wanted(query, &g_array_index(query->queued, struct queued_asset, i)))
			g_array_remove_index(query->queued, i);
}

static json_t *queued_reply(const struct queued_asset *queued)
{
	return json_pack("{s:s, s:s, s:I, s:o}", "dag_id", queued->dag_id, "dag_display_name",
		queued->dag_id, "asset_id", (json_int_t)queued->asset, "created_at",
		instant_reply(queued->at));
}

static void show(struct query *query)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < query->queued->len; i++)
		json_array_append_new(
			list, queued_reply(&g_array_index(query->queued, struct queued_asset, i)));
	if (query->dag_id && query->asset) {
		request_answer(query->request, 200, json_incref(json_array_get(list, 0)));
		json_decref(list);
		return;
	}
	request_answer(query->request, 200,
		json_pack("{s:o, s:I}", "queued_events", list, "total_entries",
			(json_int_t)json_array_size(list)));
}

static void on_forgotten(void *data, const GError *error)
{
	struct query *query = data;
	if (error && !query->error)
		query->error = g_error_copy(error);
	if (--query->n_waiting > 0)
		return;
	if (query->error)
		request_fail(query->request, query->error);
	else
		request_answer(query->request, 204, NULL);
}

static void forget(struct query *query)
{
	query->n_waiting = 1; /* one more, so that the answer comes once */
	for (unsigned i = 0; i < query->queued->len; i++) {
		const struct queued_asset *queued =
			&g_array_index(query->queued, struct queued_asset, i);
		query->n_waiting++;
		turn_add(query->daemon->turn,
			(struct event){.kind = EVENT_ASSETS_FORGOTTEN,
				.dag_id = queued->dag_id,
				.forgotten = queued->name},
			on_forgotten, query);
	}
	on_forgotten(query, NULL);
}

static void on_queued(void *data)
{
	struct query *query = data;
	if (!query->queued)
		request_fail(query->request, query->error);
	else if (query->queued->len == 0)
		request_refuse(query->request, 404, "%s%s%s has not heard of %s",
			query->dag_id ? "DAG \"" : "a DAG", query->dag_id ? query->dag_id : "",
			query->dag_id ? "\"" : "", query->asset ? "that asset" : "any asset");
	else if (query->forgets)
		forget(query);
	else
		show(query);
}

void queued_assets(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct query wanted = {.request = request, .daemon = daemon, .before = INSTANT_NONE};
	struct asset asset;
	bool has_dag = request_has_path(request, "dag_id");
	const char *dag_id = has_dag ? request_path(request, "dag_id") : NULL;
	if (dag_id && !engine_dag_record(daemon->engine, dag_id)) {
		request_refuse_dag(request, daemon, dag_id);
		return;
	}
	if (!request_query_instant(request, "before", &wanted.before))
		return;
	if (request_has_path(request, "asset_id")) {
		if (!request_asset(request, daemon, request_path(request, "asset_id"), &asset))
			return;
		wanted.asset = asset.id;
		asset_clear(&asset);
	}
	wanted.dag_id = g_strdup(dag_id);
	wanted.forgets = g_str_equal(request_method(request), "DELETE");
	struct query *query = g_memdup2(&wanted, sizeof wanted);
	request_set_data(request, query, query_free);
	store_read(daemon->store, queued_read, on_queued, query);
}
