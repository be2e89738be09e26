/* SPDX-License-Identifier: MIT */
#pragma once

#include "daemon/http/http.h"

request_handler dag_runs_list, dag_runs_trigger, dag_runs_get, dag_runs_patch;
request_handler dag_runs_cancel, dag_runs_clear;
