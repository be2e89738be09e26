/* SPDX-License-Identifier: MIT */
/* What others may see of the model. */
#include "lib/engine/flow.h"
#include "lib/engine/model.h"

#include <stdlib.h>
#include <string.h>

struct dag *engine_dag_head(const struct engine *engine, const char *dag_id)
{
	const struct workflow *workflow = workflow_get(engine, dag_id);
	return workflow ? workflow->dag : NULL;
}

struct dag *engine_dag(const struct engine *engine, const char *dag_id)
{
	struct dag *head = engine_dag_head(engine, dag_id);
	struct dag *whole = head ? dag_whole(head) : NULL;
	dag_unref(whole); /* its shelf keeps the one that was wanted last */
	return whole;
}

const struct dag_record *engine_dag_record(const struct engine *engine, const char *dag_id)
{
	const struct workflow *workflow = workflow_get(engine, dag_id);
	return workflow ? &workflow->record : NULL;
}

static int id_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **engine_dag_ids(const struct engine *engine)
{
	guint n;
	const char **ids = (const char **)g_hash_table_get_keys_as_array(engine->workflows, &n);
	qsort(ids, n, sizeof *ids, id_compare);
	return ids;
}

static const struct run *run_look(
	const struct engine *engine, const char *dag_id, const char *run_id)
{
	const struct workflow *workflow = workflow_get(engine, dag_id);
	return workflow ? run_find(workflow, run_id) : NULL;
}

const struct run *engine_run_look(const struct engine *engine, int64_t id)
{
	return g_hash_table_lookup(engine->by_id, &id);
}

const struct run_record *run_look_record(const struct run *run)
{
	return &run->record;
}

struct dag *run_look_dag(const struct run *run)
{
	return run->dag;
}

const struct task_record *run_look_task(
	const struct run *run, const struct task *task, int map_index)
{
	const struct instance *instance = run_instance_at(run, task, map_index);
	return instance ? &instance->record : NULL;
}

int run_look_width(const struct run *run, const struct task *task)
{
	const struct expansion *expansion =
		run->instances && !task->is_callback ? run->instances[task->index].expansion : NULL;
	return expansion ? (int)expansion->units->len : -1;
}

const struct run_record *engine_run(
	const struct engine *engine, const char *dag_id, const char *run_id)
{
	const struct run *run = run_look(engine, dag_id, run_id);
	return run ? &run->record : NULL;
}

const struct run_record *engine_run_at(
	const struct engine *engine, const char *dag_id, int64_t date)
{
	const struct workflow *workflow = workflow_get(engine, dag_id);
	const struct run *run, *newest = NULL;
	GHashTableIter runs;
	if (!workflow)
		return NULL;
	g_hash_table_iter_init(&runs, workflow->runs);
	while (g_hash_table_iter_next(&runs, NULL, (void **)&run))
		if (run_date(&run->record) == date
			&& (!newest || run->record.id > newest->record.id))
			newest = run;
	return newest ? &newest->record : NULL;
}

struct dag *engine_run_dag(const struct engine *engine, const char *dag_id, const char *run_id)
{
	const struct run *run = run_look(engine, dag_id, run_id);
	return run ? run->dag : NULL;
}

const struct task_record *engine_task(const struct engine *engine, const char *dag_id,
	const char *run_id, const char *task_id, int map_index)
{
	const struct run *run = run_look(engine, dag_id, run_id);
	const struct instance *instance =
		run && run->dag ? run_instance(run, task_id, map_index) : NULL;
	return instance ? &instance->record : NULL;
}

int engine_task_width(
	const struct engine *engine, const char *dag_id, const char *run_id, const char *task_id)
{
	const struct run *run = run_look(engine, dag_id, run_id);
	const struct task *task = run && run->instances ? dag_task(run->dag, task_id) : NULL;
	return task ? run_look_width(run, task) : -1;
}

bool engine_next_slot(const struct engine *engine, const char *dag_id, struct slot *slot)
{
	const struct workflow *workflow = workflow_get(engine, dag_id);
	if (!workflow || !workflow->slot.place || !workflow->dag || !workflow->dag->schedule)
		return false;
	int64_t at = workflow->slot.at;
	*slot = (struct slot){at, at, at, at, at};
	if (schedule_kind(workflow->dag->schedule) != SCHEDULE_CONTINUOUS)
		*slot = schedule_slot(workflow->dag->schedule, workflow->record.first_seen_at,
			workflow->next_slot);
	return true;
}

unsigned engine_n_running(const struct engine *engine)
{
	return g_hash_table_size(engine->attempts);
}

struct pool_use engine_pool_use(const struct engine *engine, const char *name)
{
	for (unsigned i = 0; i < engine->pools->len; i++) {
		const struct pool *pool = engine->pools->pdata[i];
		if (strcmp(pool->record.name, name) == 0)
			return (struct pool_use){
				pool->n_active, pool->n_scheduled, pool->n_deferred};
	}
	return (struct pool_use){0};
}
