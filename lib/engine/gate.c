/* SPDX-License-Identifier: MIT */
/*
 * max_active_tis_per_dag and max_active_tis_per_dagrun. An instance finds its gate closed when it
 * is the next to start; then it steps aside, so that nobody waits behind it for a limit that is not
 * his. For each place that becomes free one of those is called back into the line; one whose run
 * may not start anything now does not count as called, or it would keep the place from the others;
 * nor does one that waits for another pool.
 */
#include "lib/engine/gate.h"
#include "lib/engine/model.h"

#include <string.h>

/* Those of one run at a gate. */
struct gate_line {
	struct run *run;   /* valid while there are any */
	const char *pool;  /* of the task in the run's version */
	GSequence *parked; /* best first */
	unsigned n_called; /* in the line of the run's pool */
};

static void gate_line_free(void *data)
{
	struct gate_line *line = data;
	g_sequence_free(line->parked);
	g_free(line);
}

void gate_clear(struct gate *gate)
{
	if (gate->lines)
		g_ptr_array_unref(gate->lines);
}

void gate_free(void *gate)
{
	gate_clear(gate);
	g_free(gate);
}

static bool line_is_empty(const struct gate_line *line)
{
	return line->n_called == 0 && g_sequence_is_empty(line->parked);
}

static struct gate_line *gate_line_of(struct gate *gate, const struct instance *instance)
{
	struct run *run = instance->run;
	struct gate_line *empty = NULL;
	if (!gate->lines)
		gate->lines = g_ptr_array_new_with_free_func(gate_line_free);
	for (unsigned i = 0; i < gate->lines->len; i++) {
		struct gate_line *line = gate->lines->pdata[i];
		if (line_is_empty(line))
			empty = line;
		else if (line->run == run)
			return line;
	}
	if (!empty) {
		empty = g_new0(struct gate_line, 1);
		empty->parked = g_sequence_new(NULL);
		g_ptr_array_add(gate->lines, empty);
	}
	empty->run = run;
	empty->pool = instance->task->pool;
	return empty;
}

/* Of all runs of the DAG; NULL: the task has no such limit. */
static struct gate *gate_of_dag(const struct instance *instance)
{
	GHashTable *gates = instance->run->workflow->gates;
	const char *task_id = instance->record.task_id;
	if (!instance->task || !instance->task->max_active_tis_per_dag)
		return NULL;
	struct gate *gate = g_hash_table_lookup(gates, task_id);
	if (!gate) {
		gate = g_new0(struct gate, 1);
		g_hash_table_insert(gates, g_strdup(task_id), gate);
	}
	return gate;
}

static struct gate *gate_of_run(const struct instance *instance)
{
	if (!instance->task || !instance->task->max_active_tis_per_dagrun
		|| instance->record.map_index < 0)
		return NULL;
	struct gate *gate = &instance->run->instances[instance->task->index].expansion->gate;
	gate->run = instance->run;
	return gate;
}

struct gate *gate_closed(struct instance *instance)
{
	struct gate *of_dag = gate_of_dag(instance), *of_run = gate_of_run(instance);
	if (of_run && of_run->n_active >= instance->task->max_active_tis_per_dagrun)
		return of_run;
	if (of_dag && of_dag->n_active >= instance->task->max_active_tis_per_dag)
		return of_dag;
	return NULL;
}

void gate_park(struct engine *engine, struct gate *gate, struct instance *instance)
{
	instance_dequeue(engine, instance);
	struct gate_line *line = gate_line_of(gate, instance);
	instance->place = g_sequence_insert_sorted(line->parked, instance, instance_compare, NULL);
}

static struct instance *line_first(const struct gate_line *line)
{
	return g_sequence_is_empty(line->parked)
		? NULL
		: g_sequence_get(g_sequence_get_begin_iter(line->parked));
}

static unsigned gate_limit(const struct gate *gate, const struct instance *instance)
{
	return gate->run ? instance->task->max_active_tis_per_dagrun
			 : instance->task->max_active_tis_per_dag;
}

static bool line_is_open(const struct engine *engine, const struct gate_line *line)
{
	return !line_is_empty(line) && run_is_open(engine, line->run);
}

/* How many were called into the line of a pool and have not started. */
static unsigned gate_called(const struct engine *engine, const struct gate *gate, const char *pool)
{
	unsigned n = 0;
	for (unsigned i = 0; i < gate->lines->len; i++) {
		const struct gate_line *line = gate->lines->pdata[i];
		if (line->n_called && line_is_open(engine, line) && strcmp(line->pool, pool) == 0)
			n += line->n_called;
	}
	return n;
}

/* The best one that its run lets start and that has a place; NULL: none, or enough are called. */
static struct instance *gate_next(const struct engine *engine, const struct gate *gate)
{
	struct instance *best = NULL;
	const char *full = NULL; /* a pool into whose line enough are called */
	for (unsigned i = 0; gate->lines && i < gate->lines->len; i++) {
		const struct gate_line *line = gate->lines->pdata[i];
		struct instance *first = line_is_open(engine, line) ? line_first(line) : NULL;
		if (!first || gate_limit(gate, first) <= gate->n_active
			|| (full && strcmp(full, line->pool) == 0)
			|| (best && instance_compare(first, best, NULL) > 0))
			continue;
		if (gate_limit(gate, first)
			> gate->n_active + gate_called(engine, gate, line->pool))
			best = first;
		else
			full = line->pool;
	}
	return best;
}

/* Somebody waits there, and not for a place. */
static bool gate_is_open(const struct gate *gate)
{
	for (unsigned i = 0; gate->lines && i < gate->lines->len; i++) {
		const struct instance *first = line_first(gate->lines->pdata[i]);
		if (first && gate_limit(gate, first) > gate->n_active)
			return true;
	}
	return false;
}

/* Those who wait there are to be looked at before the step ends. */
static void gate_touch(struct engine *engine, struct gate *gate)
{
	if (!gate || gate->is_touched || !gate_is_open(gate))
		return;
	gate->is_touched = true;
	g_ptr_array_add(engine->touched_gates, gate);
}

bool gates_call(struct engine *engine)
{
	bool is_called = false;
	for (unsigned i = 0; i < engine->touched_gates->len; i++) {
		struct gate *gate = engine->touched_gates->pdata[i];
		struct instance *next;
		while ((next = gate_next(engine, gate))) {
			instance_dequeue(engine, next);
			instance_enqueue(engine, next);
			is_called = true;
		}
	}
	return is_called;
}

/* One with a place that nobody may take now is looked at again in the next step. */
void gates_settle(struct engine *engine)
{
	for (unsigned i = 0; i < engine->touched_gates->len; i++) {
		struct gate *gate = engine->touched_gates->pdata[i];
		if (gate_is_open(gate))
			continue;
		gate->is_touched = false;
		g_ptr_array_remove_index_fast(engine->touched_gates, i--);
	}
}

void gates_enter(struct instance *instance)
{
	struct gate *of_dag = gate_of_dag(instance), *of_run = gate_of_run(instance);
	if (of_dag)
		of_dag->n_active++;
	if (of_run)
		of_run->n_active++;
}

void gates_leave(struct engine *engine, struct instance *instance)
{
	struct gate *of_dag = gate_of_dag(instance), *of_run = gate_of_run(instance);
	if (of_dag)
		of_dag->n_active--;
	if (of_run)
		of_run->n_active--;
	gate_touch(engine, of_dag);
	gate_touch(engine, of_run);
}

static void gate_count_called(
	struct engine *engine, struct gate *gate, struct instance *instance, int n)
{
	if (!gate)
		return;
	gate_line_of(gate, instance)->n_called += (unsigned)n;
	if (n < 0)
		gate_touch(engine, gate);
}

void gates_count_called(struct engine *engine, struct instance *instance, int n)
{
	gate_count_called(engine, gate_of_dag(instance), instance, n);
	gate_count_called(engine, gate_of_run(instance), instance, n);
}

void gates_forget(struct engine *engine, const struct run *run)
{
	for (unsigned i = 0; i < engine->touched_gates->len; i++)
		if (((const struct gate *)engine->touched_gates->pdata[i])->run == run)
			g_ptr_array_remove_index_fast(engine->touched_gates, i--);
}

void gates_check(const struct engine *engine, const struct instance *instance, GHashTable *tally)
{
	const struct gate *const gates[] = {gate_of_dag(instance), gate_of_run(instance)};
	for (unsigned i = 0; i < G_N_ELEMENTS(gates); i++) {
		if (!gates[i])
			continue;
		unsigned n = GPOINTER_TO_UINT(g_hash_table_lookup(tally, gates[i]));
		n += task_state_is_active(instance->record.state);
		g_hash_table_insert(tally, (void *)gates[i], GUINT_TO_POINTER(n));
		g_assert(gates[i]->is_touched == gate_is_open(gates[i]));
		g_assert(engine->is_recovering || !gates[i]->is_touched
			|| g_hash_table_size(engine->attempts) >= engine->options.n_workers
			|| !gate_next(engine, gates[i]));
	}
}

void gates_check_end(GHashTable *tally)
{
	GHashTableIter iter;
	void *gate, *n;
	g_hash_table_iter_init(&iter, tally);
	while (g_hash_table_iter_next(&iter, &gate, &n))
		g_assert(((const struct gate *)gate)->n_active == GPOINTER_TO_UINT(n));
}
