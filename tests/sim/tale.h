/* SPDX-License-Identifier: MIT */
/* What happened in a seed, as a story to paste (tests/story/story.h). */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "lib/engine/engine.h"

struct sim;

struct tale {
	GString *head, *lines;
	char *ending;        /* what the store held at the end */
	size_t pending_at;   /* where "-- pending" of the last step stands; 0: it is committed */
	int64_t clock;       /* of the last line */
	unsigned n_workers;  /* as was told last */
	unsigned n_versions; /* that stand in the head */
	bool is_starting;    /* the files are loaded by the word "starts" */
	bool has_started;
};

struct tale *tale_new(void);
void tale_free(struct tale *tale);

/* All of these do nothing unless the sim has a tale. */
void tale_begin(struct sim *sim);
/* Before the engine is given it. */
void tale_event(struct sim *sim, const struct event *event);
void tale_commit(struct sim *sim);
void tale_die(struct sim *sim);
void tale_start(struct sim *sim, bool in_vain);
/* The files that it finds are loaded. */
void tale_started(struct sim *sim);
void tale_end(struct sim *sim);

/* How all runs, tasks and attempts stand in a store, in words (g_free). */
struct memory;
char *memory_text(const struct memory *memory);

/* tell.c: an event in the words of a story; those that it has no word for begin with "#" (g_free).
 */
char *event_tell(const struct sim *sim, const struct event *event);
/* Under which name the story loads a DAG. */
char *version_name(const struct sim *sim, const struct dag *dag);
