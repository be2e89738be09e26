/* SPDX-License-Identifier: MIT */
#include "daemon/past.h"

#include "daemon/turn.h"

/* False: it cannot be known. */
static bool past_read(struct daemon *daemon, const struct run_record *run, bool is_of_schedule,
	struct run_record *past, GError **error)
{
	if (!reader_run_before(daemon->reader, run, is_of_schedule, past, error))
		return *error == NULL;
	/* One that is being deleted can still be read: then that before it counts. */
	if (engine_run_is_deleted(daemon->engine, past)) {
		struct run_record deleted = *past;
		*past = (struct run_record){0};
		bool is_read = past_read(daemon, &deleted, is_of_schedule, past, error);
		run_record_clear(&deleted);
		return is_read;
	}
	return engine_run(daemon->engine, past->dag_id, past->run_id)
		|| daemon_give_run(daemon, past, error);
}

void past_find(struct daemon *daemon, const struct run_record *run, bool is_of_schedule)
{
	g_autoptr(GError) error = NULL;
	struct run_record past = {0};
	if (past_read(daemon, run, is_of_schedule, &past, &error))
		turn_add(daemon->turn,
			(struct event){.kind = EVENT_PAST_FOUND,
				.dag_id = run->dag_id,
				.run_id = run->run_id,
				.past_run_id = past.run_id},
			NULL, NULL);
	else
		/* It would wait for that until the next start, which reads it anew. */
		g_error("the run before \"%s\" of DAG \"%s\" cannot be read: %s", run->run_id,
			run->dag_id, error->message);
	run_record_clear(&past);
}
