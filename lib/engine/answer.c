/* SPDX-License-Identifier: MIT */
/* What a person answers to an approval, or what is taken for an answer when nobody does. */
#include "lib/engine/flow.h"

#include <string.h>

#include "lib/dag/form.h"

static bool is_option(const struct task *task, const json_t *answer)
{
	const json_t *options = task_constant(task, "options");
	size_t i;
	json_t *option;
	json_array_foreach(options, i, option) if (json_equal(option, answer)) return true;
	return false;
}

static char *options_text(const struct task *task)
{
	GString *text = g_string_new(NULL);
	size_t i;
	json_t *option;
	json_array_foreach(task_constant(task, "options"), i, option)
		g_string_append_printf(text, "%s%s", i ? ", " : "", json_string_value(option));
	return g_string_free(text, FALSE);
}

static bool options_check(const struct task *task, const json_t *chosen, GError **error)
{
	size_t n = json_array_size(chosen);
	g_autofree char *all = options_text(task);
	if (n == 0)
		return event_refuse(
			error, REFUSAL_INVALID, "no option was chosen; the options are %s", all);
	if (n > 1 && !task_constant_boolean(task, "multiple"))
		return event_refuse(
			error, REFUSAL_INVALID, "one option can be chosen, not several");
	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_array_get(chosen, i);
		if (!is_option(task, one))
			return event_refuse(error, REFUSAL_INVALID,
				"\"%s\" is none of the options: %s",
				json_is_string(one) ? json_string_value(one) : "", all);
	}
	return true;
}

static bool is_rejection(const json_t *chosen)
{
	json_t *reject = json_string(REJECT);
	bool is_one = false;
	for (size_t i = 0; i < json_array_size(chosen); i++)
		is_one |= json_equal(json_array_get(chosen, i), reject);
	json_decref(reject);
	return is_one;
}

/* Takes the parameters over. */
static void answer_take(struct engine *engine, struct instance *instance, const json_t *chosen,
	json_t *params, const char *by)
{
	const struct task *task = instance->task;
	g_autofree char *at = instant_iso(engine->now);
	json_t *answer = json_pack("{s:O, s:o, s:s, s:s?}", "chosen_options", chosen,
		"params_input", params, "responded_at", at, "responded_by_user", by);
	bool fails = task_constant_boolean(task, "fail_on_reject") && is_rejection(chosen);
	if (task->do_xcom_push)
		effect_xcom(engine, instance, "return_value", answer);
	g_autofree char *text = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	if (fails) {
		task_reason(instance,
			by ? g_strdup_printf("rejected by %s", by)
			   : g_strdup("rejected: nobody answered in time"));
		task_fail(engine, instance, TRY_FINAL);
		return;
	}
	instance->record.decision = g_strdup(text);
	task_succeed(engine, instance);
}

bool answer_default(struct engine *engine, struct instance *instance)
{
	const struct task *task = instance->task;
	json_t *defaults = (json_t *)task_constant(task, "defaults");
	if (!defaults)
		return false;
	json_t *params = form_fill(task_constant(task, "form"), NULL, NULL);
	json_t *chosen =
		json_is_array(defaults) ? json_incref(defaults) : json_pack("[O]", defaults);
	answer_take(engine, instance, chosen, params ? params : json_object(), NULL);
	json_decref(chosen);
	return true;
}

static struct instance *asked_find(
	const struct engine *engine, const struct event *event, GError **error)
{
	const struct workflow *workflow = workflow_get(engine, event->dag_id);
	const struct run *run = workflow ? run_find(workflow, event->run_id) : NULL;
	struct instance *instance =
		run ? run_instance(run, event->answered.task_id, event->answered.map_index) : NULL;
	if (!instance) {
		event_refuse(error, REFUSAL_UNKNOWN,
			"DAG \"%s\" has no unfinished run \"%s\" with a task \"%s\"", event->dag_id,
			event->run_id, event->answered.task_id);
		return NULL;
	}
	if (instance->task && instance->record.wait == WAIT_ANSWER)
		return instance;
	event_refuse(error, REFUSAL_CONFLICT, "task \"%s\" does not wait for an answer: it is %s",
		event->answered.task_id, task_state_name(instance->record.state));
	return NULL;
}

bool task_answered(struct engine *engine, const struct event *event, GError **error)
{
	g_autoptr(GError) why = NULL;
	struct instance *instance = asked_find(engine, event, error);
	if (!instance || !options_check(instance->task, event->answered.options, error))
		return false;
	json_t *params =
		form_fill(task_constant(instance->task, "form"), event->answered.params, &why);
	if (!params)
		return event_refuse(error, REFUSAL_INVALID, "%s", why->message);
	answer_take(engine, instance, event->answered.options, params, event->answered.by);
	return true;
}

static int asked_compare(const void *a, const void *b)
{
	const struct asked *left = a, *right = b;
	if (left->task->wait_since != right->task->wait_since)
		return left->task->wait_since < right->task->wait_since ? -1 : 1;
	return (left->task->attempt > right->task->attempt)
		- (left->task->attempt < right->task->attempt);
}

GArray *engine_asked(const struct engine *engine)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(struct asked));
	GHashTableIter iter;
	const struct instance *instance;
	g_hash_table_iter_init(&iter, engine->held);
	while (g_hash_table_iter_next(&iter, (void **)&instance, NULL)) {
		struct asked asked = {
			&instance->run->record, &instance->record, instance->run->dag};
		if (instance->record.wait == WAIT_ANSWER && instance->task)
			g_array_append_val(list, asked);
	}
	g_array_sort(list, asked_compare);
	return list;
}
