/* SPDX-License-Identifier: MIT */
/* Why something does not run: one sentence each, made from the same counters that decide it. */
#include "lib/engine/model.h"

enum { NAMED_MAX = 5 };

void why_free(struct why *why)
{
	g_free(why->run_id);
	g_free(why->task_id);
	g_free(why->sentence);
	g_free(why);
}

/* Takes the sentence over. */
static void why_add(GPtrArray *list, const char *run_id, const char *task_id, char *sentence)
{
	struct why *why = g_new(struct why, 1);
	*why = (struct why){g_strdup(run_id), g_strdup(task_id), sentence};
	g_ptr_array_add(list, why);
}

/* Appends `"a", "b" and 3 more`: call for each with its number, then once for the rest. */
static void name_append(GString *text, unsigned n, const char *name)
{
	if (n < NAMED_MAX)
		g_string_append_printf(text, "%s\"%s\"", n ? ", " : "", name);
}

static void rest_append(GString *text, unsigned n)
{
	if (n > NAMED_MAX)
		g_string_append_printf(text, " and %u more", n - NAMED_MAX);
}

static char *waits_for_upstream(const struct instance *instance)
{
	GString *text = g_string_new("waits for upstream ");
	unsigned n = 0;
	for (size_t i = 0; i < instance->task->n_upstream; i++) {
		const struct instance *upstream =
			&instance->run->instances[instance->task->upstream[i]];
		if (!task_state_is_finished(upstream->record.state))
			name_append(text, n++, upstream->record.task_id);
	}
	rest_append(text, n);
	return g_string_free(text, FALSE);
}

static char *waits_for_limit(const struct engine *engine, const struct instance *instance)
{
	const struct run *run = instance->run;
	if (engine->is_recovering)
		return g_strdup("waits until all that an earlier dagd left is known");
	if (run->workflow->record.is_paused)
		return g_strdup("could start, but the DAG is paused");
	GString *text = g_string_new(NULL);
	unsigned n = 0;
	g_string_append_printf(text, "waits: max_active_tasks (%u) of the run is taken by ",
		run->dag->max_active_tasks);
	for (size_t i = 0; i < run->n_instances; i++) {
		enum task_state state = run->instances[i].record.state;
		if (state == TASK_RUNNING || state == TASK_QUEUED || state == TASK_RESTARTING)
			name_append(text, n++, run->instances[i].record.task_id);
	}
	rest_append(text, n);
	return g_string_free(text, FALSE);
}

static char *waits_for_retry(const struct instance *instance)
{
	const struct task_record *record = &instance->record;
	g_autofree char *at = instant_iso(record->retry_at);
	return g_strdup_printf("%s; try %u of %u begins at %s",
		record->reason ? record->reason : "failed", record->try_number + 1,
		record->max_tries + 1, at);
}

static char *since(const char *what, int64_t at, const char *reason)
{
	g_autofree char *iso = at == INSTANT_NONE ? g_strdup("?") : instant_iso(at);
	return g_strdup_printf("%s %s%s%s", what, iso, reason ? ": " : "", reason ? reason : "");
}

static char *instance_sentence(const struct engine *engine, const struct instance *instance)
{
	const struct run *run = instance->run;
	const struct task_record *record = &instance->record;
	if (!instance->task)
		return g_strdup_printf(
			"is held: this version of the DAG cannot be loaded: %s", run->why_not);
	switch (record->state) {
	case TASK_NONE:
		return run->record.state == RUN_QUEUED ? g_strdup("its run has not started yet")
						       : waits_for_upstream(instance);
	case TASK_SCHEDULED:
		return waits_for_limit(engine, instance);
	case TASK_QUEUED:
		return g_strdup_printf("waits: all %u workers (core.parallelism) are busy",
			engine->options.n_workers);
	case TASK_UP_FOR_RETRY:
		return waits_for_retry(instance);
	case TASK_RUNNING:
		return since("runs since", record->started_at, NULL);
	case TASK_RESTARTING:
		return g_strdup("was cleared while it ran; its process is being ended");
	case TASK_SUCCESS:
		return since("succeeded at", record->ended_at, NULL);
	case TASK_FAILED:
		return since("failed at", record->ended_at, record->reason);
	case TASK_SKIPPED:
		return since("was skipped at", record->ended_at, record->reason);
	case TASK_UPSTREAM_FAILED:
		return since("did not run at", record->ended_at, record->reason);
	case TASK_DEFERRED:
	case TASK_UP_FOR_RESCHEDULE:
		return g_strdup("waits");
	case TASK_REMOVED:
	case N_TASK_STATES:
		return g_strdup("is not part of the DAG any more");
	}
	g_assert_not_reached();
}

static char *queued_run_sentence(const struct engine *engine, const struct run *run)
{
	const struct workflow *workflow = run->workflow;
	const struct dag *limits = workflow->dag ? workflow->dag : run->dag;
	if (engine->is_recovering)
		return g_strdup("waits until all that an earlier dagd left is known");
	if (workflow->record.is_paused)
		return g_strdup("waits: the DAG is paused");
	if (!limits)
		return g_strdup_printf("is held: the DAG cannot be loaded: %s", run->why_not);
	GString *text = g_string_new(NULL);
	GHashTableIter runs;
	const struct run *other;
	unsigned n = 0;
	g_string_append_printf(
		text, "waits: max_active_runs (%u) is taken by ", limits->max_active_runs);
	g_hash_table_iter_init(&runs, workflow->runs);
	while (g_hash_table_iter_next(&runs, NULL, (void **)&other))
		if (other->record.state == RUN_RUNNING)
			name_append(text, n++, other->record.run_id);
	rest_append(text, n);
	return g_string_free(text, FALSE);
}

static void run_why(
	GPtrArray *list, const struct engine *engine, const struct run *run, const char *task_id)
{
	const char *run_id = run->record.run_id;
	if (task_id) {
		const struct instance *instance = run_instance(run, task_id);
		if (instance)
			why_add(list, run_id, instance->record.task_id,
				instance_sentence(engine, instance));
		return;
	}
	if (run->record.state == RUN_QUEUED)
		why_add(list, run_id, NULL, queued_run_sentence(engine, run));
	if (!run->dag)
		why_add(list, run_id, NULL,
			g_strdup_printf("is held: this version of the DAG cannot be loaded: %s",
				run->why_not));
	if (run->record.state == RUN_FAILED)
		why_add(list, run_id, NULL,
			since("failed at", run->record.ended_at, run->record.reason));
	for (size_t i = 0; run->record.state == RUN_RUNNING && i < run->n_instances; i++)
		if (!task_state_is_finished(run->instances[i].record.state))
			why_add(list, run_id, run->instances[i].record.task_id,
				instance_sentence(engine, &run->instances[i]));
}

static char *schedule_sentence(const struct engine *engine, const struct workflow *workflow)
{
	const struct dag *dag = workflow->dag;
	if (!dag)
		return g_strdup("no version of its file has loaded");
	if (workflow->record.is_stale)
		return g_strdup_printf("%s is gone from the DAG folder", workflow->record.file);
	if (workflow->record.is_paused)
		return g_strdup_printf("is paused; dagctl dags unpause %s", dag->dag_id);
	if (!dag->schedule)
		return g_strdup("has no schedule: it runs when it is triggered");
	if (engine->is_recovering)
		return g_strdup("waits until all that an earlier dagd left is known");
	if (workflow->slot.place)
		return since("next run at", workflow->slot.at, NULL);
	if (workflow->n_running >= dag->max_active_runs)
		return g_strdup_printf("the next run waits: max_active_runs (%u) is reached",
			dag->max_active_runs);
	return g_strdup("its schedule has no further slot");
}

GPtrArray *engine_why(
	const struct engine *engine, const char *dag_id, const char *run_id, const char *task_id)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)why_free);
	const struct workflow *workflow = workflow_get(engine, dag_id);
	GHashTableIter runs;
	const struct run *run;
	if (!workflow)
		return list;
	if (run_id) {
		run = run_find(workflow, run_id);
		if (run)
			run_why(list, engine, run, task_id);
		return list;
	}
	why_add(list, NULL, NULL, schedule_sentence(engine, workflow));
	g_hash_table_iter_init(&runs, workflow->runs);
	while (g_hash_table_iter_next(&runs, NULL, (void **)&run))
		run_why(list, engine, run, NULL);
	return list;
}
