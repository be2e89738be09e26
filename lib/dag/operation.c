/* SPDX-License-Identifier: MIT */
/* What a task or a callback does: its operator, and the arguments that stand beside its keys or in
 * the default_args around it. */
#include <string.h>

#include "lib/dag/later.h"
#include "lib/dag/load.h"
#include "lib/dag/task.h"
#include "lib/dag/value.h"

const struct operator* operation_operator(const struct loader *loader, const struct node *map)
{
	const struct node *name = map->kind == NODE_MAP ? node_get(map, "operator") : NULL;
	return name && name->kind == NODE_SCALAR ? operators_get(loader->operators, name->text)
						 : NULL;
}

/* One value may serve many tasks: it is read once for each parameter that takes it. */
struct shared {
	const struct parameter *parameter;
	const struct node *node;
	struct value value;
};

guint shared_hash(gconstpointer key)
{
	const struct shared *shared = key;
	return g_direct_hash(shared->parameter) ^ g_direct_hash(shared->node);
}

gboolean shared_equal(gconstpointer a, gconstpointer b)
{
	const struct shared *first = a, *second = b;
	return first->parameter == second->parameter && first->node == second->node;
}

static const struct value *value_shared(
	struct loader *loader, const struct parameter *parameter, const struct node *node)
{
	struct shared wanted = {.parameter = parameter, .node = node};
	struct shared *shared = g_hash_table_lookup(loader->shared_values, &wanted);
	if (shared)
		return &shared->value;
	shared = arena_alloc(loader->reading.arena, sizeof(*shared));
	*shared = wanted;
	argument_read(&loader->reading, parameter, node, &shared->value);
	g_hash_table_add(loader->shared_values, shared);
	return &shared->value;
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
	struct loader *loader, const struct task_draft *draft, const struct parameter *parameter)
{
	problem_add(loader->reading.problems, draft->task.place,
		"%s lacks \"%s\", which the operator %s requires", draft->what, parameter->name,
		draft->task.operator->name);
	problem_hint(loader->reading.problems, "%s: %s (%s)", parameter->name, parameter->summary,
		parameter_type_name(parameter->type));
}

/* What the nearest default_args say of a parameter, or NULL. */
static const struct node *default_find(const struct defaults *defaults, const char *name)
{
	const struct node *node = NULL;
	for (; defaults && !node; defaults = defaults->outer)
		node = defaults->map ? node_get(defaults->map, name) : NULL;
	return node;
}

static void arguments_read(
	struct loader *loader, struct task_draft *draft, const struct written *written)
{
	const struct operator* which = written->operator;
	struct task *task = &draft->task;
	task->arguments =
		arena_array(loader->reading.arena, which->n_parameters, sizeof(*task->arguments));
	for (size_t i = 0; i < which->n_parameters; i++) {
		const struct parameter *parameter = &which->parameters[i];
		const struct node *node = written->nodes[i];
		struct value value = {.place = task->place};
		if (node && !argument_read(&loader->reading, parameter, node, &value))
			continue;
		if (!node)
			node = default_find(draft->defaults, parameter->name);
		if (node && !written->nodes[i])
			value = *value_shared(loader, parameter, node);
		if (!node)
			value.constant = parameter->default_value;
		if (!value_is_absent(&value))
			task->arguments[task->n_arguments++] =
				(struct argument){.parameter = parameter, .value = value};
		else if (parameter->required && node_is_null(node) && !written->n_unknown)
			/* A key that is unknown may be this one, misspelt. */
			argument_missing(loader, draft, parameter);
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
		problem_add(problems, draft->task.place, "%s has no operator", draft->what);
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

void operation_read(struct loader *loader, const struct key_set *set, const struct node *map,
	struct task_draft *draft)
{
	const struct operator* which = operation_operator(loader, map);
	g_autofree const struct node **nodes =
		g_new0(const struct node *, which ? which->n_parameters : 0);
	struct written written = {.operator= which, .nodes = nodes};
	draft->task.operator= which;
	keys_read(&loader->reading, set, map, draft, argument_other, &written,
		operator_note(loader, which));
	if (draft->task.task_id && draft->prefix)
		draft->task.task_id = arena_printf(
			loader->reading.arena, "%s%s", draft->prefix, draft->task.task_id);
	if (draft->task.task_id && !draft->what)
		draft->what =
			arena_printf(loader->reading.arena, "the task \"%s\"", draft->task.task_id);
	if (!draft->what)
		return;
	if (!which) {
		operator_unknown(loader, draft);
		return;
	}
	arguments_read(loader, draft, &written);
	task_keys_finish(loader, draft);
	if (draft->env)
		env_read(loader, draft->env, loader->env_entries, loader->n_env, &draft->task.env,
			&draft->task.n_env);
}
