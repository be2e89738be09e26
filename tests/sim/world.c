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
		g_intern_string(effect->task->task_id), effect->task->map_index,
		effect->definition ? effect->definition->operator->flow : FLOW_NONE };
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
		.map_index = deed->map_index,
		.flow = deed->flow};
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
	attempt->luck = g_rand_int(sim->random);
	attempt->until = sim->clock + g_rand_int_range(sim->random, -600, 7200) * SECOND_US;
	bool looks = attempt->flow == FLOW_WAIT || attempt->flow == FLOW_WAIT_TASK;
	if (looks && attempt->exit_code == 0 && attempt->luck % 4)
		attempt->exit_code = EXIT_NOT_YET;
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

void world_words_clear(struct world_words *words)
{
	json_decref(words->value);
	g_free(words->run_id);
	*words = (struct world_words){.value = NULL};
}

/* Some of the tasks t0 ... t6; few of them stand directly after it. */
static json_t *some_tasks(uint32_t luck)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < 7; i++)
		if (luck >> (8 + i) & 1)
			json_array_append_new(list, json_sprintf("t%u", i));
	return list;
}

const struct run_record *committed_run(const struct sim *sim, int64_t id)
{
	const GPtrArray *runs = memory_runs(sim->memory);
	for (unsigned i = 0; i < runs->len; i++)
		if (((struct run_record *)runs->pdata[i])->id == id)
			return runs->pdata[i];
	return NULL;
}

const struct attempt_record *committed_attempt(const struct sim *sim, int64_t id)
{
	const GPtrArray *rows = memory_attempts(sim->memory);
	for (unsigned i = 0; i < rows->len; i++)
		if (((struct attempt_record *)rows->pdata[i])->id == id)
			return rows->pdata[i];
	return NULL;
}

/* Those that are directly after the task: a choice that is right. */
static json_t *right_choice(const struct sim *sim, const struct attempt *attempt)
{
	const struct run_record *run = committed_run(sim, attempt->run);
	const struct dag *dag = run ? engine_run_dag(sim->engine, run->dag_id, run->run_id) : NULL;
	const struct task *task = dag ? dag_task(dag, attempt->task_id) : NULL;
	json_t *list = json_array();
	for (size_t i = 0; task && i < task->n_downstream; i++)
		if (attempt->luck >> (8 + i % 16) & 1)
			json_array_append_new(
				list, json_string(dag->tasks[task->downstream[i]].task_id));
	return list;
}

/* Most often what can be followed. */
static json_t *branch_say(const struct sim *sim, const struct attempt *attempt)
{
	switch (attempt->luck % 16) {
	case 0:
		return json_null();
	case 1:
		return json_sprintf("t%u", attempt->luck >> 8 & 7);
	case 2:
		return json_string(attempt->luck >> 8 & 1 ? "g" : "");
	case 3:
		return json_integer(1);
	case 4:
	case 5:
	case 6:
		return some_tasks(attempt->luck);
	default:
		return right_choice(sim, attempt);
	}
}

static json_t *condition_say(const struct attempt *attempt)
{
	static const char *const values[] = {"true", "false", "true", "false", "null", "0", "1",
		"0.0", "0.5", "\"\"", "\"no\"", "[]", "[0]", "{}", "{\"a\": 1}", "false"};
	return json_loads(values[attempt->luck % G_N_ELEMENTS(values)], JSON_DECODE_ANY, NULL);
}

/* A run that exists now and then; else one that only this attempt can make. */
static void trigger_say(
	const struct sim *sim, const struct attempt *attempt, struct world_words *said)
{
	const char *dag_id = attempt->luck >> 4 & 1 ? "red" : "blue";
	const GPtrArray *runs = memory_runs(sim->memory);
	const struct run_record *old =
		runs->len && attempt->luck % 8 == 0 ? runs->pdata[attempt->luck % runs->len] : NULL;
	if (old)
		memory_restore_run(sim->memory, sim->engine, old->dag_id, old->run_id);
	said->run_id = old ? g_strdup(old->run_id)
			   : g_strdup_printf("made-by-%" G_GINT64_FORMAT, attempt->id);
	said->end.trigger.dag_id = old ? old->dag_id : dag_id;
	said->end.trigger.run_id = said->run_id;
	said->end.trigger.logical_date = INSTANT_NONE;
	said->end.trigger.is_reset = old && attempt->luck >> 5 & 1;
	said->end.trigger.skips_existing = attempt->luck >> 6 & 1 && !said->end.trigger.is_reset;
	said->end.trigger.fails_when_paused = attempt->luck >> 7 & 1;
}

/* The version that its run has moved to may have another operator in its place: by that dagd reads
 * what a process left. */
enum flow world_flow(const struct sim *sim, const struct attempt *attempt)
{
	const struct run *run = engine_run_look(sim->engine, attempt->run);
	const struct dag *dag = run ? run_look_dag(run) : NULL;
	const struct task *task = dag ? dag_task(dag, attempt->task_id) : NULL;
	return task ? task->operator->flow : FLOW_NONE;
}

static const struct flow_end *world_say(
	const struct sim *sim, const struct attempt *attempt, struct world_words *said)
{
	static const char *const tasks[] = {"t1", NULL}, *const none[] = {NULL};
	switch (world_flow(sim, attempt)) {
	case FLOW_BRANCH:
		said->value = branch_say(sim, attempt);
		break;
	case FLOW_SHORT_CIRCUIT:
		said->value = condition_say(attempt);
		break;
	case FLOW_TRIGGER_DAG:
		trigger_say(sim, attempt, said);
		break;
	case FLOW_WAIT_TIME:
		said->end.until = attempt->until;
		break;
	case FLOW_WAIT_TASK:
		said->end.watch.dag_id = attempt->luck & 1 ? "red" : "blue";
		said->end.watch.date = attempt->until - attempt->until % (10 * MINUTE_US);
		said->end.watch.task_ids = attempt->luck & 2 ? tasks : none;
		break;
	case FLOW_NONE:
	case FLOW_LATEST_ONLY:
	case FLOW_WAIT:
	case FLOW_APPROVAL:
		return NULL;
	}
	said->end.value = said->value;
	return &said->end;
}

struct event world_report(struct sim *sim, const struct attempt *attempt)
{
	world_words_clear(&sim->said);
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
				.flow = world_say(sim, attempt, &sim->said),
			},
	};
}
