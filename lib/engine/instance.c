/* SPDX-License-Identifier: MIT */
/*
 * Each instance counts its direct upstream instances by their outcome. The counts change where
 * states change, in instance_tell(), and nowhere else: an end costs as much as there are tasks
 * directly after it, whatever else there is.
 */
#include "lib/engine/flow.h"
#include "lib/engine/model.h"
#include "lib/engine/scope.h"

void instance_init(
	struct instance *instance, struct run *run, const struct task *task, int map_index)
{
	*instance = (struct instance){.run = run, .task = task};
	instance->retry = (struct wake){.kind = WAKE_RETRY, .owner = instance};
	instance->record = (struct task_record){
		.run = run->record.id,
		.task_id = task ? (char *)task->task_id : NULL,
		.map_index = map_index,
		.max_tries = task ? task->retries : 0,
		.scheduled_at = INSTANT_NONE,
		.queued_at = INSTANT_NONE,
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.retry_at = INSTANT_NONE,
		.map_length = -1,
		.wait_until = INSTANT_NONE,
		.wait_since = INSTANT_NONE,
	};
	if (task)
		instance->n_upstream[OUTCOME_NONE] = (unsigned)task->n_upstream;
}

void instance_take_record(struct instance *instance, const struct task_record *record)
{
	char *task_id = instance->record.task_id;
	instance->record = task_record_copy(record);
	g_free(instance->record.task_id);
	instance->record.task_id = task_id;
}

void instance_changed(struct engine *engine, struct instance *instance)
{
	if (instance->is_changed)
		return;
	instance->is_changed = true;
	g_ptr_array_add(engine->changed_instances, instance);
}

bool task_state_is_active(enum task_state state)
{
	return state == TASK_RUNNING || state == TASK_RESTARTING;
}

int instance_compare(const void *a, const void *b, void *unused)
{
	const struct instance *left = a, *right = b;
	const struct run *left_run = left->run, *right_run = right->run;
	int left_weight = left->task->effective_weight,
	    right_weight = right->task->effective_weight;
	if (left_weight != right_weight)
		return left_weight > right_weight ? -1 : 1;
	if (left_run->workflow->n_active != right_run->workflow->n_active)
		return left_run->workflow->n_active < right_run->workflow->n_active ? -1 : 1;
	if (left_run->record.run_after != right_run->record.run_after)
		return left_run->record.run_after < right_run->record.run_after ? -1 : 1;
	if (left_run->record.id != right_run->record.id)
		return left_run->record.id < right_run->record.id ? -1 : 1;
	if (left->task->index != right->task->index)
		return left->task->index < right->task->index ? -1 : 1;
	return (left->record.map_index > right->record.map_index)
		- (left->record.map_index < right->record.map_index);
}

/* Tasks of one mapped group go index by index. */
static bool goes_by_index(const struct task *upstream, const struct task *task)
{
	return task->mapped_group >= 0 && task->mapped_group == upstream->mapped_group;
}

/* NULL: it has become fewer than that. */
static struct instance *unit_of(const struct instance *instance, int map_index)
{
	const GPtrArray *units = instance->expansion->units;
	return (unsigned)map_index < units->len ? units->pdata[map_index] : NULL;
}

/*
 * Which unit of `other` belongs to the instance: all of them do unless both are of one mapped
 * group. One of a group may have ended before that became many; then it belongs to all, too.
 */
static bool has_own_unit(const struct instance *instance, const struct instance *other)
{
	return other->expansion && instance->record.map_index >= 0
		&& goes_by_index(other->task, instance->task);
}

void instance_count_one(
	const struct instance *instance, const struct instance *other, unsigned n[N_OUTCOMES])
{
	if (has_own_unit(instance, other))
		other = unit_of(other, instance->record.map_index);
	if (other && !other->expansion)
		n[outcome_of(other->record.state)]++;
	for (unsigned o = 0; other && other->expansion && o < N_OUTCOMES; o++)
		n[o] += other->expansion->n[o];
}

void instance_count(const struct instance *instance, unsigned n[N_OUTCOMES])
{
	const struct task *task = instance->task;
	for (unsigned i = 0; i < N_OUTCOMES; i++)
		n[i] = 0;
	for (size_t i = 0; task && i < task->n_upstream; i++)
		instance_count_one(instance, &instance->run->instances[task->upstream[i]], n);
}

static const struct instance *unit_with(const struct instance *upstream, enum outcome outcome)
{
	const GPtrArray *units = upstream->expansion->units;
	for (unsigned i = 0; i < units->len; i++)
		if (outcome_of(((struct instance *)units->pdata[i])->record.state) == outcome)
			return units->pdata[i];
	return NULL;
}

void instance_each_upstream(const struct instance *instance,
	void (*visit)(const struct instance *upstream, void *data), void *data)
{
	const struct task *task = instance->task;
	for (size_t i = 0; task && i < task->n_upstream; i++) {
		const struct instance *upstream = &instance->run->instances[task->upstream[i]];
		if (has_own_unit(instance, upstream))
			upstream = unit_of(upstream, instance->record.map_index);
		const GPtrArray *units =
			upstream && upstream->expansion ? upstream->expansion->units : NULL;
		if (upstream && !units)
			visit(upstream, data);
		for (unsigned u = 0; units && u < units->len; u++)
			visit(units->pdata[u], data);
	}
}

const struct instance *instance_upstream(const struct instance *instance, enum outcome outcome)
{
	const struct task *task = instance->task;
	for (size_t i = 0; i < task->n_upstream; i++) {
		const struct instance *upstream = &instance->run->instances[task->upstream[i]];
		if (has_own_unit(instance, upstream))
			upstream = unit_of(upstream, instance->record.map_index);
		if (upstream && upstream->expansion && upstream->expansion->n[outcome])
			return unit_with(upstream, outcome);
		if (upstream && !upstream->expansion
			&& outcome_of(upstream->record.state) == outcome)
			return upstream;
	}
	return NULL;
}

void instance_doubt(struct engine *engine, struct instance *instance)
{
	if (instance->is_doubtful || instance->record.state != TASK_NONE)
		return;
	instance->is_doubtful = true;
	g_queue_push_tail(&engine->doubtful, instance);
}

/* What those after an instance hear of it. */
struct change {
	enum outcome from, to;
	struct bar bar;
};

static void downstream_hear(
	struct engine *engine, struct instance *downstream, const struct change *change)
{
	if (!downstream)
		return; /* there is none with its index */
	bool was_barred = bar_stops(&change->bar, change->from, downstream->task);
	bool is_barred = bar_stops(&change->bar, change->to, downstream->task);
	g_assert(downstream->n_upstream[change->from] > 0);
	downstream->n_upstream[change->from]--;
	downstream->n_upstream[change->to]++;
	g_assert(!was_barred || downstream->n_bars > 0);
	downstream->n_bars += (unsigned)is_barred - (unsigned)was_barred;
	/* What was ready because it had ended so may have to wait again, or may not run at all. */
	if ((change->from != OUTCOME_NONE || is_barred)
		&& downstream->record.state == TASK_SCHEDULED) {
		instance_dequeue(engine, downstream);
		task_move(engine, downstream, TASK_NONE);
	}
	instance_doubt(engine, downstream);
}

void instance_tell(struct engine *engine, struct instance *instance, enum outcome from)
{
	const struct task *task = instance->task;
	enum outcome to = outcome_of(instance->record.state);
	if (!task || from == to || task->index >= instance->run->n_instances)
		return;
	struct change change = {.from = from, .to = to};
	bar_open(&change.bar, instance);
	struct instance *first = &instance->run->instances[task->index];
	if (first->expansion) {
		first->expansion->n[from]--;
		first->expansion->n[to]++;
	}
	scope_tell(engine, instance, to);
	for (size_t i = 0; i < task->n_downstream; i++) {
		struct instance *downstream = &instance->run->instances[task->downstream[i]];
		if (!downstream->expansion) {
			downstream_hear(engine, downstream, &change);
		} else if (has_own_unit(instance, downstream)) {
			downstream_hear(
				engine, unit_of(downstream, instance->record.map_index), &change);
		} else {
			const GPtrArray *units = downstream->expansion->units;
			for (unsigned u = 0; u < units->len; u++)
				downstream_hear(engine, units->pdata[u], &change);
		}
	}
	bar_close(&change.bar);
}
