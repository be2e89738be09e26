/* SPDX-License-Identifier: MIT */
#include "daemon/api/api.h"

#include <stddef.h>

#include "daemon/api/assets.h"
#include "daemon/api/backfills.h"
#include "daemon/api/backup.h"
#include "daemon/api/clean.h"
#include "daemon/api/connections.h"
#include "daemon/api/dag_runs.h"
#include "daemon/api/dags.h"
#include "daemon/api/hitl.h"
#include "daemon/api/key.h"
#include "daemon/api/monitor.h"
#include "daemon/api/operators.h"
#include "daemon/api/pools.h"
#include "daemon/api/schedules.h"
#include "daemon/api/storage.h"
#include "daemon/api/stream.h"
#include "daemon/api/task_instances.h"
#include "daemon/api/variables.h"
#include "daemon/api/xcoms.h"

#define V2 "/api/v2"
#define OWN "/api/dagd/v1"
#define RUN "/dags/{dag_id}/dagRuns/{run_id}"
#define INSTANCE RUN "/taskInstances/{task_id}"
#define UNIT INSTANCE "/{map_index}" /* of a mapped task */

const struct route api_routes[] = {
	{"GET", V2 "/dags", dags_list},
	{"GET", V2 "/dags/{dag_id}", dags_get},
	{"PATCH", V2 "/dags/{dag_id}", dags_patch},
	{"DELETE", V2 "/dags/{dag_id}", dags_delete},
	{"GET", V2 "/dags/{dag_id}/details", dags_details},
	{"GET", V2 "/dags/{dag_id}/tasks", dag_tasks_list},
	{"GET", V2 "/dags/{dag_id}/tasks/{task_id}", dag_tasks_get},
	{"POST", V2 "/dags/{dag_id}/clearTaskInstances", task_instances_clear},
	{"GET", V2 "/dags/{dag_id}/dagRuns", dag_runs_list},
	{"POST", V2 "/dags/{dag_id}/dagRuns", dag_runs_trigger},
	{"GET", V2 RUN, dag_runs_get},
	{"PATCH", V2 RUN, dag_runs_patch},
	{"DELETE", V2 RUN, dag_runs_delete},
	{"POST", V2 RUN "/clear", dag_runs_clear},
	{"GET", V2 RUN "/taskInstances", task_instances_list},
	{"PATCH", V2 RUN "/taskInstances", task_instances_bulk},
	{"GET", V2 INSTANCE, task_instances_get},
	{"PATCH", V2 INSTANCE, task_instances_patch},
	{"PATCH", V2 INSTANCE "/dry_run", task_instances_patch_dry},
	{"GET", V2 INSTANCE "/dependencies", task_instances_dependencies},
	{"GET", V2 INSTANCE "/tries", task_instances_tries},
	{"GET", V2 UNIT, task_instances_get},
	{"PATCH", V2 UNIT, task_instances_patch},
	{"PATCH", V2 UNIT "/dry_run", task_instances_patch_dry},
	{"GET", V2 UNIT "/dependencies", task_instances_dependencies},
	{"GET", V2 UNIT "/tries", task_instances_tries},
	{"GET", V2 INSTANCE "/logs/{try_number}", task_instances_log},
	{"GET", V2 "/hitlDetails", hitl_list},
	{"GET", V2 RUN "/hitlDetails", hitl_list},
	{"GET", V2 UNIT "/hitlDetails", hitl_get},
	{"PATCH", V2 UNIT "/hitlDetails", hitl_patch},
	{"GET", V2 INSTANCE "/xcomEntries", xcoms_list},
	{"GET", V2 INSTANCE "/xcomEntries/{xcom_key}", xcoms_get},

	{"GET", V2 "/variables", variables_list},
	{"POST", V2 "/variables", variables_create},
	{"PATCH", V2 "/variables", variables_bulk},
	{"GET", V2 "/variables/{variable_key}", variables_show},
	{"PATCH", V2 "/variables/{variable_key}", variables_patch},
	{"DELETE", V2 "/variables/{variable_key}", variables_delete},
	{"GET", V2 "/connections", connections_list},
	{"POST", V2 "/connections", connections_create},
	{"PATCH", V2 "/connections", connections_bulk},
	{"POST", V2 "/connections/test", connections_test},
	{"GET", V2 "/connections/{connection_id}", connections_show},
	{"PATCH", V2 "/connections/{connection_id}", connections_patch},
	{"DELETE", V2 "/connections/{connection_id}", connections_delete},

	{"GET", V2 "/assets", assets_list},
	{"GET", V2 "/assets/events", asset_events_list},
	{"POST", V2 "/assets/events", asset_events_create},
	{"GET", V2 "/assets/{asset_id}", assets_get},
	{"POST", V2 "/assets/{asset_id}/materialize", assets_materialize},
	{"GET", V2 "/assets/{asset_id}/queuedEvents", queued_assets},
	{"DELETE", V2 "/assets/{asset_id}/queuedEvents", queued_assets},
	{"GET", V2 "/dags/{dag_id}/assets/queuedEvents", queued_assets},
	{"DELETE", V2 "/dags/{dag_id}/assets/queuedEvents", queued_assets},
	{"GET", V2 "/dags/{dag_id}/assets/{asset_id}/queuedEvents", queued_assets},
	{"DELETE", V2 "/dags/{dag_id}/assets/{asset_id}/queuedEvents", queued_assets},
	{"GET", V2 RUN "/upstreamAssetEvents", asset_events_of_run},

	{"GET", V2 "/backfills", backfills_list},
	{"POST", V2 "/backfills", backfills_create},
	{"POST", V2 "/backfills/dry_run", backfills_dry_run},
	{"GET", V2 "/backfills/{backfill_id}", backfills_get},
	{"PUT", V2 "/backfills/{backfill_id}/pause", backfills_pause},
	{"PUT", V2 "/backfills/{backfill_id}/unpause", backfills_unpause},
	{"PUT", V2 "/backfills/{backfill_id}/cancel", backfills_cancel},

	{"GET", V2 "/pools", pools_list},
	{"POST", V2 "/pools", pools_create},
	{"PATCH", V2 "/pools", pools_bulk},
	{"GET", V2 "/pools/{pool_name}", pools_show},
	{"PATCH", V2 "/pools/{pool_name}", pools_patch},
	{"DELETE", V2 "/pools/{pool_name}", pools_delete},

	{"GET", V2 "/version", version_get},
	{"GET", V2 "/monitor/health", health_get},
	{"GET", V2 "/config", config_get},
	{"GET", V2 "/config/section/{section}/option/{option}", config_option_get},
	{"GET", V2 "/importErrors", import_errors_list},
	{"GET", V2 "/importErrors/{import_error_id}", import_errors_get},

	{"GET", OWN "/dags/{dag_id}/graph", dags_graph},
	{"GET", OWN "/dags/{dag_id}/next", schedules_next},
	{"GET", OWN "/dags/{dag_id}/missedSlots", schedules_missed},
	{"GET", OWN "/dags/{dag_id}/why", dags_why},
	{"GET", OWN RUN "/why", dags_why_run},
	{"GET", OWN RUN "/stream", run_stream},
	{"POST", OWN RUN "/cancel", dag_runs_cancel},
	{"POST", OWN INSTANCE "/run", task_instances_run},
	{"POST", OWN UNIT "/run", task_instances_run},
	{"GET", OWN INSTANCE "/why", dags_why_task},
	{"GET", OWN INSTANCE "/rendered", task_instances_rendered},
	{"GET", OWN "/operators", operators_list},
	{"GET", OWN "/operators/{name}", operators_show},
	{"GET", OWN "/storage", storage_get},
	{"GET", OWN "/executor", executor_get},
	{"POST", OWN "/backup", backup_create},
	{"POST", OWN "/clean", clean},
	{"POST", OWN "/secrets/rotate-key", key_rotate},
	{"GET", OWN "/variables/export", variables_export},
	{"GET", OWN "/connections/export", connections_export},
	{"POST", OWN "/connections/{connection_id}/test", connections_test_stored},
	{"GET", OWN "/variables/{variable_key}", variables_look_up},
	{"GET", OWN "/connections/{connection_id}", connections_look_up},
	{"GET", "/health", health_probe},
	{NULL},
};
