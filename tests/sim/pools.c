/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tests/sim/sim.h"

static const char *const names[SIM_POOLS] = {"p0", "p1", "p2"};

static void pool_set(struct sim *sim, int i, int64_t slots)
{
	struct sim_pool *pool = &sim->pools[i];
	bool is_gone = slots < -1;
	if (is_gone && !pool->is_there)
		return;
	pool->record = (struct pool_record){.name = (char *)names[i],
		.slots = slots,
		.include_deferred = g_rand_int_range(sim->random, 0, 2)};
	pool->is_there = !is_gone;
	memory_pool(sim->memory, &pool->record);
	sim_step(sim,
		(struct event){
			.kind = is_gone ? EVENT_POOL_GONE : EVENT_POOL_SET, .pool = &pool->record});
}

void pool_comes_or_goes(struct sim *sim)
{
	pool_set(sim, g_rand_int_range(sim->random, 0, SIM_POOLS),
		g_rand_int_range(sim->random, -2, 5));
}

void pools_remember(struct sim *sim)
{
	const GPtrArray *stored = memory_pools(sim->memory);
	for (int i = 0; i < SIM_POOLS; i++) {
		struct sim_pool *pool = &sim->pools[i];
		pool->is_there = false;
		for (unsigned k = 0; k < stored->len; k++) {
			const struct pool_record *record = stored->pdata[k];
			if (strcmp(record->name, names[i]) != 0)
				continue;
			pool->record = *record;
			pool->record.name = (char *)names[i];
			pool->record.description = NULL;
			pool->is_there = true;
		}
	}
}

void pools_open(struct sim *sim)
{
	for (int i = 0; i < SIM_POOLS; i++)
		pool_set(sim, i, -1);
}
