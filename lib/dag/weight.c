/* SPDX-License-Identifier: MIT */
/*
 * What each task weighs in the order of those that wait: its own weight and, by its rule, that of
 * all tasks after or before it, each once however many ways lead there.
 *
 * A task with one neighbour weighs what that weighs and its own. Only where ways part they have to
 * be followed: from each such task alone while these are few, else 64 of the tasks that may be
 * reached at a time, so that memory stays small and the time is n/64 walks over the graph.
 */
#include "lib/dag/load.h"

struct weighing {
	const struct dag *dag;
	enum weight_rule rule; /* downstream or upstream */
	int64_t *sums;         /* by task index */
};

struct neighbours {
	const unsigned *tasks;
	size_t n;
};

static struct neighbours neighbours(const struct weighing *weighing, const struct task *task)
{
	if (weighing->rule == WEIGHT_DOWNSTREAM)
		return (struct neighbours){task->downstream, task->n_downstream};
	return (struct neighbours){task->upstream, task->n_upstream};
}

/* The i-th task of an order in which all neighbours of a task stand before it. */
static const struct task *task_in_order(const struct weighing *weighing, size_t i)
{
	const struct dag *dag = weighing->dag;
	size_t at = weighing->rule == WEIGHT_DOWNSTREAM ? dag->n_tasks - 1 - i : i;
	return &dag->tasks[dag->topological[at]];
}

static int64_t weights_sum(const struct dag *dag, uint64_t bits, size_t first)
{
	int64_t sum = 0;
	for (; bits; bits &= bits - 1)
		sum += dag->tasks[first + __builtin_ctzll(bits)].priority_weight;
	return sum;
}

/* Adds to each sum the weights of those it reaches among the n tasks from `first` on. */
static void weigh_some(const struct weighing *weighing, uint64_t *reach, size_t first, size_t n)
{
	const struct dag *dag = weighing->dag;
	int weight = dag->tasks[first].priority_weight;
	bool is_even = true;
	for (size_t i = 0; i < n; i++)
		is_even &= dag->tasks[first + i].priority_weight == weight;
	for (size_t i = 0; i < dag->n_tasks; i++) {
		const struct task *task = task_in_order(weighing, i);
		struct neighbours next = neighbours(weighing, task);
		uint64_t bits = 0;
		if (task->index >= first && task->index - first < n)
			bits = UINT64_C(1) << (task->index - first);
		for (size_t j = 0; j < next.n; j++)
			bits |= reach[next.tasks[j]];
		reach[task->index] = bits;
		weighing->sums[task->index] += is_even
			? (int64_t)weight * __builtin_popcountll(bits)
			: weights_sum(dag, bits, first);
	}
}

/* All sums at once. */
static void weigh_all(const struct weighing *weighing)
{
	size_t n_tasks = weighing->dag->n_tasks;
	g_autofree uint64_t *reach = g_new(uint64_t, n_tasks);
	for (size_t first = 0; first < n_tasks; first += 64)
		weigh_some(weighing, reach, first, MIN(n_tasks - first, (size_t)64));
}

/* The sum of one task, by a walk from it. `seen` says by index from which task one was reached
 * last, counted from 1. */
static void weigh_one(const struct weighing *weighing, const struct task *start, unsigned *seen,
	unsigned *pending)
{
	const struct dag *dag = weighing->dag;
	int64_t sum = 0;
	size_t n = 0;
	pending[n++] = start->index;
	while (n > 0) {
		const struct task *task = &dag->tasks[pending[--n]];
		struct neighbours next = neighbours(weighing, task);
		sum += task->priority_weight;
		for (size_t i = 0; i < next.n; i++) {
			if (seen[next.tasks[i]] == start->index + 1)
				continue;
			seen[next.tasks[i]] = start->index + 1;
			pending[n++] = next.tasks[i];
		}
	}
	weighing->sums[start->index] = sum;
}

static void weigh_few(const struct weighing *weighing)
{
	const struct dag *dag = weighing->dag;
	g_autofree unsigned *seen = g_new0(unsigned, dag->n_tasks);
	g_autofree unsigned *pending = g_new(unsigned, dag->n_tasks);
	for (size_t i = 0; i < dag->n_tasks; i++) {
		const struct task *task = task_in_order(weighing, i);
		struct neighbours next = neighbours(weighing, task);
		if (next.n > 1)
			weigh_one(weighing, task, seen, pending);
		else
			weighing->sums[task->index] = task->priority_weight
				+ (next.n ? weighing->sums[next.tasks[0]] : 0);
	}
}

static void weigh_by(struct dag *dag, enum weight_rule rule)
{
	g_autofree int64_t *sums = g_new0(int64_t, dag->n_tasks);
	struct weighing weighing = {dag, rule, sums};
	size_t n_parting = 0, n_wanted = 0;
	for (size_t i = 0; i < dag->n_tasks; i++) {
		n_parting += neighbours(&weighing, &dag->tasks[i]).n > 1;
		n_wanted += dag->tasks[i].weight_rule == rule;
	}
	if (n_wanted == 0)
		return;
	if (n_parting < dag->n_tasks / 64 + 64)
		weigh_few(&weighing);
	else
		weigh_all(&weighing);
	for (size_t i = 0; i < dag->n_tasks; i++)
		if (dag->tasks[i].weight_rule == rule)
			dag->tasks[i].effective_weight = (int)CLAMP(sums[i], INT32_MIN, INT32_MAX);
}

void graph_weigh(struct dag *dag)
{
	for (size_t i = 0; i < dag->n_tasks; i++)
		dag->tasks[i].effective_weight = dag->tasks[i].priority_weight;
	weigh_by(dag, WEIGHT_DOWNSTREAM);
	weigh_by(dag, WEIGHT_UPSTREAM);
}
