/* SPDX-License-Identifier: MIT */
/* From ready to queued as far as the limits of the run let it, from queued to a worker as one is
 * free. */
#include "lib/engine/model.h"

int instance_compare(const void *a, const void *b, void *unused)
{
	const struct instance *left = a, *right = b;
	const struct run_record *left_run = &left->run->record, *right_run = &right->run->record;
	if (left->task->effective_weight != right->task->effective_weight)
		return left->task->effective_weight > right->task->effective_weight ? -1 : 1;
	if (left_run->run_after != right_run->run_after)
		return left_run->run_after < right_run->run_after ? -1 : 1;
	if (left_run->id != right_run->id)
		return left_run->id < right_run->id ? -1 : 1;
	return left->task->index < right->task->index ? -1 : left->task->index > right->task->index;
}

void instance_dequeue(struct instance *instance)
{
	if (instance->place)
		g_sequence_remove(instance->place);
	instance->place = NULL;
}

/* A new try begins: what an earlier one left behind does not belong to it. */
static void try_begin(struct engine *engine, struct instance *instance)
{
	struct task_record *record = &instance->record;
	if (record->attempt)
		effect_add(engine, (struct effect){EFFECT_FORGET_XCOMS, .task = record});
	record->try_number++;
	record->started_at = engine->now;
	record->ended_at = INSTANT_NONE;
	task_reason(instance, NULL);
}

/* An operator without a command (`empty`) needs no worker. */
static void succeed_at_once(struct engine *engine, struct instance *instance)
{
	try_begin(engine, instance);
	task_move(engine, instance, TASK_SUCCESS);
}

static void launch(struct engine *engine, struct instance *instance)
{
	instance_dequeue(instance);
	try_begin(engine, instance);
	instance->record.attempt = engine->options.next_attempt++;
	g_hash_table_insert(engine->attempts, &instance->record.attempt, instance);
	task_move(engine, instance, TASK_RUNNING);
	effect_add(engine,
		(struct effect){EFFECT_START, .run = &instance->run->record,
			.task = &instance->record, .definition = instance->task,
			.run_dag = instance->run->dag, .attempt = instance->record.attempt});
}

static void run_admit(struct engine *engine, struct run *run)
{
	if (engine->is_recovering || run->record.state != RUN_RUNNING || !run->dag
		|| run->workflow->record.is_paused)
		return;
	while (!g_sequence_is_empty(run->ready) && run->n_active < run->dag->max_active_tasks) {
		struct instance *instance = g_sequence_get(g_sequence_get_begin_iter(run->ready));
		instance_dequeue(instance);
		if (!instance->task->operator->run || !instance->task->operator->run[0]) {
			succeed_at_once(engine, instance);
			continue;
		}
		task_move(engine, instance, TASK_QUEUED);
		instance->place =
			g_sequence_insert_sorted(engine->queued, instance, instance_compare, NULL);
	}
}

static void launch_queued(struct engine *engine)
{
	while (!engine->is_recovering && !g_sequence_is_empty(engine->queued)
		&& g_hash_table_size(engine->attempts) < engine->options.n_workers)
		launch(engine, g_sequence_get(g_sequence_get_begin_iter(engine->queued)));
}

void engine_admit(struct engine *engine)
{
	tasks_propagate(engine);
	do {
		while (engine->touched->len > 0) {
			struct run *run =
				g_ptr_array_steal_index(engine->touched, engine->touched->len - 1);
			run->is_touched = false;
			run_admit(engine, run);
			tasks_propagate(engine);
			run_settle(engine, run);
		}
		launch_queued(engine);
	} while (engine->touched->len > 0);
}
