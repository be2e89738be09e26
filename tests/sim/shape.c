/* SPDX-License-Identifier: MIT */
#include "tests/sim/shape.h"

#include "lib/dag/dag.h"

static int below(GRand *random, int n)
{
	return g_rand_int_range(random, 0, n);
}

static const char *one_of(GRand *random, const char *const *words, int n)
{
	return words[below(random, n)];
}

struct shape shape_choose(GRand *random, int n_tasks)
{
	struct shape shape = {
		.n_tasks = n_tasks,
		.has_past = below(random, 3) == 0,
		.has_rules = below(random, 2) == 0,
		.has_pools = below(random, 3) == 0,
		.has_limits = below(random, 3) == 0,
		.has_maps = below(random, 3) == 0,
		.has_codes = below(random, 3) == 0,
	};
	if (n_tasks > 2 && below(random, 3) == 0) {
		shape.setup = 1 + below(random, n_tasks - 2);
		shape.teardown = shape.setup + 1 + below(random, n_tasks - shape.setup - 1);
	}
	shape.is_group_mapped = shape.has_maps;
	if (n_tasks > 2 && below(random, shape.has_maps ? 2 : 4) == 0) {
		shape.group_begin = 1 + below(random, n_tasks - 2);
		shape.group_end =
			shape.group_begin + 1 + below(random, n_tasks - shape.group_begin);
	}
	return shape;
}

static bool is_paired(const struct shape *shape, int n)
{
	return shape->teardown > 0 && (n == shape->setup || n == shape->teardown);
}

static bool is_in_group(const struct shape *shape, int n)
{
	return !is_paired(shape, n) && n >= shape->group_begin && n < shape->group_end;
}

void task_name_append(GString *text, const struct shape *shape, int n)
{
	g_string_append_printf(text, "%st%d", is_in_group(shape, n) ? "g." : "", n);
}

void groups_append(GRand *random, GString *text, const struct shape *shape)
{
	if (shape->group_end == 0)
		return;
	g_string_append(text, "task_groups:\n  - {group_id: g");
	if (shape->is_group_mapped)
		g_string_append_printf(text, ", expand: {v: %s}",
			below(random, 2) ? "[1, 2]" : "\"{{ tasks.t0.output }}\"");
	if (below(random, 2))
		g_string_append_printf(text, ", retries: %d, retry_delay: %ds",
			1 + below(random, 2), 30 + below(random, 300));
	g_string_append(text, "}\n");
}

static void rule_append(GRand *random, GString *text, bool may_be_always)
{
	int rule = below(random, RULE_ALL_DONE_SETUP_SUCCESS);
	if (below(random, 2) == 0 && (rule != RULE_ALWAYS || may_be_always))
		g_string_append_printf(text, ", trigger_rule: %s", trigger_rules[rule]);
}

static void pair_append(GRand *random, GString *text, const struct shape *shape, int n)
{
	if (n == shape->setup) {
		g_string_append(text, ", setup: true");
		return;
	}
	g_string_append_printf(text, ", teardown: t%d", shape->setup);
	if (below(random, 3) == 0)
		g_string_append(text, ", on_failure_fail_dagrun: true");
}

static void limits_append(GRand *random, GString *text)
{
	if (below(random, 3) == 0)
		g_string_append_printf(text, ", max_active_tis_per_dag: %d", 1 + below(random, 2));
	if (below(random, 3) == 0)
		g_string_append_printf(
			text, ", max_active_tis_per_dagrun: %d", 1 + below(random, 2));
}

#define V ", env: {V: \"{{ expand.v }}\"}"
#define VW ", env: {V: \"{{ expand.v }}\", W: \"{{ expand.w }}\"}"

/* Over what was written, or over what a task before it leaves: true, that has to be upstream. */
static bool map_append(GRand *random, GString *text, const struct shape *shape, int n)
{
	static const char *const written[] = {", expand: {v: [1, 2]}" V, ", expand: {v: [1]}" V,
		", expand: {v: [1, 2], w: {a: 1, b: 2}}" VW,
		", expand_zip: {v: [1, 2, 3], w: [1, 2, 3]}" VW, ", expand: {v: []}" V};
	if (is_in_group(shape, n) && shape->is_group_mapped) {
		g_string_append(text, V);
		return false;
	}
	if (below(random, 3))
		return false;
	if (n > 0 && !is_in_group(shape, n - 1) && below(random, 2)) {
		g_string_append_printf(text, ", expand: {v: \"{{ tasks.t%d.output }}\"}" V, n - 1);
		return true;
	}
	g_string_append(text, one_of(random, written, G_N_ELEMENTS(written)));
	return false;
}

void features_append(
	GRand *random, GString *text, const struct shape *shape, int n, bool has_program)
{
	static const char *const pasts[] = {"", "", ", depends_on_past: true",
		", wait_for_downstream: true",
		", depends_on_past: true, ignore_first_depends_on_past: false"};
	static const char *const codes[] = {", retry_on_exit_code: 1",
		", fail_on_exit_code: [2, 3]", ", fail_on_exit_code: 1, retry_on_exit_code: 2", ""};
	static const char *const weights[] = {
		"", ", weight_rule: upstream", ", weight_rule: absolute"};
	bool needs_the_last = false;
	if (shape->has_past)
		g_string_append(text, one_of(random, pasts, G_N_ELEMENTS(pasts)));
	if (shape->has_pools)
		g_string_append_printf(text, ", pool: p%d, pool_slots: %d", below(random, 3),
			1 + below(random, 3));
	if (shape->has_limits)
		limits_append(random, text);
	g_string_append(text, one_of(random, weights, G_N_ELEMENTS(weights)));
	if (shape->has_codes && has_program)
		g_string_append(text, one_of(random, codes, G_N_ELEMENTS(codes)));
	if (is_paired(shape, n))
		pair_append(random, text, shape, n);
	else if (shape->has_maps && has_program)
		needs_the_last = map_append(random, text, shape, n);
	if (shape->has_rules && !(shape->teardown > 0 && n == shape->teardown))
		rule_append(random, text, !shape->has_maps);
	if (is_in_group(shape, n))
		g_string_append(text, ", task_group: g");
	g_string_append(text, ", dependencies: [");
	if (needs_the_last)
		task_name_append(text, shape, n - 1);
	bool is_first = !needs_the_last;
	for (int i = 0; i < n - needs_the_last; i++) {
		if (below(random, 10) >= 4)
			continue;
		g_string_append(text, is_first ? "" : ", ");
		task_name_append(text, shape, i);
		is_first = false;
	}
	g_string_append(text, "]");
}
