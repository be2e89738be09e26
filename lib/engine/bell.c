/* SPDX-License-Identifier: MIT */
/*
 * Who waits for a run of another DAG, or for tasks of it, stands at the bell of that run. It is
 * rung where states change, so nobody has to look again and again.
 */
#include "lib/engine/flow.h"

#include <string.h>

/* By the id of a run, or by its date where any run of the DAG with that date is meant. */
static char *key_of_run(const char *dag_id, const char *run_id)
{
	return g_strconcat(dag_id, "\nrun ", run_id, NULL);
}

static char *key_of_date(const char *dag_id, const char *date)
{
	return g_strconcat(dag_id, "\ndate ", date, NULL);
}

int64_t run_date(const struct run_record *run)
{
	return run->logical_date == INSTANT_NONE ? run->run_after : run->logical_date;
}

void bell_add(struct engine *engine, struct instance *instance)
{
	const struct task_record *record = &instance->record;
	if (!record->wait_dag || !record->wait_run)
		return;
	instance->bell = record->wait == WAIT_RUN ? key_of_run(record->wait_dag, record->wait_run)
						  : key_of_date(record->wait_dag, record->wait_run);
	GPtrArray *list = g_hash_table_lookup(engine->bells, instance->bell);
	if (!list) {
		list = g_ptr_array_new();
		g_hash_table_insert(engine->bells, g_strdup(instance->bell), list);
	}
	g_ptr_array_add(list, instance);
}

void bell_remove(struct engine *engine, struct instance *instance)
{
	g_autofree char *key = g_steal_pointer(&instance->bell);
	g_clear_pointer(&instance->bell_tasks, g_strfreev);
	if (!key)
		return;
	GPtrArray *list = g_hash_table_lookup(engine->bells, key);
	g_ptr_array_remove_fast(list, instance);
	if (list->len == 0)
		g_hash_table_remove(engine->bells, key);
}

/* Whom the end of this task of that run concerns (NULL: of the run itself). */
static bool is_concerned(const struct instance *waiting, const char *task_id)
{
	if (!task_id || !waiting->bell_tasks)
		return true;
	return g_strv_contains((const char *const *)waiting->bell_tasks, task_id);
}

static void bell_ring(
	struct engine *engine, char *key, const struct run_record *run, const char *task_id)
{
	GPtrArray *list = g_hash_table_lookup(engine->bells, key);
	g_free(key);
	if (!list)
		return;
	g_autoptr(GPtrArray) all = g_ptr_array_copy(list, NULL, NULL);
	for (unsigned i = 0; i < all->len; i++)
		if (is_concerned(all->pdata[i], task_id))
			wait_heard(engine, all->pdata[i], run);
}

void bells_run_ended(struct engine *engine, const struct run *run)
{
	const struct run_record *record = &run->record;
	if (g_hash_table_size(engine->bells) == 0)
		return;
	g_autofree char *date = instant_iso(run_date(record));
	bell_ring(engine, key_of_run(record->dag_id, record->run_id), record, NULL);
	bell_ring(engine, key_of_date(record->dag_id, date), record, NULL);
}

void bells_task_ended(struct engine *engine, const struct instance *instance)
{
	const struct run_record *run = &instance->run->record;
	if (g_hash_table_size(engine->bells) == 0)
		return;
	g_autofree char *date = instant_iso(run_date(run));
	bell_ring(engine, key_of_date(run->dag_id, date), run, instance->record.task_id);
}
