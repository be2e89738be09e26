/* SPDX-License-Identifier: MIT */
/*
 * Says of each task what becomes of it, from Airflow's tables in words: slowly, and without a look
 * at how the engine does it. What waits must have to wait; what began or was passed over must have
 * been let.
 */
#include <string.h>

#include "lib/base/instant.h"
#include "tests/sim/view.h"

/* ---- how those before it stand ---- */

struct census {
	unsigned all, success, failed, upstream_failed, skipped;
};

static void census_add(struct census *census, enum task_state state)
{
	if (state == TASK_REMOVED)
		return;
	census->all++;
	census->success += state == TASK_SUCCESS;
	census->failed += state == TASK_FAILED;
	census->upstream_failed += state == TASK_UPSTREAM_FAILED;
	census->skipped += state == TASK_SKIPPED;
}

static unsigned n_done(const struct census *census)
{
	return census->success + census->failed + census->upstream_failed + census->skipped;
}

/* Tasks of one mapped group meet by their index; in all other cases each instance counts. */
static void task_census(struct census *census, const struct seen_task *other,
	const struct seen_task *task, const struct seen *seen)
{
	bool by_index = other->is_many && seen->map_index >= 0 && task->task->mapped_group >= 0
		&& task->task->mapped_group == other->task->mapped_group;
	for (unsigned i = 0; i < other->n; i++)
		if (!by_index || other->instances[i].map_index == seen->map_index)
			census_add(census, other->instances[i].state);
}

static struct census census_of(const struct seen_run *run, const struct seen_task *task,
	const struct seen *seen, const unsigned *others, size_t n)
{
	struct census census = {0};
	for (size_t i = 0; i < n; i++)
		task_census(&census, &run->tasks[others[i]], task, seen);
	return census;
}

/* ---- the table of the rules ---- */

enum fate { WAITS, RUNS, IS_SKIPPED, IS_UPSTREAM_FAILED };

/* The column "runs when". */
static bool may_run(enum trigger_rule rule, const struct census *up, const struct census *setups)
{
	unsigned bad = up->failed + up->upstream_failed;
	bool all_done = n_done(up) == up->all;
	switch (rule) {
	case RULE_ALL_SUCCESS:
		return up->success == up->all;
	case RULE_ALL_FAILED:
		return bad == up->all;
	case RULE_ALL_DONE:
		return all_done;
	case RULE_ALL_DONE_MIN_ONE_SUCCESS:
		return all_done && up->success > 0 && up->skipped == 0;
	case RULE_ALL_SKIPPED:
		return up->skipped == up->all;
	case RULE_ONE_SUCCESS:
		return up->success > 0;
	case RULE_ONE_FAILED:
		return bad > 0;
	case RULE_ONE_DONE:
		return up->success + up->failed > 0;
	case RULE_NONE_FAILED:
		return up->success + up->skipped == up->all;
	case RULE_NONE_FAILED_MIN_ONE_SUCCESS:
		return up->success + up->skipped == up->all && up->success > 0;
	case RULE_NONE_SKIPPED:
		return all_done && up->skipped == 0;
	case RULE_ALWAYS:
		return true;
	case RULE_ALL_DONE_SETUP_SUCCESS:
		return all_done && (setups->all == 0 || setups->success > 0);
	case N_TRIGGER_RULES:
		break;
	}
	g_assert_not_reached();
}

/* The column "else". */
static enum fate otherwise(
	enum trigger_rule rule, const struct census *up, const struct census *setups)
{
	unsigned bad = up->failed + up->upstream_failed;
	bool all_done = n_done(up) == up->all;
	switch (rule) {
	case RULE_ALL_SUCCESS:
		return bad ? IS_UPSTREAM_FAILED : up->skipped ? IS_SKIPPED : WAITS;
	case RULE_ALL_FAILED:
		return up->success + up->skipped ? IS_SKIPPED : WAITS;
	case RULE_ALL_DONE_MIN_ONE_SUCCESS:
		if (up->skipped)
			return IS_SKIPPED;
		return all_done && up->success == 0 ? IS_UPSTREAM_FAILED : WAITS;
	case RULE_ALL_SKIPPED:
		return up->success + bad ? IS_SKIPPED : WAITS;
	case RULE_ONE_SUCCESS:
		if (!all_done)
			return WAITS;
		return up->skipped == up->all ? IS_SKIPPED : IS_UPSTREAM_FAILED;
	case RULE_ONE_FAILED:
	case RULE_ONE_DONE:
		return all_done ? IS_SKIPPED : WAITS;
	case RULE_NONE_FAILED:
		return bad ? IS_UPSTREAM_FAILED : WAITS;
	case RULE_NONE_FAILED_MIN_ONE_SUCCESS:
		if (bad)
			return IS_UPSTREAM_FAILED;
		return up->skipped == up->all ? IS_SKIPPED : WAITS;
	case RULE_NONE_SKIPPED:
		return up->skipped ? IS_SKIPPED : WAITS;
	case RULE_ALL_DONE_SETUP_SUCCESS:
		if (!all_done)
			return WAITS;
		return setups->skipped == setups->all ? IS_SKIPPED : IS_UPSTREAM_FAILED;
	case RULE_ALL_DONE:
	case RULE_ALWAYS:
	case N_TRIGGER_RULES:
		return WAITS;
	}
	g_assert_not_reached();
}

/* ---- what those before it decided ---- */

static bool list_has(const json_t *list, const char *name)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), name) == 0)
			return true;
	return false;
}

static bool bars(const struct seen_task *other, const struct seen *up, const char *task_id)
{
	json_t *json = up->decision ? json_loads(up->decision, JSON_DECODE_ANY, NULL) : NULL;
	enum flow flow = other->task->operator->flow;
	bool is_barring = false;
	if (up->state == TASK_SKIPPED)
		is_barring = json_is_string(json); /* all that is after it is skipped, too */
	else if (up->state == TASK_SUCCESS && (flow == FLOW_BRANCH || flow == FLOW_LATEST_ONLY))
		is_barring = json_is_array(json) && !list_has(json, task_id);
	else if (up->state == TASK_SUCCESS && flow == FLOW_SHORT_CIRCUIT)
		is_barring = json_is_false(json);
	else if (up->state == TASK_SUCCESS && flow == FLOW_APPROVAL)
		is_barring = list_has(json_object_get(json, "chosen_options"), "Reject");
	json_decref(json);
	return is_barring;
}

static bool is_barred(
	const struct seen_run *run, const struct seen_task *task, const struct seen *seen)
{
	for (size_t i = 0; !task->task->is_teardown && i < task->task->n_upstream; i++) {
		const struct seen_task *other = &run->tasks[task->task->upstream[i]];
		bool by_index = other->is_many && seen->map_index >= 0
			&& task->task->mapped_group >= 0
			&& task->task->mapped_group == other->task->mapped_group;
		for (unsigned k = 0; k < other->n; k++)
			if ((!by_index || other->instances[k].map_index == seen->map_index)
				&& bars(other, &other->instances[k], task->task->task_id))
				return true;
	}
	return false;
}

static enum fate fate_by_rule(
	const struct seen_run *run, const struct seen_task *seen_task, const struct seen *seen)
{
	const struct task *task = seen_task->task;
	struct census up = census_of(run, seen_task, seen, task->upstream, task->n_upstream);
	struct census setups = census_of(run, seen_task, seen, task->setups, task->n_setups);
	bool is_in_scope = !task->is_teardown && task->trigger_rule != RULE_ALWAYS;
	if (is_in_scope && setups.failed + setups.upstream_failed)
		return IS_UPSTREAM_FAILED;
	if (is_in_scope && setups.skipped)
		return IS_SKIPPED;
	if (up.all > 0 && !may_run(task->trigger_rule, &up, &setups))
		return otherwise(task->trigger_rule, &up, &setups);
	return is_in_scope && setups.success < setups.all ? WAITS : RUNS;
}

/* A decision goes before all rules. */
static enum fate fate_of(
	const struct seen_run *run, const struct seen_task *task, const struct seen *seen)
{
	return is_barred(run, task, seen) ? IS_SKIPPED : fate_by_rule(run, task, seen);
}

/* ---- what each instance is, and may be ---- */

static void demand(bool is_so, const struct seen_run *run, const struct seen_task *task,
	const struct seen *seen)
{
	static const char *const fates[] = {"waits", "runs", "is skipped", "is upstream_failed"};
	if (is_so)
		return;
	for (size_t i = 0; i < task->task->n_upstream; i++) {
		const struct seen_task *up = &run->tasks[task->task->upstream[i]];
		for (unsigned k = 0; k < up->n; k++)
			g_printerr("# before it: %s[%d] is %s\n", up->task->task_id,
				up->instances[k].map_index,
				task_state_name(up->instances[k].state));
	}
	g_error("%s %s %s[%d] is %s; by its rule %s it %s", run->record->dag_id,
		run->record->run_id, task->task->task_id, seen->map_index,
		task_state_name(seen->state), trigger_rules[task->task->trigger_rule],
		fates[fate_of(run, task, seen)]);
}

/* Processes but those of teardowns, which wait for them in a run that is being ended. */
static bool is_working(const struct seen_run *run)
{
	for (size_t i = 0; i < run->dag->n_tasks; i++)
		for (unsigned k = 0; k < run->tasks[i].n; k++)
			if (!run->dag->tasks[i].is_teardown
				&& (run->tasks[i].instances[k].state == TASK_RUNNING
					|| run->tasks[i].instances[k].state == TASK_RESTARTING))
				return true;
	return false;
}

static void waiting_judge(const struct sim *sim, const struct view *view,
	const struct seen_run *run, const struct seen_task *task, const struct seen *seen)
{
	enum fate fate = fate_of(run, task, seen);
	demand(seen->wish != WISH_START, run, task, seen);
	demand(fate == WAITS
			|| (fate == RUNS
				&& (hold_of(sim, view, run, task->task) != IS_FREE
					|| (run->record->reason && is_working(run)))),
		run, task, seen);
	/* In a run that is being ended only what cleans up begins. */
	demand(!run->record->reason || task->task->is_teardown, run, task, seen);
}

/* A person's word may have changed what is before a task that was ready already. */
static void ready_judge(const struct sim *sim, const struct view *view, const struct seen_run *run,
	const struct seen_task *task, const struct seen *seen)
{
	if (seen->wish == WISH_START)
		return;
	enum fate fate = fate_of(run, task, seen);
	demand(fate == RUNS || (run->is_marked && fate != WAITS), run, task, seen);
	demand(hold_of(sim, view, run, task->task) != IS_HELD, run, task, seen);
}

static void run_judge(const struct sim *sim, const struct view *view, const struct seen_run *run)
{
	if (!run->dag || run->record->state != RUN_RUNNING || sim->is_recovering)
		return;
	for (size_t i = 0; i < run->dag->n_tasks; i++) {
		const struct seen_task *task = &run->tasks[i];
		for (unsigned k = 0; k < task->n; k++) {
			const struct seen *seen = &task->instances[k];
			if (seen->state == TASK_NONE)
				waiting_judge(sim, view, run, task, seen);
			else if (seen->state == TASK_SCHEDULED)
				ready_judge(sim, view, run, task, seen);
		}
	}
}

/* By its rule and not by a person or by its own word. */
static bool is_passed_over(const struct task_record *task)
{
	const char *reason = task->reason ? task->reason : "";
	return task->state == TASK_UPSTREAM_FAILED
		|| (task->state == TASK_SKIPPED
			&& (g_str_has_prefix(reason, "upstream task ") || is_skipped_by_word(task)
				|| g_str_has_prefix(reason, "trigger rule ")
				|| g_str_has_prefix(reason, "its setup ")));
}

static char *state_key(const struct task_record *task)
{
	return g_strdup_printf(
		"%" G_GINT64_FORMAT "/%s/%d", task->run, task->task_id, task->map_index);
}

enum task_state state_kept(const struct sim *sim, const struct task_record *task)
{
	g_autofree char *key = state_key(task);
	void *state;
	return g_hash_table_lookup_extended(sim->states, key, NULL, &state)
		? (enum task_state)GPOINTER_TO_UINT(state)
		: N_TASK_STATES;
}

bool is_news(const struct sim *sim, const struct task_record *task)
{
	return state_kept(sim, task) != task->state;
}

void state_keep(const struct sim *sim, const struct task_record *task)
{
	g_hash_table_replace(sim->states, state_key(task), GUINT_TO_POINTER((unsigned)task->state));
}

/* Came to its state in this step, perhaps to the one it had before it was cleared. */
static bool has_come_now(const struct sim *sim, const struct task_record *task)
{
	return is_news(sim, task) || task->ended_at == sim->clock;
}

/* What was skipped at once may have had to be upstream_failed had it waited for the end of the
 * step; the other way round there is no haste. */
static bool failed_meanwhile(
	const struct sim *sim, const struct effects *effects, const struct effect *of)
{
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind == EFFECT_SAVE_TASK && effect->task->run == of->task->run
			&& (effect->task->state == TASK_FAILED
				|| effect->task->state == TASK_UPSTREAM_FAILED)
			&& has_come_now(sim, effect->task))
			return true;
	}
	return false;
}

/* The other way round only a setup has haste: it may have been skipped in the same step, after the
 * rule of the task itself had spoken. */
static bool setup_skipped_meanwhile(const struct sim *sim, const struct effects *effects,
	const struct seen_run *run, const struct task *task)
{
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind != EFFECT_SAVE_TASK || effect->task->run != run->record->id
			|| effect->task->state != TASK_SKIPPED || !has_come_now(sim, effect->task))
			continue;
		for (size_t k = 0; k < task->n_setups; k++)
			if (strcmp(run->dag->tasks[task->setups[k]].task_id, effect->task->task_id)
				== 0)
				return true;
	}
	return false;
}

static bool fails_by_its_own_rule(
	const struct seen_run *run, const struct seen_task *task, const struct seen *seen)
{
	const struct task *own = task->task;
	struct census up = census_of(run, task, seen, own->upstream, own->n_upstream);
	struct census setups = census_of(run, task, seen, own->setups, own->n_setups);
	return up.all > 0 && otherwise(own->trigger_rule, &up, &setups) == IS_UPSTREAM_FAILED;
}

static void effect_judge(const struct sim *sim, const struct view *view,
	const struct effects *effects, const struct effect *effect)
{
	const struct seen_run *run = seen_run_of(view, effect->run->id);
	const struct task *task = effect->definition;
	const struct task_record *record = effect->task;
	if (!run || !run->dag || !task || task->is_callback || run->is_marked)
		return;
	const struct seen_task *seen_task = &run->tasks[task->index];
	struct seen seen = {record->state, record->wish, record->map_index, record->decision};
	if (effect->kind == EFFECT_START) {
		ready_judge(sim, view, run, seen_task, &seen);
	} else if (is_passed_over(record) && run->record->state != RUN_QUEUED
		&& is_news(sim, record)) {
		/* Its rule may have been sooner than a decision of the same step. */
		enum fate fate = record->state == TASK_UPSTREAM_FAILED
			? fate_by_rule(run, seen_task, &seen)
			: fate_of(run, seen_task, &seen);
		/* Without values a mapped task shares the fate of those that have none. */
		demand((record->state == TASK_SKIPPED
			       && (fate == IS_SKIPPED
				       || (fate == IS_UPSTREAM_FAILED
					       && failed_meanwhile(sim, effects, effect))))
				|| (record->state == TASK_UPSTREAM_FAILED
					&& (fate == IS_UPSTREAM_FAILED
						|| (fails_by_its_own_rule(run, seen_task, &seen)
							&& setup_skipped_meanwhile(
								sim, effects, run, task))))
				|| (fate == RUNS && task->mapping),
			run, seen_task, &seen);
	}
}

void oracle_judge(const struct sim *sim, const struct view *view, const struct effects *effects)
{
	for (unsigned i = 0; i < view->runs->len; i++)
		run_judge(sim, view, &g_array_index(view->runs, struct seen_run, i));
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind == EFFECT_START || effect->kind == EFFECT_SAVE_TASK)
			effect_judge(sim, view, effects, effect);
	}
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind == EFFECT_SAVE_TASK)
			state_keep(sim, effect->task);
	}
}
