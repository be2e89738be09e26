/* SPDX-License-Identifier: MIT */
/* `deadline: {after: 2h, from: queued_at, callback: {...}}`: when a run is late, and what then. */
#include "lib/dag/load.h"

static const char *const from_words[] = {[DEADLINE_QUEUED_AT] = "queued_at",
	[DEADLINE_LOGICAL_DATE] = "logical_date",
	[DEADLINE_START] = "start",
	NULL};

struct deadline {
	const struct node *after, *callback;
	enum deadline_from from;
};

static const struct key deadline_keys[] = {
	{"after", read_node, offsetof(struct deadline, after)},
	{"from", read_word, offsetof(struct deadline, from), .words = from_words},
	{"callback", read_node, offsetof(struct deadline, callback)},
};
static const struct key_set deadline_set = {
	"a deadline", deadline_keys, G_N_ELEMENTS(deadline_keys), NULL};

/* A duration, that may have a minus before it. */
static bool after_read(struct loader *loader, const struct node *node, int64_t *after_us)
{
	bool is_negative = node->kind == NODE_SCALAR && node->text[0] == '-';
	struct node positive = *node;
	if (is_negative)
		positive.text++;
	if (!node_duration(&positive, "after", after_us, loader->reading.problems))
		return false;
	if (is_negative)
		*after_us = -*after_us;
	return true;
}

void deadline_read(struct loader *loader)
{
	struct problems *problems = loader->reading.problems;
	const struct node *map = loader->deadline;
	struct deadline deadline = {.from = DEADLINE_QUEUED_AT};
	int64_t after_us = 0;
	if (node_is_null(map))
		return;
	if (map->kind != NODE_MAP) {
		problem_add(problems, map->place, "deadline: expected a map, found %s",
			node_kind_name(map));
		problem_hint(problems, "deadline: {after: 2h, from: queued_at, callback: {...}}");
		return;
	}
	if (!keys_read(&loader->reading, &deadline_set, map, &deadline, NULL, NULL, NULL))
		return;
	if (node_is_null(deadline.after) || node_is_null(deadline.callback)) {
		problem_add(problems, map->place, "the deadline has no \"%s\"",
			node_is_null(deadline.after) ? "after" : "callback");
		return;
	}
	if (!after_read(loader, deadline.after, &after_us))
		return;
	if (after_us < 0 && deadline.from != DEADLINE_LOGICAL_DATE) {
		problem_add(problems, deadline.after->place,
			"after: a deadline before %s of the run has always been missed",
			deadline.from == DEADLINE_START ? "the start" : "the queuing");
		problem_hint(problems, "only from: logical_date may have a negative one");
		return;
	}
	loader->dag.deadline_us = after_us;
	loader->dag.deadline_from = deadline.from;
	loader->callback_nodes[CALLBACK_DEADLINE] = deadline.callback;
}
