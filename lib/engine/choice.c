/* SPDX-License-Identifier: MIT */
/*
 * Which task instances a person means. Named are tasks and groups; what comes before or after the
 * named ones is found along the edges; the states are looked at last. A task in the scope of a
 * setup brings its setup and the teardown of that, whatever their states: it could not run well
 * without them.
 */
#include <string.h>

#include "lib/base/problem.h"
#include "lib/engine/choice.h"

struct picking {
	const struct run *run;
	const struct dag *dag; /* the run's, or the one it would move to */
	const struct choice *choice;
	bool *is_picked, *is_whole; /* by task index; a task may be meant for some indexes only */
	GArray *picked;             /* of unsigned: task indexes, each once */
	GHashTable *units;          /* "index/map_index" of those that are not whole */
};

static void pick(struct picking *picking, unsigned index)
{
	if (!picking->is_picked[index])
		g_array_append_val(picking->picked, index);
	picking->is_picked[index] = true;
}

static void pick_whole(struct picking *picking, unsigned index)
{
	pick(picking, index);
	picking->is_whole[index] = true;
}

static char *unit_key(unsigned index, int map_index)
{
	return g_strdup_printf("%u/%d", index, map_index);
}

/* ---- names ---- */

static int group_find(const struct dag *dag, const char *group_id)
{
	for (size_t i = 0; i < dag->n_groups; i++)
		if (strcmp(dag->groups[i].group_id, group_id) == 0)
			return (int)i;
	return -1;
}

static bool refuse_name(const struct picking *picking, const char *name, GError **error)
{
	const struct dag *dag = picking->dag;
	const struct run_record *run = &picking->run->record;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (size_t i = 0; i < dag->n_tasks; i++)
		g_ptr_array_add(names, (char *)dag->tasks[i].task_id);
	for (size_t i = 0; i < dag->n_groups; i++)
		g_ptr_array_add(names, (char *)dag->groups[i].group_id);
	g_ptr_array_add(names, NULL);
	const char *meant = suggest(name, (const char *const *)names->pdata);
	g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN,
		meant ? "run \"%s\" of DAG \"%s\" has no task \"%s\"; did you mean \"%s\"?"
		      : "run \"%s\" of DAG \"%s\" has no task \"%s\"",
		run->run_id, run->dag_id, name, meant);
	return false;
}

static bool refuse_unit(
	const struct picking *picking, const char *task_id, int map_index, GError **error)
{
	g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN,
		"task \"%s\" of run \"%s\" has no instance %d", task_id,
		picking->run->record.run_id, map_index);
	return false;
}

static bool pick_unit(
	struct picking *picking, const struct task *task, int map_index, GError **error)
{
	if (!run_instance(picking->run, task->task_id, map_index))
		return refuse_unit(picking, task->task_id, map_index, error);
	pick(picking, task->index);
	g_hash_table_add(picking->units, unit_key(task->index, map_index));
	return true;
}

static bool pick_named(struct picking *picking, const char *name, int map_index, GError **error)
{
	const struct dag *dag = picking->dag;
	const struct task *task = dag_task(dag, name);
	int group = task ? -1 : group_find(dag, name);
	/* Callbacks are tasks, too, but nobody's to begin again. */
	if ((task && task->index >= dag->n_tasks) || (!task && group < 0))
		return refuse_name(picking, name, error);
	if (task && map_index >= 0)
		return pick_unit(picking, task, map_index, error);
	if (task)
		pick_whole(picking, task->index);
	for (unsigned i = 0; group >= 0 && i < dag->n_tasks; i++)
		if (group_is_within(dag, dag->tasks[i].group, group)
			&& (map_index < 0 || !pick_unit(picking, &dag->tasks[i], map_index, NULL)))
			pick_whole(picking, i);
	return true;
}

static bool pick_all_named(struct picking *picking, GError **error)
{
	const struct choice *choice = picking->choice;
	for (unsigned i = 0; !choice->task_ids && i < picking->dag->n_tasks; i++)
		pick_whole(picking, i);
	for (unsigned i = 0; choice->task_ids && choice->task_ids[i]; i++)
		if (!pick_named(picking, choice->task_ids[i],
			    choice->map_indexes ? choice->map_indexes[i] : -1, error))
			return false;
	return true;
}

/* ---- along the edges ---- */

enum direction { UPSTREAM, DOWNSTREAM };

/* All that the first `n_named` of the picked reach. */
static void spread(struct picking *picking, unsigned n_named, enum direction direction)
{
	const struct dag *dag = picking->dag;
	g_autofree bool *was_seen = g_new0(bool, dag->n_tasks);
	g_autoptr(GArray) reached = g_array_new(FALSE, FALSE, sizeof(unsigned));
	g_array_append_vals(reached, picking->picked->data, n_named);
	for (unsigned i = 0; i < reached->len; i++) {
		const struct task *task = &dag->tasks[g_array_index(reached, unsigned, i)];
		const unsigned *next = direction == UPSTREAM ? task->upstream : task->downstream;
		size_t n = direction == UPSTREAM ? task->n_upstream : task->n_downstream;
		for (size_t k = 0; k < n; k++) {
			if (was_seen[next[k]])
				continue;
			was_seen[next[k]] = true;
			g_array_append_val(reached, next[k]);
			pick_whole(picking, next[k]);
		}
	}
}

static bool is_teardown_of(const struct task *task, unsigned setup)
{
	for (size_t i = 0; task->is_teardown && i < task->n_setups; i++)
		if (task->setups[i] == setup)
			return true;
	return false;
}

/* Setups and teardowns of what is picked, and so on. */
static void pick_scopes(struct picking *picking)
{
	const struct dag *dag = picking->dag;
	for (unsigned i = 0; i < picking->picked->len; i++) {
		const struct task *task = &dag->tasks[g_array_index(picking->picked, unsigned, i)];
		for (size_t k = 0; k < task->n_setups; k++)
			pick_whole(picking, task->setups[k]);
		for (size_t k = 0; task->is_setup && k < task->n_downstream; k++)
			if (is_teardown_of(&dag->tasks[task->downstream[k]], task->index))
				pick_whole(picking, task->downstream[k]);
	}
}

/* ---- instances ---- */

static bool state_is_meant(const struct choice *choice, enum task_state state)
{
	bool is_failed = state == TASK_FAILED || state == TASK_UPSTREAM_FAILED;
	if (state == TASK_REMOVED)
		return false;
	if (choice->only_failed || choice->only_running)
		return (choice->only_failed && is_failed)
			|| (choice->only_running && state == TASK_RUNNING);
	return true;
}

struct instance *run_instance_of(const struct run *run, const struct task *task)
{
	const struct task *own = run->dag ? dag_task(run->dag, task->task_id) : NULL;
	if (own && run->instances && own->index < run->n_instances)
		return &run->instances[own->index];
	return run->dag ? NULL : run_instance(run, task->task_id, -1);
}

static bool unit_is_picked(const struct picking *picking, unsigned index, int map_index)
{
	g_autofree char *key = unit_key(index, map_index);
	return picking->is_whole[index] || g_hash_table_contains(picking->units, key);
}

/* Those of one task that are meant; it has none yet in a version that it is new in. */
static void collect(
	const struct picking *picking, unsigned index, bool whatever_state, GPtrArray *instances)
{
	struct instance *first = run_instance_of(picking->run, &picking->dag->tasks[index]);
	GPtrArray *units = first && first->expansion ? first->expansion->units : NULL;
	if (units && !picking->dag->tasks[index].mapping)
		return; /* where the run moves to, it is one */
	const struct choice *choice = picking->choice;
	if (first && !units && (whatever_state || state_is_meant(choice, first->record.state)))
		g_ptr_array_add(instances, first);
	for (unsigned i = 0; units && i < units->len; i++) {
		struct instance *unit = units->pdata[i];
		if (unit_is_picked(picking, index, (int)i)
			&& (whatever_state ? unit->record.state != TASK_REMOVED
					   : state_is_meant(choice, unit->record.state)))
			g_ptr_array_add(instances, unit);
	}
}

static int index_compare(const void *a, const void *b)
{
	unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;
	return (left > right) - (left < right);
}

/* Only tasks of which an instance is meant bring their setups. */
static void keep_meant(struct picking *picking)
{
	g_autoptr(GPtrArray) instances = g_ptr_array_new();
	unsigned n = 0;
	for (unsigned i = 0; i < picking->picked->len; i++) {
		unsigned index = g_array_index(picking->picked, unsigned, i);
		g_ptr_array_set_size(instances, 0);
		collect(picking, index, false, instances);
		picking->is_picked[index] = instances->len > 0;
		if (instances->len > 0)
			g_array_index(picking->picked, unsigned, n++) = index;
	}
	g_array_set_size(picking->picked, n);
}

static GPtrArray *picking_collect(struct picking *picking, bool with_scopes)
{
	GPtrArray *instances = g_ptr_array_new();
	keep_meant(picking);
	g_autofree bool *is_meant =
		g_memdup2(picking->is_picked, picking->dag->n_tasks * sizeof(bool));
	if (with_scopes)
		pick_scopes(picking);
	g_array_sort(picking->picked, index_compare);
	for (unsigned i = 0; i < picking->picked->len; i++) {
		unsigned index = g_array_index(picking->picked, unsigned, i);
		collect(picking, index, !is_meant[index], instances);
	}
	return instances;
}

GPtrArray *choice_resolve(const struct choosing *choosing, GError **error)
{
	const struct dag *dag = choosing->dag;
	struct picking picking = {
		.run = choosing->run,
		.dag = dag,
		.choice = choosing->choice,
		.is_picked = g_new0(bool, dag->n_tasks + 1),
		.is_whole = g_new0(bool, dag->n_tasks + 1),
		.picked = g_array_new(FALSE, FALSE, sizeof(unsigned)),
		.units = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};
	GPtrArray *instances = NULL;
	if (pick_all_named(&picking, error)) {
		unsigned n_named = picking.picked->len;
		if (choosing->choice->with_upstream)
			spread(&picking, n_named, UPSTREAM);
		if (choosing->choice->with_downstream)
			spread(&picking, n_named, DOWNSTREAM);
		instances = picking_collect(&picking, choosing->with_scopes);
	}
	g_free(picking.is_picked);
	g_free(picking.is_whole);
	g_array_unref(picking.picked);
	g_hash_table_unref(picking.units);
	return instances;
}
