/* SPDX-License-Identifier: MIT */
/* From the line to a worker, as long as one is free. */
#include "lib/engine/callback.h"
#include "lib/engine/flow.h"
#include "lib/engine/gate.h"

static void launch(struct engine *engine, struct instance *instance)
{
	instance_dequeue(engine, instance);
	/* It was due before, and could not be begun. */
	if (instance->is_callback && flow_is_instant(instance->task)) {
		callback_succeed(engine, instance);
		return;
	}
	task_begin(engine, instance);
	instance->record.attempt = engine->options.next_attempt++;
	g_hash_table_insert(engine->attempts, &instance->record.attempt, instance);
	task_move(engine, instance, TASK_RUNNING);
	effect_add(engine,
		(struct effect){EFFECT_START, .run = &instance->run->record,
			.task = &instance->record, .definition = instance->task,
			.run_dag = instance->run->dag, .attempt = instance->record.attempt});
	/* Once for all looks of a sensor. */
	if (instance->record.wait_since == INSTANT_NONE)
		task_call(engine, instance, CALLBACK_EXECUTE);
}

/* The first one that waits for the pool and for nothing else: who waits for a limit of its own
 * holds nobody up. */
static struct instance *first_of(struct engine *engine, struct pool *pool)
{
	struct instance *first;
	struct gate *gate;
	while ((first = pool_first(engine, pool)) && (gate = gate_closed(first)))
		gate_park(engine, gate, first);
	return first;
}

/* A callback, else the best one of all pools that have room for their first. */
static struct instance *next_instance(struct engine *engine)
{
	struct instance *best = callback_first(engine);
	if (best && pool_has_room(pool_get(engine, best->task->pool), best))
		return best;
	best = NULL;
	for (unsigned i = 0; i < engine->pools->len; i++) {
		struct pool *pool = engine->pools->pdata[i];
		struct instance *first = first_of(engine, pool);
		if (first && pool_has_room(pool, first)
			&& (!best || instance_compare(first, best, NULL) < 0))
			best = first;
	}
	return best;
}

static bool has_worker(const struct engine *engine)
{
	return !engine->is_recovering
		&& g_hash_table_size(engine->attempts) < engine->options.n_workers;
}

/* Who stood in the line and steps aside for another limit of its own leaves its place to who is
 * behind it.
 */
static void launch_all(struct engine *engine)
{
	while (has_worker(engine)) {
		gates_call(engine);
		struct instance *next = next_instance(engine);
		if (next)
			launch(engine, next);
		else if (!gates_call(engine))
			return;
	}
}

void engine_admit(struct engine *engine)
{
	tasks_evaluate(engine);
	do {
		while (engine->touched->len > 0) {
			struct run *run =
				g_ptr_array_steal_index(engine->touched, engine->touched->len - 1);
			run->is_touched = false;
			run_admit_processless(engine, run);
			tasks_evaluate(engine);
			run_settle(engine, run);
		}
		launch_all(engine);
	} while (engine->touched->len > 0);
	gates_settle(engine);
}
