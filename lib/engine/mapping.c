/* SPDX-License-Identifier: MIT */
/*
 * A mapped task is one instance until it may start; then it becomes as many as there are values,
 * each a task instance of its own. The first one stays and stands for all of them in the graph. The
 * engine knows how many values there are, never what they are.
 */
#include "lib/engine/flow.h"
#include "lib/engine/gate.h"
#include "lib/engine/model.h"
#include "lib/engine/past.h"

static void unit_free(void *data)
{
	struct instance *unit = data;
	task_record_clear(&(struct task_record){.reason = unit->record.reason,
		.decision = unit->record.decision,
		.map_label = unit->record.map_label,
		.wait_dag = unit->record.wait_dag,
		.wait_run = unit->record.wait_run,
		.note = unit->record.note});
	g_free(unit->bell);
	g_strfreev(unit->bell_tasks);
	g_free(unit);
}

void expansion_free(struct expansion *expansion)
{
	if (!expansion)
		return;
	g_ptr_array_unref(expansion->units);
	gate_clear(&expansion->gate);
	g_free(expansion);
}

static struct expansion *expansion_new(void)
{
	struct expansion *expansion = g_new0(struct expansion, 1);
	expansion->units = g_ptr_array_new_with_free_func(unit_free);
	return expansion;
}

/*
 * Those after it wait for so many more. Within a mapped group each unit has one of the others; only
 * a task that had ended before the group became many stays one.
 */
static void downstream_widen(const struct instance *instance, unsigned n)
{
	const struct task *task = instance->task;
	for (size_t i = 0; i < task->n_downstream; i++) {
		struct instance *downstream = &instance->run->instances[task->downstream[i]];
		bool is_same_group = task->mapped_group >= 0
			&& task->mapped_group == downstream->task->mapped_group;
		if (is_same_group
			&& (downstream->expansion || downstream->record.state == TASK_NONE))
			continue;
		downstream->n_upstream[OUTCOME_NONE] += n;
		GPtrArray *units = downstream->expansion ? downstream->expansion->units : NULL;
		for (unsigned u = 0; units && u < units->len; u++)
			((struct instance *)units->pdata[u])->n_upstream[OUTCOME_NONE] += n;
	}
}

void instance_widen(struct instance *instance, unsigned n)
{
	bool is_first = !instance->expansion;
	if (is_first)
		instance->expansion = expansion_new();
	struct expansion *expansion = instance->expansion;
	unsigned before = expansion->units->len;
	if (n < before)
		return; /* those that are too many stay, as removed */
	for (unsigned i = before; i < n; i++) {
		struct instance *unit = g_new(struct instance, 1);
		instance_init(unit, instance->run, instance->task, (int)i);
		for (unsigned o = 0; o < N_OUTCOMES; o++)
			unit->n_upstream[o] = instance->n_upstream[o];
		unit->n_bars = instance->n_bars;
		g_ptr_array_add(expansion->units, unit);
	}
	expansion->n[OUTCOME_NONE] += n - before;
	/* Until now it was one itself. */
	instance->run->n_unfinished += n - before - is_first;
	downstream_widen(instance, n - before - is_first);
}

/* ---- how many values there are ---- */

enum { WIDTH_UNKNOWN = -1 };

/* How many values a task left behind; WIDTH_UNKNOWN: it has not succeeded, or they are no values.
 */
static int64_t length_of(const struct instance *source)
{
	const struct expansion *expansion = source->expansion;
	if (expansion)
		return expansion->n[OUTCOME_NONE] ? (int64_t)WIDTH_UNKNOWN
						  : (int64_t)expansion->n[OUTCOME_SUCCESS];
	return source->record.state == TASK_SUCCESS ? source->record.map_length : WIDTH_UNKNOWN;
}

static int64_t source_length(const struct run *run, const struct mapping_source *source)
{
	if (!source->constant)
		return length_of(&run->instances[source->task]);
	return json_is_object(source->constant) ? (int64_t)json_object_size(source->constant)
						: (int64_t)json_array_size(source->constant);
}

static int64_t mapping_width(const struct run *run, const struct mapping *mapping)
{
	int64_t width = mapping->kind == MAPPING_PRODUCT ? 1 : INT64_MAX;
	for (size_t i = 0; i < mapping->n; i++) {
		int64_t length = source_length(run, &mapping->sources[i]);
		if (length == WIDTH_UNKNOWN)
			return WIDTH_UNKNOWN;
		if (mapping->kind != MAPPING_PRODUCT)
			width = MIN(width, length);
		else if (__builtin_mul_overflow(width, length, &width))
			width = INT64_MAX;
	}
	return width;
}

static unsigned width_max(const struct engine *engine)
{
	return engine->options.max_map_length ? engine->options.max_map_length : MAP_LENGTH_MAX;
}

/* ---- becoming many ---- */

static void unit_begin(struct engine *engine, struct instance *unit)
{
	if (unit->record.state == TASK_REMOVED)
		task_move(engine, unit, TASK_NONE);
	instance_changed(engine, unit); /* the rows tell a restarted dagd how many there are */
	instance_doubt(engine, unit);
}

static void unit_remove(struct engine *engine, struct instance *unit)
{
	if (unit->record.state != TASK_NONE)
		return;
	task_reason(unit, g_strdup("there are fewer values now"));
	task_move(engine, unit, TASK_REMOVED);
}

/* So many units from now on; the row of the one that it was is no more. */
static void expand(struct engine *engine, struct instance *instance, unsigned width)
{
	bool is_first = !instance->expansion;
	unsigned before = is_first ? 0 : instance->expansion->units->len;
	bool stood_well = past_stands_well(instance);
	instance_widen(instance, width);
	instance->expansion->width = width;
	past_tell(engine, instance, stood_well);
	GPtrArray *units = instance->expansion->units;
	for (unsigned i = 0; i < units->len; i++) {
		struct instance *unit = units->pdata[i];
		if (i >= width)
			unit_remove(engine, unit);
		else if (i >= before || unit->record.state == TASK_REMOVED)
			unit_begin(engine, unit);
		if (i >= before && !is_first) {
			instance_count(unit, unit->n_upstream);
			unit->n_bars = instance_count_bars(unit);
		}
	}
	if (is_first)
		effect_add(engine,
			(struct effect){EFFECT_DELETE_TASK, .run = &instance->run->record,
				.task = &instance->record});
}

static void refuse(
	struct engine *engine, struct instance *instance, enum task_state state, char *reason)
{
	task_reason(instance, reason);
	task_move(engine, instance, state);
	if (state == TASK_FAILED)
		task_failed(engine, instance);
}

/* A source that left no values: the first one that is to blame. */
static void refuse_unknown(struct engine *engine, struct instance *instance)
{
	const struct mapping *mapping = instance->task->mapping;
	for (size_t i = 0; i < mapping->n; i++) {
		const struct mapping_source *from = &mapping->sources[i];
		if (from->constant)
			continue;
		const struct instance *source = &instance->run->instances[from->task];
		if (length_of(source) != WIDTH_UNKNOWN)
			continue;
		const char *task_id = source->record.task_id;
		if (source->record.state == TASK_SUCCESS)
			refuse(engine, instance, TASK_FAILED,
				g_strdup_printf("\"%s\", over whose output it is mapped, left no "
						"list or map as its return_value",
					task_id));
		else
			refuse(engine, instance,
				source->record.state == TASK_SKIPPED ? TASK_SKIPPED
								     : TASK_UPSTREAM_FAILED,
				g_strdup_printf("\"%s\", over whose output it is mapped, %s",
					task_id,
					source->record.state == TASK_SKIPPED ? "was skipped"
									     : "did not succeed"));
		return;
	}
	g_assert_not_reached();
}

static bool refuse_width(struct engine *engine, struct instance *instance, int64_t width)
{
	if (width == 0)
		refuse(engine, instance, TASK_SKIPPED, g_strdup("it is mapped over no values"));
	else if (width > width_max(engine))
		refuse(engine, instance, TASK_FAILED,
			g_strdup_printf("it is mapped over %" G_GINT64_FORMAT
					" values; at most %u are allowed (core.max_map_length)",
				width, width_max(engine)));
	else
		return false;
	return true;
}

/* One of many, whose values were made anew: there may be more of them now, fewer, or none. */
static bool unit_apply(struct engine *engine, struct instance *unit, int64_t width)
{
	struct instance *first = &unit->run->instances[unit->task->index];
	if (width == WIDTH_UNKNOWN)
		refuse_unknown(engine, unit);
	else if (width == 0 && unit->record.map_index > 0)
		unit_remove(engine, unit);
	else if (!refuse_width(engine, unit, width) && width != first->expansion->width)
		expand(engine, first, (unsigned)width);
	return unit->record.state != TASK_NONE;
}

bool mapping_apply(struct engine *engine, struct instance *instance)
{
	const struct task *task = instance->task;
	if (!task->mapping || task->mapped_group >= 0)
		return false;
	int64_t width = mapping_width(instance->run, task->mapping);
	if (instance->record.map_index >= 0)
		return unit_apply(engine, instance, width);
	if (width == WIDTH_UNKNOWN)
		refuse_unknown(engine, instance);
	else if (!refuse_width(engine, instance, width))
		expand(engine, instance, (unsigned)width);
	return true;
}

/* ---- groups ---- */

static void visit_group(struct engine *engine, struct run *run, int group, int64_t width,
	void (*visit)(struct engine *engine, struct instance *instance, int64_t width))
{
	for (size_t i = 0; i < run->n_instances; i++)
		if (run->instances[i].task->mapped_group == group)
			visit(engine, &run->instances[i], width);
}

static void member_expand(struct engine *engine, struct instance *instance, int64_t width)
{
	/* What was decided of it before the values were known stays so. */
	if (instance->expansion || instance->record.state == TASK_NONE)
		expand(engine, instance, (unsigned)width);
}

/* Once all of the group are many: each unit has its own upstream among them. */
static void member_count(struct engine *engine, struct instance *instance, int64_t width)
{
	GPtrArray *units = instance->expansion ? instance->expansion->units : NULL;
	for (unsigned i = 0; units && i < units->len; i++) {
		struct instance *unit = units->pdata[i];
		instance_count(unit, unit->n_upstream);
		unit->n_bars = instance_count_bars(unit);
	}
}

static void member_refuse(struct engine *engine, struct instance *instance, int64_t width)
{
	GPtrArray *units = instance->expansion ? instance->expansion->units : NULL;
	if (!units && instance->record.state == TASK_NONE)
		refuse_width(engine, instance, width);
	for (unsigned i = 0; units && i < units->len; i++)
		if (((struct instance *)units->pdata[i])->record.state == TASK_NONE)
			refuse_width(engine, units->pdata[i], width);
}

bool mapping_apply_group(struct engine *engine, struct instance *instance)
{
	const struct task *task = instance->task;
	struct run *run = instance->run;
	if (task->mapped_group < 0)
		return false;
	int64_t width = mapping_width(run, task->mapping);
	if (width == WIDTH_UNKNOWN)
		return false;
	if (width == 0 || width > width_max(engine)) {
		if (instance->record.map_index >= 0)
			return unit_apply(engine, instance, width);
		visit_group(engine, run, task->mapped_group, width, member_refuse);
		return true;
	}
	struct instance *first = &run->instances[task->index];
	if (first->expansion && first->expansion->width == width)
		return false;
	visit_group(engine, run, task->mapped_group, width, member_expand);
	visit_group(engine, run, task->mapped_group, width, member_count);
	return instance->expansion || instance->record.state != TASK_NONE;
}
