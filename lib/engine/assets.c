/* SPDX-License-Identifier: MIT */
/*
 * Assets: data that tasks make and that other DAGs wait for. A task that succeeds tells of each of
 * its outlets; a DAG that is scheduled by assets remembers which of them it has heard of since its
 * last run, and runs when its condition is met. What is told while a run of it may not be made yet
 * is one run later, however often it is told.
 */
#include "lib/engine/assets.h"

#include "lib/base/instant.h"

struct asset {
	char *name;
	GPtrArray *consumers; /* of struct workflow: whose condition names it */
};

void asset_free(void *data)
{
	struct asset *asset = data;
	g_ptr_array_unref(asset->consumers);
	g_free(asset->name);
	g_free(asset);
}

static struct asset *asset_get(struct engine *engine, const char *name)
{
	struct asset *asset = g_hash_table_lookup(engine->assets, name);
	if (asset)
		return asset;
	asset = g_new0(struct asset, 1);
	asset->name = g_strdup(name);
	asset->consumers = g_ptr_array_new();
	g_hash_table_insert(engine->assets, asset->name, asset);
	effect_add(engine, (struct effect){EFFECT_SAVE_ASSET, .asset = asset->name});
	return asset;
}

/* ---- conditions ---- */

static bool is_named(const struct asset_condition *condition, const char *name)
{
	if (condition->kind == ASSET_ONE)
		return g_str_equal(condition->asset, name);
	for (size_t i = 0; i < condition->n; i++)
		if (is_named(&condition->items[i], name))
			return true;
	return false;
}

static bool is_met(const struct asset_condition *condition, GHashTable *heard)
{
	if (condition->kind == ASSET_ONE)
		return heard && g_hash_table_contains(heard, condition->asset);
	for (size_t i = 0; i < condition->n; i++)
		if (is_met(&condition->items[i], heard) == (condition->kind == ASSET_ANY))
			return condition->kind == ASSET_ANY;
	return condition->kind == ASSET_ALL;
}

static void consumers_change(struct engine *engine, const struct asset_condition *condition,
	struct workflow *workflow, bool is_added)
{
	for (size_t i = 0; i < condition->n; i++)
		consumers_change(engine, &condition->items[i], workflow, is_added);
	if (condition->kind != ASSET_ONE)
		return;
	GPtrArray *consumers = asset_get(engine, condition->asset)->consumers;
	g_ptr_array_remove(consumers, workflow);
	if (is_added)
		g_ptr_array_add(consumers, workflow);
}

/* What it has heard of and does not wait for any more. */
static void heard_sort_out(struct engine *engine, struct workflow *workflow)
{
	const struct asset_condition *condition = workflow->dag->assets;
	GHashTableIter iter;
	char *name;
	if (!workflow->heard)
		return;
	g_hash_table_iter_init(&iter, workflow->heard);
	while (g_hash_table_iter_next(&iter, (void **)&name, NULL)) {
		if (condition && is_named(condition, name))
			continue;
		g_hash_table_iter_steal(&iter);
		g_ptr_array_add(engine->reasons, name);
		effect_add(engine,
			(struct effect){EFFECT_FORGET_ASSETS, .consumer = workflow->record.dag_id,
				.forgotten = name});
	}
}

static void assets_name(struct engine *engine, const struct asset_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		asset_get(engine, names->names[i]);
}

void assets_load(struct engine *engine, struct workflow *workflow, const struct dag *old)
{
	if (old && old->assets)
		consumers_change(engine, old->assets, workflow, false);
	if (workflow->dag->assets)
		consumers_change(engine, workflow->dag->assets, workflow, true);
	heard_sort_out(engine, workflow);
	assets_name(engine, &workflow->dag->outlets);
	assets_name(engine, &workflow->dag->inlets);
}

void assets_gone(struct engine *engine, struct workflow *workflow)
{
	if (workflow->dag && workflow->dag->assets)
		consumers_change(engine, workflow->dag->assets, workflow, false);
}

/* ---- events ---- */

void asset_hear(struct workflow *workflow, const char *name)
{
	if (!workflow->heard)
		workflow->heard = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_hash_table_add(workflow->heard, g_strdup(name));
}

/* Who is paused does not hear it, as in Airflow. */
static void consumer_hear(
	struct engine *engine, struct workflow *workflow, const struct asset_event_record *event)
{
	if (workflow->record.is_paused || workflow->record.is_stale)
		return;
	asset_hear(workflow, event->asset);
	effect_add(engine,
		(struct effect){EFFECT_QUEUE_ASSET, .asset_event = event,
			.consumer = workflow->record.dag_id});
}

static void asset_tell(struct engine *engine, const struct asset_event_record *record)
{
	struct asset_event_record copy = asset_event_record_copy(record);
	struct asset_event_record *event = g_memdup2(&copy, sizeof copy);
	event->id = engine->options.next_asset_event++;
	event->at = engine->now;
	g_ptr_array_add(engine->asset_events, event);
	effect_add(engine, (struct effect){EFFECT_SAVE_ASSET_EVENT, .asset_event = event});
	struct asset *asset = asset_get(engine, event->asset);
	for (unsigned i = 0; i < asset->consumers->len; i++)
		consumer_hear(engine, asset->consumers->pdata[i], event);
}

static void consumers_schedule(struct engine *engine, const char *name)
{
	const struct asset *asset = asset_get(engine, name);
	for (unsigned i = 0; i < asset->consumers->len; i++)
		assets_schedule(engine, asset->consumers->pdata[i]);
}

/* Who waits for any of several outlets has heard of all of them when it runs. */
void assets_told_by(struct engine *engine, const struct instance *instance)
{
	const struct task *task = instance->task;
	for (size_t i = 0; task && i < task->outlets.n; i++)
		asset_tell(engine,
			&(struct asset_event_record){
				.asset = (char *)task->outlets.names[i],
				.dag_id = instance->run->record.dag_id,
				.run_id = instance->run->record.run_id,
				.task_id = instance->record.task_id,
				.map_index = instance->record.map_index,
			});
	for (size_t i = 0; task && i < task->outlets.n; i++)
		consumers_schedule(engine, task->outlets.names[i]);
}

bool asset_changed(struct engine *engine, const struct event *event)
{
	asset_tell(engine, event->asset);
	consumers_schedule(engine, event->asset->asset);
	return true;
}

bool engine_has_heard(const struct engine *engine, const char *dag_id, const char *asset)
{
	const struct workflow *workflow = workflow_get(engine, dag_id);
	return workflow && workflow->heard && g_hash_table_contains(workflow->heard, asset);
}

int64_t engine_next_asset_event(const struct engine *engine)
{
	return engine->options.next_asset_event;
}

bool assets_forgotten(struct engine *engine, const struct event *event, GError **error)
{
	struct workflow *workflow = workflow_get(engine, event->dag_id);
	if (!workflow) {
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN, "there is no DAG \"%s\"",
			event->dag_id);
		return false;
	}
	char *name = g_strdup(event->forgotten);
	g_ptr_array_add(engine->reasons, name);
	if (workflow->heard && name)
		g_hash_table_remove(workflow->heard, name);
	else if (workflow->heard)
		g_hash_table_remove_all(workflow->heard);
	effect_add(engine,
		(struct effect){EFFECT_FORGET_ASSETS, .consumer = workflow->record.dag_id,
			.forgotten = name});
	return true;
}

/* ---- runs ---- */

static void run_by_assets(struct engine *engine, struct workflow *workflow)
{
	int64_t id = engine->options.next_run++;
	g_autofree char *iso = instant_iso(engine->now);
	g_autofree char *run_id = g_strdup_printf(
		"%s__%s_%" G_GINT64_FORMAT, run_type_name(RUN_ASSET_TRIGGERED), iso, id);
	struct run_record record = {
		.id = id,
		.dag_id = workflow->record.dag_id,
		.run_id = run_id,
		.type = RUN_ASSET_TRIGGERED,
		.state = RUN_QUEUED,
		.slot = INSTANT_NONE,
		.logical_date = INSTANT_NONE,
		.data_interval_start = INSTANT_NONE,
		.data_interval_end = INSTANT_NONE,
		.run_after = engine->now,
		.queued_at = engine->now,
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.deadline_at = INSTANT_NONE,
		.version = workflow->record.version,
		.triggered_by = "asset",
	};
	struct run *run = run_new(engine, workflow, &record, workflow->dag);
	workflow->assets_run_at = engine->now;
	wake_set(&engine->wakes, &workflow->assets, INSTANT_NEVER);
	g_hash_table_remove_all(workflow->heard);
	run_queue(engine, run);
	effect_add(engine, (struct effect){EFFECT_TAKE_ASSETS, .run = &run->record});
	workflow_start_runs(engine, workflow);
}

static bool is_due(const struct engine *engine, const struct workflow *workflow)
{
	const struct dag *dag = workflow->dag;
	if (!dag || !dag->assets || workflow->record.is_paused || workflow->record.is_stale
		|| engine->is_recovering || !is_met(dag->assets, workflow->heard))
		return false;
	unsigned n_unfinished =
		workflow->n_running + (unsigned)g_sequence_get_length(workflow->queued);
	return n_unfinished < dag->max_active_runs;
}

/*
 * What a run updates at once may make another run of the same DAG, by itself or through others, and
 * that the next one, for ever: not in one step, and not more than one each second.
 */
void assets_schedule(struct engine *engine, struct workflow *workflow)
{
	if (!is_due(engine, workflow))
		return;
	if (workflow->assets_run_at == engine->now)
		wake_set(&engine->wakes, &workflow->assets, engine->now + SECOND_US);
	else
		run_by_assets(engine, workflow);
}

static void condition_append(
	GString *text, const struct asset_condition *condition, GHashTable *heard, bool is_inner)
{
	const char *between = condition->kind == ASSET_ANY ? " or " : " and ";
	if (condition->kind == ASSET_ONE) {
		g_string_append_printf(text, "\"%s\"", condition->asset);
		return;
	}
	g_autoptr(GString) items = g_string_new(NULL);
	unsigned n = 0;
	for (size_t i = 0; i < condition->n; i++) {
		if (is_met(&condition->items[i], heard))
			continue;
		g_string_append(items, n++ ? between : "");
		condition_append(items, &condition->items[i], heard, true);
	}
	g_string_append_printf(text, is_inner && n > 1 ? "(%s)" : "%s", items->str);
}

char *assets_sentence(const struct workflow *workflow)
{
	const struct dag *dag = workflow->dag;
	bool is_ready = is_met(dag->assets, workflow->heard);
	g_autofree char *at = instant_iso(workflow->assets.at);
	if (is_ready && workflow->assets.place)
		return g_strdup_printf("next run at %s", at);
	if (is_ready)
		return g_strdup_printf("the next run waits: max_active_runs (%u) is reached",
			dag->max_active_runs);
	GString *text = g_string_new("waits for the assets ");
	if (dag->assets->kind == ASSET_ONE)
		g_string_assign(text, "waits for the asset ");
	condition_append(text, dag->assets, workflow->heard, false);
	return g_string_free(text, FALSE);
}

/* ---- checks ---- */

static void condition_check(const struct engine *engine, const struct asset_condition *condition,
	const struct workflow *workflow)
{
	for (size_t i = 0; i < condition->n; i++)
		condition_check(engine, &condition->items[i], workflow);
	if (condition->kind != ASSET_ONE)
		return;
	const struct asset *asset = g_hash_table_lookup(engine->assets, condition->asset);
	g_assert(asset && g_ptr_array_find(asset->consumers, workflow, NULL));
}

static void heard_check(const struct workflow *workflow)
{
	const struct asset_condition *condition = workflow->dag->assets;
	GHashTableIter iter;
	void *name;
	if (!workflow->heard)
		return;
	g_hash_table_iter_init(&iter, workflow->heard);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		g_assert(condition && is_named(condition, name));
}

void assets_check(const struct engine *engine)
{
	GHashTableIter iter;
	const struct workflow *workflow;
	const struct asset *asset;
	g_hash_table_iter_init(&iter, engine->workflows);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&workflow)) {
		g_assert(!is_due(engine, workflow) || workflow->assets.place);
		if (workflow->dag && workflow->dag->assets)
			condition_check(engine, workflow->dag->assets, workflow);
		if (workflow->dag)
			heard_check(workflow);
	}
	g_hash_table_iter_init(&iter, engine->assets);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&asset))
		for (unsigned i = 0; i < asset->consumers->len; i++) {
			workflow = asset->consumers->pdata[i];
			g_assert(workflow_get(engine, workflow->record.dag_id) == workflow);
			g_assert(is_named(workflow->dag->assets, asset->name));
		}
}
