/* SPDX-License-Identifier: MIT */
#pragma once

#include "daemon/http/http.h"

request_handler dags_list, dags_get, dags_details, dags_patch, dags_delete, dags_graph;
request_handler dags_why, dags_why_run, dags_why_task;
request_handler dag_tasks_list, dag_tasks_get;
