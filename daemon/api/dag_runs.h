/* SPDX-License-Identifier: MIT */
#pragma once

#include "daemon/daemon.h"

request_handler dag_runs_list, dag_runs_trigger, dag_runs_get, dag_runs_patch;
request_handler dag_runs_cancel, dag_runs_clear, dag_runs_delete;
/* Makes a manual run as the body of such a request wants it, and answers. */
void dag_run_trigger(
	struct request *request, struct daemon *daemon, const char *dag_id, const json_t *body);
