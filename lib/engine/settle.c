/* SPDX-License-Identifier: MIT */
/* How a run has ended, by what became of its tasks. */
#include "lib/engine/callback.h"
#include "lib/engine/flow.h"
#include "lib/engine/past.h"
#include "lib/engine/scope.h"

/* The first instance of a task that ended as `outcome`; NULL: none did. */
static const struct instance *unit_that(const struct instance *instance, enum outcome outcome)
{
	const struct expansion *expansion = instance->expansion;
	if (!expansion)
		return outcome_of(instance->record.state) == outcome ? instance : NULL;
	for (unsigned i = 0; expansion->n[outcome] && i < expansion->units->len; i++) {
		const struct instance *unit = expansion->units->pdata[i];
		if (outcome_of(unit->record.state) == outcome)
			return unit;
	}
	return NULL;
}

/* Of a DAG of nothing but teardowns all count after which nothing comes. */
static bool has_deciding(const struct dag *dag)
{
	for (size_t i = 0; i < dag->n_tasks; i++)
		if (task_is_deciding(dag, &dag->tasks[i]))
			return true;
	return false;
}

/* The first leaf that did not do its work, in the order of the file; NULL: all did. */
static const struct instance *failed_leaf(const struct run *run)
{
	bool has_leaves = run->dag && has_deciding(run->dag);
	for (size_t i = 0; i < run->n_instances; i++) {
		const struct instance *instance = &run->instances[i];
		bool is_leaf = has_leaves ? task_is_deciding(run->dag, instance->task)
					  : instance->task->n_downstream == 0;
		const struct instance *failed =
			is_leaf ? unit_that(instance, OUTCOME_FAILED) : NULL;
		if (is_leaf && !failed)
			failed = unit_that(instance, OUTCOME_UPSTREAM_FAILED);
		if (failed)
			return failed;
	}
	return NULL;
}

/* The first task that failed itself; there is one where a leaf failed or lacks its upstream. */
static const struct instance *failed_task(const struct run *run, const struct instance *leaf)
{
	for (size_t i = 0; i < run->n_instances; i++) {
		const struct instance *failed = unit_that(&run->instances[i], OUTCOME_FAILED);
		if (failed && !task_is_looked_through(failed->task))
			return failed;
	}
	return leaf;
}

char *run_failure(const struct run *run)
{
	const struct instance *leaf = failed_leaf(run);
	if (!leaf)
		return NULL;
	g_autofree char *name = instance_name(failed_task(run, leaf));
	return g_strdup_printf("task \"%s\" failed", name);
}

/*
 * As in Airflow, the leaves alone decide how a run ended. A run without DAG has tasks that are not
 * known; it ends only by a user's word.
 */
void run_settle(struct engine *engine, struct run *run)
{
	if (run->record.state != RUN_RUNNING || run->n_unfinished > 0)
		return;
	if (!run->dag && !run_is_aborted(run))
		return;
	if (!run->record.reason)
		run->record.reason = run_failure(run);
	run_finish(engine, run, run->record.reason ? RUN_FAILED : RUN_SUCCESS);
}
