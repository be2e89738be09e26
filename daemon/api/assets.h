/* SPDX-License-Identifier: MIT */
/* Assets, their updates, and which DAGs have heard of them. */
#pragma once

#include "daemon/api/reply.h"
#include "daemon/store/asset.h"

request_handler assets_list, assets_get, assets_materialize;
request_handler asset_events_list, asset_events_create, asset_events_of_run;
/* Shows or forgets them: of the DAG, the asset, or both that the path names. */
request_handler queued_assets;

/* The asset with this id, as a user wrote it; false: 404 or 500 has been answered.
 * Clear it. */
bool request_asset(
	struct request *request, struct daemon *daemon, const char *id, struct asset *asset);
