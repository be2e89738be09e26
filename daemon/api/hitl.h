/* SPDX-License-Identifier: MIT */
/* What people are asked by tasks, and their answers (Airflow's human in the loop). */
#pragma once

#include "daemon/http/http.h"

request_handler hitl_list, hitl_get, hitl_patch;
