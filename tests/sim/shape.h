/* SPDX-License-Identifier: MIT */
/* Which of the language's features a random DAG uses, and how its tasks are written then. */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct shape {
	int n_tasks;
	bool has_past, has_rules, has_pools, has_limits, has_maps, has_codes;
	int setup, teardown; /* tasks; 0: none */
	/* The tasks from this one to before that one are in a group `g`. */
	int group_begin, group_end;
	bool is_group_mapped;
};

struct shape shape_choose(GRand *random, int n_tasks);
/* The groups of the DAG, before its tasks. */
void groups_append(GRand *random, GString *text, const struct shape *shape);
/* How a task is called in dependencies. */
void task_name_append(GString *text, const struct shape *shape, int n);
/* The keys of a task that it has for its features; `has_program`: it is not empty. */
void features_append(
	GRand *random, GString *text, const struct shape *shape, int n, bool has_program);
