/* SPDX-License-Identifier: MIT */
/* The keys that stand on every task, whatever its operator: what they may say, and what of it
 * contradicts itself. */
#include <string.h>

#include "lib/base/ident.h"
#include "lib/dag/later.h"
#include "lib/dag/load.h"
#include "lib/dag/task.h"

enum {
	RETRIES_MAX = 1000000,
	LIMIT_MAX = 1000000,
	POOL_NAME_MAX = 256,
	TASK_ONLY_KEYS = 13,
	/* The exit code that means skipped, where an operator does not let its users choose. */
	SKIP_EXIT_CODE = 99,
	EXIT_CODE_MAX = 255,
};

static const char *const on_lost_words[] = {"fail", "retry", NULL};

static key_reader read_trigger_rule, read_pool, read_exit_codes;

#define FIELD(name) offsetof(struct task_draft, name)
static const struct key task_keys[] = {
	{"task_id", read_ident, FIELD(task.task_id)},
	{"task_display_name", read_text, FIELD(task.display_name)},
	{"operator", read_node, FIELD(operator)},
	{"dependencies", read_node, FIELD(dependencies)},
	{"task_group", read_node, FIELD(task_group)},
	{"expand", read_node, FIELD(mapping.product)},
	{"expand_zip", read_node, FIELD(mapping.zip)},
	{"expand_kwargs", read_node, FIELD(mapping.kwargs)},
	{"partial", read_node, FIELD(partial)},
	{"map_index_template", read_node, FIELD(map_index_template)},
	{"setup", read_boolean, FIELD(task.is_setup)},
	{"teardown", read_node, FIELD(teardown)},
	{"on_failure_fail_dagrun", read_node, FIELD(on_failure_fail_dagrun)},
	/* From here on also in default_args. */
	{"owner", read_text, FIELD(task.owner)},
	{"doc_md", read_optional, FIELD(task.doc_md)},
	{"trigger_rule", read_trigger_rule, FIELD(trigger_rule), .words = trigger_rules},
	{"retries", read_unsigned, FIELD(task.retries), 0, RETRIES_MAX},
	{"retry_delay", read_duration, FIELD(task.retry_delay_us)},
	{"retry_exponential_backoff", read_boolean, FIELD(task.retry_exponential_backoff)},
	{"max_retry_delay", read_duration, FIELD(task.max_retry_delay_us)},
	{"retry_on_exit_code", read_exit_codes, FIELD(retry_on)},
	{"fail_on_exit_code", read_exit_codes, FIELD(fail_on)},
	{"execution_timeout", read_duration, FIELD(task.execution_timeout_us)},
	{"depends_on_past", read_boolean, FIELD(task.depends_on_past)},
	{"wait_for_downstream", read_boolean, FIELD(task.wait_for_downstream)},
	{"ignore_first_depends_on_past", read_boolean, FIELD(task.ignore_first_depends_on_past)},
	{"pool", read_pool, FIELD(task.pool)},
	{"pool_slots", read_unsigned, FIELD(task.pool_slots), 1, LIMIT_MAX},
	{"priority_weight", read_int, FIELD(task.priority_weight), INT32_MIN, INT32_MAX},
	{"weight_rule", read_word, FIELD(task.weight_rule), .words = weight_rules},
	{"max_active_tis_per_dag", read_limit, FIELD(task.max_active_tis_per_dag), 1, LIMIT_MAX},
	{"max_active_tis_per_dagrun", read_limit, FIELD(task.max_active_tis_per_dagrun), 1,
		LIMIT_MAX},
	{"outlets", read_assets, FIELD(task.outlets)},
	{"inlets", read_assets, FIELD(task.inlets)},
	{"env", read_node, FIELD(env)},
	{"do_xcom_push", read_boolean, FIELD(task.do_xcom_push)},
	{"on_execute_callback", read_node, FIELD(callbacks[CALLBACK_EXECUTE])},
	{"on_success_callback", read_node, FIELD(callbacks[CALLBACK_SUCCESS])},
	{"on_failure_callback", read_node, FIELD(callbacks[CALLBACK_FAILURE])},
	{"on_retry_callback", read_node, FIELD(callbacks[CALLBACK_RETRY])},
	{"on_skipped_callback", read_node, FIELD(callbacks[CALLBACK_SKIPPED])},
	{"on_lost", read_word, FIELD(on_lost), .words = on_lost_words},
};
#undef FIELD

const struct key_set task_set = {"a task", task_keys, G_N_ELEMENTS(task_keys), task_later};
const struct key_set defaults_set = {"default_args", task_keys + TASK_ONLY_KEYS,
	G_N_ELEMENTS(task_keys) - TASK_ONLY_KEYS, task_later};

const struct task_draft task_defaults = {.on_lost = G_MAXUINT,
	.task = {.retry_delay_us = 5 * MINUTE_US,
		.priority_weight = 1,
		.do_xcom_push = true,
		.pool = "default_pool",
		.pool_slots = 1,
		.ignore_first_depends_on_past = true,
		.group = -1,
		.mapped_group = -1}};

bool task_key_is_known(const char *name)
{
	return key_find(&task_set, name) || later_find(&task_set, name);
}

bool read_ident(
	struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	const char *text;
	g_autoptr(GError) error = NULL;
	if (!node_text(node, key->name, &text, reading->problems))
		return false;
	if (!ident_check(key->name, text, &error))
		return problem_add(reading->problems, node->place, "%s", error->message);
	*(const char **)field = arena_strdup(reading->arena, text);
	return true;
}

static bool read_trigger_rule(
	struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	static const struct {
		const char *then, *now;
	} retired[] = {
		{"dummy", "always"}, {"none_failed_or_skipped", "none_failed_min_one_success"}};
	struct rule_key *rule = field;
	unsigned word;
	for (size_t i = 0; node->kind == NODE_SCALAR && i < G_N_ELEMENTS(retired); i++)
		if (strcmp(node->text, retired[i].then) == 0)
			return problem_add(reading->problems, node->place,
				"%s: there is no rule \"%s\" any more; did you mean \"%s\"?",
				key->name, node->text, retired[i].now);
	if (!read_word(reading, key, node, &word))
		return false;
	*rule = (struct rule_key){word, reading_place(reading, node)};
	return true;
}

static bool read_pool(
	struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	const char *name;
	if (!read_text(reading, key, node, &name))
		return false;
	if (g_utf8_strlen(name, -1) > POOL_NAME_MAX)
		return problem_add(reading->problems, node->place,
			"the name of the pool has more than %d characters", POOL_NAME_MAX);
	*(const char **)field = name;
	return true;
}

static void exit_code_add(struct exit_codes *codes, int64_t code)
{
	codes->bits[code / 64] |= UINT64_C(1) << code % 64;
}

/* A code or a list of them. 0 is success, whatever a task says. */
static bool read_exit_codes(
	struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	struct exit_codes_key *written = field;
	struct exit_codes codes = {0};
	bool is_list = node->kind == NODE_LIST, ok = true;
	if (is_list && node->n == 0) {
		problem_add(reading->problems, node->place, "%s: the list is empty", key->name);
		problem_hint(reading->problems, "leave the key out where no exit code is special");
		return false;
	}
	for (size_t i = 0; !node_is_null(node) && i < (is_list ? node->n : 1); i++) {
		int64_t code;
		if (node_int(is_list ? node->items[i] : node, key->name, 1, EXIT_CODE_MAX, &code,
			    reading->problems))
			exit_code_add(&codes, code);
		else
			ok = false;
	}
	*written = (struct exit_codes_key){codes, reading_place(reading, node)};
	return ok;
}

/* The exit codes that mean skipped: one or a list of them. */
static bool skip_codes_read(const json_t *value, struct exit_codes *codes)
{
	size_t n = json_is_array(value) ? json_array_size(value) : 1;
	for (size_t i = 0; i < n; i++) {
		const json_t *code = json_is_array(value) ? json_array_get(value, i) : value;
		if (!json_is_integer(code) || json_integer_value(code) < 1
			|| json_integer_value(code) > EXIT_CODE_MAX)
			return false;
		exit_code_add(codes, json_integer_value(code));
	}
	return true;
}

/* They are needed before anything is rendered. */
static void skip_on_read(struct loader *loader, struct task *task)
{
	const char *name = task->operator->skip_code_parameter;
	if (!name)
		exit_code_add(&task->skip_on, SKIP_EXIT_CODE);
	for (size_t i = 0; name && i < task->n_arguments; i++) {
		const struct value *value = &task->arguments[i].value;
		if (strcmp(task->arguments[i].parameter->name, name) != 0)
			continue;
		if (!skip_codes_read(value->constant, &task->skip_on))
			loader_refuse_once(loader, value->place,
				"\"%s\" is an exit code or a list of them: numbers from 1 to 255 "
				"were expected, no template",
				name);
	}
}

/* One exit code cannot mean two things. */
static void codes_check(struct loader *loader, const struct exit_codes_key *written,
	const char *name, const struct exit_codes *others, const char *meaning)
{
	if (exit_codes_are_empty(&written->codes))
		return;
	for (int code = 0; code <= EXIT_CODE_MAX; code++) {
		if (!exit_codes_have(&written->codes, code) || !exit_codes_have(others, code))
			continue;
		loader_refuse_once(loader, written->place, "%s: exit code %d already means \"%s\"",
			name, code, meaning);
		return;
	}
}

static void exit_codes_finish(struct loader *loader, struct task_draft *draft)
{
	struct task *task = &draft->task;
	skip_on_read(loader, task);
	codes_check(loader, &draft->retry_on, "retry_on_exit_code", &task->skip_on, "skipped");
	codes_check(loader, &draft->fail_on, "fail_on_exit_code", &task->skip_on, "skipped");
	codes_check(loader, &draft->fail_on, "fail_on_exit_code", &draft->retry_on.codes,
		"another try");
	task->retry_on = draft->retry_on.codes;
	task->fail_on = draft->fail_on.codes;
}

static void rule_finish(struct loader *loader, struct task_draft *draft)
{
	enum trigger_rule rule = draft->trigger_rule.rule;
	const struct place *place = &draft->trigger_rule.place;
	draft->task.trigger_rule = draft->task.is_teardown ? RULE_ALL_DONE_SETUP_SUCCESS : rule;
	/* What default_args say is for the others. */
	bool is_own = draft->defaults
		&& memcmp(place, &draft->defaults->draft.trigger_rule.place, sizeof(*place)) != 0;
	if (draft->task.is_teardown && is_own && rule != RULE_ALL_DONE_SETUP_SUCCESS)
		loader_refuse_once(loader, *place,
			"trigger_rule: a teardown has a rule of its own, %s",
			trigger_rules[RULE_ALL_DONE_SETUP_SUCCESS]);
	if (draft->task.is_teardown)
		return;
	if (rule == RULE_ALL_DONE_SETUP_SUCCESS)
		loader_refuse_once(loader, draft->trigger_rule.place,
			"trigger_rule: %s is the rule of teardowns, which have it without being "
			"told",
			trigger_rules[rule]);
	else if (loader->dag.fail_fast && rule != RULE_ALL_SUCCESS)
		loader_refuse_once(loader, draft->trigger_rule.place,
			"trigger_rule: %s cannot be obeyed in a DAG with fail_fast, which ends at "
			"the first failure; only all_success can",
			trigger_rules[rule]);
}

void task_keys_finish(struct loader *loader, struct task_draft *draft)
{
	struct task *task = &draft->task;
	exit_codes_finish(loader, draft);
	setup_keys_finish(loader, draft);
	rule_finish(loader, draft);
	task->depends_on_past |= task->wait_for_downstream;
	loader->dag.has_past |= task->depends_on_past;
	task->on_lost = draft->on_lost;
	if (draft->on_lost == G_MAXUINT)
		task->on_lost = task->operator->destroys_data ? ON_LOST_FAIL : ON_LOST_RETRY;
}
