/* SPDX-License-Identifier: MIT */
/* A story while it is played: its clock, its engine, its store, and the lines so far. */
#pragma once

#include "lib/base/error.h"
#include "lib/dag/shelf.h"
#include "lib/engine/engine.h"
#include "tests/story/memory.h"
#include "tests/story/story.h"

/* What becomes of the effects of a happening. */
enum fate { FATE_COMMITTED, FATE_PENDING, FATE_DROPPED };

struct play {
	const struct story *story;
	struct dag_shelf *shelf;
	GPtrArray *dags; /* of struct dag: the story's, loaded */
	struct engine_options options;
	struct engine *engine; /* NULL: it has died */
	struct memory *memory;
	int64_t clock;
	enum fate fate;   /* of the happening that is being played */
	GPtrArray *lines; /* of char * */
	GHashTable *seen; /* run or task -> its last line */
	GPtrArray *runs;  /* of struct run_record: those seen, with their names only */
	GPtrArray *files; /* of struct dag: those that a new engine finds in the DAG folder */
};

/* Adds a line with the time before it; takes the text over. */
void play_say(struct play *play, char *text);
/* Gives the engine an event of now, tells what follows, and commits it. */
void play_step(struct play *play, struct event *event);
/* Lets time pass: the engine is told each instant that it asked for. */
bool play_until(struct play *play, int64_t at, GError **error);
void play_die(struct play *play);
void play_start(struct play *play, const char *why_not);

/* trace.c: what the effects of a step change. */
void trace_effects(struct play *play, const struct effects *effects);
/* Takes what the memory holds as told already. */
void trace_restored(struct play *play);
/* `@03:00` for a run of the schedule, `~03:00` for one of a backfill, else its run_id. */
char *trace_run_label(const struct play *play, const char *run_id);

/* happening.c: one line of a story, whose time has come. */
bool happening_play(struct play *play, const char *line, GError **error);
enum { WORDS_MAX = 32 };

/* manual.c: what a person does to tasks and runs. */
bool manual_clear(struct play *play, char **words, GError **error);
bool manual_mark(struct play *play, char **words, GError **error);
bool manual_force(struct play *play, char **words, GError **error);
bool manual_cancel(struct play *play, char **words, GError **error);
bool manual_fail(struct play *play, char **words, GError **error);
bool manual_note(struct play *play, char **words, GError **error);
bool manual_delete(struct play *play, char **words, GError **error);
bool manual_plan(struct play *play, char **words, GError **error);

/* backfill.c: `backfill D ...` */
bool backfill_happens(struct play *play, char **words, GError **error);
/* attempt.c: what becomes of an attempt. */
bool attempt_happens(struct play *play, const char *line, GError **error);

/* flow.c: the end of an attempt of a flow operator, whose event is given but for what it says. */
bool flow_gives(struct play *play, struct event *event, const char *rest, GError **error);
bool flow_triggers(struct play *play, struct event *event, const char *rest, GError **error);
bool flow_waits_until(struct play *play, struct event *event, const char *rest, GError **error);
bool flow_waits_for(struct play *play, struct event *event, const char *rest, GError **error);
bool flow_answer(struct play *play, char **words, GError **error);

/* `a` or `a[1]`: the task id (g_free) and the map index, -1 for none. */
char *task_name_read(const char *name, int *map_index);

/* The run_id that a story calls by this name (g_free). */
char *run_id_of(const struct play *play, const char *label);
