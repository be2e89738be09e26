/* SPDX-License-Identifier: MIT */
/*
 * What DAGs have heard of, followed by the effects alone: each update is told to all who wait for
 * it, a run is made of what was heard of and of nothing else, and it is forgotten everywhere then.
 */
#include "lib/base/instant.h"
#include "tests/sim/sim.h"

static const char *const names[] = {"a", "b", "c"};

static const char *any_name(struct sim *sim)
{
	return names[g_rand_int_range(sim->random, 0, G_N_ELEMENTS(names))];
}

void asset_comes_or_goes(struct sim *sim)
{
	struct asset_event_record asset = {.asset = (char *)any_name(sim), .map_index = -1};
	struct event event = {.kind = EVENT_ASSET_CHANGED, .asset = &asset};
	if (g_rand_int_range(sim->random, 0, 4) == 0) {
		int i = g_rand_int_range(sim->random, 0, SIM_DAGS);
		event = (struct event){.kind = EVENT_ASSETS_FORGOTTEN, .dag_id = sim_dag_ids[i]};
		event.forgotten = g_rand_int_range(sim->random, 0, 3) ? any_name(sim) : NULL;
	}
	sim_step(sim, event);
}

/* ---- what is heard of ---- */

static bool has_heard(const struct sim *sim, const char *dag_id, const char *name)
{
	g_autofree char *key = g_strconcat(dag_id, "/", name, NULL);
	return g_hash_table_contains(sim->heard, key);
}

static void hear(struct sim *sim, const char *dag_id, const char *name)
{
	g_hash_table_add(sim->heard, g_strconcat(dag_id, "/", name, NULL));
}

/* `name` NULL: all. */
static void forget(struct sim *sim, const char *dag_id, const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *key = g_strconcat(dag_id, "/", names[i], NULL);
		if (!name || g_str_equal(names[i], name))
			g_hash_table_remove(sim->heard, key);
	}
}

void heard_remember(struct sim *sim)
{
	const GPtrArray *heard = memory_heard(sim->memory);
	g_hash_table_remove_all(sim->heard);
	for (unsigned i = 0; i < heard->len; i++) {
		const struct asset_event_record *one = heard->pdata[i];
		hear(sim, one->dag_id, one->asset);
	}
}

static bool remembers(const struct sim *sim, const char *dag_id, const char *name)
{
	const GPtrArray *heard = memory_heard(sim->memory);
	for (unsigned i = 0; i < heard->len; i++) {
		const struct asset_event_record *one = heard->pdata[i];
		if (g_str_equal(one->dag_id, dag_id) && g_str_equal(one->asset, name))
			return true;
	}
	return false;
}

void heard_law(const struct sim *sim)
{
	for (int i = 0; i < SIM_DAGS; i++) {
		const char *dag_id = sim_dag_ids[i];
		for (size_t k = 0; k < G_N_ELEMENTS(names); k++) {
			bool heard = has_heard(sim, dag_id, names[k]);
			g_assert(engine_has_heard(sim->engine, dag_id, names[k]) == heard);
			g_assert(remembers(sim, dag_id, names[k]) == heard);
		}
	}
}

/* ---- what a step did ---- */

/* How many of the items must be met: one, or all. */
static bool is_met(
	const struct sim *sim, const char *dag_id, const struct asset_condition *condition)
{
	size_t n = 0;
	if (condition->kind == ASSET_ONE)
		return has_heard(sim, dag_id, condition->asset);
	for (size_t i = 0; i < condition->n; i++)
		n += is_met(sim, dag_id, &condition->items[i]);
	return condition->kind == ASSET_ALL ? n == condition->n : n > 0;
}

static bool waits_for(const struct asset_condition *condition, const char *name)
{
	bool waits = condition->kind == ASSET_ONE && g_str_equal(condition->asset, name);
	for (size_t i = 0; i < condition->n; i++)
		waits |= waits_for(&condition->items[i], name);
	return waits;
}

static bool is_told(const struct effects *effects, int64_t event, const char *dag_id)
{
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind == EFFECT_QUEUE_ASSET && effect->asset_event->id == event
			&& g_str_equal(effect->consumer, dag_id))
			return true;
	}
	return false;
}

/* Nobody else is told; one that was paused in this step may have been told before. */
static void update_law(const struct sim *sim, const struct effects *effects,
	const struct asset_event_record *event)
{
	for (int i = 0; i < SIM_DAGS; i++) {
		const char *dag_id = sim_dag_ids[i];
		const struct dag_record *record = engine_dag_record(sim->engine, dag_id);
		const struct dag *dag = record ? engine_dag_head(sim->engine, dag_id) : NULL;
		bool waits = dag && dag->assets && waits_for(dag->assets, event->asset);
		bool hears = waits && !record->is_stale;
		if (!hears || !record->is_paused)
			g_assert(is_told(effects, event->id, dag_id) == hears);
	}
}

static void run_law(struct sim *sim, const struct run_record *run)
{
	const struct dag *dag = engine_dag_head(sim->engine, run->dag_id);
	g_assert(!sim->is_recovering && run->type == RUN_ASSET_TRIGGERED);
	g_assert(run->logical_date == INSTANT_NONE && run->slot == INSTANT_NONE);
	g_assert(dag && dag->assets && is_met(sim, run->dag_id, dag->assets));
	forget(sim, run->dag_id, NULL);
	sim->tally->n_by_assets++;
}

static unsigned n_made_of(const struct effects *effects, const char *dag_id)
{
	unsigned n = 0;
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		n += effect->kind == EFFECT_TAKE_ASSETS && g_str_equal(effect->run->dag_id, dag_id);
	}
	return n;
}

void assets_judge(struct sim *sim, const struct effects *effects)
{
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind == EFFECT_SAVE_ASSET_EVENT)
			update_law(sim, effects, effect->asset_event);
		else if (effect->kind == EFFECT_QUEUE_ASSET)
			hear(sim, effect->consumer, effect->asset_event->asset);
		else if (effect->kind == EFFECT_FORGET_ASSETS)
			forget(sim, effect->consumer, effect->forgotten);
		else if (effect->kind == EFFECT_DELETE_DAG)
			forget(sim, effect->dag_id, NULL);
		else if (effect->kind == EFFECT_TAKE_ASSETS)
			run_law(sim, effect->run);
	}
	for (int i = 0; i < SIM_DAGS; i++)
		g_assert(n_made_of(effects, sim_dag_ids[i]) <= 1);
}
