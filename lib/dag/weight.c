/* SPDX-License-Identifier: MIT */
/*
 * What each task weighs in the order of those that wait: its own weight and, by its rule, that of
 * all tasks after or before it, each once however many ways lead there.
 *
 * A task with one neighbour weighs what that weighs and its own. Only where ways part they have to
 * be followed, by a walk from each such task. Where that would take too long, for many ways lead to
 * many tasks, all sums are made at once: 256 of the tasks that may be reached at a time, so that
 * memory stays small and the time is n/256 walks over the graph.
 */
#include <string.h>

#include "lib/dag/load.h"

enum { BLOCK_WORDS = 4, BLOCK = 64 * BLOCK_WORDS, STEPS_PER_LINK = 20 };

/* Tasks by their place in the order, so that all walks go one way through memory. */
struct weighing {
	const struct dag *dag;
	enum weight_rule rule; /* downstream or upstream */
	size_t n;
	unsigned *first, *next; /* the neighbours of i: next[first[i]] up to next[first[i + 1]] */
	int *weights;
	int64_t *sums;
};

/* The i-th task of an order in which all neighbours of a task stand before it. */
static const struct task *task_at(const struct weighing *weighing, size_t i)
{
	const struct dag *dag = weighing->dag;
	size_t at = weighing->rule == WEIGHT_DOWNSTREAM ? dag->n_tasks - 1 - i : i;
	return &dag->tasks[dag->topological[at]];
}

static unsigned place_of(const struct weighing *weighing, unsigned index)
{
	unsigned position = weighing->dag->tasks[index].position;
	return weighing->rule == WEIGHT_DOWNSTREAM ? (unsigned)weighing->n - 1 - position
						   : position;
}

static void weighing_open(struct weighing *weighing, const struct dag *dag, enum weight_rule rule)
{
	size_t n_links = 0;
	for (size_t i = 0; i < dag->n_tasks; i++)
		n_links += dag->tasks[i].n_downstream;
	*weighing = (struct weighing){.dag = dag,
		.rule = rule,
		.n = dag->n_tasks,
		.first = g_new(unsigned, dag->n_tasks + 1),
		.next = g_new(unsigned, n_links),
		.weights = g_new(int, dag->n_tasks),
		.sums = g_new0(int64_t, dag->n_tasks)};
	unsigned at = 0;
	for (size_t i = 0; i < weighing->n; i++) {
		const struct task *task = task_at(weighing, i);
		bool is_down = rule == WEIGHT_DOWNSTREAM;
		const unsigned *links = is_down ? task->downstream : task->upstream;
		size_t n = is_down ? task->n_downstream : task->n_upstream;
		weighing->weights[i] = task->priority_weight;
		weighing->first[i] = at;
		for (size_t j = 0; j < n; j++)
			weighing->next[at++] = place_of(weighing, links[j]);
	}
	weighing->first[weighing->n] = at;
}

static void weighing_close(struct weighing *weighing)
{
	g_free(weighing->first);
	g_free(weighing->next);
	g_free(weighing->weights);
	g_free(weighing->sums);
}

/* ---- by walks ---- */

/* The sum of one task. `seen` says from which task one was reached last, counted from 1. */
static int64_t weigh_one(const struct weighing *weighing, unsigned start, unsigned *seen,
	unsigned *pending, size_t *n_steps)
{
	int64_t sum = 0;
	size_t n = 0;
	pending[n++] = start;
	while (n > 0) {
		unsigned at = pending[--n];
		sum += weighing->weights[at];
		*n_steps += 1 + weighing->first[at + 1] - weighing->first[at];
		for (unsigned i = weighing->first[at]; i < weighing->first[at + 1]; i++) {
			if (seen[weighing->next[i]] == start + 1)
				continue;
			seen[weighing->next[i]] = start + 1;
			pending[n++] = weighing->next[i];
		}
	}
	return sum;
}

/* False: it would take too long. */
static bool weigh_by_walks(struct weighing *weighing)
{
	g_autofree unsigned *seen = g_new0(unsigned, weighing->n);
	g_autofree unsigned *pending = g_new(unsigned, weighing->n);
	size_t n_links = weighing->n + weighing->first[weighing->n];
	size_t n_steps = 0;
	for (unsigned i = 0; i < weighing->n && n_steps <= n_links * STEPS_PER_LINK; i++) {
		unsigned first = weighing->first[i], n = weighing->first[i + 1] - first;
		if (n > 1)
			weighing->sums[i] = weigh_one(weighing, i, seen, pending, &n_steps);
		else
			weighing->sums[i] = weighing->weights[i]
				+ (n ? weighing->sums[weighing->next[first]] : 0);
	}
	return n_steps <= n_links * STEPS_PER_LINK;
}

/* ---- all at once ---- */

struct reach {
	uint64_t words[BLOCK_WORDS];
};

static int64_t reach_sum(const struct reach *reach, const int *weights, bool is_even)
{
	int64_t sum = 0;
	for (unsigned i = 0; i < BLOCK_WORDS; i++) {
		uint64_t bits = reach->words[i];
		if (is_even)
			sum += (int64_t)weights[0] * __builtin_popcountll(bits);
		for (; !is_even && bits; bits &= bits - 1)
			sum += weights[i * 64 + (unsigned)__builtin_ctzll(bits)];
	}
	return sum;
}

/* Adds to each sum the weights of those it reaches among the n tasks from `block` on. */
static void weigh_block(struct weighing *weighing, struct reach *reach, size_t block, size_t n)
{
	const int *weights = weighing->weights + block;
	bool is_even = true;
	for (size_t i = 0; i < n; i++)
		is_even &= weights[i] == weights[0];
	/* Those before the block do not reach it. */
	memset(reach, 0, block * sizeof(*reach));
	for (size_t i = block; i < weighing->n; i++) {
		struct reach at = {{0}};
		if (i - block < n)
			at.words[(i - block) / 64] = UINT64_C(1) << (i - block) % 64;
		for (unsigned j = weighing->first[i]; j < weighing->first[i + 1]; j++)
			for (unsigned k = 0; k < BLOCK_WORDS; k++)
				at.words[k] |= reach[weighing->next[j]].words[k];
		reach[i] = at;
		weighing->sums[i] += reach_sum(&at, weights, is_even);
	}
}

static void weigh_at_once(struct weighing *weighing)
{
	g_autofree struct reach *reach = g_new(struct reach, weighing->n);
	memset(weighing->sums, 0, weighing->n * sizeof(*weighing->sums));
	for (size_t block = 0; block < weighing->n; block += BLOCK)
		weigh_block(weighing, reach, block, MIN(weighing->n - block, (size_t)BLOCK));
}

static void weigh_by(struct dag *dag, enum weight_rule rule)
{
	struct weighing weighing;
	bool is_wanted = false;
	for (size_t i = 0; i < dag->n_tasks; i++)
		is_wanted |= dag->tasks[i].weight_rule == rule;
	if (!is_wanted)
		return;
	weighing_open(&weighing, dag, rule);
	if (!weigh_by_walks(&weighing))
		weigh_at_once(&weighing);
	for (size_t i = 0; i < dag->n_tasks; i++) {
		struct task *task = &dag->tasks[i];
		int64_t sum = weighing.sums[place_of(&weighing, task->index)];
		if (task->weight_rule == rule)
			task->effective_weight = (int)CLAMP(sum, INT32_MIN, INT32_MAX);
	}
	weighing_close(&weighing);
}

void graph_weigh(struct dag *dag)
{
	for (size_t i = 0; i < dag->n_tasks; i++)
		dag->tasks[i].effective_weight = dag->tasks[i].priority_weight;
	weigh_by(dag, WEIGHT_DOWNSTREAM);
	weigh_by(dag, WEIGHT_UPSTREAM);
}
