/* SPDX-License-Identifier: MIT */
#include "lib/base/instant.h"
#include "tests/sim/sim.h"

static void start_laws(const struct sim *sim, const struct effect *effect)
{
	const struct run_record *run = effect->run;
	const struct dag_record *dag = engine_dag_record(sim->engine, run->dag_id);
	bool is_callback = effect->definition->is_callback;
	g_assert(!sim->is_recovering && (!dag->is_paused || is_callback));
	g_assert(run->state == RUN_RUNNING || is_callback);
	g_assert((effect->task->calls != NULL) == is_callback);
	g_assert_cmpstr(run->version, ==, effect->run_dag->hash);
	g_assert(engine_n_running(sim->engine) <= sim->options.n_workers);
	g_assert(effect->task->try_number > 0);
	g_assert(effect->task->try_number <= effect->task->max_tries + 1);
}

/* Its DAG, or its backfill: a limit of its own. */
static const char *counted_in(const struct run_record *run)
{
	if (!run->backfill)
		return g_intern_string(run->dag_id);
	g_autofree char *name = g_strdup_printf("backfill %" G_GINT64_FORMAT, run->backfill);
	return g_intern_string(name);
}

static unsigned n_running_of(const struct sim *sim, const char *counted)
{
	GHashTableIter iter;
	void *running;
	unsigned n = 0;
	g_hash_table_iter_init(&iter, sim->running);
	while (g_hash_table_iter_next(&iter, NULL, &running))
		n += running == counted;
	return n;
}

/* A younger run of the DAG that looks at the runs before it goes on, or did before this step. */
static bool is_waited_for(const struct sim *sim, const struct run_record *run)
{
	const GPtrArray *runs = memory_runs(sim->memory);
	for (unsigned i = 0; i < runs->len; i++) {
		const struct run_record *row = runs->pdata[i];
		const struct run *look = engine_run_look(sim->engine, row->id);
		const struct run_record *other = look ? run_look_record(look) : NULL;
		const struct dag *dag = look ? run_look_dag(look) : NULL;
		if (g_str_equal(row->dag_id, run->dag_id) && dag && dag->has_past
			&& (other->state == RUN_RUNNING || row->state == RUN_RUNNING)
			&& run->logical_date != INSTANT_NONE
			&& other->logical_date > run->logical_date)
			return true;
	}
	return false;
}

/* A run that begins finds room for it, or is let in front. */
static void max_active_runs_law(const struct sim *sim, const struct run_record *run)
{
	const char *counted = counted_in(run);
	const struct dag *dag = engine_dag(sim->engine, run->dag_id);
	const struct backfill_record *backfill = engine_backfill(sim->engine, run->dag_id);
	if (run->state != RUN_RUNNING)
		return;
	int64_t *id = g_memdup2(&run->id, sizeof run->id);
	if (!g_hash_table_insert(sim->running, id, (void *)counted))
		return;
	if (run->backfill) {
		g_assert(backfill && backfill->id == run->backfill && !backfill->is_paused);
		g_assert(n_running_of(sim, counted) <= backfill->max_active_runs
			|| is_waited_for(sim, run));
	} else if (dag) {
		g_assert(n_running_of(sim, counted) <= dag->max_active_runs
			|| is_waited_for(sim, run));
	}
}

void laws_of_step(const struct sim *sim, const struct effects *effects)
{
	const struct effect *all = (const struct effect *)(void *)effects->list->data;
	for (unsigned i = 0; i < effects->list->len; i++)
		if (all[i].kind == EFFECT_SAVE_RUN && all[i].run->state != RUN_RUNNING)
			g_hash_table_remove(sim->running, &all[i].run->id);
	for (unsigned i = 0; i < effects->list->len; i++) {
		if (all[i].kind == EFFECT_START)
			start_laws(sim, &all[i]);
		if (all[i].kind == EFFECT_SAVE_RUN)
			max_active_runs_law(sim, all[i].run);
	}
}

void laws_of_restart(const struct sim *sim)
{
	const GPtrArray *runs = memory_runs(sim->memory);
	g_hash_table_remove_all(sim->running);
	for (unsigned i = 0; i < runs->len; i++) {
		const struct run_record *run = runs->pdata[i];
		if (run->state == RUN_RUNNING)
			g_hash_table_insert(sim->running, g_memdup2(&run->id, sizeof run->id),
				(void *)counted_in(run));
	}
}

static enum attempt_state state_of(const struct event *event)
{
	if (event->kind == EVENT_ATTEMPT_LOST)
		return ATTEMPT_LOST;
	if (event->kind == EVENT_ATTEMPT_TAKEN_BACK)
		return ATTEMPT_TAKEN_BACK;
	if (event->ended.signal || (event->ended.exit_code != 0 && event->ended.exit_code != 99))
		return ATTEMPT_FAILED;
	return event->ended.exit_code == 0 ? ATTEMPT_SUCCESS : ATTEMPT_SKIPPED;
}

/* What is to be called when an attempt has ended so; N_CALLBACK_KINDS: nothing, or not known. */
static enum callback_kind kind_called(const struct effect *ended)
{
	enum task_state state = ended->task->state;
	const char *reason = ended->run->reason;
	/* Then it may have been killed for that. */
	bool is_ended_by_others = reason && !g_str_has_prefix(reason, "task \"");
	if (ended->task->reason && g_str_has_prefix(ended->task->reason, "marked as"))
		return N_CALLBACK_KINDS;
	if (ended->state == ATTEMPT_SUCCESS && state == TASK_SUCCESS)
		return CALLBACK_SUCCESS;
	/* One that had been cleared is skipped, too, when its run is being ended. */
	if (ended->state == ATTEMPT_SKIPPED && state == TASK_SKIPPED && !ended->task->reason)
		return CALLBACK_SKIPPED;
	if (ended->state != ATTEMPT_TAKEN_BACK && state == TASK_UP_FOR_RETRY)
		return CALLBACK_RETRY;
	if (state == TASK_FAILED && !is_ended_by_others)
		return CALLBACK_FAILURE;
	return N_CALLBACK_KINDS;
}

/* It is due, or has ended at once because it is nothing. */
static bool was_called(const struct effects *effects, const struct task *callback)
{
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind == EFFECT_SAVE_TASK && effect->definition == callback)
			return effect->task->calls || effect->task->state == TASK_SUCCESS;
	}
	return false;
}

static void callbacks_law(const struct effects *effects, const struct effect *ended)
{
	enum callback_kind kind = kind_called(ended);
	const struct task *task = ended->definition;
	if (!task || task->is_callback || kind == N_CALLBACK_KINDS)
		return;
	for (size_t i = 0; i < task->callbacks[kind].n; i++)
		g_assert(was_called(effects, &task->callbacks[kind].tasks[i]));
}

/* A flow may make something else of a success, and of an exit that means "not yet". */
static bool flow_allows(const struct event *event, const struct effect *effect)
{
	const struct task *task = effect->definition;
	if (!task || task->operator->flow == FLOW_NONE || event->kind != EVENT_ATTEMPT_ENDED)
		return false;
	if (event->ended.exit_code == 0 || event->ended.exit_code == EXIT_NOT_YET)
		return true;
	/* soft_fail */
	return task->operator->flow == FLOW_WAIT && effect->state == ATTEMPT_SKIPPED;
}

/* A run that a task triggers is made in the step that ends its attempt. */
static void trigger_law(
	const struct sim *sim, const struct event *event, const struct effect *effect)
{
	const struct task *task = effect->definition;
	const struct flow_end *end = event->ended.flow;
	bool has_ended_well = effect->state == ATTEMPT_SUCCESS || effect->state == ATTEMPT_DEFERRED;
	sim->tally->n_waited +=
		effect->state == ATTEMPT_DEFERRED || effect->state == ATTEMPT_UP_FOR_RESCHEDULE;
	if (!task || task->operator->flow != FLOW_TRIGGER_DAG || !has_ended_well || !end)
		return;
	/* It was cleared, or marked, while it ran. */
	enum task_state state = effect->task->state;
	if ((state != TASK_SUCCESS && state != TASK_DEFERRED) || effect->task->reason)
		return;
	g_assert(engine_run(sim->engine, end->trigger.dag_id, end->trigger.run_id));
	sim->tally->n_triggered++;
}

void laws_of_end(const struct sim *sim, const struct event *event, const struct effects *effects)
{
	unsigned n = 0;
	int64_t attempt =
		event->kind == EVENT_ATTEMPT_ENDED ? event->ended.attempt : event->lost.attempt;
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind != EFFECT_ENDED)
			continue;
		n++;
		if (event->kind == EVENT_ATTEMPT_ENDED)
			trigger_law(sim, event, effect);
		g_assert(effect->attempt == attempt);
		/* Without its DAG it is not known which exit code means skipped. */
		g_assert(effect->state == state_of(event)
			|| (!effect->definition
				&& (effect->state == ATTEMPT_FAILED
					|| effect->state == ATTEMPT_UP_FOR_RESCHEDULE))
			|| flow_allows(event, effect));
		callbacks_law(effects, effect);
	}
	g_assert(n == 1);
}

static void same_task(const struct task_record *task, const struct task_record *row)
{
	if (!row) {
		/* Skipped: its run was ended by those who did not know of it. */
		g_assert(!task || task->state == TASK_NONE || task->state == TASK_SKIPPED);
		g_assert(!task || task->try_number == 0);
		return;
	}
	g_assert(task->state == row->state);
	g_assert(task->try_number == row->try_number);
	g_assert(task->max_tries == row->max_tries);
	g_assert(task->attempt == row->attempt);
	g_assert(task->retry_at == row->retry_at);
	g_assert((task->state == TASK_UP_FOR_RETRY) == (task->retry_at != INSTANT_NONE));
	g_assert(task->scheduled_at == row->scheduled_at && task->queued_at == row->queued_at);
	g_assert(task->started_at == row->started_at && task->ended_at == row->ended_at);
	g_assert_cmpstr(task->reason, ==, row->reason);
	g_assert(task->wish == row->wish);
	g_assert(task->wait == row->wait && task->wait_until == row->wait_until);
	g_assert(task->wait_since == row->wait_since);
	g_assert_cmpstr(task->wait_dag, ==, row->wait_dag);
	g_assert_cmpstr(task->wait_run, ==, row->wait_run);
	g_assert_cmpstr(task->decision, ==, row->decision);
	g_assert_cmpstr(task->note, ==, row->note);
	g_assert_cmpstr(task->calls, ==, row->calls);
}

/* Of a task that has become many, each of them. */
static void same_instances(const struct sim *sim, const struct run *run, const struct task *task)
{
	int64_t id = run_look_record(run)->id;
	int width = run_look_width(run, task);
	for (int i = MIN(width, 0); i < MAX(width, 0); i++)
		same_task(run_look_task(run, task, i),
			memory_task(sim->memory, id, task->task_id, i));
	/* In another version it may have been one. */
	const struct task_record *one =
		width < 0 ? NULL : memory_task(sim->memory, id, task->task_id, -1);
	g_assert(!one || one->state == TASK_REMOVED);
}

static void same_run(const struct sim *sim, const struct run_record *row)
{
	const struct run *look = engine_run_look(sim->engine, row->id);
	g_assert(look || run_state_is_finished(row->state));
	if (!look)
		return;
	const struct run_record *run = run_look_record(look);
	const struct dag *dag = run_look_dag(look);
	g_assert(run->state == row->state && run->id == row->id);
	g_assert(run->type == row->type && run->backfill == row->backfill);
	g_assert(run->queued_at == row->queued_at);
	g_assert(run->started_at == row->started_at && run->ended_at == row->ended_at);
	g_assert_cmpstr(run->reason, ==, row->reason);
	g_assert(run->clear_number == row->clear_number);
	g_assert_cmpstr(run->version, ==, row->version);
	g_assert_cmpstr(run->note, ==, row->note);
	g_assert(run->deadline_at == row->deadline_at);
	for (size_t i = 0; dag && i < dag->n_callbacks; i++) {
		const struct task_record *callback =
			run_look_task(look, dag->callback_tasks[i], -1);
		if (callback)
			same_task(
				callback, memory_task(sim->memory, row->id, callback->task_id, -1));
	}
	/* A run that never began has no tasks in memory. */
	for (size_t i = 0; dag && run->started_at != INSTANT_NONE && i < dag->n_tasks; i++)
		same_instances(sim, look, &dag->tasks[i]);
}

/* A DAG has one backfill that goes on at most, and the engine has the same. */
static void same_backfills(const struct sim *sim)
{
	const GPtrArray *backfills = memory_backfills(sim->memory);
	for (unsigned i = 0; i < backfills->len; i++) {
		const struct backfill_record *row = backfills->pdata[i];
		const struct backfill_record *own = engine_backfill(sim->engine, row->dag_id);
		if (row->completed_at != INSTANT_NONE)
			g_assert(!own || own->id != row->id);
		else
			g_assert(own && own->id == row->id && own->is_paused == row->is_paused);
	}
}

void laws_of_commit(const struct sim *sim)
{
	heard_law(sim);
	same_backfills(sim);
	const GPtrArray *runs = memory_runs(sim->memory);
	for (unsigned i = 0; i < runs->len; i++)
		same_run(sim, runs->pdata[i]);
}

void laws_of_the_end(const struct sim *sim)
{
	const GPtrArray *runs = memory_runs(sim->memory), *tasks = memory_tasks(sim->memory);
	const GPtrArray *attempts = memory_attempts(sim->memory);
	const GPtrArray *backfills = memory_backfills(sim->memory);
	for (unsigned i = 0; i < backfills->len; i++)
		g_assert(((struct backfill_record *)backfills->pdata[i])->completed_at
			!= INSTANT_NONE);
	for (unsigned i = 0; i < runs->len; i++)
		g_assert(run_state_is_finished(((struct run_record *)runs->pdata[i])->state));
	for (unsigned i = 0; i < tasks->len; i++)
		g_assert(task_state_is_finished(((struct task_record *)tasks->pdata[i])->state));
	for (unsigned i = 0; i < attempts->len; i++)
		g_assert(((struct attempt_record *)attempts->pdata[i])->state != ATTEMPT_LAUNCHING);
	g_assert(engine_n_running(sim->engine) == 0);
	g_assert(sim->attempts->len == 0);
}
