/* SPDX-License-Identifier: MIT */
/*
 * Random DAGs, random happenings, random deaths: all from one seed, so that a failure is played
 * again by its number. After each step the engine is counted anew and asked whether it broke a
 * law.
 */
#pragma once

#include "lib/base/instant.h"
#include "lib/engine/engine.h"
#include "tests/story/memory.h"

enum { SIM_DAGS = 2, SIM_VERSIONS = 3, SIM_POOLS = 3 };

/* 2026-01-01 00:00 UTC, as the stories do. */
#define SIM_BEGINS_AT (INT64_C(1767225600) * SECOND_US)

/* What happened over all seeds: a world in which nothing happens proves nothing. */
struct sim_tally {
	unsigned n_runs, n_starts, n_retries, n_deaths, n_dropped, n_lost, n_taken_back, n_cleared,
		n_aborted, n_held, n_backfills, n_cancelled, n_moved, n_marked, n_forced, n_deleted,
		n_let_go, n_called, n_failed_fast, n_auto_paused, n_waited, n_answered, n_triggered,
		n_by_assets, n_deleted_runs, n_decided, n_stopped, n_late, n_group_tries;
};

/* A process, as far as the world knows one. */
struct attempt {
	int64_t id, run;
	const char *task_id; /* interned */
	int map_index;
	bool is_claimed; /* else nothing of it has begun */
	bool is_killed, has_ended;
	bool is_lost;          /* its worker is dead, and there is no result */
	int exit_code, signal; /* once it has ended */
	int64_t map_length;
	/* Of an operator with a flow: what its end says, by this number. */
	enum flow flow;
	uint32_t luck;
	int64_t until;
};

/* A text that may come to stand in the DAG folder. */
struct version {
	char *text;
	struct dag *dag; /* NULL: it was not wanted yet */
};

struct sim_pool {
	struct pool_record record; /* its name is a constant */
	bool is_there;
};

/* What the event of a flow operator points to. */
struct world_words {
	struct flow_end end;
	json_t *value;
	char *run_id;
};
void world_words_clear(struct world_words *words);

/* Of its DAGs. */
extern const char *const sim_dag_ids[SIM_DAGS];

struct sim {
	uint32_t seed;
	GRand *random;
	const struct operators *operators;
	struct version versions[SIM_DAGS][SIM_VERSIONS];
	struct dag *files[SIM_DAGS]; /* what stands in the DAG folder; NULL: none */
	struct engine_options options;
	struct engine *engine;
	struct memory *memory;
	int64_t clock;
	bool is_recovering, is_held;
	GArray *attempts;    /* of struct attempt: processes that are there, or whose end is not
				acknowledged */
	GArray *deeds;       /* of struct deed: to be done when the batch is committed */
	GHashTable *running; /* &id of a run -> where it counts (interned) */
	GHashTable *begun;   /* ids of all attempts that ever began in the world */
	GArray *known;       /* ids of runs that the engine has, or has forgotten */
	GHashTable *asking;  /* ids of runs whose question for the run before has no answer yet */
	GHashTable *states;  /* "run/task/map_index" -> the state it was last saved with */
	GHashTable *heard;   /* "dag/asset": what the DAG has heard of, by the effects */
	GHashTable *over;    /* ids of runs that have ended, by the effects */
	GHashTable *ending;  /* ids of runs that are being ended, by the effects */
	GHashTable *marked;  /* ids of runs of which people said how tasks ended */
	struct sim_pool pools[SIM_POOLS]; /* as the engine was told */
	struct world_words said;          /* by the last report */
	struct sim_tally *tally;
	struct tale *tale; /* NULL: it is not told */
};

enum deed_kind { DEED_START, DEED_KILL, DEED_ACKNOWLEDGE };

struct deed {
	enum deed_kind kind;
	int64_t attempt, run;
	const char *task_id;
	int map_index;
	enum flow flow;
};

/* Plays one seed to its end; aborts when a law is broken. `tale`, unless it is NULL, is new and
 * tells of it until then. */
void sim_play(uint32_t seed, const struct operators *operators, struct sim_tally *tally,
	struct tale *tale);

/* Gives the engine an event of now, and checks what follows. False: it refused it. */
bool sim_step(struct sim *sim, struct event event);

/* note.c: keeps what those who judge have to know. */
void notes_open(struct sim *sim);
void notes_close(struct sim *sim);
void effects_note(struct sim *sim, const struct effects *effects);
void event_note(struct sim *sim, const struct event *event);
/* The daemon begins anew, with what was committed. */
void notes_restart(struct sim *sim);

/* assets.c: one is updated by hand, or forgotten by a DAG. */
void asset_comes_or_goes(struct sim *sim);
/* Who was told of what a step updated, and what was made of it. */
void assets_judge(struct sim *sim, const struct effects *effects);
void heard_remember(struct sim *sim);
/* The engine, the effects and the memory agree. */
void heard_law(const struct sim *sim);

/* tries.c, outcome.c: the runs that are being ended and those that have ended, as in the store. */
void tries_remember(const struct sim *sim);
void outcomes_remember(const struct sim *sim);
/* backfill.c: one begins, or something becomes of the one that goes on. */
void backfill_comes_or_goes(struct sim *sim, const char *dag_id);
/* pools.c: pools are set, changed and deleted. */
void pool_comes_or_goes(struct sim *sim);
/* As they are in the store. */
void pools_remember(struct sim *sim);
/* No pool holds anything back. */
void pools_open(struct sim *sim);
/* people.c: what a person does. */
void people_do_something(struct sim *sim);

/* dags.c: a random DAG's text (g_free). */
char *dag_text(GRand *random, const char *dag_id);
/* Loaded when it is wanted for the first time, owned by the version. */
struct dag *version_dag(struct version *version, const struct operators *operators);
void version_clear(struct version *version);

/* world.c: what is outside of the engine. */
struct attempt *world_find(const struct sim *sim, int64_t attempt);
/* Of the rows in the store; NULL: there is none. */
const struct run_record *committed_run(const struct sim *sim, int64_t id);
const struct attempt_record *committed_attempt(const struct sim *sim, int64_t id);
/* Keeps what is to be done for the effects of a step. */
void world_gather(struct sim *sim, const struct effects *effects);
/* Does what was committed. */
void world_act(struct sim *sim);
/* The daemon has died: what was not done will not be done. */
void world_forget(struct sim *sim);
/* Ends a process by chance, as it wants to or as a kill makes it. */
void world_end(struct sim *sim, struct attempt *attempt);
/* What dagd takes it for when it has ended. */
enum flow world_flow(const struct sim *sim, const struct attempt *attempt);
/* What dagd is told of it: how it ended, that it is lost, or that it never began. What it points to
 * is valid until the next one. */
struct event world_report(struct sim *sim, const struct attempt *attempt);

/* laws.c: what must be true, whatever has happened. */
void laws_of_step(const struct sim *sim, const struct effects *effects);
/* Only what was committed has happened. */
void laws_of_restart(const struct sim *sim);
/* An attempt's end was taken: it is to be recorded once, and as it was. */
void laws_of_end(const struct sim *sim, const struct event *event, const struct effects *effects);
/* The engine and the memory, which has all, agree. */
void laws_of_commit(const struct sim *sim);
/* Nothing is left to be done. */
void laws_of_the_end(const struct sim *sim);
