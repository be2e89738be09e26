/* SPDX-License-Identifier: MIT */
/*
 * Backfills: runs for slots of the past, by a user's word. All of them are made at once and wait in
 * a queue of their own, with a limit of their own; they do not count into the DAG's. What belongs
 * to a backfill follows from its runs: it is complete when the last of them has ended.
 *
 * A run whose backfill was cancelled while it ran counts nowhere; when it is begun anew it is a run
 * as any other.
 */
#include "lib/engine/model.h"
#include "lib/engine/past.h"

#include "lib/base/instant.h"

/* ---- what it would do ---- */

static void plan_clear(void *data)
{
	g_free(((struct backfill_slot *)data)->run_id);
}

/* Runs by their logical date; those that the engine has are newer than those that were read. */
static GHashTable *pasts_by_date(
	const struct workflow *workflow, const struct backfill_pasts *pasts, GArray *live)
{
	GHashTable *by_date = g_hash_table_new(g_int64_hash, g_int64_equal);
	GHashTableIter runs;
	const struct run *run;
	for (size_t i = 0; i < pasts->n; i++)
		g_hash_table_insert(
			by_date, (void *)&pasts->list[i].logical_date, (void *)&pasts->list[i]);
	g_hash_table_iter_init(&runs, workflow->runs);
	while (g_hash_table_iter_next(&runs, NULL, (void **)&run)) {
		struct backfill_past past = {
			run->record.logical_date, run->record.run_id, run->record.state};
		if (past.logical_date != INSTANT_NONE)
			g_array_append_val(live, past);
	}
	for (unsigned i = 0; i < live->len; i++) {
		struct backfill_past *past = &g_array_index(live, struct backfill_past, i);
		g_hash_table_replace(by_date, &past->logical_date, past);
	}
	return by_date;
}

/* Whether a run that is there is run again. */
static bool is_reprocessed(enum reprocess reprocess, enum run_state state)
{
	switch (reprocess) {
	case REPROCESS_NONE:
		return false;
	case REPROCESS_FAILED:
		return state == RUN_FAILED;
	case REPROCESS_COMPLETED:
		return run_state_is_finished(state);
	}
	g_assert_not_reached();
}

static void slot_plan(struct backfill_slot *slot, const struct backfill_record *wanted,
	const struct backfill_past *past)
{
	if (past) {
		slot->what = is_reprocessed(wanted->reprocess, past->state) ? BACKFILL_AGAIN
									    : BACKFILL_LEFT;
		slot->run_id = g_strdup(past->run_id);
		return;
	}
	g_autofree char *iso = instant_iso(slot->slot.logical_date);
	slot->what = BACKFILL_NEW;
	slot->run_id = g_strconcat(run_type_name(RUN_BACKFILL), "__", iso, NULL);
}

/* Whether there can be a backfill of this DAG at all. */
static bool wanted_check(
	const struct workflow *workflow, const struct backfill_record *wanted, GError **error)
{
	if (!workflow)
		return event_refuse(
			error, REFUSAL_UNKNOWN, "there is no DAG \"%s\"", wanted->dag_id);
	const struct dag *dag = workflow->dag;
	if (!dag || workflow->record.is_stale)
		return event_refuse(error, REFUSAL_INVALID,
			"DAG \"%s\" has no file that can be loaded now; it cannot be backfilled",
			wanted->dag_id);
	if (!dag->schedule || schedule_kind(dag->schedule) == SCHEDULE_CONTINUOUS)
		return event_refuse(error, REFUSAL_INVALID,
			"DAG \"%s\" has no schedule whose slots could be filled", wanted->dag_id);
	if (wanted->from_date > wanted->to_date)
		return event_refuse(error, REFUSAL_INVALID, "the backfill ends before it begins");
	dag_auto struct dag *whole = wanted->is_backwards ? dag_whole(dag) : NULL;
	for (size_t i = 0; whole && i < whole->n_tasks; i++)
		if (whole->tasks[i].depends_on_past)
			return event_refuse(error, REFUSAL_INVALID,
				"task \"%s\" has depends_on_past: its runs cannot be filled "
				"backwards",
				whole->tasks[i].task_id);
	return true;
}

/* The slots whose logical dates are wanted and whose time has come. False: too many. */
static bool slots_add(GArray *plan, const struct engine *engine, const struct workflow *workflow,
	const struct backfill_record *wanted, int64_t now)
{
	const struct dag *dag = workflow->dag;
	int64_t anchor = workflow->record.first_seen_at, at = wanted->from_date - 1;
	for (;;) {
		at = schedule_next(dag->schedule, anchor, at);
		if (at == INSTANT_NEVER || at > now)
			return true;
		struct backfill_slot planned = {schedule_slot(dag->schedule, anchor, at)};
		if (planned.slot.logical_date > wanted->to_date)
			return true;
		if (planned.slot.logical_date < wanted->from_date)
			continue;
		if (plan->len == BACKFILL_SLOTS_MAX)
			return false;
		g_array_append_val(plan, planned);
	}
}

static GArray *plan_make(const struct engine *engine, const struct workflow *workflow,
	const struct backfill_record *wanted, const struct backfill_pasts *pasts, int64_t now,
	GError **error)
{
	g_autofree char *from = instant_iso(wanted->from_date), *to = instant_iso(wanted->to_date);
	g_autoptr(GArray) plan = g_array_new(FALSE, FALSE, sizeof(struct backfill_slot));
	g_array_set_clear_func(plan, plan_clear);
	if (!wanted_check(workflow, wanted, error))
		return NULL;
	if (!slots_add(plan, engine, workflow, wanted, now)) {
		event_refuse(error, REFUSAL_INVALID,
			"the schedule of DAG \"%s\" has more than %d slots from %s to %s: fill "
			"them in several backfills",
			wanted->dag_id, BACKFILL_SLOTS_MAX, from, to);
		return NULL;
	}
	if (plan->len == 0) {
		event_refuse(error, REFUSAL_INVALID,
			"the schedule of DAG \"%s\" has no slot that has come from %s to %s",
			wanted->dag_id, from, to);
		return NULL;
	}
	g_autoptr(GArray) live = g_array_new(FALSE, FALSE, sizeof(struct backfill_past));
	g_autoptr(GHashTable) by_date = pasts_by_date(workflow, pasts, live);
	for (unsigned i = 0; i < plan->len; i++) {
		struct backfill_slot *slot = &g_array_index(plan, struct backfill_slot, i);
		slot_plan(slot, wanted, g_hash_table_lookup(by_date, &slot->slot.logical_date));
	}
	return g_steal_pointer(&plan);
}

GArray *engine_backfill_plan(const struct engine *engine, const struct backfill_record *wanted,
	const struct backfill_pasts *pasts, int64_t now, GError **error)
{
	return plan_make(engine, workflow_get(engine, wanted->dag_id), wanted, pasts, now, error);
}

/* ---- its life ---- */

static void backfill_free(void *data)
{
	struct backfill *backfill = data;
	g_hash_table_destroy(backfill->runs);
	g_sequence_free(backfill->queued);
	backfill_record_clear(&backfill->record);
	g_free(backfill);
}

void backfills_init(struct engine *engine)
{
	engine->backfills = g_hash_table_new(g_int64_hash, g_int64_equal);
	engine->changed_backfills = g_ptr_array_new();
	engine->ended_backfills = g_ptr_array_new_with_free_func(backfill_free);
}

void backfills_clear(struct engine *engine)
{
	GHashTableIter iter;
	void *backfill;
	g_hash_table_iter_init(&iter, engine->backfills);
	while (g_hash_table_iter_next(&iter, NULL, &backfill))
		backfill_free(backfill);
	g_hash_table_destroy(engine->backfills);
	g_ptr_array_unref(engine->changed_backfills);
	g_ptr_array_unref(engine->ended_backfills);
}

static struct backfill *backfill_add(struct engine *engine, const struct backfill_record *record)
{
	struct backfill *backfill = g_new0(struct backfill, 1);
	struct workflow *workflow = workflow_get(engine, record->dag_id);
	g_assert(workflow && !workflow->backfill);
	backfill->record = backfill_record_copy(record);
	backfill->workflow = workflow;
	backfill->runs = g_hash_table_new(NULL, NULL);
	backfill->queued = g_sequence_new(NULL);
	workflow->backfill = backfill;
	g_hash_table_insert(engine->backfills, &backfill->record.id, backfill);
	return backfill;
}

static void backfill_changed(struct engine *engine, struct backfill *backfill)
{
	backfill->record.updated_at = engine->now;
	if (backfill->is_changed)
		return;
	backfill->is_changed = true;
	g_ptr_array_add(engine->changed_backfills, backfill);
}

/* It is looked at until the next step begins: its row is to be saved. */
static void backfill_end(struct engine *engine, struct backfill *backfill)
{
	backfill->record.completed_at = engine->now;
	backfill_changed(engine, backfill);
	g_hash_table_remove(engine->backfills, &backfill->record.id);
	backfill->workflow->backfill = NULL;
	g_ptr_array_add(engine->ended_backfills, backfill);
}

void backfills_save(struct engine *engine)
{
	for (unsigned i = 0; i < engine->changed_backfills->len; i++) {
		struct backfill *backfill = engine->changed_backfills->pdata[i];
		backfill->is_changed = false;
		effect_add(engine,
			(struct effect){EFFECT_SAVE_BACKFILL, .backfill = &backfill->record});
	}
	g_ptr_array_set_size(engine->changed_backfills, 0);
}

void backfill_settle(struct engine *engine, struct backfill *backfill)
{
	if (g_hash_table_size(backfill->runs) == 0)
		backfill_end(engine, backfill);
}

/* ---- its runs ---- */

void backfill_start_runs(struct engine *engine, struct backfill *backfill)
{
	/* While it is being filled or cancelled the end of one run must not begin another. */
	if (engine->is_recovering || backfill->is_filling || backfill->record.is_paused
		|| backfill->workflow->record.is_paused)
		return;
	while (!g_sequence_is_empty(backfill->queued)) {
		struct run *run = g_sequence_get(g_sequence_get_begin_iter(backfill->queued));
		bool has_room = backfill->n_running < backfill->record.max_active_runs;
		if (!run->dag || !(has_room || past_has_followers(run)))
			return;
		run_begin(engine, run);
	}
}

void backfill_join(struct engine *engine, struct run *run)
{
	run->backfill = run->record.backfill
		? g_hash_table_lookup(engine->backfills, &run->record.backfill)
		: NULL;
	if (run->backfill)
		g_hash_table_add(run->backfill->runs, run);
}

void backfill_leave(struct engine *engine, struct run *run)
{
	struct backfill *backfill = g_steal_pointer(&run->backfill);
	if (!backfill)
		return;
	g_hash_table_remove(backfill->runs, run);
	if (!backfill->is_filling)
		backfill_settle(engine, backfill);
}

/* ---- what a user wants of it ---- */

static void run_new_at_slot(
	struct engine *engine, struct backfill *backfill, const struct backfill_slot *slot)
{
	struct workflow *workflow = backfill->workflow;
	struct run_record record = {
		.id = engine->options.next_run++,
		.dag_id = workflow->record.dag_id,
		.run_id = slot->run_id,
		.type = RUN_BACKFILL,
		.state = RUN_QUEUED,
		.slot = INSTANT_NONE, /* the schedule's own runs have it */
		.logical_date = slot->slot.logical_date,
		.data_interval_start = slot->slot.interval_start,
		.data_interval_end = slot->slot.interval_end,
		.run_after = slot->slot.run_after,
		.queued_at = engine->now,
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.deadline_at = INSTANT_NONE,
		.conf = backfill->record.conf,
		.version = workflow->record.version,
		.triggered_by = (char *)"backfill",
		.backfill = backfill->record.id,
	};
	struct run *run = run_new(engine, workflow, &record, workflow->dag);
	backfill_join(engine, run);
	run_queue(engine, run);
}

/* A finished run becomes one of the backfill. */
static void run_again(
	struct engine *engine, struct backfill *backfill, const struct backfill_slot *planned)
{
	struct run *run = run_find(backfill->workflow, planned->run_id);
	g_assert(run && run->is_finished);
	run->record.backfill = backfill->record.id;
	run->record.type = RUN_BACKFILL;
	past_precede(engine, run);
	g_free(run->record.triggered_by);
	run->record.triggered_by = g_strdup("backfill");
	run_clear(engine, run);
}

/* Those that are to run again must be in the engine; who gives the event has seen to that. */
static bool again_check(const struct workflow *workflow, const GArray *plan, GError **error)
{
	for (unsigned i = 0; i < plan->len; i++) {
		const struct backfill_slot *slot = &g_array_index(plan, struct backfill_slot, i);
		if (slot->what != BACKFILL_AGAIN)
			continue;
		const struct run *run = run_find(workflow, slot->run_id);
		if (run && !run_may_clear(run, error))
			return false;
		if (!run)
			return event_refuse(error, REFUSAL_INVALID,
				"run \"%s\" is to run again, and is not known", slot->run_id);
	}
	return true;
}

static void backfill_fill(struct engine *engine, struct backfill *backfill, const GArray *plan)
{
	backfill->is_filling = true;
	for (unsigned i = 0; i < plan->len; i++) {
		const struct backfill_slot *slot = &g_array_index(plan, struct backfill_slot, i);
		if (slot->what == BACKFILL_NEW)
			run_new_at_slot(engine, backfill, slot);
		else if (slot->what == BACKFILL_AGAIN)
			run_again(engine, backfill, slot);
	}
	backfill->is_filling = false;
}

bool backfill_create(struct engine *engine, const struct event *event, GError **error)
{
	const struct backfill_record *wanted = event->backfill.wanted;
	struct workflow *workflow = workflow_get(engine, wanted->dag_id);
	if (workflow && workflow->backfill)
		return event_refuse(error, REFUSAL_CONFLICT,
			"DAG \"%s\" has a backfill that goes on (%" G_GINT64_FORMAT
			"): cancel it, or wait for its end",
			wanted->dag_id, workflow->backfill->record.id);
	g_autoptr(GArray) plan =
		plan_make(engine, workflow, wanted, &event->backfill.pasts, engine->now, error);
	if (!plan || !again_check(workflow, plan, error))
		return false;
	struct backfill_record record = *wanted;
	record.id = engine->options.next_backfill++;
	record.created_at = engine->now;
	record.completed_at = INSTANT_NONE;
	struct backfill *backfill = backfill_add(engine, &record);
	backfill_changed(engine, backfill);
	backfill_fill(engine, backfill, plan);
	slots_filled(engine, workflow, g_array_index(plan, struct backfill_slot, 0).slot.at,
		g_array_index(plan, struct backfill_slot, plan->len - 1).slot.at);
	backfill_start_runs(engine, backfill);
	backfill_settle(engine, backfill);
	return true;
}

static void backfill_cancel(struct engine *engine, struct backfill *backfill)
{
	GHashTableIter runs;
	void *run;
	backfill->is_filling = true; /* it is ended below, not by the last of its runs */
	while (!g_sequence_is_empty(backfill->queued)) {
		run = g_sequence_get(g_sequence_get_begin_iter(backfill->queued));
		run_drop(engine, run, "its backfill was cancelled");
	}
	g_hash_table_iter_init(&runs, backfill->runs);
	while (g_hash_table_iter_next(&runs, &run, NULL))
		((struct run *)run)->backfill = NULL;
	g_hash_table_remove_all(backfill->runs);
	backfill->n_running = 0;
	backfill_end(engine, backfill);
}

bool backfill_event(struct engine *engine, const struct event *event, GError **error)
{
	struct backfill *backfill = g_hash_table_lookup(engine->backfills, &event->backfill.id);
	if (!backfill)
		return event_refuse(error, REFUSAL_CONFLICT,
			"backfill %" G_GINT64_FORMAT " has ended", event->backfill.id);
	bool is_paused = event->kind == EVENT_BACKFILL_PAUSED;
	if (event->kind == EVENT_BACKFILL_CANCELLED) {
		backfill_cancel(engine, backfill);
	} else if (backfill->record.is_paused != is_paused) {
		backfill->record.is_paused = is_paused;
		backfill_changed(engine, backfill);
		backfill_start_runs(engine, backfill);
	}
	return true;
}

/* ---- at start, and looking at it ---- */

void engine_restore_backfill(struct engine *engine, const struct backfill_record *record)
{
	backfill_add(engine, record);
}

const struct backfill_record *engine_backfill(const struct engine *engine, const char *dag_id)
{
	const struct workflow *workflow = workflow_get(engine, dag_id);
	return workflow && workflow->backfill ? &workflow->backfill->record : NULL;
}
