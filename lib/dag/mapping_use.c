/* SPDX-License-Identifier: MIT */
/* Where mapped values come from, once all tasks are known and in order. */
#include "lib/dag/groups.h"
#include "lib/dag/mapping.h"

static void source_resolve(struct loader *loader, const struct pending_source *pending)
{
	struct mapping_source *source = pending->source;
	struct task *task = (struct task *)dag_task(&loader->dag, pending->task_id);
	g_autofree char *inner = NULL;
	source->task = G_MAXUINT;
	if (task) {
		source->task = task->index;
		task->feeds_mapping = true;
		if (!task->do_xcom_push)
			problem_add(loader->reading.problems, source->place,
				"the task \"%s\" leaves nothing to be mapped over: it has "
				"do_xcom_push: false",
				task->task_id);
		return;
	}
	g_autofree char *message = g_strdup_printf("there is no task \"%s\"", pending->task_id);
	if (group_member_guess(loader, pending->task_id, &inner))
		problem_add(loader->reading.problems, source->place, "%s; did you mean \"%s\"?",
			message, inner);
	else
		reading_refuse(&loader->reading, source->place, pending->task_id,
			(const char *const *)loader->task_ids->pdata, message);
}

/* The tasks of a mapped group wait for what it is mapped over. */
static void group_wait(struct loader *loader, const struct group *group, unsigned node)
{
	for (size_t i = 0; i < group->mapping->n; i++) {
		const struct mapping_source *source = &group->mapping->sources[i];
		struct edge edge = {source->task, node, source->place};
		if (!source->constant && source->task != G_MAXUINT)
			g_array_append_val(loader->edges, edge);
	}
}

void mappings_resolve(struct loader *loader)
{
	struct dag *dag = &loader->dag;
	for (guint i = 0; i < loader->pending_sources->len; i++)
		source_resolve(
			loader, &g_array_index(loader->pending_sources, struct pending_source, i));
	for (size_t i = 0; i < dag->n_groups; i++)
		if (dag->groups[i].mapping)
			group_wait(loader, &dag->groups[i], (unsigned)(dag->n_tasks + i));
}

static void source_check(
	struct loader *loader, const struct task *task, const struct mapping_source *source)
{
	struct problems *problems = loader->reading.problems;
	const struct task *other = &loader->dag.tasks[source->task];
	if (other == task) {
		problem_add(problems, source->place,
			"the task \"%s\" cannot be mapped over its own output", task->task_id);
		return;
	}
	if (loader_comes_before(loader, other, task))
		return;
	problem_add(problems, source->place,
		"the task \"%s\" is mapped over the output of \"%s\", which is not upstream of it",
		task->task_id, other->task_id);
	if (task_is_upstream(&loader->dag, task, other))
		problem_hint(problems, "%s runs after %s", other->task_id, task->task_id);
	else
		problem_hint(problems, "add %s >> %s to the dependencies", other->task_id,
			task->task_id);
}

/* When it starts at once nobody knows yet how many it is. */
static void rule_check(struct loader *loader, const struct task *task)
{
	if (task->trigger_rule == RULE_ALWAYS)
		problem_add(loader->reading.problems, task->place,
			"the task \"%s\" is mapped over the output of another task, so it cannot "
			"have the trigger rule always",
			task->task_id);
}

void mappings_check(struct loader *loader)
{
	for (size_t i = 0; i < loader->dag.n_tasks; i++) {
		const struct task *task = &loader->dag.tasks[i];
		bool has_output = false;
		for (size_t j = 0; task->mapping && j < task->mapping->n; j++) {
			const struct mapping_source *source = &task->mapping->sources[j];
			if (source->constant || source->task == G_MAXUINT)
				continue;
			has_output = true;
			if (task->mapped_group < 0)
				source_check(loader, task, source);
		}
		if (has_output)
			rule_check(loader, task);
	}
}
