/* SPDX-License-Identifier: MIT */
/*
 * One step: the event changes the model, then what follows from the change is worked off until
 * nothing is left: ended tasks tell their downstream tasks, ready tasks are admitted, runs without
 * unfinished tasks settle and make room for the next ones. Rows that changed are saved once, in
 * their last form.
 */
#include "lib/engine/assets.h"
#include "lib/engine/callback.h"
#include "lib/engine/flow.h"
#include "lib/engine/past.h"

void effects_init(struct effects *effects)
{
	effects->list = g_array_new(FALSE, FALSE, sizeof(struct effect));
}

void effects_clear(struct effects *effects)
{
	g_clear_pointer(&effects->list, g_array_unref);
}

void effect_add(struct engine *engine, struct effect effect)
{
	g_array_append_val(engine->effects->list, effect);
}

static void missed_free(void *missed)
{
	missed_record_clear(missed);
	g_free(missed);
}

static void asset_event_free(struct asset_event_record *event)
{
	asset_event_record_clear(event);
	g_free(event);
}

void effect_xcom(
	struct engine *engine, struct instance *instance, const char *key, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	char *copy = g_strdup(text);
	free(text);
	g_ptr_array_add(engine->reasons, copy);
	effect_add(engine,
		(struct effect){EFFECT_SAVE_XCOM, .run = &instance->run->record,
			.task = &instance->record, .key = key, .value = copy});
}

struct engine *engine_new(const struct engine_options *options)
{
	struct engine *engine = g_new0(struct engine, 1);
	engine->options = *options;
	engine->is_recovering = true;
	engine->hold = g_strdup(options->hold);
	engine->workflows =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)workflow_free);
	engine->by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
	engine->attempts = g_hash_table_new(g_int64_hash, g_int64_equal);
	engine->assets =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)asset_free);
	engine->asset_events = g_ptr_array_new_with_free_func((GDestroyNotify)asset_event_free);
	engine->held = g_hash_table_new(NULL, NULL);
	engine->bells = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
	engine->pools = g_ptr_array_new_with_free_func((GDestroyNotify)pool_free);
	pool_set(engine,
		&(struct pool_record){.name = (char *)DEFAULT_POOL, .slots = DEFAULT_POOL_SLOTS});
	engine->callbacks = g_sequence_new(NULL);
	wakes_init(&engine->wakes);
	engine->changed_instances = g_ptr_array_new();
	engine->changed_runs = g_ptr_array_new();
	engine->changed_workflows = g_ptr_array_new();
	engine->touched = g_ptr_array_new();
	engine->touched_gates = g_ptr_array_new();
	engine->finished = g_ptr_array_new();
	engine->deleted = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	engine->deleted_dags = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	engine->restored = g_ptr_array_new();
	engine->missed = g_ptr_array_new_with_free_func(missed_free);
	engine->reasons = g_ptr_array_new_with_free_func(g_free);
	backfills_init(engine);
	g_queue_init(&engine->doubtful);
	return engine;
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	g_free(engine->hold);
	g_hash_table_destroy(engine->workflows);
	g_hash_table_destroy(engine->by_id);
	g_hash_table_destroy(engine->attempts);
	g_hash_table_destroy(engine->assets);
	g_ptr_array_unref(engine->asset_events);
	g_hash_table_destroy(engine->held);
	g_hash_table_destroy(engine->bells);
	g_ptr_array_unref(engine->pools);
	g_sequence_free(engine->callbacks);
	wakes_clear(&engine->wakes);
	g_ptr_array_free(engine->changed_instances, TRUE);
	g_ptr_array_free(engine->changed_runs, TRUE);
	g_ptr_array_free(engine->changed_workflows, TRUE);
	g_ptr_array_free(engine->touched, TRUE);
	g_ptr_array_free(engine->touched_gates, TRUE);
	g_ptr_array_free(engine->finished, TRUE);
	g_hash_table_destroy(engine->deleted);
	g_hash_table_destroy(engine->deleted_dags);
	g_ptr_array_free(engine->restored, TRUE);
	g_ptr_array_free(engine->missed, TRUE);
	g_ptr_array_free(engine->reasons, TRUE);
	backfills_clear(engine);
	g_queue_clear(&engine->doubtful);
	g_free(engine);
}

void engine_set_workers(struct engine *engine, unsigned n_workers)
{
	engine->options.n_workers = n_workers;
}

bool event_refuse(GError **error, enum refusal refusal, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	if (error)
		*error = g_error_new_valist(ENGINE_REFUSAL, (int)refusal, format, values);
	va_end(values);
	return false;
}

static bool refuse_unknown_dag(const char *dag_id, GError **error)
{
	g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN, "there is no DAG \"%s\"", dag_id);
	return false;
}

static const char *type_of_run_id(const char *run_id)
{
	for (int type = 0; type < N_RUN_TYPES; type++) {
		g_autofree char *prefix = g_strconcat(run_type_name(type), "__", NULL);
		if (type != RUN_MANUAL && g_str_has_prefix(run_id, prefix))
			return run_type_name(type);
	}
	return NULL;
}

static bool trigger_check(
	const struct event *event, const struct workflow *workflow, GError **error)
{
	if (!workflow)
		return refuse_unknown_dag(event->dag_id, error);
	if (!workflow->dag || workflow->record.is_stale) {
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_INVALID,
			"DAG \"%s\" has no file that can be loaded now; it cannot be triggered",
			event->dag_id);
		return false;
	}
	if (run_find(workflow, event->run_id)) {
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_CONFLICT,
			"DAG \"%s\" has a run \"%s\" already", event->dag_id, event->run_id);
		return false;
	}
	const char *type = type_of_run_id(event->run_id);
	if (type && !g_str_equal(type, run_type_name(event->triggered.type))) {
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_INVALID,
			"run_id \"%s\" begins as those of %s runs do; choose another",
			event->run_id, type);
		return false;
	}
	return true;
}

bool engine_trigger(struct engine *engine, const struct event *event, GError **error)
{
	struct workflow *workflow = workflow_get(engine, event->dag_id);
	if (!trigger_check(event, workflow, error))
		return false;
	int64_t logical = event->triggered.logical_date;
	struct run_record record = {
		.id = engine->options.next_run++,
		.dag_id = workflow->record.dag_id,
		.run_id = (char *)event->run_id,
		.type = event->triggered.type,
		.state = RUN_QUEUED,
		.slot = INSTANT_NONE,
		.logical_date = logical,
		.data_interval_start = logical,
		.data_interval_end = logical,
		.run_after = logical == INSTANT_NONE ? engine->now : logical,
		.queued_at = engine->now,
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.deadline_at = INSTANT_NONE,
		.conf = (char *)event->triggered.conf,
		.version = workflow->record.version,
		.note = (char *)event->triggered.note,
		.triggered_by = (char *)event->triggered.triggered_by,
	};
	if (logical != INSTANT_NONE && workflow->dag->schedule)
		schedule_interval(workflow->dag->schedule, workflow->record.first_seen_at, logical,
			&record.data_interval_start, &record.data_interval_end);
	struct run *run = run_new(engine, workflow, &record, workflow->dag);
	run_queue(engine, run);
	workflow_start_runs(engine, workflow);
	return true;
}

static bool workflow_event(struct engine *engine, const struct event *event, GError **error)
{
	struct workflow *workflow = workflow_get(engine, event->dag_id);
	if (!workflow)
		return refuse_unknown_dag(event->dag_id, error);
	if (event->kind == EVENT_DAG_PAUSED)
		workflow_pause(engine, workflow);
	else if (event->kind == EVENT_DAG_UNPAUSED)
		workflow_unpause(engine, workflow);
	else
		workflow_gone(engine, workflow);
	return true;
}

/* The DAGs whose slots have to wait for the next step are not looked at, however many they are. */
static void tick(struct engine *engine)
{
	struct wake *wake;
	while ((wake = wakes_first(&engine->wakes)) && wake->at <= engine->now
		&& !slots_are_enough(engine)) {
		wake_set(&engine->wakes, wake, INSTANT_NEVER);
		switch (wake->kind) {
		case WAKE_SLOT:
			workflow_schedule(engine, wake->owner);
			break;
		case WAKE_ASSETS:
			assets_schedule(engine, wake->owner);
			break;
		case WAKE_RETRY:
			task_retry(engine, wake->owner);
			break;
		case WAKE_RUN_TIMEOUT:
			run_abort(engine, wake->owner, "dagrun_timeout has passed");
			break;
		case WAKE_DEADLINE:
			deadline_missed(engine, wake->owner);
			break;
		}
	}
}

static void recovered(struct engine *engine)
{
	GHashTableIter workflows, runs;
	struct workflow *workflow;
	struct run *run;
	engine->is_recovering = false;
	g_hash_table_iter_init(&workflows, engine->workflows);
	while (g_hash_table_iter_next(&workflows, NULL, (void **)&workflow)) {
		g_hash_table_iter_init(&runs, workflow->runs);
		while (g_hash_table_iter_next(&runs, NULL, (void **)&run))
			run_recover(engine, run);
		if (workflow->backfill)
			backfill_settle(engine, workflow->backfill);
		workflow_start_runs(engine, workflow);
		workflow_schedule(engine, workflow);
	}
}

static bool event_apply(struct engine *engine, const struct event *event, GError **error)
{
	switch (event->kind) {
	case EVENT_TICK:
		tick(engine);
		return true;
	case EVENT_ZONES_CHANGED:
		slots_zones_changed(engine);
		return true;
	case EVENT_RECOVERED:
		recovered(engine);
		return true;
	case EVENT_DAG_LOADED:
		return workflow_load(engine, event->loaded);
	case EVENT_DAG_DELETED:
		return workflow_delete(engine, event, error);
	case EVENT_DAG_GONE:
	case EVENT_DAG_PAUSED:
	case EVENT_DAG_UNPAUSED:
		return workflow_event(engine, event, error);
	case EVENT_RUN_TRIGGERED:
		return engine_trigger(engine, event, error);
	case EVENT_RUN_CANCELLED:
		return run_cancel(engine, event, error);
	case EVENT_RUN_MARKED:
		return run_mark(engine, event, error);
	case EVENT_RUN_NOTED:
		return run_note(engine, event, error);
	case EVENT_RUN_DELETED:
		return run_delete(engine, event, error);
	case EVENT_TASKS_CLEARED:
		return tasks_clear(engine, event, error);
	case EVENT_TASKS_MARKED:
		return tasks_mark(engine, event, error);
	case EVENT_TASK_FORCED:
		return task_force(engine, event, error);
	case EVENT_TASK_NOTED:
		return task_note(engine, event, error);
	case EVENT_TASK_ANSWERED:
		return task_answered(engine, event, error);
	case EVENT_POOL_SET:
		return pool_set(engine, event->pool);
	case EVENT_ASSET_CHANGED:
		return asset_changed(engine, event);
	case EVENT_ASSETS_FORGOTTEN:
		return assets_forgotten(engine, event, error);
	case EVENT_POOL_GONE:
		return pool_gone(engine, event, error);
	case EVENT_BACKFILL_CREATED:
		return backfill_create(engine, event, error);
	case EVENT_BACKFILL_PAUSED:
	case EVENT_BACKFILL_UNPAUSED:
	case EVENT_BACKFILL_CANCELLED:
		return backfill_event(engine, event, error);
	case EVENT_ATTEMPT_ENDED:
		return task_ended(engine, event, error);
	case EVENT_ATTEMPT_LOST:
		return task_lost(engine, event, error);
	case EVENT_ATTEMPT_TAKEN_BACK:
		return task_taken_back(engine, event, error);
	case EVENT_PAST_FOUND:
		return past_found(engine, event);
	}
	g_assert_not_reached();
}

static void save_runs(struct engine *engine, bool finished)
{
	for (unsigned i = 0; i < engine->changed_runs->len; i++) {
		struct run *run = engine->changed_runs->pdata[i];
		if (run->is_finished != finished)
			continue;
		run->is_changed = false;
		effect_add(engine, (struct effect){EFFECT_SAVE_RUN, .run = &run->record});
	}
}

/* A run is told of before its tasks when it begins, after them when it ends. */
static void save_changes(struct engine *engine)
{
	for (unsigned i = 0; i < engine->changed_workflows->len; i++) {
		struct workflow *workflow = engine->changed_workflows->pdata[i];
		workflow->is_changed = false;
		effect_add(
			engine, (struct effect){EFFECT_SAVE_DAG, .dag_record = &workflow->record});
	}
	backfills_save(engine);
	save_runs(engine, false);
	for (unsigned i = 0; i < engine->changed_instances->len; i++) {
		struct instance *instance = engine->changed_instances->pdata[i];
		instance->is_changed = false;
		if (instance->expansion)
			continue; /* its row is no more */
		effect_add(engine,
			(struct effect){EFFECT_SAVE_TASK, .run = &instance->run->record,
				.task = &instance->record, .definition = instance->task});
	}
	save_runs(engine, true);
	g_ptr_array_set_size(engine->changed_workflows, 0);
	g_ptr_array_set_size(engine->changed_runs, 0);
	g_ptr_array_set_size(engine->changed_instances, 0);
}

bool engine_step(
	struct engine *engine, const struct event *event, struct effects *effects, GError **error)
{
	bool is_set_back = event->at < engine->now;
	engine->now = event->at;
	engine->effects = effects;
	engine->n_slots = 0;
	if (is_set_back)
		slots_clock_back(engine);
	g_ptr_array_set_size(engine->missed, 0);
	g_ptr_array_set_size(engine->reasons, 0);
	g_ptr_array_set_size(engine->asset_events, 0);
	g_ptr_array_set_size(engine->ended_backfills, 0);
	bool is_taken = event_apply(engine, event, error);
	engine_admit(engine);
	save_changes(engine);
	engine->effects = NULL;
	return is_taken;
}

int64_t engine_wake_at(const struct engine *engine)
{
	const struct wake *wake = wakes_first(&engine->wakes);
	return wake && !engine->is_recovering ? wake->at : INSTANT_NEVER;
}

void engine_release(struct engine *engine)
{
	for (unsigned i = 0; i < engine->finished->len; i++) {
		struct run *run = engine->finished->pdata[i];
		run->is_expiring = false;
		if (!run_is_needed(run))
			run_forget(engine, run);
	}
	g_ptr_array_set_size(engine->finished, 0);
	g_hash_table_remove_all(engine->deleted);
	g_hash_table_remove_all(engine->deleted_dags);
}
