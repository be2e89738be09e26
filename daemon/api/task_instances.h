/* SPDX-License-Identifier: MIT */
#pragma once

#include "daemon/http/http.h"

request_handler task_instances_list, task_instances_get, task_instances_rendered;
request_handler task_instances_tries, task_instances_log, task_instances_clear;
request_handler task_instances_patch, task_instances_patch_dry, task_instances_run;
request_handler task_instances_get_listed; /* one, as a list */
request_handler task_instances_dependencies, task_instances_bulk;
