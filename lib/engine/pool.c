/* SPDX-License-Identifier: MIT */
/*
 * The line of those that wait to start. A queue stands in the one above it by its best task, so a
 * change of its front moves it there, and nothing else has to be looked at.
 *
 * Within a pool the first one that waits is the next to start, however many slots it needs: what
 * is smaller and behind it does not overtake it, or it would wait for ever.
 */
#include "lib/engine/gate.h"
#include "lib/engine/model.h"

#include <string.h>

static const struct instance *run_queue_best(const struct run_queue *queue)
{
	return g_sequence_get(g_sequence_get_begin_iter(queue->ready));
}

static int run_queue_compare(const void *a, const void *b, void *unused)
{
	return instance_compare(run_queue_best(a), run_queue_best(b), NULL);
}

static const struct instance *dag_queue_best(const struct dag_queue *queue)
{
	return run_queue_best(g_sequence_get(g_sequence_get_begin_iter(queue->runs)));
}

static int dag_queue_compare(const void *a, const void *b, void *unused)
{
	return instance_compare(dag_queue_best(a), dag_queue_best(b), NULL);
}

/* ---- pools ---- */

static struct pool *pool_find(const struct engine *engine, const char *name)
{
	for (unsigned i = 0; i < engine->pools->len; i++) {
		struct pool *pool = engine->pools->pdata[i];
		if (strcmp(pool->record.name, name) == 0)
			return pool;
	}
	return NULL;
}

struct pool *pool_get(struct engine *engine, const char *name)
{
	struct pool *pool = pool_find(engine, name);
	if (pool)
		return pool;
	pool = g_new0(struct pool, 1);
	pool->record.name = g_strdup(name);
	pool->dags = g_sequence_new(NULL);
	pool->too_large = g_sequence_new(NULL);
	g_ptr_array_add(engine->pools, pool);
	return pool;
}

void pool_free(struct pool *pool)
{
	g_sequence_free(pool->dags);
	g_sequence_free(pool->too_large);
	pool_record_clear(&pool->record);
	g_free(pool);
}

int64_t pool_used(const struct pool *pool)
{
	return pool->n_active + (pool->record.include_deferred ? pool->n_deferred : 0);
}

static bool pool_is_unlimited(const struct pool *pool)
{
	return pool->is_known && pool->record.slots < 0;
}

/* Even when it is empty. */
static bool pool_can_hold(const struct pool *pool, const struct instance *instance)
{
	return pool_is_unlimited(pool) || (int64_t)instance->task->pool_slots <= pool->record.slots;
}

bool pool_has_room(const struct pool *pool, const struct instance *instance)
{
	return pool_is_unlimited(pool)
		|| pool_used(pool) + instance->task->pool_slots <= pool->record.slots;
}

struct instance *pool_first(struct engine *engine, struct pool *pool)
{
	while (!g_sequence_is_empty(pool->dags)) {
		struct instance *first = (struct instance *)dag_queue_best(
			g_sequence_get(g_sequence_get_begin_iter(pool->dags)));
		if (!pool->is_known || pool_can_hold(pool, first))
			return first;
		instance_dequeue(engine, first);
		first->place = g_sequence_append(pool->too_large, first);
	}
	return NULL;
}

/* Those that were too large for it are asked again. */
static void pool_changed(struct engine *engine, struct pool *pool)
{
	g_autoptr(GPtrArray) again = g_ptr_array_new();
	GSequenceIter *iter = g_sequence_get_begin_iter(pool->too_large);
	for (; !g_sequence_iter_is_end(iter); iter = g_sequence_iter_next(iter))
		g_ptr_array_add(again, g_sequence_get(iter));
	for (unsigned i = 0; i < again->len; i++) {
		instance_dequeue(engine, again->pdata[i]);
		instance_enqueue(engine, again->pdata[i]);
	}
}

bool pool_set(struct engine *engine, const struct pool_record *record)
{
	struct pool *pool = pool_get(engine, record->name);
	struct pool_record copy = pool_record_copy(record);
	pool_record_clear(&pool->record);
	pool->record = copy;
	pool->is_known = true;
	pool_changed(engine, pool);
	return true;
}

bool pool_gone(struct engine *engine, const struct event *event, GError **error)
{
	struct pool *pool = pool_find(engine, event->pool->name);
	if (!pool || !pool->is_known) {
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN, "there is no pool \"%s\"",
			event->pool->name);
		return false;
	}
	if (g_str_equal(pool->record.name, DEFAULT_POOL)) {
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_INVALID,
			"the pool \"" DEFAULT_POOL "\" cannot be deleted");
		return false;
	}
	/* Tasks may name it still: it stays, without slots. */
	pool->is_known = false;
	pool->record.slots = 0;
	return true;
}

/* ---- queues ---- */

static void dag_queue_leave(struct dag_queue *queue)
{
	if (queue->place)
		g_sequence_remove(queue->place);
	queue->place = NULL;
}

static void dag_queue_enter(struct dag_queue *queue)
{
	if (!g_sequence_is_empty(queue->runs))
		queue->place =
			g_sequence_insert_sorted(queue->pool->dags, queue, dag_queue_compare, NULL);
}

bool run_is_open(const struct engine *engine, const struct run *run)
{
	return !engine->is_recovering && run->dag && run->record.state == RUN_RUNNING
		&& !run->workflow->record.is_paused && run->n_active < run->dag->max_active_tasks;
}

/* Its front, or whether it is in the line at all, has changed. */
static void run_queue_place(const struct engine *engine, struct run_queue *queue)
{
	struct dag_queue *above = queue->dag_queue;
	bool is_open = run_is_open(engine, queue->run) && !g_sequence_is_empty(queue->ready);
	if (!is_open && !queue->place)
		return;
	dag_queue_leave(above);
	if (queue->place)
		g_sequence_remove(queue->place);
	queue->place = is_open
		? g_sequence_insert_sorted(above->runs, queue, run_queue_compare, NULL)
		: NULL;
	dag_queue_enter(above);
}

void run_queues_place(struct engine *engine, struct run *run)
{
	for (unsigned i = 0; run->queues && i < run->queues->len; i++)
		run_queue_place(engine, run->queues->pdata[i]);
}

static struct dag_queue *dag_queue_get(struct workflow *workflow, struct pool *pool)
{
	for (unsigned i = 0; i < workflow->queues->len; i++) {
		struct dag_queue *queue = workflow->queues->pdata[i];
		if (queue->pool == pool)
			return queue;
	}
	struct dag_queue *queue = g_new0(struct dag_queue, 1);
	*queue = (struct dag_queue){workflow, pool, g_sequence_new(NULL), NULL};
	g_ptr_array_add(workflow->queues, queue);
	return queue;
}

static struct run_queue *run_queue_get(struct run *run, struct pool *pool)
{
	if (!run->queues)
		run->queues = g_ptr_array_new_with_free_func(run_queue_free);
	for (unsigned i = 0; i < run->queues->len; i++) {
		struct run_queue *queue = run->queues->pdata[i];
		if (queue->dag_queue->pool == pool)
			return queue;
	}
	struct run_queue *queue = g_new0(struct run_queue, 1);
	*queue = (struct run_queue){
		run, dag_queue_get(run->workflow, pool), g_sequence_new(NULL), NULL};
	g_ptr_array_add(run->queues, queue);
	return queue;
}

void run_queue_free(void *data)
{
	struct run_queue *queue = data;
	g_sequence_free(queue->ready);
	g_free(queue);
}

void dag_queue_free(void *data)
{
	struct dag_queue *queue = data;
	g_sequence_free(queue->runs);
	g_free(queue);
}

/* ---- instances ---- */

void instance_enqueue(struct engine *engine, struct instance *instance)
{
	struct pool *pool = pool_get(engine, instance->task->pool);
	g_assert(!instance->place);
	struct run_queue *queue = run_queue_get(instance->run, pool);
	instance->queue = queue;
	instance->place = g_sequence_insert_sorted(queue->ready, instance, instance_compare, NULL);
	gates_count_called(engine, instance, 1);
	if (g_sequence_iter_is_begin(instance->place))
		run_queue_place(engine, queue);
}

void instance_dequeue(struct engine *engine, struct instance *instance)
{
	struct run_queue *queue = g_steal_pointer(&instance->queue);
	GSequenceIter *place = g_steal_pointer(&instance->place);
	if (!place)
		return;
	bool was_first = queue && g_sequence_iter_is_begin(place);
	g_sequence_remove(place);
	if (queue)
		gates_count_called(engine, instance, -1);
	if (was_first)
		run_queue_place(engine, queue);
}

/* A DAG with other active tasks stands elsewhere among those of the same weight. */
static void workflow_count_active(struct workflow *workflow, int n)
{
	for (unsigned i = 0; i < workflow->queues->len; i++)
		dag_queue_leave(workflow->queues->pdata[i]);
	workflow->n_active += (unsigned)n;
	for (unsigned i = 0; i < workflow->queues->len; i++)
		dag_queue_enter(workflow->queues->pdata[i]);
}

void instance_count_active(
	struct engine *engine, struct instance *instance, enum task_state from, enum task_state to)
{
	struct run *run = instance->run;
	const struct task *task = instance->task;
	int active = task_state_is_active(to) - task_state_is_active(from);
	int deferred = (to == TASK_DEFERRED) - (from == TASK_DEFERRED);
	int scheduled = (to == TASK_SCHEDULED) - (from == TASK_SCHEDULED);
	bool counts = task && (active || deferred || scheduled);
	struct pool *pool = counts ? pool_get(engine, task->pool) : NULL;
	if (pool) {
		pool->n_scheduled += scheduled * (int64_t)task->pool_slots;
		pool->n_active += active * (int64_t)task->pool_slots;
		pool->n_deferred += deferred * (int64_t)task->pool_slots;
	}
	if (!active || instance->is_callback)
		return;
	run->n_active += (unsigned)active;
	if (!task || !task->is_teardown)
		run->n_working += (unsigned)active;
	workflow_count_active(run->workflow, active);
	run_queues_place(engine, run);
	if (active > 0)
		gates_enter(instance);
	else
		gates_leave(engine, instance);
}
