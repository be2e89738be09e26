/* SPDX-License-Identifier: MIT */
/*
 * Workers and their processes. What they do does not depend on whether dagd lives: a process ends
 * once, with one result, which is reported until dagd has acknowledged it.
 */
#include "tests/sim/sim.h"

#include <signal.h>

#include "lib/base/instant.h"

struct attempt *world_find(const struct sim *sim, int64_t attempt)
{
	for (unsigned i = 0; i < sim->attempts->len; i++) {
		struct attempt *one = &g_array_index(sim->attempts, struct attempt, i);
		if (one->id == attempt)
			return one;
	}
	return NULL;
}

static void deed_add(struct sim *sim, enum deed_kind kind, const struct effect *effect)
{
	struct deed deed = {kind, effect->attempt, effect->run->id,
		g_intern_string(effect->task->task_id), effect->task->map_index};
	g_array_append_val(sim->deeds, deed);
}

void world_gather(struct sim *sim, const struct effects *effects)
{
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind == EFFECT_START)
			deed_add(sim, DEED_START, effect);
		else if (effect->kind == EFFECT_KILL)
			deed_add(sim, DEED_KILL, effect);
		else if (effect->kind == EFFECT_ENDED)
			deed_add(sim, DEED_ACKNOWLEDGE, effect);
	}
}

/* No task runs twice at once, and no attempt begins twice. */
static void begin(struct sim *sim, const struct deed *deed)
{
	struct attempt attempt = {.id = deed->attempt,
		.run = deed->run,
		.task_id = deed->task_id,
		.map_index = deed->map_index};
	for (unsigned i = 0; i < sim->attempts->len; i++) {
		const struct attempt *other = &g_array_index(sim->attempts, struct attempt, i);
		g_assert(other->run != deed->run || other->task_id != deed->task_id
			|| other->map_index != deed->map_index || !other->is_claimed
			|| other->is_lost || other->has_ended);
	}
	int64_t *id = g_memdup2(&deed->attempt, sizeof deed->attempt);
	g_assert(g_hash_table_add(sim->begun, id));
	attempt.is_claimed = g_rand_int_range(sim->random, 0, 20) > 0;
	g_array_append_val(sim->attempts, attempt);
	sim->tally->n_starts++;
}

static void acknowledge(struct sim *sim, int64_t attempt)
{
	for (unsigned i = 0; i < sim->attempts->len; i++)
		if (g_array_index(sim->attempts, struct attempt, i).id == attempt)
			g_array_remove_index(sim->attempts, i--);
}

void world_act(struct sim *sim)
{
	for (unsigned i = 0; i < sim->deeds->len; i++) {
		const struct deed *deed = &g_array_index(sim->deeds, struct deed, i);
		struct attempt *attempt = world_find(sim, deed->attempt);
		switch (deed->kind) {
		case DEED_START:
			begin(sim, deed);
			break;
		case DEED_KILL:
			if (attempt)
				attempt->is_killed = true;
			break;
		case DEED_ACKNOWLEDGE:
			acknowledge(sim, deed->attempt);
			break;
		}
	}
	world_forget(sim);
}

void world_forget(struct sim *sim)
{
	g_array_set_size(sim->deeds, 0);
}

void world_end(struct sim *sim, struct attempt *attempt)
{
	static const int exit_codes[] = {0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 99, 78};
	if (attempt->has_ended || attempt->is_lost || !attempt->is_claimed)
		return;
	attempt->has_ended = true;
	attempt->exit_code = exit_codes[g_rand_int_range(sim->random, 0, G_N_ELEMENTS(exit_codes))];
	attempt->map_length = g_rand_int_range(sim->random, -1, 4);
	if (attempt->is_killed) {
		attempt->exit_code = -1;
		attempt->signal = SIGTERM;
	}
}

static struct event gone_event(enum event_kind kind, int64_t attempt, const char *reason)
{
	struct event event = {.kind = kind};
	event.lost.attempt = attempt;
	event.lost.reason = reason;
	return event;
}

struct event world_report(const struct attempt *attempt)
{
	if (!attempt->is_claimed)
		return gone_event(EVENT_ATTEMPT_TAKEN_BACK, attempt->id, "it never began");
	if (attempt->is_lost)
		return gone_event(EVENT_ATTEMPT_LOST, attempt->id, "its worker is dead");
	return (struct event){
		.kind = EVENT_ATTEMPT_ENDED,
		.ended =
			{
				.attempt = attempt->id,
				.exit_code = attempt->exit_code,
				.signal = attempt->signal,
				.started_at = INSTANT_NONE,
				.ended_at = INSTANT_NONE,
				.map_length = attempt->map_length,
			},
	};
}
