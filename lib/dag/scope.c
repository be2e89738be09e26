/* SPDX-License-Identifier: MIT */
/* Who is to be told when a setup has ended: the other way round of task->setups. */
#include "lib/dag/load.h"

void scopes_fill(struct dag *dag)
{
	for (size_t i = 0; i < dag->n_tasks; i++)
		for (size_t k = 0; k < dag->tasks[i].n_setups; k++)
			dag->tasks[dag->tasks[i].setups[k]].n_scope++;
	for (size_t i = 0; i < dag->n_tasks; i++) {
		struct task *setup = &dag->tasks[i];
		if (setup->n_scope == 0)
			continue;
		setup->scope = arena_array(dag->arena, setup->n_scope, sizeof(unsigned));
		setup->n_scope = 0;
	}
	for (size_t i = 0; i < dag->n_tasks; i++)
		for (size_t k = 0; k < dag->tasks[i].n_setups; k++) {
			struct task *setup = &dag->tasks[dag->tasks[i].setups[k]];
			setup->scope[setup->n_scope++] = (unsigned)i;
		}
}
