/* SPDX-License-Identifier: MIT */
#include "daemon/api/api.h"

#include <stddef.h>

#include "daemon/api/dag_runs.h"
#include "daemon/api/dags.h"
#include "daemon/api/stream.h"
#include "daemon/api/task_instances.h"

#define V2 "/api/v2"
#define OWN "/api/dagd/v1"
#define RUN "/dags/{dag_id}/dagRuns/{run_id}"
#define INSTANCE RUN "/taskInstances/{task_id}"

const struct route api_routes[] = {
	{"GET", V2 "/dags", dags_list},
	{"GET", V2 "/dags/{dag_id}", dags_get},
	{"PATCH", V2 "/dags/{dag_id}", dags_patch},
	{"GET", V2 "/dags/{dag_id}/details", dags_details},
	{"GET", V2 "/dags/{dag_id}/tasks", dag_tasks_list},
	{"GET", V2 "/dags/{dag_id}/tasks/{task_id}", dag_tasks_get},
	{"POST", V2 "/dags/{dag_id}/clearTaskInstances", task_instances_clear},
	{"GET", V2 "/dags/{dag_id}/dagRuns", dag_runs_list},
	{"POST", V2 "/dags/{dag_id}/dagRuns", dag_runs_trigger},
	{"GET", V2 RUN, dag_runs_get},
	{"PATCH", V2 RUN, dag_runs_patch},
	{"GET", V2 RUN "/taskInstances", task_instances_list},
	{"GET", V2 INSTANCE, task_instances_get},
	{"GET", V2 INSTANCE "/tries", task_instances_tries},
	{"GET", V2 INSTANCE "/logs/{try_number}", task_instances_log},

	{"GET", OWN "/dags/{dag_id}/graph", dags_graph},
	{"GET", OWN "/dags/{dag_id}/next", dags_next},
	{"GET", OWN "/dags/{dag_id}/why", dags_why},
	{"GET", OWN RUN "/why", dags_why_run},
	{"GET", OWN RUN "/stream", run_stream},
	{"GET", OWN INSTANCE "/why", dags_why_task},
	{"GET", OWN INSTANCE "/rendered", task_instances_rendered},
	{NULL},
};
