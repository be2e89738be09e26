/* SPDX-License-Identifier: MIT */
/* Which limit holds a task that could start, and who takes it. */
#include "lib/engine/gate.h"
#include "lib/engine/why.h"

#include <string.h>

void name_append(GString *text, unsigned n, const char *name)
{
	if (n < NAMED_MAX)
		g_string_append_printf(text, "%s\"%s\"", n ? ", " : "", name);
}

void rest_append(GString *text, unsigned n)
{
	if (n > NAMED_MAX)
		g_string_append_printf(text, " and %u more", n - NAMED_MAX);
}

typedef bool instance_test(const struct instance *holder, const struct instance *instance);

static bool is_of_run(const struct instance *holder, const struct instance *instance)
{
	return holder->run == instance->run;
}

static bool is_of_task(const struct instance *holder, const struct instance *instance)
{
	return holder->run->workflow == instance->run->workflow
		&& g_str_equal(holder->record.task_id, instance->record.task_id);
}

static bool is_of_task_in_run(const struct instance *holder, const struct instance *instance)
{
	return is_of_run(holder, instance) && is_of_task(holder, instance);
}

static bool is_of_pool(const struct instance *holder, const struct instance *instance)
{
	return holder->task && g_str_equal(holder->task->pool, instance->task->pool);
}

static bool is_deferred_of_pool(const struct instance *holder, const struct instance *instance)
{
	return holder->record.state == TASK_DEFERRED && is_of_pool(holder, instance);
}

/* As it is called beside an instance of the same run, or of another one. */
static char *holder_name(const struct instance *holder, const struct instance *instance)
{
	g_autofree char *name = instance_name(holder);
	if (is_of_run(holder, instance))
		return g_steal_pointer(&name);
	const struct run_record *run = &holder->run->record;
	if (holder->run->workflow == instance->run->workflow)
		return g_strconcat(name, " of ", run->run_id, NULL);
	return g_strconcat(name, " of ", run->dag_id, " ", run->run_id, NULL);
}

static int text_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void holders_add(
	GHashTable *holders, instance_test *test, const struct instance *instance, GPtrArray *names)
{
	GHashTableIter iter;
	const struct instance *holder;
	g_hash_table_iter_init(&iter, holders);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&holder))
		if (test(holder, instance))
			g_ptr_array_add(names, holder_name(holder, instance));
}

static const struct pool *pool_named(const struct engine *engine, const char *name)
{
	for (unsigned i = 0; i < engine->pools->len; i++) {
		const struct pool *pool = engine->pools->pdata[i];
		if (g_str_equal(pool->record.name, name))
			return pool;
	}
	return NULL;
}

/* `LIMIT is taken by "a", "b" and 3 more`; takes the text over. */
static char *taken_by(const struct engine *engine, const struct instance *instance,
	instance_test *test, char *limit)
{
	GString *text = g_string_new(limit);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_free(limit);
	g_string_append(text, " is taken by ");
	holders_add(engine->attempts, test, instance, names);
	const struct pool *pool = pool_named(engine, instance->task->pool);
	if (test == is_of_pool && pool && pool->record.include_deferred)
		holders_add(engine->held, is_deferred_of_pool, instance, names);
	g_ptr_array_sort(names, text_compare);
	for (unsigned i = 0; i < names->len; i++)
		name_append(text, i, names->pdata[i]);
	rest_append(text, names->len);
	return g_string_free(text, FALSE);
}

/* The limits of its pool; NULL: they do not hold it. */
static char *waits_for_pool(const struct engine *engine, const struct instance *instance)
{
	const struct task *task = instance->task;
	const struct pool *pool = pool_named(engine, task->pool);
	if (!pool || !pool->is_known)
		return g_strdup_printf("waits: there is no pool \"%s\"; dagctl pools set %s SLOTS "
				       "DESCRIPTION makes it",
			task->pool, task->pool);
	int64_t slots = pool->record.slots;
	if (slots >= 0 && (int64_t)task->pool_slots > slots)
		return g_strdup_printf("can never start: it needs %u slots of the pool \"%s\", "
				       "which has %" G_GINT64_FORMAT,
			task->pool_slots, task->pool, slots);
	if (pool_has_room(pool, instance))
		return NULL;
	return taken_by(engine, instance, is_of_pool,
		g_strdup_printf("waits: %" G_GINT64_FORMAT " of the %" G_GINT64_FORMAT
				" slots of the pool \"%s\"",
			pool_used(pool), slots, task->pool));
}

static char *waits_for_worker(const struct engine *engine, const struct instance *instance)
{
	const struct task *task = instance->task;
	char *pool = waits_for_pool(engine, instance);
	if (pool)
		return pool;
	if (g_hash_table_size(engine->attempts) >= engine->options.n_workers)
		return g_strdup_printf("waits: all %u workers (core.parallelism) are busy",
			engine->options.n_workers);
	return g_strdup_printf(
		"waits for its turn in the pool \"%s\": others go first", task->pool);
}

char *waits_for_recovery(const struct engine *engine)
{
	return engine->hold ? g_strdup_printf("waits: %s; running tasks go on", engine->hold)
			    : g_strdup("waits until all that an earlier dagd left is known");
}

char *waits_for_limit(const struct engine *engine, struct instance *instance)
{
	const struct run *run = instance->run;
	const struct task *task = instance->task;
	if (engine->is_recovering)
		return waits_for_recovery(engine);
	if (instance->is_callback)
		return waits_for_worker(engine, instance);
	if (run->workflow->record.is_paused)
		return g_strdup("could start, but the DAG is paused");
	if (run->n_active >= run->dag->max_active_tasks)
		return taken_by(engine, instance, is_of_run,
			g_strdup_printf("waits: max_active_tasks (%u) of the run",
				run->dag->max_active_tasks));
	if (gate_closed(instance) && task->max_active_tis_per_dagrun
		&& gate_closed(instance)->n_active >= task->max_active_tis_per_dagrun
		&& instance->record.map_index >= 0)
		return taken_by(engine, instance, is_of_task_in_run,
			g_strdup_printf("waits: max_active_tis_per_dagrun (%u)",
				task->max_active_tis_per_dagrun));
	if (gate_closed(instance))
		return taken_by(engine, instance, is_of_task,
			g_strdup_printf("waits: max_active_tis_per_dag (%u)",
				task->max_active_tis_per_dag));
	return waits_for_worker(engine, instance);
}
