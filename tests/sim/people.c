/* SPDX-License-Identifier: MIT */
/*
 * What people do: clear, mark, force, cancel, delete. What a clear or a mark does is asked before,
 * and must be what it does then.
 */
#include <string.h>

#include "tests/sim/sim.h"

enum { TASK_IDS_MAX = 8 };

static int below(struct sim *sim, int n)
{
	return g_rand_int_range(sim->random, 0, n);
}

/* Brought back into the engine if it has ended; NULL: there is none. */
static const struct run_record *any_run(struct sim *sim)
{
	const GPtrArray *runs = memory_runs(sim->memory);
	const struct run_record *run = runs->len ? runs->pdata[below(sim, (int)runs->len)] : NULL;
	if (run && !engine_dag_record(sim->engine, run->dag_id))
		return NULL; /* its DAG is being deleted */
	if (run)
		memory_restore_run(sim->memory, sim->engine, run->dag_id, run->run_id);
	return run;
}

/* Some of the tasks of a DAG; NULL-terminated. */
struct some {
	const char *task_ids[TASK_IDS_MAX + 1];
};

static struct some some_of(struct sim *sim, const struct dag *dag)
{
	struct some some = {{NULL}};
	unsigned n = 0;
	for (size_t i = 0; dag && i < dag->n_tasks && n < TASK_IDS_MAX; i++)
		if (below(sim, 3) == 0)
			some.task_ids[n++] = dag->tasks[i].task_id;
	return some;
}

static struct choice any_choice(struct sim *sim, const struct some *some)
{
	return (struct choice){
		.task_ids = below(sim, 8) ? some->task_ids : NULL,
		.with_upstream = below(sim, 4) == 0,
		.with_downstream = below(sim, 3) == 0,
		.only_failed = below(sim, 5) == 0,
		.only_running = below(sim, 8) == 0,
	};
}

/* ---- what was told before is what happens ---- */

/* The states of the tasks of a run, by name. */
static GHashTable *states_of(
	const struct sim *sim, const struct run_record *run, const struct dag *dag)
{
	GHashTable *states = g_hash_table_new(g_str_hash, g_str_equal);
	for (size_t i = 0; dag && i < dag->n_tasks; i++) {
		const char *task_id = g_intern_string(dag->tasks[i].task_id);
		const struct task_record *task =
			engine_task(sim->engine, run->dag_id, run->run_id, task_id, -1);
		if (task)
			g_hash_table_insert(
				states, (void *)task_id, GUINT_TO_POINTER((unsigned)task->state));
	}
	return states;
}

static bool is_planned(const GArray *plan, const char *task_id)
{
	for (unsigned i = 0; i < plan->len; i++) {
		const struct planned *planned = &g_array_index(plan, struct planned, i);
		if (strcmp(planned->record.task_id, task_id) == 0)
			return true;
	}
	return false;
}

/* A task that had ended is another one now only if that was told. */
static void ended_law(
	GHashTable *before, const struct task_record *now, const char *task_id, const GArray *plan)
{
	void *state;
	if (!g_hash_table_lookup_extended(before, task_id, NULL, &state)
		|| !task_state_is_finished((enum task_state)GPOINTER_TO_UINT(state)))
		return;
	if (!now || now->state != (enum task_state)GPOINTER_TO_UINT(state))
		g_assert(is_planned(plan, task_id));
}

/* `retries`: those of its task in the version that its run uses now. */
static void planned_law(const struct event *event, const struct planned *planned,
	const struct task_record *now, unsigned retries)
{
	bool is_alive = now && (now->state == TASK_RUNNING || now->state == TASK_RESTARTING);
	switch (planned->change) {
	case PLAN_MARK:
		g_assert(now && (is_alive || now->state == event->marked.state));
		g_assert(!is_alive || now->wish > WISH_START);
		return;
	case PLAN_CLEAR:
		g_assert(now && now->max_tries == planned->record.try_number + retries);
		g_assert(now->wish <= WISH_START);
		return;
	case PLAN_ADD:
		g_assert(now);
		return;
	case PLAN_REMOVE:
		g_assert(!now);
		return;
	}
}

struct told {
	const struct event *event;
	GArray *plan;
	GHashTable *before;
};

static void laws_of_plan(
	const struct sim *sim, const struct run_record *run, const struct told *told)
{
	GHashTableIter iter;
	void *task_id;
	if (!engine_run(sim->engine, run->dag_id, run->run_id))
		return;
	g_hash_table_iter_init(&iter, told->before);
	while (g_hash_table_iter_next(&iter, &task_id, NULL))
		ended_law(told->before,
			engine_task(sim->engine, run->dag_id, run->run_id, task_id, -1), task_id,
			told->plan);
	const struct dag *dag = engine_run_dag(sim->engine, run->dag_id, run->run_id);
	for (unsigned i = 0; i < told->plan->len; i++) {
		const struct planned *planned = &g_array_index(told->plan, struct planned, i);
		const char *name = planned->record.task_id;
		const struct task *task = dag_task(dag, name);
		int map_index = planned->record.map_index;
		/* What it was mapped over may be another list by now. */
		if (map_index >= 0 || (task && task->mapping))
			continue;
		planned_law(told->event, planned,
			engine_task(sim->engine, run->dag_id, run->run_id, name, map_index),
			task ? task->retries : 0);
	}
}

/* False: it was refused, as was told. */
static bool step_as_told(
	struct sim *sim, const struct run_record *run, struct event event, const struct dag *dag)
{
	g_autoptr(GError) refusal = NULL;
	g_autofree char *dag_id = g_strdup(run->dag_id), *run_id = g_strdup(run->run_id);
	struct run_record names = {.dag_id = dag_id, .run_id = run_id};
	event.dag_id = dag_id;
	event.run_id = run_id;
	g_autoptr(GArray) plan = engine_plan(sim->engine, &event, &refusal);
	g_autoptr(GHashTable) before = states_of(sim, run, dag);
	g_assert((plan == NULL) == (refusal != NULL));
	bool is_taken = sim_step(sim, event);
	g_assert(is_taken == (plan != NULL));
	if (is_taken)
		laws_of_plan(sim, &names, &(struct told){&event, plan, before});
	return is_taken;
}

/* ---- what they do ---- */

static void tasks_are_cleared(struct sim *sim, const struct run_record *run)
{
	bool to_newest = below(sim, 2) == 0;
	const struct dag *dag = engine_run_dag(sim->engine, run->dag_id, run->run_id);
	const struct dag *newest = to_newest ? engine_dag(sim->engine, run->dag_id) : NULL;
	struct some some = some_of(sim, newest ? newest : dag);
	struct event event = {.kind = EVENT_TASKS_CLEARED};
	event.cleared.choice = any_choice(sim, &some);
	event.cleared.to_newest = to_newest;
	event.cleared.refuses_running = below(sim, 6) == 0;
	g_autofree char *version = g_strdup(run->version);
	bool is_taken = step_as_told(sim, run, event, dag);
	sim->tally->n_cleared += is_taken;
	sim->tally->n_moved += is_taken && newest && strcmp(version, newest->hash) != 0;
}

static void tasks_are_marked(struct sim *sim, const struct run_record *run)
{
	static const enum task_state states[] = {TASK_SUCCESS, TASK_FAILED, TASK_SKIPPED};
	const struct dag *dag = engine_run_dag(sim->engine, run->dag_id, run->run_id);
	struct some some = some_of(sim, dag);
	struct event event = {.kind = EVENT_TASKS_MARKED};
	event.marked.choice = any_choice(sim, &some);
	event.marked.state = states[below(sim, G_N_ELEMENTS(states))];
	sim->tally->n_marked += step_as_told(sim, run, event, dag);
}

/* To start one, or to note something on it. */
static void a_task_is_named(struct sim *sim, const struct run_record *run, enum event_kind kind)
{
	const struct dag *dag = engine_run_dag(sim->engine, run->dag_id, run->run_id);
	g_autofree char *note = g_strdup_printf("note %d", below(sim, 100));
	struct event event = {.kind = kind, .dag_id = run->dag_id, .run_id = run->run_id};
	if (!dag)
		return;
	event.named.task_id = dag->tasks[below(sim, (int)dag->n_tasks)].task_id;
	event.named.map_index = -1;
	event.named.text = note;
	bool is_taken = sim_step(sim, event);
	sim->tally->n_forced += is_taken && kind == EVENT_TASK_FORCED;
}

static void a_run_is_named(struct sim *sim, const struct run_record *run, enum event_kind kind)
{
	static const enum run_state states[] = {RUN_SUCCESS, RUN_FAILED, RUN_FAILED, RUN_QUEUED};
	struct event event = {.kind = kind, .dag_id = run->dag_id, .run_id = run->run_id};
	if (kind == EVENT_RUN_MARKED)
		event.run_state = states[below(sim, G_N_ELEMENTS(states))];
	if (kind == EVENT_RUN_NOTED)
		event.named.text = below(sim, 2) ? "noted" : NULL;
	bool is_taken = sim_step(sim, event);
	sim->tally->n_aborted += is_taken && kind == EVENT_RUN_CANCELLED;
}

static void a_dag_is_deleted(struct sim *sim)
{
	int i = below(sim, SIM_DAGS);
	struct event event = {.kind = EVENT_DAG_DELETED, .dag_id = sim_dag_ids[i]};
	sim->tally->n_deleted += sim_step(sim, event);
}

/* Not brought back for that: most runs that are deleted are not in memory. */
static void a_run_is_deleted(struct sim *sim)
{
	const GPtrArray *runs = memory_runs(sim->memory);
	const struct run_record *run = runs->len ? runs->pdata[below(sim, (int)runs->len)] : NULL;
	if (!run)
		return;
	struct event event = {.kind = EVENT_RUN_DELETED,
		.dag_id = run->dag_id,
		.run_id = run->run_id,
		.deleted = run->id};
	sim->tally->n_deleted_runs += sim_step(sim, event);
}

/* False: nothing is asked. */
static bool a_question_is_answered(struct sim *sim)
{
	static const char *const answers[] = {"Approve", "Reject", "Maybe"};
	g_autoptr(GArray) all = engine_asked(sim->engine);
	if (all->len == 0)
		return false;
	const struct asked *asked = &g_array_index(all, struct asked, below(sim, (int)all->len));
	const char *answer = answers[below(sim, 3)];
	json_t *options = json_pack("[s]", answer);
	struct event event = {.kind = EVENT_TASK_ANSWERED,
		.dag_id = asked->run->dag_id,
		.run_id = asked->run->run_id};
	event.answered.task_id = asked->task->task_id;
	event.answered.map_index = asked->task->map_index;
	event.answered.options = options;
	event.answered.by = "ann";
	bool is_taken = sim_step(sim, event);
	g_assert(is_taken == (strcmp(answer, "Maybe") != 0));
	sim->tally->n_answered += is_taken;
	json_decref(options);
	return true;
}

void people_do_something(struct sim *sim)
{
	if (below(sim, 4) == 0 && a_question_is_answered(sim))
		return;
	int kind = below(sim, 108);
	if (kind >= 100) {
		a_run_is_deleted(sim);
		return;
	}
	const struct run_record *run = any_run(sim);
	if (kind < 3)
		a_dag_is_deleted(sim);
	else if (!run)
		return;
	else if (kind < 45)
		tasks_are_cleared(sim, run);
	else if (kind < 65)
		tasks_are_marked(sim, run);
	else if (kind < 75)
		a_task_is_named(sim, run, EVENT_TASK_FORCED);
	else if (kind < 79)
		a_task_is_named(sim, run, EVENT_TASK_NOTED);
	else if (kind < 82)
		a_run_is_named(sim, run, EVENT_RUN_NOTED);
	else if (kind < 92)
		a_run_is_named(sim, run, EVENT_RUN_MARKED);
	else
		a_run_is_named(sim, run, EVENT_RUN_CANCELLED);
}
