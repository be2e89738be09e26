/* SPDX-License-Identifier: MIT */
/*
 * What can be seen of branches, sensors and approvals before they run: choices that name nothing,
 * states that never are, answers that cannot be given.
 */
#include <string.h>

#include "lib/dag/branch.h"
#include "lib/dag/form.h"
#include "lib/dag/load.h"
#include "lib/dag/target_time.h"

struct check {
	struct loader *loader;
	const struct task *task;
};

static const struct argument *argument_of(const struct task *task, const char *name)
{
	for (size_t i = 0; i < task->n_arguments; i++)
		if (strcmp(task->arguments[i].parameter->name, name) == 0)
			return &task->arguments[i];
	return NULL;
}

G_GNUC_PRINTF(3, 4)
static bool refuse(
	const struct check *check, const struct argument *argument, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *text = g_strdup_vprintf(format, values);
	va_end(values);
	return problem_add(check->loader->reading.problems,
		argument ? argument->value.place : check->task->place, "%s", text);
}

static void branch_check(const struct check *check)
{
	const struct argument *follow = argument_of(check->task, "follow");
	g_autoptr(GError) error = NULL;
	if (!follow || !follow->value.constant)
		return;
	json_t *list =
		branch_follow(&check->loader->dag, check->task, follow->value.constant, &error);
	if (!list)
		refuse(check, follow, "follow: %s", error->message);
	json_decref(list);
}

static void positive_check(const struct check *check, const char *name)
{
	const struct argument *argument = argument_of(check->task, name);
	if (argument && task_constant_us(check->task, name) <= 0)
		refuse(check, argument, "%s: expected more than no time", name);
}

/* A list of states in which a run, or a task, can have ended. */
static void states_check(const struct check *check, const char *name, bool are_of_runs)
{
	static const char *const run_states[] = {"success", "failed", NULL};
	static const char *const task_states[] = {
		"success", "failed", "skipped", "upstream_failed", "removed", NULL};
	const char *const *known = are_of_runs ? run_states : task_states;
	const struct argument *argument = argument_of(check->task, name);
	size_t i;
	json_t *state;
	json_array_foreach(argument ? argument->value.constant : NULL, i, state)
	{
		const char *text = json_string_value(state);
		if (text && g_strv_contains(known, text))
			continue;
		g_autofree char *all = g_strjoinv(", ", (char **)known);
		const char *meant = text ? suggest(text, known) : NULL;
		refuse(check, argument, "%s: \"%s\" is no state in which a %s ends%s%s%s", name,
			text ? text : "", are_of_runs ? "run" : "task",
			meant ? "; did you mean \"" : "", meant ? meant : "", meant ? "\"?" : "");
		problem_hint(check->loader->reading.problems, "they are %s", all);
		return;
	}
}

static void external_check(const struct check *check)
{
	static const char *const choices[] = {
		"external_task_id", "external_task_ids", "external_task_group_id"};
	const struct argument *first = NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(choices); i++) {
		const struct argument *argument = argument_of(check->task, choices[i]);
		if (argument && first)
			refuse(check, argument, "\"%s\" and \"%s\" cannot both be given",
				first->parameter->name, choices[i]);
		first = first ? first : argument;
	}
	states_check(check, "allowed_states", !first);
	states_check(check, "failed_states", !first);
	states_check(check, "skipped_states", !first);
}

static void target_check(const struct check *check)
{
	const struct argument *argument = argument_of(check->task, "target_time");
	const char *text = argument ? json_string_value(argument->value.constant) : NULL;
	g_autoptr(GError) error = NULL;
	int64_t at;
	if (text && !target_time(text, check->loader->dag.zone, 0, &at, &error))
		refuse(check, argument, "target_time: %s", error->message);
}

static bool list_has(const json_t *list, const json_t *value)
{
	size_t i;
	json_t *one;
	json_array_foreach(list, i, one) if (json_equal(one, value)) return true;
	return false;
}

static bool options_check(const struct check *check, const json_t *options)
{
	const struct argument *argument = argument_of(check->task, "options");
	size_t i;
	json_t *option;
	if (json_array_size(options) == 0)
		return refuse(check, argument, "options: a question needs an answer");
	json_array_foreach(options, i, option) if (!json_is_string(option)
		|| !*json_string_value(option)) return refuse(check, argument,
		"options: each answer is a text");
	for (i = 0; i < json_array_size(options); i++)
		for (size_t j = 0; j < i; j++)
			if (json_equal(json_array_get(options, i), json_array_get(options, j)))
				return refuse(check, argument, "options: \"%s\" stands there twice",
					json_string_value(json_array_get(options, i)));
	return true;
}

static bool default_check(const struct check *check, const json_t *options, const json_t *answer)
{
	const struct argument *argument = argument_of(check->task, "defaults");
	if (list_has(options, answer))
		return true;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	size_t i;
	json_t *option;
	json_array_foreach(options, i, option)
		g_ptr_array_add(names, (char *)json_string_value(option));
	g_ptr_array_add(names, NULL);
	g_autofree char *text = json_dumps(answer, JSON_ENCODE_ANY | JSON_COMPACT);
	g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
	return refuse(check, argument, "defaults: %s is none of the options (%s)", text, all);
}

static void defaults_check(const struct check *check, const json_t *options)
{
	const struct argument *argument = argument_of(check->task, "defaults");
	const json_t *defaults = argument ? argument->value.constant : NULL;
	bool is_list = json_is_array(defaults);
	if (!argument)
		return;
	if (is_list && json_array_size(defaults) > 1
		&& !task_constant_boolean(check->task, "multiple")) {
		refuse(check, argument,
			"defaults: one answer is possible, unless multiple is true");
		return;
	}
	for (size_t i = 0; i < (is_list ? json_array_size(defaults) : 1); i++)
		if (!default_check(
			    check, options, is_list ? json_array_get(defaults, i) : defaults))
			return;
	if (check->task->execution_timeout_us == 0) {
		problem_warn(check->loader->reading.problems, argument->value.place,
			"defaults are taken after execution_timeout, which is not set");
		problem_hint(check->loader->reading.problems, "add execution_timeout: 1d");
	}
}

static void approval_check(const struct check *check)
{
	const struct task *task = check->task;
	const json_t *options = task_constant(task, "options");
	if (!options_check(check, options))
		return;
	defaults_check(check, options);
	g_autoptr(GError) error = NULL;
	if (!form_check(task_constant(task, "form"), &error))
		refuse(check, argument_of(task, "form"), "form: %s", error->message);
	json_t *reject = json_string("Reject");
	bool can_reject = list_has(options, reject);
	json_decref(reject);
	if (!can_reject && task_constant_boolean(task, "fail_on_reject"))
		refuse(check, argument_of(task, "fail_on_reject"),
			"fail_on_reject: \"Reject\" is none of the options");
}

static void flow_task_check(const struct check *check)
{
	switch (check->task->operator->flow) {
	case FLOW_BRANCH:
		branch_check(check);
		return;
	case FLOW_TRIGGER_DAG:
		states_check(check, "allowed_states", true);
		states_check(check, "failed_states", true);
		return;
	case FLOW_WAIT:
		positive_check(check, "poke_interval");
		positive_check(check, "max_wait");
		positive_check(check, "timeout");
		return;
	case FLOW_WAIT_TIME:
		target_check(check);
		return;
	case FLOW_WAIT_TASK:
		positive_check(check, "timeout");
		external_check(check);
		return;
	case FLOW_APPROVAL:
		approval_check(check);
		return;
	case FLOW_NONE:
	case FLOW_SHORT_CIRCUIT:
	case FLOW_LATEST_ONLY:
		return;
	}
}

void flows_check(struct loader *loader)
{
	for (size_t i = 0; i < loader->dag.n_tasks; i++)
		if (loader->dag.tasks[i].operator)
			flow_task_check(&(struct check){loader, &loader->dag.tasks[i]});
}

void callback_flows_check(struct loader *loader)
{
	for (size_t i = 0; i < loader->dag.n_callbacks; i++) {
		const struct task *callback = loader->dag.callback_tasks[i];
		if (callback->operator&& callback->operator->flow != FLOW_NONE)
			loader_refuse_once(loader, callback->place,
				"a callback cannot use the operator %s, which directs other tasks "
				"or waits",
				callback->operator->name);
	}
}
