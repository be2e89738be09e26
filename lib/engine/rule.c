/* SPDX-License-Identifier: MIT */
#include "lib/engine/rule.h"

#include <glib.h>

enum outcome outcome_of(enum task_state state)
{
	switch (state) {
	case TASK_SUCCESS:
		return OUTCOME_SUCCESS;
	case TASK_FAILED:
		return OUTCOME_FAILED;
	case TASK_UPSTREAM_FAILED:
		return OUTCOME_UPSTREAM_FAILED;
	case TASK_SKIPPED:
		return OUTCOME_SKIPPED;
	case TASK_REMOVED:
		return OUTCOME_REMOVED;
	case TASK_NONE:
	case TASK_SCHEDULED:
	case TASK_QUEUED:
	case TASK_RUNNING:
	case TASK_UP_FOR_RETRY:
	case TASK_RESTARTING:
	case TASK_DEFERRED:
	case TASK_UP_FOR_RESCHEDULE:
	case N_TASK_STATES:
		return OUTCOME_NONE;
	}
	g_assert_not_reached();
}

/* Some rules know their answer before all have ended: `waiting` is asked last. */
static enum verdict when_done(unsigned waiting, enum verdict verdict)
{
	return waiting ? VERDICT_WAIT : verdict;
}

static enum verdict setups_decide(unsigned waiting, const unsigned n[N_OUTCOMES])
{
	unsigned all = n[OUTCOME_SUCCESS] + n[OUTCOME_FAILED] + n[OUTCOME_UPSTREAM_FAILED]
		+ n[OUTCOME_SKIPPED];
	if (waiting || n[OUTCOME_NONE])
		return VERDICT_WAIT;
	if (all == 0 || n[OUTCOME_SUCCESS])
		return VERDICT_RUN;
	return n[OUTCOME_SKIPPED] == all ? VERDICT_SKIP : VERDICT_UPSTREAM_FAILED;
}

enum verdict rule_decide(
	enum trigger_rule rule, const unsigned n[N_OUTCOMES], const unsigned n_setups[N_OUTCOMES])
{
	unsigned waiting = n[OUTCOME_NONE], success = n[OUTCOME_SUCCESS];
	unsigned skipped = n[OUTCOME_SKIPPED], own_failed = n[OUTCOME_FAILED];
	unsigned failed = own_failed + n[OUTCOME_UPSTREAM_FAILED];
	if (waiting + success + skipped + failed == 0)
		return VERDICT_RUN; /* none is before it */
	switch (rule) {
	case RULE_ALL_SUCCESS:
		if (failed)
			return VERDICT_UPSTREAM_FAILED;
		return skipped ? VERDICT_SKIP : when_done(waiting, VERDICT_RUN);
	case RULE_ALL_FAILED:
		return success || skipped ? VERDICT_SKIP : when_done(waiting, VERDICT_RUN);
	case RULE_ALL_DONE:
		return when_done(waiting, VERDICT_RUN);
	case RULE_ALL_DONE_MIN_ONE_SUCCESS:
		if (skipped)
			return VERDICT_SKIP;
		return when_done(waiting, success ? VERDICT_RUN : VERDICT_UPSTREAM_FAILED);
	case RULE_ALL_SKIPPED:
		return success || failed ? VERDICT_SKIP : when_done(waiting, VERDICT_RUN);
	case RULE_ONE_SUCCESS:
		if (success)
			return VERDICT_RUN;
		return when_done(waiting, failed ? VERDICT_UPSTREAM_FAILED : VERDICT_SKIP);
	case RULE_ONE_FAILED:
		return failed ? VERDICT_RUN : when_done(waiting, VERDICT_SKIP);
	case RULE_ONE_DONE:
		return success || own_failed ? VERDICT_RUN : when_done(waiting, VERDICT_SKIP);
	case RULE_NONE_FAILED:
		return failed ? VERDICT_UPSTREAM_FAILED : when_done(waiting, VERDICT_RUN);
	case RULE_NONE_FAILED_MIN_ONE_SUCCESS:
		if (failed)
			return VERDICT_UPSTREAM_FAILED;
		return when_done(waiting, success ? VERDICT_RUN : VERDICT_SKIP);
	case RULE_NONE_SKIPPED:
		return skipped ? VERDICT_SKIP : when_done(waiting, VERDICT_RUN);
	case RULE_ALWAYS:
		return VERDICT_RUN;
	case RULE_ALL_DONE_SETUP_SUCCESS:
		return setups_decide(waiting, n_setups);
	case N_TRIGGER_RULES:
		break;
	}
	g_assert_not_reached();
}
