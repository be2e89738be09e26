/* SPDX-License-Identifier: MIT */
/*
 * A group with retries is tried again as a whole: when a task of it has failed and has no try left,
 * all tasks of the group begin anew, those that had succeeded, too. How often that happened is
 * kept by each of them. Of a mapped group only the units of the same index begin anew.
 */
#include "lib/engine/model.h"

#include "lib/engine/choice.h"

/* The loader sees to it that there is one at most. */
static int retry_group(const struct instance *instance)
{
	const struct dag *dag = instance->run->dag;
	int group = instance->task ? instance->task->group : -1;
	while (group >= 0 && dag->groups[group].retries == 0)
		group = dag->groups[group].parent;
	return group;
}

const struct group *group_to_retry(const struct instance *instance)
{
	int index = retry_group(instance);
	const struct group *group = index < 0 ? NULL : &instance->run->dag->groups[index];
	return group && instance->record.group_tries < group->retries ? group : NULL;
}

bool instance_waits_for_group(const struct instance *instance)
{
	const struct task_record *record = &instance->record;
	return record->state == TASK_UP_FOR_RETRY && record->try_number > record->max_tries;
}

static void member_begin(struct engine *engine, struct instance *member, unsigned group_tries)
{
	member->record.group_tries = group_tries;
	instance_changed(engine, member);
	if (member->record.state != TASK_REMOVED)
		instance_clear(engine, member);
}

void group_retry(struct engine *engine, struct instance *instance)
{
	struct run *run = instance->run;
	int group = retry_group(instance);
	int map_index = instance->task->mapped_group >= 0 ? instance->record.map_index : -1;
	unsigned group_tries = instance->record.group_tries + 1;
	for (size_t i = 0; i < run->n_instances; i++) {
		struct instance *first = &run->instances[i];
		GPtrArray *units = first->expansion ? first->expansion->units : NULL;
		if (!group_is_within(run->dag, first->task->group, group))
			continue;
		if (!units)
			member_begin(engine, first, group_tries);
		for (unsigned u = 0; units && u < units->len; u++)
			if (map_index < 0 || u == (unsigned)map_index)
				member_begin(engine, units->pdata[u], group_tries);
	}
	run_resume(engine, run);
}
