/* SPDX-License-Identifier: MIT */
/* A run that has ended is deleted, with its logs. */
#include "daemon/api/dag_runs.h"
#include "daemon/api/reply.h"
#include "daemon/cleaner.h"

static void on_deleted(void *data, const GError *error)
{
	struct request *request = data;
	struct daemon *daemon = request_data(request);
	if (error) {
		request_fail(request, error);
		return;
	}
	cleaner_drop_logs(
		daemon->cleaner, request_path(request, "dag_id"), request_path(request, "run_id"));
	request_answer(request, 204, NULL);
}

void dag_runs_delete(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct run_record run;
	if (!request_run(request, daemon, &run))
		return;
	struct event event = {.kind = EVENT_RUN_DELETED,
		.dag_id = run.dag_id,
		.run_id = run.run_id,
		.deleted = run.id};
	request_set_data(request, daemon, NULL);
	turn_add(daemon->turn, event, on_deleted, request);
	run_record_clear(&run);
}
