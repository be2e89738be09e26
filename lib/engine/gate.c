/* SPDX-License-Identifier: MIT */
/*
 * max_active_tis_per_dag and max_active_tis_per_dagrun. An instance finds its gate closed when it
 * is the next to start; then it steps aside, so that nobody waits behind it for a limit that is not
 * his. Each place that becomes free calls one of those back into the line.
 */
#include "lib/engine/model.h"

static void gate_init(struct gate *gate)
{
	if (!gate->parked)
		gate->parked = g_sequence_new(NULL);
}

void gate_free(void *data)
{
	struct gate *gate = data;
	if (gate->parked)
		g_sequence_free(gate->parked);
	g_free(gate);
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
		gate_init(gate);
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
	gate_init(gate);
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
	instance->place = g_sequence_insert_sorted(gate->parked, instance, instance_compare, NULL);
}

static void call_back(struct engine *engine, struct gate *gate)
{
	if (!gate || g_sequence_is_empty(gate->parked))
		return;
	struct instance *instance = g_sequence_get(g_sequence_get_begin_iter(gate->parked));
	instance_dequeue(engine, instance);
	instance_enqueue(engine, instance);
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
	gates_pass_by(engine, instance);
}

void gates_pass_by(struct engine *engine, struct instance *instance)
{
	call_back(engine, gate_of_dag(instance));
	call_back(engine, gate_of_run(instance));
}
