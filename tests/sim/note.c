/* SPDX-License-Identifier: MIT */
/* What those who judge have to know of what has happened. */
#include "tests/sim/view.h"

static void id_add(GHashTable *ids, int64_t id)
{
	g_hash_table_add(ids, g_memdup2(&id, sizeof id));
}

static void run_know(struct sim *sim, const struct run_record *run)
{
	for (unsigned i = 0; i < sim->known->len; i++)
		if (g_array_index(sim->known, int64_t, i) == run->id)
			return;
	g_array_append_val(sim->known, run->id);
}

void effects_note(struct sim *sim, const struct effects *effects)
{
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind == EFFECT_SAVE_RUN)
			run_know(sim, effect->run);
		else if (effect->kind == EFFECT_FIND_PAST)
			id_add(sim->asking, effect->run->id);
	}
}

void event_note(struct sim *sim, const struct event *event)
{
	const struct run_record *run =
		event->run_id ? engine_run(sim->engine, event->dag_id, event->run_id) : NULL;
	if (event->kind == EVENT_PAST_FOUND) {
		if (run)
			g_hash_table_remove(sim->asking, &run->id);
		if (event->past_run_id)
			run_know(sim, engine_run(sim->engine, event->dag_id, event->past_run_id));
	}
	if (run && (event->kind == EVENT_TASKS_MARKED || event->kind == EVENT_RUN_MARKED))
		id_add(sim->marked, run->id);
}

void notes_open(struct sim *sim)
{
	sim->known = g_array_new(FALSE, FALSE, sizeof(int64_t));
	sim->asking = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	sim->states = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	sim->over = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	sim->ending = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	sim->marked = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	sim->heard = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void notes_close(struct sim *sim)
{
	g_array_unref(sim->known);
	g_hash_table_destroy(sim->asking);
	g_hash_table_destroy(sim->states);
	g_hash_table_destroy(sim->marked);
	g_hash_table_destroy(sim->ending);
	g_hash_table_destroy(sim->over);
	g_hash_table_destroy(sim->heard);
}

void notes_restart(struct sim *sim)
{
	g_hash_table_remove_all(sim->asking);
	g_hash_table_remove_all(sim->states);
	g_array_set_size(sim->known, 0);
	for (unsigned i = 0; i < memory_runs(sim->memory)->len; i++)
		run_know(sim, memory_runs(sim->memory)->pdata[i]);
	for (unsigned i = 0; i < memory_tasks(sim->memory)->len; i++)
		state_keep(sim, memory_tasks(sim->memory)->pdata[i]);
	heard_remember(sim);
	tries_remember(sim);
	outcomes_remember(sim);
}
