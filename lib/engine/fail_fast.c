/* SPDX-License-Identifier: MIT */
/*
 * fail_fast: the first task that fails for good ends the run. What runs is killed, what waits is
 * skipped. Teardowns are not touched: they put back what the run had set up. A callback that fails
 * ends nothing. That a run is being
 * ended so is its reason, while it is running still; it is durable with the run.
 */
#include "lib/engine/callback.h"

#define REASON_PREFIX "fail_fast: "

static bool run_failed_fast(const struct run *run)
{
	return run->record.state == RUN_RUNNING && run->record.reason
		&& g_str_has_prefix(run->record.reason, REASON_PREFIX);
}

bool run_is_aborted(const struct run *run)
{
	return run->record.state == RUN_RUNNING && run->record.reason && !run_failed_fast(run);
}

bool run_is_ending(const struct run *run)
{
	return run->record.state == RUN_RUNNING && run->record.reason;
}

bool instance_is_ending(const struct instance *instance)
{
	bool is_teardown = instance->task && instance->task->is_teardown;
	return run_is_ending(instance->run) && !instance->is_callback && !is_teardown;
}

static void instance_end(struct engine *engine, struct instance *instance)
{
	if (instance_is_ending(instance))
		instance_abort(engine, instance);
}

void fail_fast(struct engine *engine, struct instance *instance)
{
	struct run *run = instance->run;
	if (!run->dag || !run->dag->fail_fast || run->record.state != RUN_RUNNING
		|| run_is_ending(run) || instance->is_callback || instance->task->is_teardown)
		return;
	g_autofree char *name = instance_name(instance);
	run->record.reason = g_strdup_printf(REASON_PREFIX "task \"%s\" failed", name);
	run_changed(engine, run);
	run_each(engine, run, instance_end);
}
