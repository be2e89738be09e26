/* SPDX-License-Identifier: MIT */
/* What a task or a callback does: its operator, and the arguments that stand beside its keys or in
 * the default_args around it. */
#include <string.h>

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
	enum mapping_gives *gives; /* what comes from its mapping */
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

/* Exactly one of these is to be given. */
static void one_of_check(
	struct loader *loader, const struct task_draft *draft, const struct written *written)
{
	const struct task *task = &draft->task;
	const struct operator* which = task->operator;
	const char *const *names = which->one_of;
	bool is_mapped = false;
	const struct argument *first = NULL;
	for (size_t i = 0; names && i < task->n_arguments; i++) {
		const struct argument *argument = &task->arguments[i];
		if (!g_strv_contains(names, argument->parameter->name))
			continue;
		if (first)
			problem_add(loader->reading.problems, argument->value.place,
				"\"%s\" and \"%s\" cannot both be given", first->parameter->name,
				argument->parameter->name);
		first = argument;
	}
	for (size_t i = 0; names && i < which->n_parameters; i++)
		is_mapped |= written->gives[i] != MAPPING_GIVES_NONE
			&& g_strv_contains(names, which->parameters[i].name);
	if (!names || first || is_mapped)
		return;
	g_autofree char *all = g_strjoinv("\", \"", (char **)names);
	problem_add(loader->reading.problems, task->place,
		"%s lacks one of \"%s\", which the operator %s requires", draft->what, all,
		task->operator->name);
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
		enum mapping_gives gives = written->gives[i];
		struct value value = {.place = task->place};
		if (gives == MAPPING_GIVES_ALL)
			continue;
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
		else if (parameter->required && node_is_null(node) && !written->n_unknown
			&& gives != MAPPING_GIVES_ANY)
			/* A key that is unknown may be this one, misspelt. */
			argument_missing(loader, draft, parameter);
	}
	if (!written->n_unknown)
		one_of_check(loader, draft, written);
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

/* ---- mapping ---- */

/* The arguments below `partial` are as good as those beside the keys. */
static void partial_read(struct loader *loader, struct task_draft *draft, struct written *written)
{
	struct problems *problems = loader->reading.problems;
	const struct node *map = draft->partial;
	if (node_is_null(map))
		return;
	if (map->kind != NODE_MAP) {
		problem_add(problems, map->place, "partial: expected a map, found %s",
			node_kind_name(map));
		return;
	}
	if (!mapping_is_written(&draft->mapping)) {
		problem_add(problems, map->place,
			"partial: %s has no expand, whose other arguments these would be",
			draft->what);
		return;
	}
	for (size_t i = 0; i < map->n; i++) {
		const struct node *key = map->pairs[i].key;
		const struct parameter *parameter =
			operator_parameter(written->operator, key->text);
		if (!parameter) {
			mapping_name_refuse(loader, written->operator, key->text, key->place);
			continue;
		}
		const struct node **node =
			&written->nodes[parameter - written->operator->parameters];
		if (*node)
			problem_add(problems, key->place,
				"\"%s\" stands below partial and beside it", key->text);
		*node = map->pairs[i].value;
	}
}

/* What is given to all instances cannot be given to each. */
static void given_twice_check(
	struct loader *loader, const struct task_draft *draft, const struct written *written)
{
	for (size_t i = 0; i < written->operator->n_parameters; i++) {
		bool is_mapped = written->gives[i] == MAPPING_GIVES_ALL
			|| written->gives[i] == MAPPING_GIVES_SOME;
		if (is_mapped && written->nodes[i])
			problem_add(loader->reading.problems, written->nodes[i]->place,
				"%s has \"%s\" twice: it is expanded and given", draft->what,
				written->operator->parameters[i].name);
	}
}

static void label_read(struct loader *loader, struct task_draft *draft)
{
	const struct node *node = draft->map_index_template;
	const char *text;
	if (node_is_null(node)
		|| !node_text(node, "map_index_template", &text, loader->reading.problems))
		return;
	if (!draft->task.mapping)
		problem_add(loader->reading.problems, node->place,
			"map_index_template: %s is not mapped", draft->what);
	else
		value_read(&loader->reading, node, &draft->task.map_index_template);
}

static void task_map(struct loader *loader, struct task_draft *draft, struct written *written)
{
	struct task *task = &draft->task;
	const struct operator* which = written->operator;
	struct mapping_owner owner = {draft->what, which, task->place};
	unsigned n_errors = loader->reading.problems->n_errors;
	partial_read(loader, draft, written);
	if (mapping_is_written(&draft->mapping) && task->mapped_group >= 0)
		problem_add(loader->reading.problems, task->place,
			"%s cannot be mapped inside the group \"%s\", which is", draft->what,
			loader->dag.groups[task->mapped_group].group_id);
	else if (mapping_is_written(&draft->mapping))
		task->mapping = mapping_read(loader, &draft->mapping, &owner);
	const struct mapping *own = task->mapped_group < 0 ? task->mapping : NULL;
	/* What a wrong mapping would have given is not missing. */
	bool is_wrong = loader->reading.problems->n_errors > n_errors;
	for (size_t i = 0; i < which->n_parameters; i++)
		written->gives[i] = is_wrong ? MAPPING_GIVES_ANY
					     : mapping_gives(own, which->parameters[i].name);
	given_twice_check(loader, draft, written);
	label_read(loader, draft);
}

void operation_read(struct loader *loader, const struct key_set *set, const struct node *map,
	struct task_draft *draft)
{
	const struct operator* which = operation_operator(loader, map);
	g_autofree const struct node **nodes =
		g_new0(const struct node *, which ? which->n_parameters : 0);
	g_autofree enum mapping_gives *gives =
		g_new0(enum mapping_gives, which ? which->n_parameters : 0);
	struct written written = {.operator= which, .nodes = nodes, .gives = gives};
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
	task_map(loader, draft, &written);
	arguments_read(loader, draft, &written);
	task_keys_finish(loader, draft);
	if (draft->env)
		env_read(loader, draft->env, loader->env_entries, loader->n_env, &draft->task.env,
			&draft->task.n_env);
}
