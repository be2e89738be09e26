/* SPDX-License-Identifier: MIT */
/* Backfills that come and go. */
#include "lib/base/instant.h"
#include "tests/sim/sim.h"

static int below(struct sim *sim, int n)
{
	return g_rand_int_range(sim->random, 0, n);
}

/* As the daemon does: runs that are to run again are in the engine before it is told. */
static void runs_restore(
	struct sim *sim, const struct backfill_record *wanted, const struct backfill_pasts *pasts)
{
	g_autoptr(GArray) plan = engine_backfill_plan(sim->engine, wanted, pasts, sim->clock, NULL);
	for (unsigned i = 0; plan && i < plan->len; i++) {
		const struct backfill_slot *slot = &g_array_index(plan, struct backfill_slot, i);
		if (slot->what == BACKFILL_AGAIN)
			memory_restore_run(sim->memory, sim->engine, wanted->dag_id, slot->run_id);
	}
}

static void backfill_begins(struct sim *sim, const char *dag_id)
{
	struct event event = {.kind = EVENT_BACKFILL_CREATED};
	int64_t to = sim->clock + (below(sim, 60) - 30) * MINUTE_US;
	struct backfill_record wanted = {
		.dag_id = (char *)dag_id,
		.from_date = to - below(sim, 90) * MINUTE_US,
		.to_date = to,
		.is_backwards = below(sim, 2),
		.reprocess = (enum reprocess)below(sim, 3),
		.max_active_runs = 1 + (unsigned)below(sim, 3),
	};
	g_autoptr(GArray) list =
		memory_pasts(sim->memory, dag_id, wanted.from_date, wanted.to_date);
	event.backfill.wanted = &wanted;
	event.backfill.pasts =
		(struct backfill_pasts){(struct backfill_past *)list->data, list->len};
	runs_restore(sim, &wanted, &event.backfill.pasts);
	sim->tally->n_backfills += sim_step(sim, event);
}

void backfill_comes_or_goes(struct sim *sim, const char *dag_id)
{
	static const enum event_kind kinds[] = {EVENT_BACKFILL_PAUSED, EVENT_BACKFILL_UNPAUSED,
		EVENT_BACKFILL_UNPAUSED, EVENT_BACKFILL_CANCELLED};
	const struct backfill_record *backfill = engine_backfill(sim->engine, dag_id);
	if (!backfill || below(sim, 10) == 0) {
		backfill_begins(sim, dag_id);
		return;
	}
	struct event event = {.kind = kinds[below(sim, G_N_ELEMENTS(kinds))]};
	event.backfill.id = backfill->id;
	g_assert_true(sim_step(sim, event));
	sim->tally->n_cancelled += event.kind == EVENT_BACKFILL_CANCELLED;
}
