/* SPDX-License-Identifier: MIT */
#include "daemon/deed.h"

#include "daemon/journal.h"
#include "daemon/launches.h"
#include "daemon/past.h"
#include "daemon/report.h"

static void deed_clear(void *data)
{
	struct deed *deed = data;
	report_free(deed->report);
	run_record_clear(&deed->run);
	task_record_clear(&deed->task);
}

GArray *deeds_new(void)
{
	GArray *deeds = g_array_new(FALSE, TRUE, sizeof(struct deed));
	g_array_set_clear_func(deeds, deed_clear);
	return deeds;
}

static void end_tell(const struct run_record *run)
{
	if (run->state == RUN_FAILED)
		journal(JOURNAL_WARNING, "run \"%s\" of DAG \"%s\" failed: %s", run->run_id,
			run->dag_id, run->reason);
	else if (run->state == RUN_SUCCESS)
		journal(JOURNAL_INFO, "run \"%s\" of DAG \"%s\" succeeded", run->run_id,
			run->dag_id);
}

static void attempt_kill(struct daemon *daemon, int64_t attempt)
{
	if (launches_remove(daemon->launches, attempt))
		turn_add_report(daemon->turn,
			report_new_taken_back(attempt, "it was ended before it had begun"));
	else
		executor_kill(daemon->executor, attempt);
}

void deed_do(struct daemon *daemon, const struct deed *deed)
{
	switch (deed->kind) {
	case DEED_START:
		launches_add(daemon->launches, deed->attempt);
		return;
	case DEED_KILL:
		attempt_kill(daemon, deed->attempt);
		return;
	case DEED_ACKNOWLEDGE:
		executor_acknowledge(daemon->executor, deed->attempt);
		attempts_remove(daemon->attempts, deed->attempt);
		return;
	case DEED_ANSWER:
		deed->done(deed->data, NULL);
		return;
	case DEED_TELL_RUN:
		end_tell(&deed->run);
		feed_run(daemon->feed, &deed->run);
		return;
	case DEED_TELL_TASK:
		feed_task(daemon->feed, &deed->run, &deed->task);
		return;
	case DEED_FIND_PAST:
		past_find(daemon, &deed->run, deed->is_of_schedule);
		return;
	}
}
