/* SPDX-License-Identifier: MIT */
/* Rows that are deleted, with all that hangs on them. */
#include "tests/story/heard.h"
#include "tests/story/memory_parts.h"

char *memory_run_name(const struct run_record *run)
{
	return g_strconcat(run->dag_id, "/", run->run_id, NULL);
}

char *memory_slot_name(const struct run_record *run)
{
	return g_strdup_printf("%s/%" G_GINT64_FORMAT, run->dag_id, run->slot);
}

unsigned memory_task_hash(const void *task)
{
	const struct task_record *record = task;
	uint64_t hash = g_str_hash(record->task_id) * UINT64_C(0x9e3779b97f4a7c15);
	hash = (hash ^ (uint64_t)record->run) * UINT64_C(0x9e3779b97f4a7c15);
	hash = (hash ^ (uint64_t)record->map_index) * UINT64_C(0x9e3779b97f4a7c15);
	return (unsigned)(hash >> 32);
}

int memory_is_same_task(const void *task, const void *other)
{
	const struct task_record *one = task, *two = other;
	return one->run == two->run && one->map_index == two->map_index
		&& g_str_equal(one->task_id, two->task_id);
}

void memory_task_remove(struct memory *memory, const struct task_record *task)
{
	struct task_record *old = g_hash_table_lookup(memory->tasks_by_name, task);
	g_hash_table_remove(memory->tasks_by_name, task);
	if (old)
		g_ptr_array_remove(memory->tasks, old);
}

static void tasks_remove(struct memory *memory, int64_t run)
{
	for (unsigned i = 0; i < memory->tasks->len; i++)
		if (((struct task_record *)memory->tasks->pdata[i])->run == run)
			memory_task_remove(memory, memory->tasks->pdata[i--]);
	for (unsigned i = 0; i < memory->attempts->len; i++) {
		struct attempt_record *one = memory->attempts->pdata[i];
		memory->last_attempt = MAX(memory->last_attempt, one->id);
		if (one->run == run && g_hash_table_remove(memory->attempts_by_id, &one->id))
			g_ptr_array_remove_index(memory->attempts, i--);
	}
}

static void run_remove(struct memory *memory, struct run_record *run)
{
	g_autofree char *name = memory_run_name(run);
	g_autofree char *slot = memory_slot_name(run);
	g_assert(run_state_is_finished(run->state));
	memory->last_run = MAX(memory->last_run, run->id);
	tasks_remove(memory, run->id);
	g_hash_table_remove(memory->runs_by_name, name);
	g_hash_table_remove(memory->runs_by_id, &run->id);
	g_hash_table_remove(memory->slots, slot);
	g_ptr_array_remove(memory->runs, run);
}

void memory_run_remove(struct memory *memory, int64_t id)
{
	struct run_record *run = g_hash_table_lookup(memory->runs_by_id, &id);
	g_assert(run);
	run_remove(memory, run);
}

void memory_dag_remove(struct memory *memory, const char *dag_id)
{
	heard_take(memory->heard, dag_id, NULL);
	for (unsigned i = 0; i < memory->runs->len; i++)
		if (g_str_equal(((struct run_record *)memory->runs->pdata[i])->dag_id, dag_id))
			run_remove(memory, memory->runs->pdata[i--]);
	for (unsigned i = 0; i < memory->missed->len; i++)
		if (g_str_equal(((struct missed_record *)memory->missed->pdata[i])->dag_id, dag_id))
			g_ptr_array_remove_index(memory->missed, i--);
	for (unsigned i = 0; i < memory->dags->len; i++)
		if (g_str_equal(((struct dag_record *)memory->dags->pdata[i])->dag_id, dag_id))
			g_ptr_array_remove_index(memory->dags, i--);
}
