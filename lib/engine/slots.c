/* SPDX-License-Identifier: MIT */
/*
 * From the schedule of a DAG to its runs. `last_slot` only ever grows, so whatever the clock does,
 * no slot is run twice.
 *
 * A slot that comes due while max_active_runs runs are unfinished waits; when one of them ends the
 * newest slot that is due then is run (with catchup: true the next one). That is Airflow's rule,
 * and it keeps a DAG that is slower than its schedule from piling up runs.
 *
 * What is passed over is told: a range of slots with the reason for which none of them has a run.
 * Slots pass unseen only while something holds the DAG back, or while nobody looks; which of them
 * it was is remembered as the `gap`.
 */
#include "lib/engine/assets.h"
#include "lib/engine/model.h"

/* How far back `catchup: latest` looks where there is no start_date. */
#define LATEST_WINDOW (366 * DAY_US)
/* Runs of tasks without a command end within the step that made them: without a limit, one step
 * would catch up with years. */
enum { SLOTS_PER_STEP_MAX = 250 };
/* A DAG that is @continuous and has nothing to do does not take all of a processor. */
#define CONTINUOUS_PACE SECOND_US

static int64_t slot_next(const struct workflow *workflow, int64_t after)
{
	return schedule_next(workflow->dag->schedule, workflow->record.first_seen_at, after);
}

static int64_t slot_latest(const struct workflow *workflow, int64_t at_most, int64_t floor)
{
	return schedule_latest(
		workflow->dag->schedule, workflow->record.first_seen_at, at_most, floor);
}

static enum schedule_kind kind_of(const struct workflow *workflow)
{
	return schedule_kind(workflow->dag->schedule);
}

/* The newest instant whose slot may begin now: jitter lets each begin later. */
static int64_t due_at_most(const struct engine *engine, const struct workflow *workflow)
{
	return engine->now - schedule_delay(workflow->dag->schedule);
}

static unsigned n_unfinished(const struct workflow *workflow)
{
	return workflow->n_running + (unsigned)g_sequence_get_length(workflow->queued);
}

unsigned runs_limit(const struct dag *dag)
{
	return dag->overlap == OVERLAP_CANCEL_RUNNING ? 1 : dag->max_active_runs;
}

/* ---- slots that get no run ---- */

static char *gap_reason(const struct workflow *workflow)
{
	switch (workflow->gap) {
	case GAP_CLOCK:
		return g_strdup("the clock was set forward, or the machine slept");
	case GAP_DOWN:
		return g_strdup("dagd was not running");
	case GAP_PAUSED:
		return g_strdup("the DAG was paused");
	case GAP_FILE:
		return g_strdup("the DAG was not loaded");
	case GAP_LIMIT:
		return g_strdup_printf(
			"max_active_runs (%u) was reached", runs_limit(workflow->dag));
	case GAP_SCHEDULE:
		return g_strdup("the DAG had another schedule");
	case GAP_FIRST:
		return g_strdup("due before the DAG was first seen");
	}
	g_assert_not_reached();
}

/* A range goes on as long as nothing came between and the reason is the same. */
static bool missed_extend(struct workflow *workflow, const struct missed_record *more)
{
	struct missed_record *missed = &workflow->missed;
	if (!missed->reason || missed->last_slot != workflow->record.last_slot
		|| !g_str_equal(missed->reason, more->reason))
		return false;
	missed->last_slot = more->last_slot;
	missed->n = missed->n && more->n && missed->n + more->n <= MISSED_COUNTED_MAX
		? missed->n + more->n
		: 0;
	missed->at = more->at;
	return true;
}

static void missed_save(struct engine *engine, struct workflow *workflow)
{
	struct missed_record *copy = g_new(struct missed_record, 1);
	*copy = missed_record_copy(&workflow->missed);
	g_ptr_array_add(engine->missed, copy);
	effect_add(engine, (struct effect){EFFECT_SAVE_MISSED, .missed = copy});
}

/*
 * Tells of the slots after one instant and up to another, none of which gets a run. Takes the
 * reason over. The newest of them, or INSTANT_NONE: there is none.
 */
static int64_t missed_add(struct engine *engine, struct workflow *workflow, int64_t after,
	int64_t at_most, char *reason)
{
	int64_t first = slot_next(workflow, after);
	G_GNUC_UNUSED g_autofree char *owned = reason;
	if (first > at_most)
		return INSTANT_NONE;
	unsigned n = schedule_count(workflow->dag->schedule, workflow->record.first_seen_at, after,
		at_most, MISSED_COUNTED_MAX + 1);
	struct missed_record missed = {.dag_id = workflow->record.dag_id,
		.first_slot = first,
		.last_slot = slot_latest(workflow, at_most, after),
		.n = n > MISSED_COUNTED_MAX ? 0 : n,
		.reason = reason,
		.at = engine->now};
	if (!missed_extend(workflow, &missed)) {
		missed_record_clear(&workflow->missed);
		workflow->missed = missed_record_copy(&missed);
	}
	missed_save(engine, workflow);
	return missed.last_slot;
}

/* As missed_add(), and none of them is looked at again. */
static void slots_pass_over(struct engine *engine, struct workflow *workflow, int64_t after,
	int64_t at_most, char *reason)
{
	int64_t last = missed_add(engine, workflow, after, at_most, reason);
	if (last == INSTANT_NONE)
		return;
	workflow->record.last_slot = last;
	workflow_changed(engine, workflow);
}

/* A rhythm without a start_date has always had slots; a list of instants begins with the first. */
static bool has_beginning(const struct workflow *workflow)
{
	return workflow->dag->start_date != INSTANT_NONE || kind_of(workflow) == SCHEDULE_AT;
}

/* No slot up to it could have begun since the DAG was first seen. */
static int64_t first_floor(const struct workflow *workflow)
{
	return workflow->record.first_seen_at - schedule_delay(workflow->dag->schedule) - 1;
}

/* Only slots strictly after this instant may still be run. */
static int64_t slots_after(const struct engine *engine, const struct workflow *workflow)
{
	const struct dag *dag = workflow->dag;
	const struct dag_record *record = &workflow->record;
	int64_t delay = schedule_delay(dag->schedule), after = record->last_slot;
	if (kind_of(workflow) == SCHEDULE_ONCE)
		return after;
	if (dag->catchup == CATCHUP_FALSE)
		after = MAX(after, record->active_since - delay - 1);
	if (after == INSTANT_NONE && !has_beginning(workflow))
		after = dag->catchup == CATCHUP_TRUE ? first_floor(workflow)
						     : engine->now - LATEST_WINDOW;
	return after;
}

void slots_first_seen(struct engine *engine, struct workflow *workflow)
{
	const struct dag *dag = workflow->dag;
	workflow->gap = GAP_FIRST;
	if (!dag->schedule || dag->catchup != CATCHUP_FALSE || !has_beginning(workflow)
		|| kind_of(workflow) == SCHEDULE_ONCE)
		return;
	slots_pass_over(engine, workflow, INSTANT_NONE, due_at_most(engine, workflow) - 1,
		gap_reason(workflow));
}

void slots_unpaused(struct engine *engine, struct workflow *workflow, int64_t active_since)
{
	workflow->gap = GAP_PAUSED;
	if (!workflow->dag || !workflow->dag->schedule || workflow->dag->catchup != CATCHUP_FALSE
		|| kind_of(workflow) == SCHEDULE_ONCE)
		return;
	int64_t due = due_at_most(engine, workflow);
	int64_t before = active_since - schedule_delay(workflow->dag->schedule) - 1;
	slots_pass_over(engine, workflow, MAX(workflow->record.last_slot, before), due - 1,
		gap_reason(workflow));
}

/* Slots that are due for too long, or are too many, are not caught up with. */
static int64_t catchup_limits(
	struct engine *engine, struct workflow *workflow, int64_t after, int64_t due)
{
	const struct dag *dag = workflow->dag;
	int64_t anchor = workflow->record.first_seen_at;
	if (kind_of(workflow) == SCHEDULE_ONCE)
		return after;
	if (dag->catchup_window_us && after < due - dag->catchup_window_us - 1) {
		g_autofree char *window = duration_text(dag->catchup_window_us);
		slots_pass_over(engine, workflow, after, due - dag->catchup_window_us - 1,
			g_strdup_printf("due for longer than the window of catchup (%s)", window));
		after = due - dag->catchup_window_us - 1;
	}
	unsigned max = dag->catchup_max_runs;
	if (!max || schedule_count(dag->schedule, anchor, after, due, max + 1) <= max)
		return after;
	int64_t kept = due + 1;
	for (unsigned i = 0; i < max; i++)
		kept = slot_latest(workflow, kept - 1, after);
	slots_pass_over(engine, workflow, after, kept - 1,
		g_strdup_printf("more were due than max_runs (%u) of catchup", max));
	return kept - 1;
}

/* The slot to run now or next; INSTANT_NEVER: none. What it leaves behind is told. */
static int64_t slot_choose(struct engine *engine, struct workflow *workflow)
{
	int64_t due = due_at_most(engine, workflow);
	int64_t after = catchup_limits(engine, workflow, slots_after(engine, workflow), due);
	int64_t slot = INSTANT_NONE;
	if (workflow->dag->catchup != CATCHUP_TRUE)
		slot = slot_latest(workflow, due, after);
	if (slot == INSTANT_NONE)
		return slot_next(workflow, after);
	if (!has_beginning(workflow))
		after = MAX(after, first_floor(workflow));
	slots_pass_over(engine, workflow, after, slot - 1, gap_reason(workflow));
	return slot;
}

void slots_filled(struct engine *engine, struct workflow *workflow, int64_t first, int64_t last)
{
	int64_t next = slot_next(workflow, slots_after(engine, workflow));
	if (next < first || next > last)
		return;
	workflow->record.last_slot = last;
	workflow_changed(engine, workflow);
	workflow_schedule(engine, workflow);
}

/* ---- runs ---- */

static bool is_scheduled(const struct engine *engine, const struct workflow *workflow)
{
	return workflow->dag && workflow->dag->schedule && !workflow->record.is_paused
		&& !workflow->record.is_stale && !engine->is_recovering;
}

static void run_at_slot(struct engine *engine, struct workflow *workflow, const struct slot *slot)
{
	g_autofree char *iso = instant_iso(slot->at);
	g_autofree char *run_id = g_strconcat(run_type_name(RUN_SCHEDULED), "__", iso, NULL);
	struct run_record record = {
		.id = engine->options.next_run++,
		.dag_id = workflow->record.dag_id,
		.run_id = run_id,
		.type = RUN_SCHEDULED,
		.state = RUN_QUEUED,
		.slot = slot->at,
		.logical_date = slot->logical_date,
		.data_interval_start = slot->interval_start,
		.data_interval_end = slot->interval_end,
		.run_after = slot->run_after,
		.queued_at = engine->now,
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.deadline_at = INSTANT_NONE,
		.version = workflow->record.version,
		.triggered_by = "timetable",
	};
	struct run *run = run_new(engine, workflow, &record, workflow->dag);
	run_queue(engine, run);
	workflow->record.last_slot = slot->at;
	workflow_changed(engine, workflow);
	workflow_start_runs(engine, workflow);
}

/*
 * The slot of a DAG that is @continuous is the instant at which its run is made, or the next one
 * that is free where the clock was set back.
 */
static struct slot continuous_slot(const struct engine *engine, const struct workflow *workflow)
{
	int64_t last = workflow->record.last_slot, now = engine->now;
	int64_t begins = last != INSTANT_NONE ? last : workflow->dag->start_date;
	begins = begins == INSTANT_NONE ? now : MIN(begins, now);
	return (struct slot){.at = MAX(now, last + 1),
		.logical_date = now,
		.interval_start = begins,
		.interval_end = now,
		.run_after = now};
}

/* When the next run of a DAG that is @continuous is due, were all others finished. */
static int64_t continuous_due(const struct engine *engine, const struct workflow *workflow)
{
	const struct dag *dag = workflow->dag;
	int64_t made_at = workflow->continuous_at, due = engine->now;
	if (made_at <= due && made_at > due - CONTINUOUS_PACE)
		due = made_at + CONTINUOUS_PACE;
	due = MAX(due, dag->start_date);
	return dag->end_date != INSTANT_NONE && due > dag->end_date ? INSTANT_NEVER : due;
}

static int run_age_compare(const void *a, const void *b)
{
	const struct run *left = *(struct run *const *)a, *right = *(struct run *const *)b;
	return (left->record.id > right->record.id) - (left->record.id < right->record.id);
}

/* `overlap: cancel_running`: what goes on ends for the sake of a slot; what a user asked for and
 * waits, stays. */
static void cancel_running(struct engine *engine, struct workflow *workflow, int64_t slot)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	g_autofree char *iso = instant_iso(slot);
	g_autofree char *reason = g_strdup_printf(REASON_OVERLAP ": the slot %s has come", iso);
	GHashTableIter iter;
	struct run *run;
	g_hash_table_iter_init(&iter, workflow->runs);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&run)) {
		bool is_superseded = run->record.type == RUN_SCHEDULED
			|| (run->record.state == RUN_RUNNING && run->record.type == RUN_MANUAL);
		if (is_superseded && !run->is_finished && !run_is_aborted(run))
			g_ptr_array_add(list, run);
	}
	g_ptr_array_sort(list, run_age_compare);
	for (unsigned i = 0; i < list->len; i++)
		run_abort(engine, list->pdata[i], reason);
}

/* `overlap: skip`: what has come due while a run is unfinished is missed. */
static int64_t skip_due(struct engine *engine, struct workflow *workflow)
{
	slots_pass_over(engine, workflow, slots_after(engine, workflow),
		due_at_most(engine, workflow), g_strdup("overlap: skip: a run was unfinished"));
	workflow->gap = GAP_CLOCK;
	return workflow->next_slot = slot_next(workflow, slots_after(engine, workflow));
}

/* Whether runs that are not finished keep the next slot from having a run; *slot is when to look
 * again. */
static bool is_held(struct engine *engine, struct workflow *workflow, int64_t *slot)
{
	unsigned n = n_unfinished(workflow);
	switch (workflow->dag->overlap) {
	case OVERLAP_QUEUE:
		if (n < workflow->dag->max_active_runs)
			return false;
		workflow->gap = GAP_LIMIT;
		*slot = INSTANT_NEVER;
		return true;
	case OVERLAP_SKIP:
		if (n == 0 || kind_of(workflow) == SCHEDULE_CONTINUOUS)
			return n > 0;
		*slot = skip_due(engine, workflow);
		return true;
	case OVERLAP_CANCEL_RUNNING:
		return n > 0 && kind_of(workflow) == SCHEDULE_CONTINUOUS;
	}
	g_assert_not_reached();
}

/* Makes the run that is due, if one is; else it returns when one will be. */
static int64_t slot_run(struct engine *engine, struct workflow *workflow)
{
	int64_t anchor = workflow->record.first_seen_at;
	if (kind_of(workflow) == SCHEDULE_CONTINUOUS) {
		int64_t due = continuous_due(engine, workflow);
		if (due > engine->now)
			return due;
		struct slot slot = continuous_slot(engine, workflow);
		workflow->continuous_at = engine->now;
		run_at_slot(engine, workflow, &slot);
		return INSTANT_NONE;
	}
	int64_t at = slot_choose(engine, workflow);
	workflow->next_slot = at;
	if (at > due_at_most(engine, workflow))
		return at;
	if (workflow->dag->overlap == OVERLAP_CANCEL_RUNNING)
		cancel_running(engine, workflow, at);
	struct slot slot = schedule_slot(workflow->dag->schedule, anchor, at);
	run_at_slot(engine, workflow, &slot);
	return INSTANT_NONE;
}

/* Makes all runs that are due; returns the instant at which to look again. */
static int64_t slots_run(struct engine *engine, struct workflow *workflow)
{
	int64_t slot = INSTANT_NEVER;
	workflow->goes_on = false;
	while (is_scheduled(engine, workflow)) {
		slot = INSTANT_NEVER;
		if (is_held(engine, workflow, &slot))
			break;
		if (slots_are_enough(engine)) {
			workflow->goes_on = true; /* with the next step */
			return engine->now + 1;
		}
		slot = slot_run(engine, workflow);
		workflow->gap = GAP_CLOCK;
		if (slot != INSTANT_NONE)
			break;
		engine->n_slots++;
	}
	if (slot == INSTANT_NEVER || slot == INSTANT_NONE)
		return INSTANT_NEVER;
	return slot + schedule_delay(workflow->dag->schedule);
}

bool slots_are_enough(const struct engine *engine)
{
	return engine->n_slots >= SLOTS_PER_STEP_MAX;
}

void workflow_schedule(struct engine *engine, struct workflow *workflow)
{
	/* The end of a run that a slot cancels asks for the next slot, too. */
	if (workflow->is_scheduling)
		return;
	workflow->is_scheduling = true;
	assets_schedule(engine, workflow);
	int64_t wake_at = slots_run(engine, workflow);
	assets_schedule(engine, workflow); /* what a slot has cancelled may have made room */
	workflow->is_scheduling = false;
	wake_set(&engine->wakes, &workflow->slot, wake_at);
}

void slots_clock_back(struct engine *engine)
{
	GHashTableIter iter;
	struct workflow *workflow;
	g_hash_table_iter_init(&iter, engine->workflows);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&workflow))
		if (workflow->goes_on && workflow->slot.place)
			wake_set(&engine->wakes, &workflow->slot, engine->now + 1);
}

/*
 * What the clock showed at the last slot is, by the new rules, perhaps an instant after it: without
 * this the same time of day would be run twice. But not one of the future, or a DAG that runs all
 * the time would stand still until then.
 */
static void last_slot_move(struct engine *engine, struct workflow *workflow)
{
	int64_t last = workflow->record.last_slot;
	if (last == INSTANT_NONE || kind_of(workflow) != SCHEDULE_CRON)
		return;
	const struct zone *zone = schedule_zone(workflow->dag->schedule);
	int64_t wall_us = last + zone_offset_before_s(zone, last) * SECOND_US;
	int64_t moved = MIN(zone_instant(zone, wall_us), due_at_most(engine, workflow));
	if (moved <= last)
		return;
	workflow->record.last_slot = moved;
	workflow_changed(engine, workflow);
}

void slots_zones_changed(struct engine *engine)
{
	GHashTableIter iter;
	struct workflow *workflow;
	g_hash_table_iter_init(&iter, engine->workflows);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&workflow)) {
		if (!workflow->dag || !workflow->dag->schedule)
			continue;
		last_slot_move(engine, workflow);
		workflow_schedule(engine, workflow);
	}
}
