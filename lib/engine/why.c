/* SPDX-License-Identifier: MIT */
/* Why something does not run: one sentence each, made from the same counters that decide it. */
#include "lib/engine/why.h"
#include "lib/engine/assets.h"
#include "lib/engine/callback.h"
#include "lib/engine/past.h"
#include "lib/engine/scope.h"

#include <stdlib.h>
#include <string.h>

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
	*why = (struct why){
		.run_id = g_strdup(run_id), .task_id = g_strdup(task_id), .sentence = sentence};
	g_ptr_array_add(list, why);
}

static void unfinished_append(GString *text, unsigned *n, const struct instance *instance)
{
	if (task_state_is_finished(instance->record.state))
		return;
	g_autofree char *name = *n < NAMED_MAX ? instance_name(instance) : NULL;
	name_append(text, (*n)++, name);
}

static char *waits_for_upstream(const struct instance *instance)
{
	GString *text = g_string_new("waits for upstream ");
	unsigned n = 0;
	for (size_t i = 0; i < instance->task->n_upstream; i++) {
		const struct instance *upstream =
			&instance->run->instances[instance->task->upstream[i]];
		const struct expansion *expansion = upstream->expansion;
		if (!expansion)
			unfinished_append(text, &n, upstream);
		for (unsigned u = 0; expansion && u < expansion->units->len; u++)
			unfinished_append(text, &n, expansion->units->pdata[u]);
	}
	rest_append(text, n);
	return g_string_free(text, FALSE);
}

static char *waits_to_be_ready(const struct instance *instance)
{
	if (instance->run->record.state == RUN_QUEUED)
		return g_strdup("its run has not started yet");
	if (task_verdict(instance) == VERDICT_RUN && !past_lets(instance))
		return past_why(instance);
	if (task_verdict(instance) == VERDICT_RUN && scope_is_working(instance))
		return g_strdup("waits until the processes of its run, which is being ended, are "
				"gone");
	if (instance->n_upstream[OUTCOME_NONE] == 0 && scope_verdict(instance) == VERDICT_WAIT)
		return scope_why(instance);
	return waits_for_upstream(instance);
}

static char *waits_for_retry(const struct instance *instance)
{
	const struct task_record *record = &instance->record;
	g_autofree char *at = instant_iso(record->retry_at);
	const struct group *group =
		instance_waits_for_group(instance) ? group_to_retry(instance) : NULL;
	if (group)
		return g_strdup_printf("%s; its group \"%s\" begins anew at %s (retry %u of %u)",
			record->reason ? record->reason : "failed", group->group_id, at,
			record->group_tries + 1, group->retries);
	return g_strdup_printf("%s; try %u of %u begins at %s",
		record->reason ? record->reason : "failed", record->try_number + 1,
		record->max_tries + 1, at);
}

static char *since(const char *what, int64_t at, const char *reason)
{
	g_autofree char *iso = at == INSTANT_NONE ? g_strdup("?") : instant_iso(at);
	return g_strdup_printf("%s %s%s%s", what, iso, reason ? ": " : "", reason ? reason : "");
}

static char *instance_sentence(const struct engine *engine, struct instance *instance)
{
	const struct run *run = instance->run;
	const struct task_record *record = &instance->record;
	if (!instance->task)
		return g_strdup_printf(
			"is held: this version of the DAG cannot be loaded: %s", run->why_not);
	if (instance_is_marked(instance))
		return g_strdup(record->reason);
	switch (record->state) {
	case TASK_NONE:
		return waits_to_be_ready(instance);
	case TASK_SCHEDULED:
	case TASK_QUEUED:
		return waits_for_limit(engine, instance);
	case TASK_UP_FOR_RETRY:
		return waits_for_retry(instance);
	case TASK_RUNNING:
		return instance_is_ending(instance)
			? g_strdup_printf("is being ended: %s", run->record.reason)
			: since("runs since", record->started_at, NULL);
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
		return waits_without_worker(instance);
	case TASK_REMOVED:
	case N_TASK_STATES:
		return g_strdup("is not part of the DAG any more");
	}
	g_assert_not_reached();
}

/* Adds the runs that count where this one will; takes the text over. */
static char *runs_append(char *before, const struct run *run)
{
	GString *text = g_string_new(before);
	GHashTableIter runs;
	const struct run *other;
	unsigned n = 0;
	g_free(before);
	g_hash_table_iter_init(&runs, run->workflow->runs);
	while (g_hash_table_iter_next(&runs, NULL, (void **)&other))
		if (other->record.state == RUN_RUNNING
			&& other->record.backfill == run->record.backfill)
			name_append(text, n++, other->record.run_id);
	rest_append(text, n);
	return g_string_free(text, FALSE);
}

static char *waits_for_backfill(const struct run *run)
{
	const struct backfill_record *backfill = &run->backfill->record;
	if (backfill->is_paused)
		return g_strdup_printf("waits: backfill %" G_GINT64_FORMAT
				       " is paused; dagctl backfill unpause %" G_GINT64_FORMAT,
			backfill->id, backfill->id);
	return runs_append(
		g_strdup_printf("waits: max_active_runs (%u) of backfill %" G_GINT64_FORMAT
				" is taken by ",
			backfill->max_active_runs, backfill->id),
		run);
}

static char *queued_run_sentence(const struct engine *engine, const struct run *run)
{
	const struct workflow *workflow = run->workflow;
	const struct dag *limits = workflow->dag ? workflow->dag : run->dag;
	if (engine->is_recovering)
		return waits_for_recovery(engine);
	if (workflow->record.is_paused)
		return g_strdup("waits: the DAG is paused");
	if (!limits || (run->backfill && !run->dag))
		return g_strdup_printf("is held: the DAG cannot be loaded: %s", run->why_not);
	if (run->backfill)
		return waits_for_backfill(run);
	if (limits->overlap == OVERLAP_CANCEL_RUNNING)
		return runs_append(
			g_strdup("waits (overlap: cancel_running) for the end of "), run);
	return runs_append(g_strdup_printf("waits: max_active_runs (%u) is taken by ",
				   limits->max_active_runs),
		run);
}

struct telling {
	GPtrArray *list;
	const struct engine *engine;
	const struct run *run;
};

static void instance_why(const struct telling *telling, struct instance *instance)
{
	g_autofree char *name = instance_name(instance);
	why_add(telling->list, telling->run->record.run_id, name,
		instance_sentence(telling->engine, instance));
	struct why *why = telling->list->pdata[telling->list->len - 1];
	why->attempt = instance->record.state == TASK_RUNNING ? instance->record.attempt : 0;
}

/* Of a mapped task each unit; `only_unfinished`: those that still have something to do. */
static void task_why(const struct telling *telling, struct instance *instance, bool only_unfinished)
{
	GPtrArray *units = instance->expansion ? instance->expansion->units : NULL;
	if (!units && !(only_unfinished && task_state_is_finished(instance->record.state)))
		instance_why(telling, instance);
	for (unsigned i = 0; units && i < units->len; i++) {
		struct instance *unit = units->pdata[i];
		if (!only_unfinished || !task_state_is_finished(unit->record.state))
			instance_why(telling, unit);
	}
}

static int map_index_compare(const void *a, const void *b)
{
	const struct instance *left = *(struct instance *const *)a;
	const struct instance *right = *(struct instance *const *)b;
	int order = strcmp(left->record.task_id, right->record.task_id);
	return order ? order : left->record.map_index - right->record.map_index;
}

/* Those with this id, of a mapped task several; NULL: all that have not ended. */
static void callbacks_why(const struct telling *telling, const char *task_id)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	GHashTableIter iter;
	struct instance *instance;
	if (telling->run->callbacks)
		g_hash_table_iter_init(&iter, telling->run->callbacks);
	while (telling->run->callbacks && g_hash_table_iter_next(&iter, (void **)&instance, NULL))
		if (task_id ? g_str_equal(instance->record.task_id, task_id)
			    : !task_state_is_finished(instance->record.state))
			g_ptr_array_add(list, instance);
	g_ptr_array_sort(list, map_index_compare);
	for (unsigned i = 0; i < list->len; i++)
		instance_why(telling, list->pdata[i]);
	if (task_id && list->len == 0)
		why_add(telling->list, telling->run->record.run_id, task_id,
			g_strdup("has not been called"));
}

static void named_task_why(const struct telling *telling, const char *task_id)
{
	const struct run *run = telling->run;
	if (task_id_is_callback(task_id)) {
		if (!run->dag || dag_task(run->dag, task_id))
			callbacks_why(telling, task_id);
		return;
	}
	const struct task *task = run->instances ? dag_task(run->dag, task_id) : NULL;
	if (task)
		task_why(telling, &run->instances[task->index], false);
	else if (run->dag && dag_task(run->dag, task_id))
		why_add(telling->list, run->record.run_id, task_id,
			g_strdup("its run has not started yet"));
	else if (run_instance(run, task_id, -1))
		instance_why(telling, run_instance(run, task_id, -1));
}

static void run_why(
	GPtrArray *list, const struct engine *engine, const struct run *run, const char *task_id)
{
	const char *run_id = run->record.run_id;
	struct telling telling = {list, engine, run};
	if (task_id) {
		named_task_why(&telling, task_id);
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
	char *deadline = deadline_sentence(run);
	if (deadline)
		why_add(list, run_id, NULL, deadline);
	for (size_t i = 0; run->record.state == RUN_RUNNING && i < run->n_instances; i++)
		task_why(&telling, &run->instances[i], true);
	callbacks_why(&telling, NULL);
}

/* A clock that was far ahead has had slots that are still to come. */
static char *next_sentence(const struct engine *engine, const struct workflow *workflow)
{
	int64_t last = workflow->record.last_slot;
	if (last == INSTANT_NONE || last <= engine->now)
		return since("next run at", workflow->slot.at, NULL);
	g_autofree char *had = instant_iso(last), *next = instant_iso(workflow->slot.at);
	return g_strdup_printf("next run at %s: the clock has been set back, and its slots up to "
			       "%s have been run or passed over before that",
		next, had);
}

/* Takes the sentence over. */
static char *with_assets(const struct workflow *workflow, char *sentence)
{
	if (!workflow->dag->assets)
		return sentence;
	g_autofree char *next = sentence, *assets = assets_sentence(workflow);
	return g_strdup_printf("%s; %s, too", next, assets);
}

static char *schedule_sentence(const struct engine *engine, const struct workflow *workflow)
{
	const struct dag *dag = workflow->dag;
	if (!dag)
		return g_strdup("no version of its file has loaded");
	if (workflow->record.is_stale)
		return g_strdup_printf("%s is gone from the DAG folder", workflow->record.file);
	if (workflow->record.is_paused)
		return g_strdup_printf("is paused%s%s; dagctl dags unpause %s",
			workflow->record.pause_reason ? ": " : "",
			workflow->record.pause_reason ? workflow->record.pause_reason : "",
			dag->dag_id);
	if (!dag->schedule && !dag->assets)
		return g_strdup("has no schedule: it runs when it is triggered");
	if (engine->is_recovering)
		return waits_for_recovery(engine);
	if (!dag->schedule)
		return assets_sentence(workflow);
	if (workflow->slot.place)
		return with_assets(workflow, next_sentence(engine, workflow));
	if (workflow->n_running >= runs_limit(dag))
		return g_strdup_printf(
			"the next run waits: max_active_runs (%u) is reached", runs_limit(dag));
	return with_assets(workflow, g_strdup("its schedule has no further slot"));
}

/* The newest slots that have no run. */
static char *missed_sentence(const struct missed_record *missed)
{
	g_autofree char *first = instant_iso(missed->first_slot);
	g_autofree char *last = instant_iso(missed->last_slot);
	if (missed->n == 1)
		return g_strdup_printf("missed the slot %s: %s", first, missed->reason);
	g_autofree char *n = missed->n ? g_strdup_printf("%u", missed->n)
				       : g_strdup_printf("more than %d", MISSED_COUNTED_MAX);
	return g_strdup_printf("missed %s slots from %s to %s: %s", n, first, last, missed->reason);
}

static char *backfill_sentence(const struct backfill *backfill)
{
	return g_strdup_printf("backfill %" G_GINT64_FORMAT " %s: %u of its runs run, %d wait",
		backfill->record.id, backfill->record.is_paused ? "is paused" : "goes on",
		backfill->n_running, g_sequence_get_length(backfill->queued));
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
	if (workflow->backfill)
		why_add(list, NULL, NULL, backfill_sentence(workflow->backfill));
	if (workflow->missed.reason)
		why_add(list, NULL, NULL, missed_sentence(&workflow->missed));
	g_hash_table_iter_init(&runs, workflow->runs);
	while (g_hash_table_iter_next(&runs, NULL, (void **)&run))
		run_why(list, engine, run, NULL);
	return list;
}
