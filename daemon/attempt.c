/* SPDX-License-Identifier: MIT */
#include "daemon/attempt.h"

struct attempts {
	GHashTable *by_id; /* &record.id -> struct attempt, owned */
};

static void attempt_free(void *data)
{
	struct attempt *attempt = data;
	attempt_record_clear(&attempt->record);
	run_record_clear(&attempt->run);
	dag_unref(attempt->dag);
	g_free(attempt);
}

struct attempts *attempts_new(void)
{
	struct attempts *attempts = g_new(struct attempts, 1);
	attempts->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, attempt_free);
	return attempts;
}

void attempts_free(struct attempts *attempts)
{
	if (!attempts)
		return;
	g_hash_table_destroy(attempts->by_id);
	g_free(attempts);
}

struct attempt *attempts_get(const struct attempts *attempts, int64_t id)
{
	return g_hash_table_lookup(attempts->by_id, &id);
}

struct attempt *attempts_add(struct attempts *attempts, const struct attempt_record *record,
	const struct run_record *run, struct dag *dag)
{
	struct attempt *attempt = g_new0(struct attempt, 1);
	attempt->record = *record;
	attempt->run = run_record_copy(run);
	attempt->dag = dag ? dag_ref(dag) : NULL;
	attempt->task = dag ? dag_task(dag, record->task_id) : NULL;
	g_hash_table_replace(attempts->by_id, &attempt->record.id, attempt);
	return attempt;
}

void attempts_remove(struct attempts *attempts, int64_t id)
{
	g_hash_table_remove(attempts->by_id, &id);
}

GPtrArray *attempts_list(const struct attempts *attempts)
{
	GPtrArray *list = g_ptr_array_new();
	GHashTableIter iter;
	void *attempt;
	g_hash_table_iter_init(&iter, attempts->by_id);
	while (g_hash_table_iter_next(&iter, NULL, &attempt))
		g_ptr_array_add(list, attempt);
	return list;
}
