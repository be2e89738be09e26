/* SPDX-License-Identifier: MIT */
/*
 * Setups and teardowns. A task between a setup and its teardown needs the setup to have succeeded,
 * whatever its own rule says; only one that runs always does not look. A teardown runs whatever
 * became of the tasks before it, once a setup of it has succeeded: also in a run that is being
 * ended. What becomes of it does not decide how the run ended, unless it is said to.
 */
#include "lib/engine/scope.h"
#include "lib/engine/callback.h"

void scope_count(const struct instance *instance, unsigned n[N_OUTCOMES])
{
	const struct task *task = instance->task;
	for (size_t i = 0; i < task->n_setups; i++) {
		const struct instance *setup = &instance->run->instances[task->setups[i]];
		instance_count_one(instance, setup, n);
	}
}

enum verdict scope_verdict(const struct instance *instance)
{
	const struct task *task = instance->task;
	unsigned n[N_OUTCOMES] = {0};
	if (task->is_teardown || task->n_setups == 0 || task->trigger_rule == RULE_ALWAYS)
		return VERDICT_RUN;
	scope_count(instance, n);
	if (n[OUTCOME_FAILED] || n[OUTCOME_UPSTREAM_FAILED])
		return VERDICT_UPSTREAM_FAILED;
	if (n[OUTCOME_SKIPPED])
		return VERDICT_SKIP;
	return n[OUTCOME_NONE] ? VERDICT_WAIT : VERDICT_RUN;
}

/* The first setup of it that became something else than a success; NULL: all succeeded. */
static const struct instance *setup_unlike_success(const struct instance *instance)
{
	const struct task *task = instance->task;
	for (size_t i = 0; i < task->n_setups; i++) {
		const struct instance *setup = &instance->run->instances[task->setups[i]];
		unsigned n[N_OUTCOMES] = {0};
		instance_count_one(instance, setup, n);
		if (n[OUTCOME_FAILED] + n[OUTCOME_UPSTREAM_FAILED] + n[OUTCOME_SKIPPED])
			return setup;
	}
	return NULL;
}

char *scope_text(const struct instance *instance, enum verdict verdict)
{
	if (scope_verdict(instance) != verdict)
		return NULL;
	const struct instance *setup = setup_unlike_success(instance);
	return g_strdup_printf("its setup \"%s\" %s", setup->record.task_id,
		verdict == VERDICT_SKIP ? "was skipped" : "did not succeed");
}

char *scope_why(const struct instance *instance)
{
	GString *text = g_string_new("waits for its setup");
	const struct task *task = instance->task;
	const char *between = " ";
	for (size_t i = 0; i < task->n_setups; i++) {
		const struct instance *setup = &instance->run->instances[task->setups[i]];
		unsigned n[N_OUTCOMES] = {0};
		instance_count_one(instance, setup, n);
		if (n[OUTCOME_NONE] == 0)
			continue;
		g_string_append_printf(text, "%s\"%s\"", between, setup->record.task_id);
		between = ", ";
	}
	return g_string_free(text, FALSE);
}

/* Back to waiting where what let it be ready is undone. */
static void scope_hear(struct engine *engine, struct instance *instance, enum outcome to)
{
	if (to == OUTCOME_NONE && instance->record.state == TASK_SCHEDULED
		&& instance->record.wish != WISH_START && scope_verdict(instance) != VERDICT_RUN) {
		instance_dequeue(engine, instance);
		task_move(engine, instance, TASK_NONE);
	}
	instance_doubt(engine, instance);
}

void scope_tell(struct engine *engine, const struct instance *setup, enum outcome to)
{
	const struct task *task = setup->task;
	for (size_t i = 0; i < task->n_scope; i++) {
		struct instance *inside = &setup->run->instances[task->scope[i]];
		GPtrArray *units = inside->expansion ? inside->expansion->units : NULL;
		if (!units)
			scope_hear(engine, inside, to);
		for (unsigned u = 0; units && u < units->len; u++)
			scope_hear(engine, units->pdata[u], to);
	}
}

/* Airflow's _tis_for_dagrun_state: teardowns are looked through. */
bool task_is_looked_through(const struct task *task)
{
	return task->is_teardown && !task->on_failure_fail_dagrun;
}

bool task_is_deciding(const struct dag *dag, const struct task *task)
{
	for (size_t i = 0; i < task->n_downstream; i++)
		if (!task_is_looked_through(&dag->tasks[task->downstream[i]]))
			return false;
	return !task_is_looked_through(task);
}

bool scope_is_working(const struct instance *instance)
{
	return instance->task->is_teardown && run_is_ending(instance->run)
		&& instance->run->n_working > 0;
}

void scope_is_done(struct engine *engine, struct run *run)
{
	if (run_is_ending(run) && run->n_working == 0)
		run_each(engine, run, instance_doubt);
}
