/* SPDX-License-Identifier: MIT */
#include "tests/sim/view.h"

static void instance_see(struct seen *seen, const struct task_record *record)
{
	*seen = (struct seen){record->state, record->wish, record->map_index, record->decision};
}

static void task_see(
	struct view *view, const struct run *run, const struct task *task, struct seen_task *seen)
{
	int width = run_look_width(run, task);
	seen->task = task;
	seen->is_many = width >= 0;
	seen->instances = arena_array(view->arena, (size_t)MAX(width, 1), sizeof *seen->instances);
	for (int i = MIN(width, 0); i < MAX(width, 0); i++) {
		const struct task_record *record = run_look_task(run, task, i);
		if (record)
			instance_see(&seen->instances[seen->n++], record);
	}
}

static void run_see(struct view *view, const struct sim *sim, const struct run *run)
{
	const struct run_record *record = run_look_record(run);
	struct seen_run seen = {
		.record = record,
		.dag = run_look_dag(run),
		.is_waiting_for_past = g_hash_table_contains(sim->asking, &record->id),
		.is_marked = g_hash_table_contains(sim->marked, &record->id),
	};
	if (seen.dag)
		seen.tasks = arena_array(view->arena, seen.dag->n_tasks, sizeof *seen.tasks);
	for (size_t i = 0; seen.dag && i < seen.dag->n_tasks; i++)
		task_see(view, run, &seen.dag->tasks[i], &seen.tasks[i]);
	g_array_append_val(view->runs, seen);
}

struct view view_open(struct sim *sim)
{
	struct view view = {arena_new(), g_array_new(FALSE, FALSE, sizeof(struct seen_run))};
	for (unsigned i = 0; i < sim->known->len; i++) {
		const struct run *run =
			engine_run_look(sim->engine, g_array_index(sim->known, int64_t, i));
		if (run)
			run_see(&view, sim, run);
		else
			g_array_remove_index_fast(sim->known, i--);
	}
	return view;
}

void view_close(struct view *view)
{
	arena_free(view->arena);
	g_array_unref(view->runs);
}

const struct effect *ended_of(const struct effects *effects)
{
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind == EFFECT_ENDED)
			return effect;
	}
	return NULL;
}

const struct seen_run *seen_run_of(const struct view *view, int64_t id)
{
	for (unsigned i = 0; i < view->runs->len; i++) {
		const struct seen_run *run = &g_array_index(view->runs, struct seen_run, i);
		if (run->record->id == id)
			return run;
	}
	return NULL;
}
