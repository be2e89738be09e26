/* SPDX-License-Identifier: MIT */
/* What is done about slots that were missed, and about those that come while a run goes on. */
#include "lib/dag/load.h"

enum { CATCHUP_RUNS_MAX = 1000 };

static const char *const catchup_words[] = {"false", "latest", "true", NULL};

#define FIELD(name) offsetof(struct dag, name)
static const struct key catchup_keys[] = {
	{"mode", read_word, FIELD(catchup), .words = catchup_words},
	{"max_runs", read_unsigned, FIELD(catchup_max_runs), 1, CATCHUP_RUNS_MAX},
	{"window", read_duration, FIELD(catchup_window_us)},
};
#undef FIELD
static const struct key_set catchup_key_set = {
	"catchup", catchup_keys, G_N_ELEMENTS(catchup_keys), NULL};

bool read_catchup(
	struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	struct dag *dag = field;
	if (node->kind != NODE_MAP)
		return read_word(reading, &(struct key){.name = key->name, .words = catchup_words},
			node, &dag->catchup);
	if (!keys_read(reading, &catchup_key_set, node, dag, NULL, NULL, NULL))
		return false;
	if (!node_get(node, "mode"))
		return problem_add(reading->problems, node->place,
			"catchup: expected \"mode\" in the map: false, latest or true");
	if (dag->catchup_max_runs && dag->catchup != CATCHUP_TRUE)
		return problem_add(reading->problems, node_get(node, "max_runs")->place,
			"max_runs limits the runs of mode: true; %s runs one slot at most",
			catchup_words[dag->catchup]);
	return true;
}

void overlap_check(struct loader *loader)
{
	const struct node *overlap = node_get(loader->root, "overlap");
	if (loader->dag.overlap == OVERLAP_QUEUE || loader->dag.catchup != CATCHUP_TRUE || !overlap)
		return;
	problem_add(loader->reading.problems, overlap->place,
		"overlap: %s leaves slots undone, catchup: true is to run each: write one of the "
		"two",
		overlap->text);
}
