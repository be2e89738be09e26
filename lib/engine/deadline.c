/* SPDX-License-Identifier: MIT */
/*
 * When a run is late. The instant is fixed once it is known and kept with the run; when it passes,
 * the deadline's callback is due and the run goes on as if nothing were the matter.
 */
#include "lib/engine/callback.h"

static int64_t counts_from(const struct run *run)
{
	const struct run_record *record = &run->record;
	switch (run->dag->deadline_from) {
	case DEADLINE_QUEUED_AT:
		return record->queued_at;
	case DEADLINE_START:
		return record->started_at;
	case DEADLINE_LOGICAL_DATE:
		break;
	}
	return record->logical_date == INSTANT_NONE ? record->run_after : record->logical_date;
}

void deadline_set(struct engine *engine, struct run *run, enum deadline_from from)
{
	const struct dag *dag = run->dag;
	if (!dag || dag->deadline_us == INSTANT_NONE || dag->deadline_from != from)
		return;
	int64_t at = counts_from(run) + dag->deadline_us;
	/* Begun anew, what was missed then is not missed again; a backfill is of the past. */
	bool is_past = from == DEADLINE_LOGICAL_DATE && at <= engine->now
		&& (run->record.clear_number > 0 || run->record.backfill);
	run->record.deadline_at = is_past ? INSTANT_NONE : at;
	wake_set(&engine->wakes, &run->deadline, is_past ? INSTANT_NEVER : at);
	run_changed(engine, run);
}

void deadline_restored(struct engine *engine, struct run *run)
{
	bool has_one = !run->is_finished && run->dag && run->record.deadline_at != INSTANT_NONE;
	wake_set(&engine->wakes, &run->deadline, has_one ? run->record.deadline_at : INSTANT_NEVER);
}

void deadline_off(struct engine *engine, struct run *run)
{
	if (run->record.deadline_at == INSTANT_NONE)
		return;
	run->record.deadline_at = INSTANT_NONE;
	wake_set(&engine->wakes, &run->deadline, INSTANT_NEVER);
	run_changed(engine, run);
}

static const char *from_text(enum deadline_from from)
{
	return from == DEADLINE_QUEUED_AT ? "it was queued"
		: from == DEADLINE_START  ? "its start"
					  : "its logical date";
}

void deadline_missed(struct engine *engine, struct run *run)
{
	const struct dag *dag = run->dag;
	if (dag->deadline_us == INSTANT_NONE) {
		deadline_off(engine, run); /* of a version that has none */
		return;
	}
	g_autofree char *at = instant_iso(run->record.deadline_at);
	g_autofree char *after = duration_text(ABS(dag->deadline_us));
	g_autofree char *reason = g_strdup_printf("it has not ended by %s, %s %s %s", at, after,
		dag->deadline_us < 0 ? "before" : "after", from_text(dag->deadline_from));
	deadline_off(engine, run);
	run_call(engine, run, CALLBACK_DEADLINE, reason);
}

char *deadline_sentence(const struct run *run)
{
	const struct instance *missed = callback_find(run, DEADLINE_TASK_ID, -1);
	bool is_ahead = run->record.deadline_at != INSTANT_NONE;
	if (!is_ahead && !missed)
		return NULL;
	g_autofree char *at =
		instant_iso(is_ahead ? run->record.deadline_at : missed->record.scheduled_at);
	return g_strdup_printf(
		"%s %s", is_ahead ? "has its deadline at" : "has missed its deadline at", at);
}
