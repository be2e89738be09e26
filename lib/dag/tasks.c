/* SPDX-License-Identifier: MIT */
/* The tasks of a DAG: their own keys, over what default_args says, and their operator's arguments.
 */
#include <string.h>

#include "lib/base/ident.h"
#include "lib/dag/later.h"
#include "lib/dag/load.h"
#include "lib/dag/task.h"
#include "lib/dag/value.h"

static const char *const on_lost_words[] = {"fail", "retry", NULL};

enum { RETRIES_MAX = 1000000, TASK_ONLY_KEYS = 4 };

#define FIELD(name) offsetof(struct task_draft, name)
static const struct key task_keys[] = {
	{"task_id", read_ident, FIELD(task.task_id)},
	{"task_display_name", read_text, FIELD(task.display_name)},
	{"operator", read_node, FIELD(operator)},
	{"dependencies", read_node, FIELD(dependencies)},
	/* From here on also in default_args. */
	{"owner", read_text, FIELD(task.owner)},
	{"doc_md", read_optional, FIELD(task.doc_md)},
	{"retries", read_unsigned, FIELD(task.retries), 0, RETRIES_MAX},
	{"retry_delay", read_duration, FIELD(task.retry_delay_us)},
	{"retry_exponential_backoff", read_boolean, FIELD(task.retry_exponential_backoff)},
	{"max_retry_delay", read_duration, FIELD(task.max_retry_delay_us)},
	{"execution_timeout", read_duration, FIELD(task.execution_timeout_us)},
	{"priority_weight", read_int, FIELD(task.priority_weight), INT32_MIN, INT32_MAX},
	{"env", read_node, FIELD(env)},
	{"do_xcom_push", read_boolean, FIELD(task.do_xcom_push)},
	{"on_lost", read_word, FIELD(on_lost), .words = on_lost_words},
};
#undef FIELD

const struct key_set task_set = {"a task", task_keys, G_N_ELEMENTS(task_keys), task_later};
const struct key_set defaults_set = {"default_args", task_keys + TASK_ONLY_KEYS,
	G_N_ELEMENTS(task_keys) - TASK_ONLY_KEYS, task_later};

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

static const struct operator* task_operator(struct loader *loader, const struct node *map)
{
	const struct node *name = map->kind == NODE_MAP ? node_get(map, "operator") : NULL;
	return name && name->kind == NODE_SCALAR ? operators_get(loader->operators, name->text)
						 : NULL;
}

/* Which operators the tasks use, so that default_args may hold their arguments. */
static void operators_note(struct loader *loader)
{
	for (size_t i = 0; i < loader->tasks->n; i++) {
		const struct operator* which = task_operator(loader, loader->tasks->items[i]);
		if (!which || g_hash_table_contains(loader->parameter_names, which))
			continue;
		const char **names =
			arena_array(loader->reading.arena, which->n_parameters + 1, sizeof(*names));
		for (size_t j = 0; j < which->n_parameters; j++)
			names[j] = which->parameters[j].name;
		g_hash_table_insert(loader->parameter_names, (void *)which, names);
	}
}

static bool default_other(void *data, const struct node *key, const struct node *value)
{
	struct loader *loader = data;
	GHashTableIter iter;
	void *names;
	g_hash_table_iter_init(&iter, loader->parameter_names);
	while (g_hash_table_iter_next(&iter, NULL, &names))
		if (g_strv_contains(names, key->text))
			return true;
	return false;
}

static void defaults_read(struct loader *loader, struct task_draft *defaults)
{
	const struct node *map = loader->default_args;
	*defaults = (struct task_draft){.on_lost = G_MAXUINT,
		.task = {.retry_delay_us = 5 * MINUTE_US,
			.priority_weight = 1,
			.do_xcom_push = true,
			.pool = "default_pool",
			.pool_slots = 1,
			.ignore_first_depends_on_past = true,
			.group = -1,
			.mapped_group = -1}};
	if (node_is_null(map)) {
		loader->default_args = NULL;
	} else if (map->kind != NODE_MAP) {
		problem_add(loader->reading.problems, map->place,
			"default_args: expected a map, found %s", node_kind_name(map));
		loader->default_args = NULL;
	} else {
		g_autoptr(GPtrArray) more = g_ptr_array_new();
		GHashTableIter iter;
		void *names;
		g_hash_table_iter_init(&iter, loader->parameter_names);
		while (g_hash_table_iter_next(&iter, NULL, &names))
			for (char **name = names; *name; name++)
				g_ptr_array_add(more, *name);
		g_ptr_array_add(more, NULL);
		keys_read(&loader->reading, &defaults_set, map, defaults, default_other, loader,
			(const char *const *)more->pdata);
	}
	if (!defaults->task.owner)
		defaults->task.owner = loader->dag.owner ? loader->dag.owner : "airflow";
	loader->dag.owner = defaults->task.owner;
}

/* The value that default_args has for a parameter: the same for all tasks that take it. */
static struct value *value_shared(
	struct loader *loader, const struct parameter *parameter, const struct node *node)
{
	struct value *value = g_hash_table_lookup(loader->shared_values, parameter);
	if (value)
		return value;
	value = arena_alloc(loader->reading.arena, sizeof(*value));
	argument_read(&loader->reading, parameter, node, value);
	g_hash_table_insert(loader->shared_values, (void *)parameter, value);
	return value;
}

/* What stands beside the keys of a task: arguments, by the order of the manifest. */
struct written {
	const struct operator* operator;
	const struct node **nodes;
	unsigned n_unknown;
};

static bool argument_other(void *data, const struct node *key, const struct node *value)
{
	struct written *written = data;
	/* Without its operator nobody can say which of its keys are wrong. */
	if (!written->operator)
		return true;
	const struct parameter *parameter = operator_parameter(written->operator, key->text);
	if (!parameter) {
		written->n_unknown++;
		return false;
	}
	written->nodes[parameter - written->operator->parameters] = value;
	return true;
}

static void argument_missing(
	struct loader *loader, const struct task *task, const struct parameter *parameter)
{
	problem_add(loader->reading.problems, task->place,
		"the task \"%s\" lacks \"%s\", which the operator %s requires", task->task_id,
		parameter->name, task->operator->name);
	problem_hint(loader->reading.problems, "%s: %s (%s)", parameter->name, parameter->summary,
		parameter_type_name(parameter->type));
}

static void arguments_read(struct loader *loader, struct task *task, const struct written *written)
{
	const struct node *const *nodes = written->nodes;
	const struct operator* which = task->operator;
	task->arguments =
		arena_array(loader->reading.arena, which->n_parameters, sizeof(*task->arguments));
	for (size_t i = 0; i < which->n_parameters; i++) {
		const struct parameter *parameter = &which->parameters[i];
		const struct node *node = nodes[i];
		struct value value = {.place = task->place};
		if (node && !argument_read(&loader->reading, parameter, node, &value))
			continue;
		if (!node && loader->default_args)
			node = node_get(loader->default_args, parameter->name);
		if (node && !nodes[i])
			value = *value_shared(loader, parameter, node);
		if (!node)
			value.constant = parameter->default_value;
		if (!value_is_absent(&value))
			task->arguments[task->n_arguments++] =
				(struct argument){.parameter = parameter, .value = value};
		else if (parameter->required && node_is_null(node) && !written->n_unknown)
			/* A key that is unknown may be this one, misspelt. */
			argument_missing(loader, task, parameter);
	}
}

/* The exit code that means skipped, where an operator does not let its users choose. */
enum { SKIP_EXIT_CODE = 99 };

static void exit_code_add(struct exit_codes *codes, unsigned code)
{
	codes->bits[code / 64] |= UINT64_C(1) << code % 64;
}

/* The exit code that means skipped is needed before anything is rendered. */
static void skip_code_read(struct loader *loader, struct task *task)
{
	const char *name = task->operator->skip_code_parameter;
	if (!name)
		exit_code_add(&task->skip_on, SKIP_EXIT_CODE);
	for (size_t i = 0; name && i < task->n_arguments; i++) {
		const struct argument *argument = &task->arguments[i];
		if (strcmp(argument->parameter->name, name) != 0)
			continue;
		int64_t code = json_integer_value(argument->value.constant);
		if (argument->value.template || code < 0 || code > 255)
			problem_add(loader->reading.problems, argument->value.place,
				"\"%s\" is an exit code: a number from 0 to 255 was expected, no "
				"template",
				name);
		else
			exit_code_add(&task->skip_on, (unsigned)code);
	}
}

static void operator_unknown(struct loader *loader, const struct task_draft *draft)
{
	struct problems *problems = loader->reading.problems;
	const struct node *node = draft->operator;
	const char *const *names = operators_names(loader->operators);
	const char *text;
	g_autofree char *all = g_strjoinv(", ", (char **)names);
	if (!node) {
		problem_add(problems, draft->task.place, "the task \"%s\" has no operator",
			draft->task.task_id);
		problem_hint(problems, "the operators are %s", all);
		return;
	}
	if (!node_text(node, "operator", &text, problems))
		return;
	for (const struct later_key *later = operators_later; later->name; later++) {
		if (strcmp(later->name, text) != 0)
			continue;
		problem_add(problems, node->place,
			"this version does not have the operator \"%s\" yet", text);
		return;
	}
	/* Airflow's classes have moved between modules: the same class elsewhere is the one meant.
	 */
	const char *dot = strrchr(text, '.');
	g_autofree char *message = g_strdup_printf("there is no operator \"%s\"", text);
	if (dot && operators_get(loader->operators, dot + 1))
		problem_add(problems, node->place, "%s; did you mean \"%s\"?", message, dot + 1);
	else
		reading_refuse(&loader->reading, node->place, text, names, message);
	problem_hint(problems, "the operators are %s", all);
}

/* Makes the task known by its id. False: it has none, or another one has it. */
static bool task_register(struct loader *loader, struct task *task)
{
	if (!task->task_id)
		return false;
	const struct task *other = dag_task(&loader->dag, task->task_id);
	if (other)
		return problem_add(loader->reading.problems, task->place,
			"the task_id \"%s\" is already used by the task in line %u", task->task_id,
			other->place.line);
	g_hash_table_insert(loader->dag.tasks_by_id, (char *)task->task_id, task);
	g_ptr_array_add(loader->task_ids, (char *)task->task_id);
	return true;
}

/* The task's own keys and arguments; what refers to other tasks is read once all are known. */
static void task_read(struct loader *loader, const struct node *map, struct task_draft *draft)
{
	struct reading *reading = &loader->reading;
	const struct operator* which = task_operator(loader, map);
	g_autofree const struct node **nodes =
		g_new0(const struct node *, which ? which->n_parameters : 0);
	struct written written = {.operator= which, .nodes = nodes};
	draft->task.place = reading_place(reading, map);
	draft->task.operator= which;
	unsigned n_errors = reading->problems->n_errors;
	keys_read(reading, &task_set, map, draft, argument_other, &written,
		which ? g_hash_table_lookup(loader->parameter_names, which) : NULL);
	if (!draft->task.task_id && !node_get(map, "task_id")
		&& reading->problems->n_errors == n_errors)
		problem_add(reading->problems, map->place, "the task has no task_id");
	if (!draft->task.display_name)
		draft->task.display_name = draft->task.task_id;
	if (!draft->task.task_id)
		return;
	if (!which) {
		operator_unknown(loader, draft);
		return;
	}
	arguments_read(loader, &draft->task, &written);
	skip_code_read(loader, &draft->task);
	draft->task.on_lost = draft->on_lost == G_MAXUINT
		? (which->destroys_data ? ON_LOST_FAIL : ON_LOST_RETRY)
		: draft->on_lost;
	if (draft->env)
		env_read(loader, draft->env, loader->env_entries, loader->n_env, &draft->task.env,
			&draft->task.n_env);
}

void tasks_read(struct loader *loader)
{
	struct reading *reading = &loader->reading;
	const struct node *list = loader->tasks;
	struct task_draft defaults;
	if (node_is_null(list) || (list->kind == NODE_LIST && list->n == 0)) {
		problem_add(reading->problems, (struct place){reading->file, loader->dag.line, 1},
			"the DAG has no tasks");
		return;
	}
	if (list->kind != NODE_LIST) {
		problem_add(reading->problems, list->place, "tasks: expected a list, found %s",
			node_kind_name(list));
		problem_hint(reading->problems, "each task begins with `- task_id: NAME`");
		return;
	}
	operators_note(loader);
	defaults_read(loader, &defaults);
	defaults.task.env = loader->env_entries;
	defaults.task.n_env = loader->n_env;
	loader->dag.tasks = arena_array(reading->arena, list->n, sizeof(struct task));
	loader->task_dependencies = arena_array(reading->arena, list->n, sizeof(struct node *));
	for (size_t i = 0; i < list->n; i++) {
		struct task_draft draft = defaults;
		const struct node *map = list->items[i];
		if (map->kind != NODE_MAP) {
			problem_add(reading->problems, map->place,
				"a task: expected a map, found %s", node_kind_name(map));
			continue;
		}
		task_read(loader, map, &draft);
		struct task *task = &loader->dag.tasks[loader->dag.n_tasks];
		*task = draft.task;
		task->index = loader->dag.n_tasks;
		if (!task_register(loader, task))
			continue;
		loader->task_dependencies[loader->dag.n_tasks++] = draft.dependencies;
	}
}
