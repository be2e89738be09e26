/* SPDX-License-Identifier: MIT */
/*
 * What the templates of tasks ask for, checked when the file is loaded: names that nobody answers,
 * params that nobody declared, results of tasks that do not come before.
 */
#include <string.h>

#include "lib/dag/groups.h"
#include "lib/dag/names.h"
#include "lib/template/template.h"

struct checker {
	struct loader *loader;
	const struct task *task;     /* NULL: a run, of whose callback it is */
	bool is_label;               /* its map_index_template: what it left may be read */
	bool *is_used;               /* by source of its own mapping: `expand.NAME` is read */
	const struct task *callback; /* of the task or run; NULL: it is the task's own */
	const struct template_use *use;
};

/* Says each thing once, however many tasks share the value (default_args, the DAG's env). */
G_GNUC_PRINTF(4, 5)
static bool checker_refuse(struct checker *checker, const char *word, const char *const *names,
	const char *format, ...)
{
	struct loader *loader = checker->loader;
	struct place place = checker->use->place;
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	if (!loader_says_first(loader, place, message))
		return false;
	if (names)
		return reading_refuse(&loader->reading, place, word, names, message);
	return problem_add(loader->reading.problems, place, "%s", message);
}

/* The hint of what checker_refuse() said last; nothing when it had said so before. */
G_GNUC_PRINTF(3, 4)
static bool checker_hint(struct checker *checker, unsigned n_before, const char *format, ...)
{
	struct problems *problems = checker->loader->reading.problems;
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *hint = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	if (problems->list->len > n_before)
		problem_hint(problems, "%s", hint);
	return false;
}

static const struct template_name *name_find(const struct template_name *names, const char *name)
{
	for (; names && names->name; names++)
		if (strcmp(names->name, name) == 0)
			return names;
	return NULL;
}

/* `a.b.c` of the first n names. */
static char *chain_text(const struct template_use *use, size_t n)
{
	GString *text = g_string_new(use->names[0]);
	for (size_t i = 1; i < n; i++)
		g_string_append_printf(text, ".%s", use->names[i]);
	return g_string_free(text, FALSE);
}

/* What is defined besides at position i of the chain. */
static const struct template_name *callback_names_of(const struct checker *checker, size_t i)
{
	return checker->callback && i == 0 ? callback_template_names : NULL;
}

/* No such name at position i of the chain, where one of `names` was possible. */
static bool name_refuse(struct checker *checker, size_t i, const struct template_name *names)
{
	const struct template_use *use = checker->use;
	g_autoptr(GPtrArray) known = g_ptr_array_new();
	const struct template_name *more = callback_names_of(checker, i);
	if (use->has_default && i == use->n - 1)
		return true;
	for (; names && names->name; names++)
		g_ptr_array_add(known, (char *)names->name);
	for (; more && more->name; more++)
		g_ptr_array_add(known, (char *)more->name);
	g_ptr_array_add(known, NULL);
	g_autofree char *chain = chain_text(use, i + 1);
	unsigned n_before = checker->loader->reading.problems->list->len;
	if (strcmp(use->names[i], "execution_date") == 0)
		return checker_refuse(checker, NULL, NULL,
			"\"%s\" is not defined; did you mean \"logical_date\"?", chain);
	checker_refuse(checker, use->names[i], (const char *const *)known->pdata,
		"\"%s\" is not defined", chain);
	if (known->len > 1 && known->len < 14 && i > 0) {
		g_autofree char *all = g_strjoinv(", ", (char **)known->pdata);
		g_autofree char *owner = chain_text(use, i);
		checker_hint(checker, n_before, "%s has %s", owner, all);
	}
	return false;
}

/* Below a value: a method that is called, or a part of an instant. */
static bool method_check(struct checker *checker, size_t i, enum name_kind kind)
{
	static const char *const parts[] = {"year", "month", "day", "hour", "minute", "second",
		"microsecond", "timezone", "tzinfo", NULL};
	const struct template_use *use = checker->use;
	const char *name = use->names[i];
	if (kind == NAME_INSTANT && g_strv_contains(parts, name))
		return true;
	bool is_called = use->is_call && i == use->n - 1;
	/* A value that is text can be a template's own part: `ds.split('-')[0]` ends before. */
	if (template_has_method(name) && (is_called || i < use->n - 1))
		return true;
	g_autofree char *owner = chain_text(use, i);
	if (template_has_method(name))
		return checker_refuse(checker, NULL, NULL, "\"%s\" of %s is a method: write %s()",
			name, owner, name);
	return checker_refuse(checker, name, template_methods(), "%s has no \"%s\"", owner, name);
}

static bool param_check(struct checker *checker)
{
	const struct template_use *use = checker->use;
	const struct dag *dag = &checker->loader->dag;
	if (use->n < 2)
		return true;
	const char *name = use->names[1];
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (size_t i = 0; i < dag->n_params; i++) {
		if (strcmp(dag->params[i].name, name) == 0)
			return true;
		g_ptr_array_add(names, (char *)dag->params[i].name);
	}
	bool is_method = use->is_call && use->n == 2 && template_has_method(name);
	if (is_method || (use->has_default && use->n == 2))
		return true;
	g_ptr_array_add(names, NULL);
	unsigned n_before = checker->loader->reading.problems->list->len;
	checker_refuse(
		checker, name, (const char *const *)names->pdata, "there is no param \"%s\"", name);
	return checker_hint(checker, n_before,
		"declare it under params, or read dag_run.conf.%s, which may hold anything", name);
}

/* All that comes after a task; made once it is asked about often, as what all tasks read is. */
struct descendants {
	unsigned n_asked;
	bool *reached; /* by task index; NULL at first */
};

static bool *descendants_find(struct loader *loader, const struct task *first)
{
	const struct dag *dag = &loader->dag;
	bool *reached = arena_array(loader->reading.arena, dag->n_tasks, sizeof(bool));
	reached[first->index] = true;
	for (size_t i = first->position + 1; i < dag->n_tasks; i++) {
		const struct task *task = &dag->tasks[dag->topological[i]];
		for (size_t j = 0; j < task->n_upstream && !reached[task->index]; j++)
			reached[task->index] = reached[task->upstream[j]];
	}
	return reached;
}

bool loader_comes_before(
	struct loader *loader, const struct task *upstream, const struct task *task)
{
	enum { ASKED_OFTEN = 32 };
	struct descendants *descendants = g_hash_table_lookup(loader->descendants, upstream);
	if (!descendants) {
		descendants = arena_alloc(loader->reading.arena, sizeof(*descendants));
		g_hash_table_insert(loader->descendants, (void *)upstream, descendants);
	}
	if (++descendants->n_asked < ASKED_OFTEN)
		return task_is_upstream(&loader->dag, upstream, task);
	if (!descendants->reached)
		descendants->reached = descendants_find(loader, upstream);
	return descendants->reached[task->index];
}

static bool own_result_check(struct checker *checker)
{
	const char *task_id = checker->task->task_id;
	const struct task *callback = checker->callback;
	if (checker->is_label)
		return true;
	if (!callback)
		return checker_refuse(checker, NULL, NULL,
			"the task \"%s\" reads its own result, which is not there yet", task_id);
	return callback->callback_kind == CALLBACK_SUCCESS
		|| checker_refuse(checker, NULL, NULL,
			"%s reads the result of \"%s\", which leaves one only when it succeeds",
			callback_names[callback->callback_kind], task_id);
}

/* A task whose result is read must come before. */
static bool upstream_check(struct checker *checker, const char *task_id)
{
	struct loader *loader = checker->loader;
	const struct task *task = checker->task, *other = dag_task(&loader->dag, task_id);
	g_autofree char *inner = NULL;
	if (!other && group_member_guess(loader, task_id, &inner))
		return checker_refuse(checker, NULL, NULL,
			"there is no task \"%s\"; did you mean \"%s\"?", task_id, inner);
	if (!other)
		return checker_refuse(checker, task_id,
			(const char *const *)loader->task_ids->pdata, "there is no task \"%s\"",
			task_id);
	if (other == task)
		return own_result_check(checker);
	if (!task || loader_comes_before(loader, other, task))
		return true;
	unsigned n_before = loader->reading.problems->list->len;
	checker_refuse(checker, NULL, NULL,
		"%s\"%s\" reads the result of \"%s\", which is not upstream of it",
		checker->callback ? "a callback of " : "the task ", task->task_id, task_id);
	if (task_is_upstream(&loader->dag, task, other))
		return checker_hint(checker, n_before, "%s runs after %s", task_id, task->task_id);
	return checker_hint(
		checker, n_before, "add %s >> %s to the dependencies", task_id, task->task_id);
}

static bool task_ids_check(struct checker *checker, const json_t *task_ids)
{
	size_t i;
	json_t *item;
	bool ok = true;
	if (json_is_string(task_ids))
		return upstream_check(checker, json_string_value(task_ids));
	json_array_foreach(task_ids, i, item)
	{
		if (json_is_string(item))
			ok &= upstream_check(checker, json_string_value(item));
	}
	if (json_is_array(task_ids))
		return ok;
	return checker_refuse(
		checker, NULL, NULL, "xcom_pull: task_ids is neither a task_id nor a list of them");
}

static bool xcom_pull_check(struct checker *checker)
{
	static const char *const known[] = {"task_ids", "key", "default", "map_indexes", NULL};
	const struct template_use *use = checker->use;
	if (!use->is_call)
		return checker_refuse(checker, NULL, NULL,
			"xcom_pull is a function: write ti.xcom_pull(task_ids=\"...\")");
	if (use->n_arguments > 1)
		return checker_refuse(checker, NULL, NULL,
			"xcom_pull takes task_ids without a name at most, the rest by name: key, "
			"default, map_indexes");
	bool ok = true, has_task_ids = use->n_arguments == 1;
	const json_t *task_ids = has_task_ids ? use->arguments[0] : NULL;
	for (size_t i = 0; i < use->n_keywords; i++) {
		if (!g_strv_contains(known, use->keywords[i])) {
			ok = checker_refuse(checker, use->keywords[i], known,
				"xcom_pull has no argument \"%s\"", use->keywords[i]);
		} else if (strcmp(use->keywords[i], "task_ids") == 0) {
			has_task_ids = true;
			task_ids = use->keyword_values[i];
		}
	}
	if (!has_task_ids)
		return checker_refuse(checker, NULL, NULL,
			"xcom_pull needs task_ids: whose result is to be read?");
	return (!task_ids || task_ids_check(checker, task_ids)) && ok;
}

/*
 * The task of `tasks.a.b.output`: the longest id that there is, for ids may hold dots. If there is
 * none, the one that was meant. Returns how many names of the chain end with it.
 */
static size_t output_task(const struct checker *checker, char **task_id)
{
	const struct template_use *use = checker->use;
	g_autoptr(GString) id = g_string_new(NULL);
	size_t found = 0, meant = 2;
	for (size_t i = 1; i < use->n; i++) {
		if (strcmp(use->names[i], "output") == 0 && i > 1)
			meant = i;
		g_string_append_printf(id, "%s%s", i > 1 ? "." : "", use->names[i]);
		if (dag_task(&checker->loader->dag, id->str))
			found = i + 1;
	}
	size_t n = found ? found : meant;
	g_string_truncate(id, 0);
	for (size_t i = 1; i < n; i++)
		g_string_append_printf(id, "%s%s", i > 1 ? "." : "", use->names[i]);
	*task_id = g_strdup(id->str);
	return n;
}

static bool output_check(struct checker *checker)
{
	static const struct template_name members[] = {{"output", NAME_ANY}, {NULL}};
	const struct template_use *use = checker->use;
	if (use->n < 2)
		return true;
	g_autofree char *task_id = NULL;
	size_t n = output_task(checker, &task_id);
	bool ok = upstream_check(checker, task_id);
	if (use->n > n && !name_find(members, use->names[n]))
		return name_refuse(checker, n, members);
	return ok;
}

/* The names that a mapping gives. NULL-terminated, in the arena. */
static const char *const *mapping_names(const struct loader *loader, const struct mapping *mapping)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const json_t *first = mapping->kind == MAPPING_KWARGS
		? json_array_get(mapping->sources[0].constant, 0)
		: NULL;
	const char *key;
	json_t *value;
	if (mapping->kind != MAPPING_KWARGS)
		for (size_t i = 0; i < mapping->n; i++)
			g_ptr_array_add(names, (char *)mapping->sources[i].parameter);
	json_object_foreach((json_t *)first, key, value) g_ptr_array_add(names, (char *)key);
	const char **copy = arena_array(loader->reading.arena, names->len + 1, sizeof(*copy));
	memcpy(copy, names->pdata, names->len * sizeof(*copy));
	return copy;
}

/* `expand.NAME`: one of what the task or its group is mapped over. */
static bool expand_check(struct checker *checker)
{
	const struct template_use *use = checker->use;
	const struct mapping *mapping = checker->task ? checker->task->mapping : NULL;
	unsigned n_before = checker->loader->reading.problems->list->len;
	if (!mapping) {
		checker_refuse(checker, NULL, NULL, "\"expand\" is not defined");
		return checker_hint(checker, n_before,
			"only a task that is mapped, by itself or with its group, has it");
	}
	if (use->n < 2)
		return checker_refuse(
			checker, NULL, NULL, "expand has to be followed by a name: expand.NAME");
	const struct mapping_source *source = mapping_source_of(mapping, use->names[1]);
	if (source && checker->is_used)
		checker->is_used[source - mapping->sources] = true;
	if (mapping_gives(mapping, use->names[1]) != MAPPING_GIVES_NONE)
		return true;
	const char *const *names = mapping_names(checker->loader, mapping);
	g_autofree char *all = g_strjoinv(", ", (char **)names);
	checker_refuse(
		checker, use->names[1], names, "\"expand.%s\" is not defined", use->names[1]);
	return checker_hint(checker, n_before, "expand has %s", all);
}

/* From the free name down the chain, as far as it is known what stands below. */
static bool use_check(struct checker *checker)
{
	const struct template_use *use = checker->use;
	const struct template_name *names = template_names;
	for (size_t i = 0; i < use->n; i++) {
		const struct template_name *name = name_find(names, use->names[i]);
		if (!name)
			name = name_find(callback_names_of(checker, i), use->names[i]);
		if (!name)
			return name_refuse(checker, i, names);
		names = name->members;
		switch (name->kind) {
		case NAME_MEMBERS:
			continue;
		case NAME_KEYS:
			i++;
			/* `get` is not a key when it is called: var.value.get("KEY", "default"). */
			if (!names || (use->is_call && i == use->n - 1))
				return true;
			continue;
		case NAME_TEXT:
		case NAME_NUMBER:
		case NAME_INSTANT:
			return i + 1 == use->n || method_check(checker, i + 1, name->kind);
		case NAME_ANY:
		case NAME_FUNCTION:
			return true;
		case NAME_PARAMS:
			return param_check(checker);
		case NAME_EXPAND:
			return expand_check(checker);
		case NAME_TASKS:
			return output_check(checker);
		case NAME_XCOM_PULL:
			return xcom_pull_check(checker);
		}
	}
	return true;
}

static void on_use(void *data, const struct template_use *use)
{
	struct checker *checker = data;
	checker->use = use;
	use_check(checker);
}

static void value_check(struct checker *checker, const struct value *value)
{
	if (value->template)
		template_walk(value->template, on_use, checker);
	for (size_t i = 0; i < value->n; i++)
		value_check(checker, &value->items[i]);
}

static void arguments_check(struct checker *checker, const struct task *task)
{
	for (size_t i = 0; i < task->n_arguments; i++)
		value_check(checker, &task->arguments[i].value);
	for (size_t i = 0; i < task->n_env; i++)
		value_check(checker, &task->env[i].value);
}

static void callbacks_check(struct checker *checker, const struct callbacks *callbacks)
{
	for (unsigned kind = 0; kind < N_CALLBACK_KINDS; kind++)
		for (size_t i = 0; i < callbacks[kind].n; i++) {
			checker->callback = &callbacks[kind].tasks[i];
			arguments_check(checker, checker->callback);
		}
	checker->callback = NULL;
}

/* A name that is no parameter is the author's own, so he wants to read it. */
static void sources_check(struct checker *checker)
{
	const struct task *task = checker->task;
	struct loader *loader = checker->loader;
	const struct mapping *mapping = task->mapping;
	for (size_t i = 0; i < mapping->n && mapping->kind != MAPPING_KWARGS; i++) {
		const char *name = mapping->sources[i].parameter;
		if (checker->is_used[i] || operator_parameter(task->operator, name)
			|| strcmp(name, "env") == 0)
			continue;
		mapping_name_refuse(loader, task->operator, name, mapping->sources[i].place);
		problem_hint(loader->reading.problems,
			"a name of your own has to be read in a template: {{ expand.%s }}", name);
	}
}

static void task_check(struct loader *loader, const struct task *task)
{
	struct checker checker = {.loader = loader, .task = task};
	const struct mapping *own = task->mapped_group < 0 ? task->mapping : NULL;
	g_autofree bool *is_used = own ? g_new0(bool, own->n) : NULL;
	checker.is_used = is_used;
	arguments_check(&checker, task);
	callbacks_check(&checker, task->callbacks);
	checker.is_label = true;
	value_check(&checker, &task->map_index_template);
	if (own)
		sources_check(&checker);
}

void uses_check(struct loader *loader)
{
	struct checker of_run = {.loader = loader};
	callbacks_check(&of_run, loader->dag.callbacks);
	for (size_t i = 0; i < loader->dag.n_tasks; i++)
		task_check(loader, &loader->dag.tasks[i]);
}
