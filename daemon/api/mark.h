/* SPDX-License-Identifier: MIT */
/* What a body says of a task instance: the state that it is marked as, a note. */
#pragma once

#include "daemon/api/note.h"
#include "daemon/api/selection.h"

struct marking {
	struct selection selection;
	bool has_state;
	enum task_state state;
	struct note note;
};

/* Of this instance in this run; -1: of all of a mapped task. Clear marking->selection either way.
 * False: 422 has been answered. */
bool marking_read(struct request *request, const json_t *body, const struct task_key *key,
	struct marking *marking);
struct event marking_event(const struct marking *marking);
struct event marking_note_event(const struct marking *marking);
