/* SPDX-License-Identifier: MIT */
/* When a DAG is due next, and which of its slots have no run. */
#include "daemon/api/schedules.h"

#include "daemon/api/reply.h"
#include "daemon/clock.h"
#include "lib/base/instant.h"

void schedules_next(struct request *request, void *data)
{
	struct daemon *daemon = data;
	int64_t n, after = clock_now();
	const char *dag_id = request_path(request, "dag_id");
	const struct dag_record *record = engine_dag_record(daemon->engine, dag_id);
	const struct dag *dag = record ? engine_dag_head(daemon->engine, dag_id) : NULL;
	if (!record)
		request_refuse_dag(request, daemon, dag_id);
	else if (!dag)
		request_refuse(request, 404, "no version of DAG \"%s\" can be loaded", dag_id);
	if (!dag || !request_query_integer(request, "n", 1, 1000, 1, &n)
		|| !request_query_instant(request, "after", &after))
		return;
	json_t *list = dag_next_json(dag, record->first_seen_at, after, (size_t)n);
	request_answer(request, 200, json_pack("{s:o}", "instants", list));
}

/* `slots` is null where they are too many to be counted. */
static json_t *missed_reply(const struct missed_record *missed)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:s, s:o}", "dag_id", missed->dag_id, "first_slot",
		instant_reply(missed->first_slot), "last_slot", instant_reply(missed->last_slot),
		"slots", missed->n ? json_integer(missed->n) : json_null(), "reason",
		missed->reason, "decided_at", instant_reply(missed->at));
}

void schedules_missed(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct listing listing;
	int64_t total = 0;
	g_autoptr(GError) error = NULL;
	const char *dag_id = request_path(request, "dag_id");
	if (!engine_dag_record(daemon->engine, dag_id)) {
		request_refuse_dag(request, daemon, dag_id);
		return;
	}
	if (!request_listing(request, &listing))
		return;
	listing.dag_id = dag_id;
	g_autoptr(GArray) list = reader_missed(daemon->reader, &listing, &total, &error);
	if (!list) {
		request_fail(request, error);
		return;
	}
	json_t *rows = json_array();
	for (unsigned i = 0; i < list->len; i++)
		json_array_append_new(
			rows, missed_reply(&g_array_index(list, struct missed_record, i)));
	request_answer(request, 200,
		json_pack("{s:o, s:I}", "missed_slots", rows, "total_entries", (json_int_t)total));
}
