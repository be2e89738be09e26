/* SPDX-License-Identifier: MIT */
/* max_consecutive_failed_dag_runs: a DAG that only fails is paused, and says why. */
#include <string.h>

#include "lib/engine/callback.h"

/* By a person, or for the sake of a newer run: that tells nothing of the DAG. */
static bool was_stopped(const char *reason)
{
	return reason
		&& (strcmp(reason, REASON_MARKED) == 0 || strcmp(reason, REASON_CANCELLED) == 0
			|| g_str_has_prefix(reason, REASON_OVERLAP));
}

static char *pause_text(unsigned n)
{
	g_autofree char *which =
		n == 1 ? g_strdup("its last run has") : g_strdup_printf("its last %u runs have", n);
	return g_strdup_printf("%s failed (max_consecutive_failed_dag_runs)", which);
}

void workflow_count_end(
	struct engine *engine, struct workflow *workflow, const struct run_record *run)
{
	struct dag_record *record = &workflow->record;
	unsigned max = workflow->dag ? workflow->dag->max_consecutive_failed_dag_runs : 0;
	if (was_stopped(run->reason))
		return;
	unsigned n = run->state == RUN_FAILED ? record->n_failed_runs + 1 : 0;
	if (n != record->n_failed_runs)
		workflow_changed(engine, workflow);
	record->n_failed_runs = n;
	if (max == 0 || n < max || record->is_paused)
		return;
	record->pause_reason = pause_text(n);
	workflow_pause(engine, workflow);
}
