/* SPDX-License-Identifier: MIT */
/*
 * All limits, counted one by one; and that no task waits that could start while a worker is free.
 * Within a pool the first one is the next, however many slots it needs.
 */
#include <limits.h>
#include <string.h>

#include "tests/sim/view.h"

/* One instance with all that its place in the line depends on. */
struct one {
	const struct seen_run *run;
	const struct task *task;
	const struct seen *seen;
};

static bool is_active(const struct seen *seen)
{
	return seen->state == TASK_RUNNING || seen->state == TASK_RESTARTING;
}

typedef bool one_test(const struct one *one, const struct one *other);

static bool is_of_run(const struct one *one, const struct one *other)
{
	return one->run == other->run;
}

static bool is_of_dag(const struct one *one, const struct one *other)
{
	return strcmp(one->run->record->dag_id, other->run->record->dag_id) == 0;
}

static bool is_of_task(const struct one *one, const struct one *other)
{
	return is_of_dag(one, other) && strcmp(one->task->task_id, other->task->task_id) == 0;
}

static bool is_of_task_in_run(const struct one *one, const struct one *other)
{
	return is_of_run(one, other) && is_of_task(one, other);
}

/* Calls for each instance of runs with a DAG. */
static void each(
	const struct view *view, void (*visit)(const struct one *one, void *data), void *data)
{
	for (unsigned i = 0; i < view->runs->len; i++) {
		const struct seen_run *run = &g_array_index(view->runs, struct seen_run, i);
		for (size_t t = 0; run->dag && t < run->dag->n_tasks; t++)
			for (unsigned k = 0; k < run->tasks[t].n; k++)
				visit(&(struct one){run, &run->dag->tasks[t],
					      &run->tasks[t].instances[k]},
					data);
	}
}

struct counting {
	const struct one *of;
	one_test *test;
	unsigned n;
};

static void count(const struct one *one, void *data)
{
	struct counting *counting = data;
	counting->n += is_active(one->seen) && counting->test(one, counting->of);
}

static unsigned n_active(const struct view *view, const struct one *of, one_test *test)
{
	struct counting counting = {of, test};
	each(view, count, &counting);
	return counting.n;
}

/* ---- pools ---- */

static const struct pool_record *pool_of(const struct sim *sim, const char *name)
{
	static const struct pool_record usual = {
		.name = (char *)DEFAULT_POOL, .slots = DEFAULT_POOL_SLOTS};
	for (unsigned i = 0; i < SIM_POOLS; i++)
		if (sim->pools[i].is_there && strcmp(sim->pools[i].record.name, name) == 0)
			return &sim->pools[i].record;
	return strcmp(name, DEFAULT_POOL) == 0 ? &usual : NULL;
}

struct slots {
	const struct pool_record *pool;
	int64_t used;
};

static void slots_count(const struct one *one, void *data)
{
	struct slots *slots = data;
	bool holds = is_active(one->seen)
		|| (one->seen->state == TASK_DEFERRED && slots->pool->include_deferred);
	if (holds && strcmp(one->task->pool, slots->pool->name) == 0)
		slots->used += one->task->pool_slots;
}

static int64_t slots_used(const struct view *view, const struct pool_record *pool)
{
	struct slots slots = {pool, 0};
	each(view, slots_count, &slots);
	return slots.used;
}

/* ---- what began is within all of them ---- */

struct widest {
	const struct one *of;
	unsigned limit;
};

static void widest_find(const struct one *one, void *data)
{
	struct widest *widest = data;
	unsigned limit = one->task->max_active_tis_per_dag;
	if (is_active(one->seen) && is_of_task(one, widest->of))
		widest->limit = MAX(widest->limit, limit ? limit : UINT_MAX);
}

/* Runs of several versions have several limits; who began last kept to his own. */
static unsigned widest_limit(const struct view *view, const struct one *of)
{
	struct widest widest = {of, 0};
	each(view, widest_find, &widest);
	return widest.limit;
}

static void start_judge(const struct sim *sim, const struct view *view, const struct one *one)
{
	const struct task *task = one->task;
	const struct pool_record *pool = pool_of(sim, task->pool);
	g_assert(pool);
	g_assert(pool->slots < 0 || slots_used(view, pool) <= pool->slots);
	g_assert(n_active(view, one, is_of_run) <= one->run->dag->max_active_tasks);
	if (task->max_active_tis_per_dag)
		g_assert(n_active(view, one, is_of_task) <= widest_limit(view, one));
	if (task->max_active_tis_per_dagrun && one->seen->map_index >= 0)
		g_assert(n_active(view, one, is_of_task_in_run) <= task->max_active_tis_per_dagrun);
}

struct starting {
	const struct sim *sim;
	const struct view *view;
	const struct effect *effect;
};

static void start_find(const struct one *one, void *data)
{
	const struct starting *starting = data;
	const struct task_record *record = starting->effect->task;
	if (one->run->record->id == record->run && one->seen->map_index == record->map_index
		&& strcmp(one->task->task_id, record->task_id) == 0)
		start_judge(starting->sim, starting->view, one);
}

/* ---- what could start does ---- */

static bool is_processless(const struct task *task)
{
	enum flow flow = task->operator->flow;
	return !task->operator->run[0] &&(flow == FLOW_NONE || flow == FLOW_LATEST_ONLY);
}

/* All but its pool and the workers let it start. */
static bool may_start(const struct sim *sim, const struct view *view, const struct one *one)
{
	const struct task *task = one->task;
	const struct dag_record *dag = engine_dag_record(sim->engine, one->run->record->dag_id);
	if (one->seen->state != TASK_SCHEDULED || one->run->record->state != RUN_RUNNING
		|| dag->is_paused
		|| n_active(view, one, is_of_run) >= one->run->dag->max_active_tasks)
		return false;
	if (task->max_active_tis_per_dag
		&& n_active(view, one, is_of_task) >= task->max_active_tis_per_dag)
		return false;
	return !task->max_active_tis_per_dagrun || one->seen->map_index < 0
		|| n_active(view, one, is_of_task_in_run) < task->max_active_tis_per_dagrun;
}

/* Which of two goes first. */
static bool goes_before(const struct view *view, const struct one *one, const struct one *other)
{
	const struct run_record *run = one->run->record, *other_run = other->run->record;
	unsigned n = n_active(view, one, is_of_dag), other_n = n_active(view, other, is_of_dag);
	if (one->task->effective_weight != other->task->effective_weight)
		return one->task->effective_weight > other->task->effective_weight;
	if (n != other_n)
		return n < other_n;
	if (run->run_after != other_run->run_after)
		return run->run_after < other_run->run_after;
	if (run->id != other_run->id)
		return run->id < other_run->id;
	if (one->task->index != other->task->index)
		return one->task->index < other->task->index;
	return one->seen->map_index < other->seen->map_index;
}

struct line {
	const struct sim *sim;
	const struct view *view;
	const char *pool;
	struct one first;
};

static void line_find(const struct one *one, void *data)
{
	struct line *line = data;
	const struct pool_record *pool = pool_of(line->sim, line->pool);
	if (strcmp(one->task->pool, line->pool) != 0 || !may_start(line->sim, line->view, one))
		return;
	g_assert(!is_processless(one->task)); /* these wait for nothing */
	if (pool->slots >= 0 && one->task->pool_slots > pool->slots)
		return;
	if (!line->first.run || goes_before(line->view, one, &line->first))
		line->first = *one;
}

static void pool_judge(const struct sim *sim, const struct view *view, const char *name)
{
	struct line line = {.sim = sim, .view = view, .pool = name};
	const struct pool_record *pool = pool_of(sim, name);
	if (!pool)
		return;
	each(view, line_find, &line);
	const struct one *first = &line.first;
	int64_t used = slots_used(view, pool);
	if (first->run && (pool->slots < 0 || used + first->task->pool_slots <= pool->slots))
		g_error("%s %s %s[%d] could start, and a worker is free: %d of %d slots of %s are "
			"taken, it needs %u",
			first->run->record->dag_id, first->run->record->run_id,
			first->task->task_id, first->seen->map_index, (int)used, (int)pool->slots,
			name, first->task->pool_slots);
}

void limits_judge(const struct sim *sim, const struct view *view, const struct effects *effects)
{
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind == EFFECT_START)
			each(view, start_find, &(struct starting){sim, view, effect});
	}
	if (sim->is_recovering || engine_n_running(sim->engine) >= sim->options.n_workers)
		return;
	pool_judge(sim, view, DEFAULT_POOL);
	for (unsigned i = 0; i < SIM_POOLS; i++)
		if (sim->pools[i].is_there)
			pool_judge(sim, view, sim->pools[i].record.name);
}
