/* SPDX-License-Identifier: MIT */
/* What the trigger rule of a task says, once it is counted how those before it ended. */
#pragma once

#include "lib/dag/dag.h"
#include "lib/engine/state.h"

/* As what a task instance counts for those after it. */
enum outcome {
	OUTCOME_NONE, /* not finished */
	OUTCOME_SUCCESS,
	OUTCOME_FAILED,
	OUTCOME_UPSTREAM_FAILED,
	OUTCOME_SKIPPED,
	OUTCOME_REMOVED, /* as if it had never been */
	N_OUTCOMES,
};

enum outcome outcome_of(enum task_state state);

enum verdict { VERDICT_WAIT, VERDICT_RUN, VERDICT_SKIP, VERDICT_UPSTREAM_FAILED };

/*
 * Airflow's TriggerRuleDep. `n` counts the direct upstream task instances by outcome, each of a
 * mapped task for itself; `n_setups` those among them that are the setups of a teardown: only
 * RULE_ALL_DONE_SETUP_SUCCESS looks at them.
 */
enum verdict rule_decide(
	enum trigger_rule rule, const unsigned n[N_OUTCOMES], const unsigned n_setups[N_OUTCOMES]);
