/* SPDX-License-Identifier: MIT */
#include "tests/story/missed.h"

static void record_free(void *record)
{
	missed_record_clear(record);
	g_free(record);
}

GPtrArray *missed_new(void)
{
	return g_ptr_array_new_with_free_func(record_free);
}

/* A slot that has a run was not missed. */
static void check(const struct missed_record *missed, const struct run_record *run)
{
	g_assert(run->type != RUN_SCHEDULED || !g_str_equal(run->dag_id, missed->dag_id)
		|| run->slot < missed->first_slot || run->slot > missed->last_slot);
}

void missed_check(const GPtrArray *list, const struct run_record *run)
{
	for (unsigned i = 0; i < list->len; i++)
		check(list->pdata[i], run);
}

void missed_put(GPtrArray *list, const GPtrArray *runs, const struct missed_record *missed)
{
	g_assert(missed->first_slot <= missed->last_slot && missed->reason);
	g_assert((missed->n == 1) == (missed->first_slot == missed->last_slot));
	for (unsigned i = 0; i < runs->len; i++)
		check(missed, runs->pdata[i]);
	struct missed_record copy = missed_record_copy(missed);
	for (unsigned i = 0; i < list->len; i++) {
		struct missed_record *old = list->pdata[i];
		if (!g_str_equal(old->dag_id, missed->dag_id)
			|| old->first_slot != missed->first_slot)
			continue;
		missed_record_clear(old);
		*old = copy;
		return;
	}
	g_ptr_array_add(list, g_memdup2(&copy, sizeof copy));
}

void missed_restore(const GPtrArray *list, struct engine *engine)
{
	g_autoptr(GHashTable) newest = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter iter;
	void *missed;
	for (unsigned i = 0; i < list->len; i++) {
		const struct missed_record *record = list->pdata[i];
		const struct missed_record *other = g_hash_table_lookup(newest, record->dag_id);
		if (!other || other->first_slot < record->first_slot)
			g_hash_table_insert(newest, record->dag_id, (void *)record);
	}
	g_hash_table_iter_init(&iter, newest);
	while (g_hash_table_iter_next(&iter, NULL, &missed))
		engine_restore_missed(engine, missed);
}
