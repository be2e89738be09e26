/* SPDX-License-Identifier: MIT */
/* Why a run was made by assets, for its templates. */
#include "daemon/render/mask.h"
#include "daemon/render/scope.h"
#include "daemon/store/asset.h"
#include "lib/base/instant.h"

/* `extra` is a user's: what looks secret in it is not shown. */
static json_t *event_json(const struct scope *scope, const struct asset_event_record *event)
{
	g_autofree char *timestamp = instant_iso(event->at);
	json_t *extra = event->extra ? json_loads(event->extra, 0, NULL) : NULL;
	mask_add_sensitive(scope->masks, extra);
	return json_pack("{s:s, s:o, s:s?, s:s?, s:s?, s:i}", "timestamp", timestamp, "extra",
		extra ? extra : json_object(), "source_dag_id", event->dag_id, "source_run_id",
		event->run_id, "source_task_id", event->task_id, "source_map_index",
		event->map_index);
}

json_t *triggering_asset_events(const struct scope *scope, GError **error)
{
	const struct render_request *request = scope->request;
	g_autoptr(GArray) events = reader_events_of_run(request->reader, request->run->id, error);
	if (!events)
		return NULL;
	json_t *by_name = json_object();
	for (unsigned i = 0; i < events->len; i++) {
		const struct asset_event_record *event =
			&g_array_index(events, struct asset_event, i).record;
		if (!json_object_get(by_name, event->asset))
			json_object_set_new(by_name, event->asset, json_array());
		json_array_append_new(
			json_object_get(by_name, event->asset), event_json(scope, event));
	}
	return by_name;
}
