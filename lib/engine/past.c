/* SPDX-License-Identifier: MIT */
/*
 * depends_on_past and wait_for_downstream, Airflow's PrevDagrunDep. A run with such tasks asks when
 * it begins which run was before it, by logical date. From then on it follows that one, which stays
 * in memory for so long: each of its tasks counts for how many tasks there it waits, and the counts
 * change where states change.
 *
 * A run that another one follows needs no room under max_active_runs to begin: else the two would
 * wait for each other for ever, when an older run is cleared.
 */
#include "lib/engine/past.h"
#include "lib/engine/model.h"

#include <string.h>

/* What became of a task in the run before. */
enum standing { STANDS_NOWHERE, STANDS_WELL, STANDS_ILL };

/* In a run that has ended nothing waits: what did not begin was passed over. */
bool past_is_well(const struct instance *instance)
{
	const struct expansion *expansion = instance->expansion;
	enum outcome outcome = outcome_of(instance->record.state);
	bool may_wait = instance->run->is_finished;
	if (expansion)
		return (may_wait || expansion->n[OUTCOME_NONE] == 0)
			&& expansion->n[OUTCOME_FAILED] == 0
			&& expansion->n[OUTCOME_UPSTREAM_FAILED] == 0;
	return (may_wait || outcome != OUTCOME_NONE) && outcome != OUTCOME_FAILED
		&& outcome != OUTCOME_UPSTREAM_FAILED;
}

/* A run without its DAG: the rows are all that is known, and one that waits may have none yet. */
static enum standing standing_of_rows(const struct run *run, const char *task_id)
{
	enum standing standing = run->is_finished ? STANDS_NOWHERE : STANDS_ILL;
	GHashTableIter iter;
	const struct instance *instance;
	if (!run->by_task)
		return standing;
	g_hash_table_iter_init(&iter, run->by_task);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&instance)) {
		if (strcmp(instance->record.task_id, task_id) != 0)
			continue;
		if (!past_is_well(instance))
			return STANDS_ILL;
		standing = STANDS_WELL;
	}
	return standing;
}

static enum standing standing_of(const struct run *run, const char *task_id)
{
	if (!run->dag)
		return standing_of_rows(run, task_id);
	const struct task *task = dag_task(run->dag, task_id);
	if (!task)
		return STANDS_NOWHERE;
	bool is_well = run->instances ? past_is_well(&run->instances[task->index])
				      : run->is_finished; /* it was dropped */
	return is_well ? STANDS_WELL : STANDS_ILL;
}

static bool holds_itself(const struct task *task, enum standing standing)
{
	return standing == STANDS_ILL
		|| (standing == STANDS_NOWHERE && !task->ignore_first_depends_on_past);
}

/* For how many tasks of the run before a task waits. */
static unsigned past_count(const struct run *run, const struct task *task)
{
	const struct run *past = run->past.run;
	if (!past || !task->depends_on_past)
		return 0;
	unsigned n = holds_itself(task, standing_of(past, task->task_id));
	for (size_t i = 0; task->wait_for_downstream && i < task->n_downstream; i++) {
		const struct task *downstream = &run->dag->tasks[task->downstream[i]];
		n += standing_of(past, downstream->task_id) == STANDS_ILL;
	}
	return n;
}

bool past_lets(const struct instance *instance)
{
	const struct run *run = instance->run;
	const struct task *task = instance->task;
	if (!task->depends_on_past || run->record.logical_date == INSTANT_NONE
		|| instance->record.wish == WISH_START)
		return true;
	return run->past.is_known && (!run->past.run || run->past.n_ill[task->index] == 0);
}

/* ---- counting ---- */

static void instance_reconsider(struct engine *engine, struct instance *instance)
{
	if (instance->record.state == TASK_SCHEDULED && !past_lets(instance)) {
		instance_dequeue(engine, instance);
		task_move(engine, instance, TASK_NONE);
	}
	instance_doubt(engine, instance);
}

static void task_reconsider(struct engine *engine, struct run *run, const struct task *task)
{
	struct instance *instance = &run->instances[task->index];
	GPtrArray *units = instance->expansion ? instance->expansion->units : NULL;
	if (!units)
		instance_reconsider(engine, instance);
	for (unsigned i = 0; units && i < units->len; i++)
		instance_reconsider(engine, units->pdata[i]);
	run_touch(engine, run);
}

static void task_count(
	struct engine *engine, struct run *run, const struct task *task, bool is_well)
{
	unsigned *n_ill = &run->past.n_ill[task->index];
	g_assert(!is_well || *n_ill > 0);
	*n_ill += is_well ? -1u : 1u;
	if (*n_ill == !is_well)
		task_reconsider(engine, run, task);
}

static void run_hear(struct engine *engine, struct run *run, const char *task_id, bool is_well)
{
	const struct task *task = dag_task(run->dag, task_id);
	if (!task || task->is_callback)
		return;
	if (task->depends_on_past)
		task_count(engine, run, task, is_well);
	for (size_t i = 0; i < task->n_upstream; i++) {
		const struct task *upstream = &run->dag->tasks[task->upstream[i]];
		if (upstream->wait_for_downstream)
			task_count(engine, run, upstream, is_well);
	}
}

bool past_has_followers(const struct run *run)
{
	return run->followers && run->followers->len > 0;
}

bool past_stands_well(const struct instance *instance)
{
	const struct run *run = instance->run;
	if (instance->is_callback || !past_has_followers(run))
		return true;
	return standing_of(run, instance->record.task_id) != STANDS_ILL;
}

void past_tell(struct engine *engine, const struct instance *instance, bool was_well)
{
	const struct run *run = instance->run;
	bool is_well = past_stands_well(instance);
	for (unsigned i = 0; is_well != was_well && i < run->followers->len; i++)
		run_hear(engine, run->followers->pdata[i], instance->record.task_id, is_well);
}

/* All counts anew: the run before is another one, or its tasks are others. */
static void run_recount(struct engine *engine, struct run *run)
{
	for (size_t i = 0; i < run->dag->n_tasks; i++) {
		const struct task *task = &run->dag->tasks[i];
		if (!task->depends_on_past)
			continue;
		if (run->past.run)
			run->past.n_ill[i] = past_count(run, task);
		task_reconsider(engine, run, task);
	}
}

void past_recount(struct engine *engine, struct run *run)
{
	for (unsigned i = 0; run->followers && i < run->followers->len; i++)
		run_recount(engine, run->followers->pdata[i]);
}

/* ---- who follows whom ---- */

/* The run before has one follower more or less: that changes its turn. */
static void past_turn(struct engine *engine, struct run *past)
{
	if (!past->place)
		return;
	run_dequeue(past);
	run_enqueue(past);
	workflow_start_runs(engine, past->workflow);
}

static void past_leave(struct engine *engine, struct run *run)
{
	struct run *past = g_steal_pointer(&run->past.run);
	g_clear_pointer(&run->past.n_ill, g_free);
	if (!past)
		return;
	g_ptr_array_remove_fast(past->followers, run);
	if (past->is_finished)
		run_expire(engine, past);
	past_turn(engine, past);
}

static void past_follow(struct engine *engine, struct run *run, struct run *past)
{
	past_leave(engine, run);
	run->past.is_known = true;
	run->past.run = past;
	if (past) {
		if (!past->followers)
			past->followers = g_ptr_array_new();
		g_ptr_array_add(past->followers, run);
		run->past.n_ill = g_new0(unsigned, run->dag->n_tasks);
	}
	run_recount(engine, run);
	if (past)
		past_turn(engine, past);
}

void past_end(struct engine *engine, struct run *run)
{
	past_leave(engine, run);
	run->past.is_known = run->past.is_asked = false;
}

/* ---- which run was before ---- */

static int date_compare(const void *a, const void *b, void *unused)
{
	const struct run_record *left = &((const struct run *)a)->record;
	const struct run_record *right = &((const struct run *)b)->record;
	if (left->logical_date != right->logical_date)
		return left->logical_date < right->logical_date ? -1 : 1;
	return (left->id > right->id) - (left->id < right->id);
}

/* Airflow's rule: where each slot is run, what people triggered in between does not count. */
static bool is_of_schedule(const struct run *run)
{
	return run->dag->catchup == CATCHUP_TRUE;
}

static bool is_before(const struct run *past, const struct run *run)
{
	return past->record.logical_date < run->record.logical_date
		&& (!is_of_schedule(run) || past->record.type != RUN_MANUAL);
}

/* Of those that are in memory. */
static struct run *run_before(const struct run *run)
{
	GSequenceIter *iter = run->date;
	while (!g_sequence_iter_is_begin(iter)) {
		iter = g_sequence_iter_prev(iter);
		if (is_before(g_sequence_get(iter), run))
			return g_sequence_get(iter);
	}
	return NULL;
}

void past_precede(struct engine *engine, struct run *run)
{
	const struct run *last = NULL;
	if (!run->date)
		return;
	GSequenceIter *iter = g_sequence_iter_next(run->date);
	/* Who has another one before it now; of the schedule's, only the next can be. */
	for (; !g_sequence_iter_is_end(iter); iter = g_sequence_iter_next(iter)) {
		struct run *later = g_sequence_get(iter);
		if (last && later->record.logical_date > last->record.logical_date)
			return;
		if (later->record.type != RUN_MANUAL
			&& later->record.logical_date > run->record.logical_date)
			last = later;
		if (later->past.is_known && is_before(run, later)
			&& (!later->past.run || date_compare(later->past.run, run, NULL) < 0))
			past_follow(engine, later, run);
	}
}

void past_enter(struct engine *engine, struct run *run)
{
	struct workflow *workflow = run->workflow;
	if (run->record.logical_date == INSTANT_NONE)
		return;
	if (!workflow->dated)
		workflow->dated = g_sequence_new(NULL);
	run->date = g_sequence_insert_sorted(workflow->dated, run, date_compare, NULL);
	past_precede(engine, run);
}

void past_ask(struct engine *engine, struct run *run)
{
	struct past *past = &run->past;
	if (!run->dag || !run->dag->has_past || !run->date || past->is_known || past->is_asked
		|| run->record.state != RUN_RUNNING)
		return;
	past->is_asked = true;
	effect_add(engine,
		(struct effect){EFFECT_FIND_PAST, .run = &run->record, .run_dag = run->dag});
}

bool past_found(struct engine *engine, const struct event *event)
{
	struct workflow *workflow = workflow_get(engine, event->dag_id);
	struct run *run = workflow ? run_find(workflow, event->run_id) : NULL;
	if (!run || !run->past.is_asked)
		return true;
	const char *past_id = event->past_run_id;
	struct run *found = past_id ? run_find(workflow, past_id) : NULL;
	run->past.is_asked = false;
	if (past_id && !found) {
		past_ask(engine, run);
		return true;
	}
	/* What was made since the store was asked is in memory. */
	struct run *near = run_before(run);
	bool is_nearer = near && (!found || date_compare(found, near, NULL) < 0);
	past_follow(engine, run, is_nearer ? near : found);
	return true;
}

void past_check(const struct run *run)
{
	const struct run *past = run->past.run;
	g_assert((run->date != NULL) == (run->record.logical_date != INSTANT_NONE));
	g_assert(!run->past.is_known || run->record.state == RUN_RUNNING);
	g_assert(!run->past.is_known || !run->past.is_asked);
	g_assert((past != NULL) == (run->past.n_ill != NULL));
	for (unsigned i = 0; run->followers && i < run->followers->len; i++)
		g_assert(((const struct run *)run->followers->pdata[i])->past.run == run);
	if (!run->past.is_known)
		return;
	const struct run *near = run_before(run);
	g_assert(!near || (past && date_compare(near, past, NULL) <= 0));
	g_assert(!past || (is_before(past, run) && g_ptr_array_find(past->followers, run, NULL)));
	for (size_t i = 0; past && i < run->dag->n_tasks; i++)
		g_assert(run->past.n_ill[i] == past_count(run, &run->dag->tasks[i]));
}

/* ---- why ---- */

/* The instance of a task that holds those back that follow; NULL: none is known. */
static const struct instance *ill_instance(const struct run *past, const char *task_id)
{
	const struct task *task = past->instances ? dag_task(past->dag, task_id) : NULL;
	const struct instance *first = task ? &past->instances[task->index] : NULL;
	const struct expansion *expansion = first ? first->expansion : NULL;
	for (unsigned i = 0; expansion && i < expansion->units->len; i++)
		if (!past_is_well(expansion->units->pdata[i]))
			return expansion->units->pdata[i];
	return first;
}

static char *ill_text(const struct run *past, const char *task_id)
{
	const struct instance *instance = ill_instance(past, task_id);
	enum task_state state = instance ? instance->record.state : TASK_NONE;
	g_autofree char *name = instance ? instance_name(instance) : g_strdup(task_id);
	const char *what = "has not ended";
	if (state == TASK_FAILED)
		what = "has failed; clear it, or mark it as success or skipped";
	if (state == TASK_UPSTREAM_FAILED)
		what = "did not run, for what is before it failed; clear that";
	return g_strdup_printf(
		"waits for the run before: \"%s\" of %s %s", name, past->record.run_id, what);
}

char *past_why(const struct instance *instance)
{
	const struct run *run = instance->run, *past = run->past.run;
	const struct task *task = instance->task;
	if (!past)
		return g_strdup("waits until the run before is known");
	enum standing standing = standing_of(past, task->task_id);
	if (standing == STANDS_NOWHERE && holds_itself(task, standing))
		return g_strdup_printf("waits for the run before: %s has no task \"%s\", and "
				       "ignore_first_depends_on_past is false",
			past->record.run_id, task->task_id);
	if (standing == STANDS_ILL)
		return ill_text(past, task->task_id);
	for (size_t i = 0; i < task->n_downstream; i++) {
		const struct task *downstream = &run->dag->tasks[task->downstream[i]];
		if (standing_of(past, downstream->task_id) == STANDS_ILL)
			return ill_text(past, downstream->task_id);
	}
	g_assert_not_reached();
}
