/* SPDX-License-Identifier: MIT */
/*
 * What branches, short circuits and latest_only decide, from what their operators said and from the
 * words of their manuals: slowly, and without a look at how the engine does it. The engine's own
 * note of a decision must say the same; from there on the oracle may use it.
 */
#include <string.h>

#include "lib/base/instant.h"
#include "tests/sim/view.h"

/* ---- what a branch follows ---- */

struct branch {
	const struct dag *dag;
	const struct task *task;
	bool *is_followed; /* by the index of a task */
};

/* Of those directly after the branch: the task of that name, and all in a group of that name. */
static bool follow_whole(struct branch *branch, const char *name)
{
	g_autofree char *prefix = g_strconcat(name, ".", NULL);
	bool is_any = false;
	for (size_t i = 0; i < branch->task->n_downstream; i++) {
		unsigned index = branch->task->downstream[i];
		const char *task_id = branch->dag->tasks[index].task_id;
		if (!g_str_equal(task_id, name) && !g_str_has_prefix(task_id, prefix))
			continue;
		branch->is_followed[index] = true;
		is_any = true;
	}
	return is_any;
}

/* A name as it stands, else as it is in the group of the branch, else in the one around that. */
static bool follow(struct branch *branch, const char *name)
{
	g_autofree char *around = g_strdup(branch->task->task_id);
	char *dot;
	bool is_any = !*name || follow_whole(branch, name);
	while (!is_any && (dot = strrchr(around, '.'))) {
		*dot = '\0';
		g_autofree char *whole = g_strconcat(around, ".", name, NULL);
		is_any = follow_whole(branch, whole);
	}
	return is_any;
}

/* False: it is nothing that a branch can follow. */
static bool follow_value(struct branch *branch, const json_t *value)
{
	if (!value || json_is_null(value))
		return true;
	if (json_is_string(value))
		return follow(branch, json_string_value(value));
	for (size_t i = 0; i < json_array_size(value); i++) {
		const char *name = json_string_value(json_array_get(value, i));
		if (!name || !follow(branch, name))
			return false;
	}
	return json_is_array(value);
}

/* Until nothing is added: all that is after a followed task. */
static void follow_down(struct branch *branch)
{
	const struct dag *dag = branch->dag;
	bool is_more = true;
	while (is_more) {
		is_more = false;
		for (size_t i = 0; i < dag->n_tasks; i++)
			for (size_t k = 0; k < dag->tasks[i].n_upstream; k++)
				if (!branch->is_followed[i]
					&& branch->is_followed[dag->tasks[i].upstream[k]])
					branch->is_followed[i] = is_more = true;
	}
}

static bool is_noted(const json_t *note, const char *task_id)
{
	for (size_t i = 0; i < json_array_size(note); i++)
		if (strcmp(json_string_value(json_array_get(note, i)), task_id) == 0)
			return true;
	return false;
}

/* Whether the branch could follow the value; if so, and it succeeded, it noted what it follows. */
static bool branch_judge(
	const struct dag *dag, const struct effect *ended, const json_t *value, const json_t *note)
{
	const struct task *task = ended->definition;
	g_autofree bool *is_followed = g_new0(bool, dag->n_tasks);
	struct branch branch = {dag, task, is_followed};
	bool is_right = follow_value(&branch, value);
	follow_down(&branch);
	for (size_t i = 0; is_right && note && i < task->n_downstream; i++) {
		const struct task *after = &dag->tasks[task->downstream[i]];
		g_assert(is_noted(note, after->task_id) == is_followed[after->index]);
	}
	return is_right;
}

/* ---- a short circuit ---- */

/* As Python has it. */
static bool is_false(const json_t *value)
{
	g_autofree char *text =
		value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : g_strdup("null");
	static const char *const falses[] = {
		"null", "false", "0", "0.0", "-0.0", "\"\"", "[]", "{}", NULL};
	return g_strv_contains(falses, text);
}

/* ---- the end of an attempt ---- */

static void end_judge(const struct event *event, const struct effect *ended)
{
	const struct task *task = ended->definition;
	const struct task_record *record = ended->task;
	const json_t *value = event->ended.flow ? event->ended.flow->value : NULL;
	enum flow flow = task->operator->flow;
	bool is_own_word = record->state == TASK_SUCCESS && !record->reason && !ended->run->reason;
	bool has_succeeded = ended->state == ATTEMPT_SUCCESS && is_own_word;
	json_t *note = has_succeeded && record->decision
		? json_loads(record->decision, JSON_DECODE_ANY, NULL)
		: NULL;
	if (flow == FLOW_BRANCH && has_succeeded)
		g_assert(note && branch_judge(ended->run_dag, ended, value, note));
	else if (flow == FLOW_BRANCH && ended->state == ATTEMPT_FAILED
		&& event->ended.exit_code == 0)
		g_assert(!branch_judge(ended->run_dag, ended, value, NULL)
			&& record->state != TASK_UP_FOR_RETRY);
	else if (flow == FLOW_SHORT_CIRCUIT && has_succeeded)
		g_assert(is_false(value) ? json_is_false(note) : !note);
	else if (has_succeeded && flow != FLOW_APPROVAL)
		g_assert(!note);
	json_decref(note);
}

/* ---- latest_only ---- */

/* A newer slot of the schedule has begun. */
static bool is_late(const struct sim *sim, const struct run_record *run, const struct dag *own)
{
	const struct dag *head = engine_dag_head(sim->engine, run->dag_id);
	const struct schedule *schedule = head ? head->schedule : own->schedule;
	const struct dag_record *record = engine_dag_record(sim->engine, run->dag_id);
	int64_t slot = run->slot == INSTANT_NONE ? run->data_interval_end : run->slot;
	if ((run->type != RUN_SCHEDULED && run->type != RUN_BACKFILL) || !schedule
		|| slot == INSTANT_NONE || schedule_kind(schedule) == SCHEDULE_CONTINUOUS)
		return false;
	int64_t begun = sim->clock - schedule_delay(schedule);
	return schedule_latest(schedule, record->first_seen_at, begun, slot) != INSTANT_NONE;
}

static void latest_only_judge(
	const struct sim *sim, const struct seen_run *run, const struct task_record *record)
{
	bool has_newer = is_late(sim, run->record, run->dag);
	sim->tally->n_late += has_newer;
	g_assert_cmpstr(record->decision, ==, has_newer ? "[]" : NULL);
}

/* ---- what a decision reaches ---- */

bool is_skipped_by_word(const struct task_record *task)
{
	const char *reason = task->reason ? task->reason : "";
	return task->state == TASK_SKIPPED
		&& (g_str_has_prefix(reason, "branch \"")
			|| g_str_has_prefix(reason, "short circuit \"")
			|| g_str_has_suffix(reason, "\" lets only the run of the newest slot go on")
			|| g_str_has_suffix(reason, "\" was answered with Reject"));
}

/* The name of the short circuit or approval that stops all that is after the instance, not only
 * what is directly after it: what it has skipped stops what is after that, too. NULL: none does.
 * (g_free)
 */
static char *stopper_of(const struct seen_task *task, const struct seen *seen)
{
	const char *note = seen->decision ? seen->decision : "";
	enum flow flow = task->task->operator->flow;
	bool is_no = (flow == FLOW_SHORT_CIRCUIT && g_str_equal(note, "false"))
		|| (flow == FLOW_APPROVAL && strstr(note, "\"Reject\""));
	if (seen->state == TASK_SKIPPED && *note == '"')
		return g_strndup(note + 1, strlen(note) - 2);
	if (seen->state == TASK_SUCCESS && is_no
		&& task_constant_boolean(task->task, "ignore_downstream_trigger_rules"))
		return g_strdup(task->task->task_id);
	return NULL;
}

/* Of all directly before it: of char *. */
static GPtrArray *stoppers_of(
	const struct seen_run *run, const struct task *task, const struct task_record *record)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; i < task->n_upstream; i++) {
		const struct seen_task *up = &run->tasks[task->upstream[i]];
		bool by_index = up->is_many && record->map_index >= 0 && task->mapped_group >= 0
			&& task->mapped_group == up->task->mapped_group;
		for (unsigned k = 0; k < up->n; k++) {
			bool is_before =
				!by_index || up->instances[k].map_index == record->map_index;
			char *name = is_before ? stopper_of(up, &up->instances[k]) : NULL;
			if (name)
				g_ptr_array_add(names, name);
		}
	}
	return names;
}

/* The name of who stopped it goes on with it. */
static void skip_judge(
	const struct sim *sim, const struct seen_run *run, const struct effect *effect)
{
	const char *note = effect->task->decision;
	g_autoptr(GPtrArray) names = stoppers_of(run, effect->definition, effect->task);
	sim->tally->n_decided++;
	sim->tally->n_stopped += names->len > 0;
	g_assert(!effect->definition->is_teardown);
	g_assert((note != NULL) == (names->len > 0));
	if (!note)
		return;
	g_autofree char *name = g_strndup(note + 1, strlen(note) - 2);
	g_assert(g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL));
}

/* A process of the version before may have ended in the place of a latest_only: it decides nothing.
 */
static bool has_judged_itself(const struct task_record *record, const struct effect *ended)
{
	return record->state == TASK_SUCCESS && !record->reason
		&& !(ended && ended->task == record);
}

static void saved_judge(const struct sim *sim, const struct view *view, const struct effect *effect,
	const struct effect *ended)
{
	const struct seen_run *run = seen_run_of(view, effect->run->id);
	const struct task *task = effect->definition;
	const struct task_record *record = effect->task;
	if (!run || !run->dag || !task || task->is_callback || !is_news(sim, record))
		return;
	if (task->operator->flow == FLOW_LATEST_ONLY && has_judged_itself(record, ended))
		latest_only_judge(sim, run, record);
	else if (is_skipped_by_word(record))
		skip_judge(sim, run, effect);
	else if (record->state != TASK_SUCCESS)
		g_assert_null(record->decision);
}

void decisions_judge(const struct sim *sim, const struct view *view, const struct event *event,
	const struct effects *effects)
{
	const struct effect *ended = event->kind == EVENT_ATTEMPT_ENDED ? ended_of(effects) : NULL;
	if (ended && ended->definition && !ended->definition->is_callback)
		end_judge(event, ended);
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind == EFFECT_SAVE_TASK)
			saved_judge(sim, view, effect, ended);
	}
}
