/* SPDX-License-Identifier: MIT */
/*
 * Each turn something happens by chance; then what gathered is committed by chance, or dagd dies:
 * before the commit, so that nothing of it was; or after it, before any of it was done.
 */
#include "tests/sim/tale.h"
#include "tests/sim/view.h"

#include <string.h>

#include "lib/base/instant.h"

enum { TURNS = 80, END_TURNS_MAX = 50000 };

static int below(struct sim *sim, int n)
{
	return g_rand_int_range(sim->random, 0, n);
}

const char *const sim_dag_ids[SIM_DAGS] = {"red", "blue"};

static void file_put(struct sim *sim, int dag, int version)
{
	sim->files[dag] = version_dag(&sim->versions[dag][version], sim->operators);
}

/* False: the engine refused it. */
bool sim_step(struct sim *sim, struct event event)
{
	struct effects effects;
	bool is_end = event.kind == EVENT_ATTEMPT_ENDED || event.kind == EVENT_ATTEMPT_LOST
		|| event.kind == EVENT_ATTEMPT_TAKEN_BACK;
	g_autoptr(GError) error = NULL;
	event.at = sim->clock;
	if (event.kind == EVENT_RECOVERED)
		sim->is_recovering = false;
	effects_init(&effects);
	tale_event(sim, &event);
	event_note(sim, &event);
	bool is_taken = engine_step(sim->engine, &event, &effects, &error);
	engine_check(sim->engine);
	g_assert(is_taken == (error == NULL));
	effects_note(sim, &effects);
	laws_of_step(sim, &effects);
	struct view view = view_open(sim);
	if (is_taken)
		decisions_judge(sim, &view, &event, &effects);
	tries_judge(sim, &view, &event, &effects);
	oracle_judge(sim, &view, &effects);
	outcomes_judge(sim, &view, &effects);
	limits_judge(sim, &view, &effects);
	assets_judge(sim, &effects);
	view_close(&view);
	if (is_end && is_taken)
		laws_of_end(sim, &event, &effects);
	memory_gather(sim->memory, &effects, sim->clock);
	world_gather(sim, &effects);
	effects_clear(&effects);
	return is_taken;
}

/* A DAG that was deleted begins anew while its file is there, once that is durable. */
static void deleted_begin_anew(struct sim *sim)
{
	for (int i = 0; i < SIM_DAGS; i++)
		if (sim->files[i] && !engine_dag_record(sim->engine, sim_dag_ids[i]))
			sim_step(sim,
				(struct event){.kind = EVENT_DAG_LOADED, .loaded = sim->files[i]});
}

/* False: nothing new followed from it. */
static bool commit(struct sim *sim)
{
	struct event found;
	bool has_question = false;
	memory_commit(sim->memory);
	tale_commit(sim);
	laws_of_commit(sim);
	engine_release(sim->engine); /* it is counted anew after the next step */
	world_act(sim);
	deleted_begin_anew(sim);
	while (memory_find_past(sim->memory, sim->engine, &found)) {
		sim_step(sim, found);
		has_question = true;
	}
	return has_question;
}

/* ---- what dagd hears of ---- */

static void time_passes(struct sim *sim)
{
	int64_t wake = engine_wake_at(sim->engine);
	int kind = below(sim, 12);
	if (kind == 0)
		sim->clock -= below(sim, 1800) * SECOND_US; /* it was set */
	else if (kind == 1)
		sim->clock += below(sim, 7200) * SECOND_US;
	else if (wake != INSTANT_NEVER && kind < 9)
		sim->clock = MAX(sim->clock, wake);
	else
		sim->clock += below(sim, 60) * SECOND_US;
	sim_step(sim, (struct event){.kind = EVENT_TICK});
}

static void attempt_tells(struct sim *sim, const struct attempt *attempt)
{
	struct event event = world_report(sim, attempt);
	if (!sim_step(sim, event))
		return;
	sim->tally->n_lost += event.kind == EVENT_ATTEMPT_LOST;
	sim->tally->n_taken_back += event.kind == EVENT_ATTEMPT_TAKEN_BACK;
}

/* One attempt is over; a report that was given before may be given again. */
static void attempt_reports(struct sim *sim)
{
	if (sim->attempts->len == 0)
		return;
	struct attempt *attempt =
		&g_array_index(sim->attempts, struct attempt, below(sim, (int)sim->attempts->len));
	world_end(sim, attempt);
	attempt_tells(sim, attempt);
}

/* Attempts that were settled long ago are not known any more. */
static void old_attempt_reports(struct sim *sim)
{
	const GPtrArray *attempts = memory_attempts(sim->memory);
	if (attempts->len == 0)
		return;
	const struct attempt_record *old = attempts->pdata[below(sim, (int)attempts->len)];
	struct attempt attempt = {.id = old->id, .is_claimed = true, .has_ended = true};
	if (old->state != ATTEMPT_LAUNCHING)
		g_assert_false(sim_step(sim, world_report(sim, &attempt)));
}

static void run_is_triggered(struct sim *sim)
{
	g_autofree char *run_id = g_strdup_printf("r%d", below(sim, 1000));
	int i = below(sim, SIM_DAGS);
	struct event event = {
		.kind = EVENT_RUN_TRIGGERED, .dag_id = sim_dag_ids[i], .run_id = run_id};
	event.triggered.type = RUN_MANUAL;
	event.triggered.logical_date =
		below(sim, 3) ? INSTANT_NONE : sim->clock - below(sim, 100) * MINUTE_US;
	/* The store, not the engine, knows the names of runs that have ended. */
	if (!memory_run(sim->memory, event.dag_id, run_id))
		sim_step(sim, event);
}

static void dag_changes(struct sim *sim)
{
	int i = below(sim, SIM_DAGS);
	const char *dag_id = sim_dag_ids[i];
	switch (below(sim, 6)) {
	case 0:
		sim_step(sim, (struct event){.kind = EVENT_DAG_PAUSED, .dag_id = dag_id});
		return;
	case 1:
	case 2:
		sim_step(sim, (struct event){.kind = EVENT_DAG_UNPAUSED, .dag_id = dag_id});
		return;
	case 3:
		sim->files[i] = NULL;
		sim_step(sim, (struct event){.kind = EVENT_DAG_GONE, .dag_id = dag_id});
		return;
	default:
		file_put(sim, i, below(sim, SIM_VERSIONS));
		sim_step(sim, (struct event){.kind = EVENT_DAG_LOADED, .loaded = sim->files[i]});
	}
}

static void workers_change(struct sim *sim)
{
	sim->options.n_workers = 1 + (unsigned)below(sim, 4);
	engine_set_workers(sim->engine, sim->options.n_workers);
	sim_step(sim, (struct event){.kind = EVENT_TICK});
}

static void something_happens(struct sim *sim)
{
	int kind = below(sim, 100);
	if (kind < 30)
		time_passes(sim);
	else if (kind < 68)
		attempt_reports(sim);
	else if (kind < 70)
		old_attempt_reports(sim);
	else if (kind < 78)
		run_is_triggered(sim);
	else if (kind < 89)
		people_do_something(sim);
	else if (kind < 93)
		dag_changes(sim);
	else if (kind < 96)
		backfill_comes_or_goes(sim, sim_dag_ids[below(sim, SIM_DAGS)]);
	else if (kind < 97)
		pool_comes_or_goes(sim);
	else if (kind < 99)
		asset_comes_or_goes(sim);
	else
		workers_change(sim);
}

/* ---- dagd dies and starts ---- */

static void die(struct sim *sim)
{
	sim->tally->n_deaths++;
	if (below(sim, 2)) {
		memory_commit(sim->memory);
		tale_commit(sim);
	} else {
		memory_drop(sim->memory);
		sim->tally->n_dropped++;
	}
	tale_die(sim);
	world_forget(sim);
	engine_free(sim->engine);
	sim->engine = NULL;
}

static void attempt_remove(struct sim *sim, int64_t attempt)
{
	for (unsigned i = 0; i < sim->attempts->len; i++)
		if (g_array_index(sim->attempts, struct attempt, i).id == attempt)
			g_array_remove_index(sim->attempts, i--);
}

/* What became of an attempt that the database calls launching. */
static void attempt_recovers(struct sim *sim, int64_t id, bool power_failed)
{
	struct attempt *attempt = world_find(sim, id), unknown = {.id = id};
	if (!attempt) {
		attempt_tells(sim, &unknown);
		return;
	}
	if (attempt->is_claimed && !attempt->has_ended)
		attempt->is_lost = attempt->is_lost || power_failed || below(sim, 6) == 0;
	if (!attempt->is_claimed || attempt->is_lost)
		attempt_tells(sim, attempt);
}

/* Of attempts whose end was committed the world hears at last. */
static void attempts_acknowledge(struct sim *sim)
{
	const GPtrArray *rows = memory_attempts(sim->memory);
	for (unsigned i = 0; i < rows->len; i++) {
		const struct attempt_record *row = rows->pdata[i];
		if (row->state != ATTEMPT_LAUNCHING)
			attempt_remove(sim, row->id);
	}
	/* Their DAG was deleted with what was committed last. */
	for (unsigned i = 0; i < sim->attempts->len; i++)
		if (!memory_has_attempt(
			    sim->memory, g_array_index(sim->attempts, struct attempt, i).id))
			g_array_remove_index(sim->attempts, i--);
}

static void attempts_recover(struct sim *sim)
{
	const GPtrArray *rows = memory_attempts(sim->memory);
	bool power_failed = below(sim, 8) == 0;
	for (unsigned i = 0; i < rows->len; i++) {
		const struct attempt_record *row = rows->pdata[i];
		if (row->state == ATTEMPT_LAUNCHING)
			attempt_recovers(sim, row->id, power_failed);
	}
}

static void start(struct sim *sim, const char *why_not)
{
	attempts_acknowledge(sim);
	laws_of_restart(sim);
	notes_restart(sim);
	pools_remember(sim);
	sim->is_recovering = true;
	sim->is_held = why_not != NULL;
	sim->tally->n_held += sim->is_held;
	sim->engine = memory_restore(sim->memory, &sim->options, why_not);
	tale_start(sim, why_not != NULL);
	for (int i = 0; !why_not && i < SIM_DAGS; i++)
		if (sim->files[i])
			sim_step(sim,
				(struct event){.kind = EVENT_DAG_LOADED, .loaded = sim->files[i]});
	tale_started(sim);
	for (int n = below(sim, 4); n > 0; n--)
		something_happens(sim);
	attempts_recover(sim);
	sim_step(sim, (struct event){.kind = EVENT_RECOVERED});
}

/* ---- from beginning to end ---- */

static void turn(struct sim *sim)
{
	int fate = below(sim, 100);
	something_happens(sim);
	if (fate < 60)
		commit(sim);
	if (fate < 96)
		return;
	die(sim);
	sim->clock += below(sim, 3600) * SECOND_US;
	start(sim, below(sim, 4) ? NULL : "another dagd is needed");
}

static bool is_going_on(const struct sim *sim)
{
	for (int i = 0; i < SIM_DAGS; i++) {
		const struct dag_record *dag = engine_dag_record(sim->engine, sim_dag_ids[i]);
		if (dag && dag->is_paused)
			return true; /* it has paused itself, and is let go on */
	}
	return sim->attempts->len > 0 || engine_wake_at(sim->engine) != INSTANT_NEVER;
}

static bool waits_for_past(const struct sim *sim, const struct run_record *run)
{
	g_autoptr(GPtrArray) list = engine_why(sim->engine, run->dag_id, run->run_id, NULL);
	for (unsigned i = 0; i < list->len; i++)
		if (strstr(((struct why *)list->pdata[i])->sentence, "the run before"))
			return true;
	return false;
}

/* What waits for a run before it that failed, does so until somebody says a word. */
static bool run_is_let_go(struct sim *sim)
{
	const GPtrArray *runs = memory_runs(sim->memory);
	for (unsigned i = 0; i < runs->len; i++) {
		const struct run_record *run = runs->pdata[i];
		if (run->state != RUN_RUNNING || !waits_for_past(sim, run))
			continue;
		struct event event = {
			.kind = EVENT_RUN_CANCELLED, .dag_id = run->dag_id, .run_id = run->run_id};
		/* Then what is left of it is a teardown. */
		if (run->reason)
			event.kind = EVENT_TASKS_MARKED;
		if (run->reason)
			event.marked.state = TASK_SKIPPED;
		sim->tally->n_let_go++;
		return sim_step(sim, event);
	}
	return false;
}

static void commit_all(struct sim *sim)
{
	while (commit(sim))
		continue;
}

/* A DAG may have paused itself, and may do so again by the first thing that it does. */
static void all_go_on(struct sim *sim)
{
	for (int i = 0; i < SIM_DAGS; i++) {
		const struct dag_record *dag = engine_dag_record(sim->engine, sim_dag_ids[i]);
		while (dag && dag->is_paused) {
			sim->tally->n_auto_paused += dag->pause_reason != NULL;
			sim_step(sim,
				(struct event){
					.kind = EVENT_DAG_UNPAUSED, .dag_id = sim_dag_ids[i]});
		}
	}
}

/* All that is left runs to its end: the schedule makes no more runs, and nobody interferes. */
static void run_out(struct sim *sim)
{
	die(sim);
	start(sim, NULL);
	for (int i = 0; i < SIM_DAGS; i++) {
		sim->files[i] = NULL;
		sim_step(sim, (struct event){.kind = EVENT_DAG_GONE, .dag_id = sim_dag_ids[i]});
	}
	for (int i = 0; i < SIM_DAGS; i++) {
		const struct backfill_record *backfill =
			engine_backfill(sim->engine, sim_dag_ids[i]);
		struct event event = {.kind = EVENT_BACKFILL_UNPAUSED};
		event.backfill.id = backfill ? backfill->id : 0;
		g_assert(sim_step(sim, event) == (backfill != NULL));
	}
	all_go_on(sim);
	pools_open(sim);
	commit_all(sim);
	for (int n = 0; is_going_on(sim) || run_is_let_go(sim); n++) {
		g_assert(n < END_TURNS_MAX);
		for (int n_reports = 1 + below(sim, 3); n_reports > 0; n_reports--)
			attempt_reports(sim);
		if (sim->attempts->len == 0 && engine_wake_at(sim->engine) != INSTANT_NEVER) {
			sim->clock = MAX(sim->clock, engine_wake_at(sim->engine));
			sim_step(sim, (struct event){.kind = EVENT_TICK});
		}
		all_go_on(sim);
		commit_all(sim);
	}
	laws_of_the_end(sim);
}

static void tally_add(const struct sim *sim)
{
	const GPtrArray *tasks = memory_tasks(sim->memory), *runs = memory_runs(sim->memory);
	sim->tally->n_runs += runs->len;
	for (unsigned i = 0; i < tasks->len; i++) {
		const struct task_record *task = tasks->pdata[i];
		sim->tally->n_retries += task->try_number > 1;
		sim->tally->n_called += strchr(task->task_id, '@') != NULL;
	}
	for (unsigned i = 0; i < runs->len; i++) {
		const char *reason = ((struct run_record *)runs->pdata[i])->reason;
		sim->tally->n_failed_fast += reason && g_str_has_prefix(reason, "fail_fast");
	}
}

static void sim_open(struct sim *sim, const struct operators *operators)
{
	sim->operators = operators;
	sim->random = g_rand_new_with_seed(sim->seed);
	sim->memory = memory_new();
	sim->clock = SIM_BEGINS_AT;
	sim->options.n_workers = 1 + (unsigned)below(sim, 4);
	sim->attempts = g_array_new(FALSE, TRUE, sizeof(struct attempt));
	sim->deeds = g_array_new(FALSE, TRUE, sizeof(struct deed));
	sim->running = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	sim->begun = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	notes_open(sim);
	for (int i = 0; i < SIM_DAGS; i++) {
		for (int k = 0; k < SIM_VERSIONS; k++)
			sim->versions[i][k].text = dag_text(sim->random, sim_dag_ids[i]);
		file_put(sim, i, 0);
	}
}

static void sim_close(struct sim *sim)
{
	engine_free(sim->engine);
	memory_free(sim->memory);
	for (int i = 0; i < SIM_DAGS; i++)
		for (int k = 0; k < SIM_VERSIONS; k++)
			version_clear(&sim->versions[i][k]);
	g_array_unref(sim->attempts);
	g_array_unref(sim->deeds);
	g_hash_table_destroy(sim->running);
	g_hash_table_destroy(sim->begun);
	notes_close(sim);
	g_rand_free(sim->random);
	world_words_clear(&sim->said);
}

void sim_play(uint32_t seed, const struct operators *operators, struct sim_tally *tally,
	struct tale *tale)
{
	struct sim sim = {.seed = seed, .tally = tally, .tale = tale};
	sim_open(&sim, operators);
	tale_begin(&sim);
	start(&sim, NULL);
	for (int n = 0; n < TURNS; n++)
		turn(&sim);
	run_out(&sim);
	tally_add(&sim);
	tale_end(&sim);
	sim_close(&sim);
}
