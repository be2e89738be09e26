/* SPDX-License-Identifier: MIT */
/*
 * What is durable of DAGs, runs, task instances and attempts: the engine decides them, the store
 * keeps them, the API shows them. Times are instants, INSTANT_NONE where there is none yet.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/engine/state.h"

#define ATTEMPT_TOKEN_SIZE 16

struct dag_record {
	char *dag_id;
	char *file;    /* relative to the DAG folder */
	char *version; /* hash of the newest text that loaded */
	bool is_paused;
	bool is_stale;         /* its file or document is gone; runs go on */
	int64_t first_seen_at; /* from where an interval without start_date counts */
	int64_t active_since;  /* first seen or unpaused: older slots are missed */
	int64_t last_slot; /* the newest slot that a run was made for, or that was passed over */
	unsigned n_failed_runs; /* that ended one after the other, up to now */
	char *pause_reason;     /* why dagd paused it; NULL: a person did, or it is not paused */
};

/* A longer range of missed slots is not counted to its end. */
enum { MISSED_COUNTED_MAX = 100 };

/* Slots without runs: all of the schedule from the first to the last one. */
struct missed_record {
	char *dag_id;
	int64_t first_slot, last_slot; /* (dag_id, first_slot) is unique */
	unsigned n;                    /* 0: more than MISSED_COUNTED_MAX */
	char *reason;
	int64_t at; /* when that was decided */
};

struct run_record {
	int64_t id; /* never reused */
	char *dag_id, *run_id;
	enum run_type type;
	enum run_state state;
	int64_t slot; /* of the schedule; INSTANT_NONE for manual runs. (dag_id, slot) is unique */
	int64_t logical_date, data_interval_start, data_interval_end;
	int64_t run_after;
	int64_t queued_at, started_at, ended_at;
	char *conf;            /* JSON object as given, or NULL */
	char *version;         /* hash of the DAG's text that it runs */
	char *note;            /* or NULL */
	char *triggered_by;    /* Airflow's words: cli, rest_api, timetable, test ... */
	char *reason;          /* why it failed, or NULL */
	int64_t backfill;      /* the backfill that it belongs to; 0: none */
	unsigned clear_number; /* how often it was begun anew */
	int64_t deadline_at;   /* INSTANT_NONE: none, or it was missed and has been told */
};

struct task_record {
	int64_t run; /* run_record.id */
	char *task_id;
	int map_index; /* -1 */
	enum task_state state;
	unsigned try_number;  /* of the newest try; 0: none began */
	unsigned group_tries; /* how often its group began anew because of a failure */
	unsigned max_tries;   /* retries allowed; the last try is max_tries + 1 */
	int64_t scheduled_at, queued_at, started_at, ended_at;
	int64_t retry_at;   /* of TASK_UP_FOR_RETRY */
	int64_t attempt;    /* the newest attempt's id; 0: none */
	char *reason;       /* why it failed, waits, was skipped ..., or NULL */
	int64_t map_length; /* of its return_value, for the tasks that are mapped over it; -1: none
			     */
	/*
	 * What it decided for those after it, as JSON: of a branch the list of the direct
	 * downstream tasks that are followed, of a short circuit `false` when they are skipped, of
	 * an approval the answer; of a task that was skipped whatever its rule the name of the one
	 * that decided so. NULL: nothing.
	 */
	char *decision;
	/* Of TASK_DEFERRED and TASK_UP_FOR_RESCHEDULE: what it waits for. */
	enum wait_kind wait;
	int64_t wait_until;        /* INSTANT_NONE: no time will end it */
	char *wait_dag, *wait_run; /* of WAIT_RUN; of WAIT_LOOK for a DAG its run's date; or NULL */
	/* When the first attempt of this try began, once it has waited: a sensor's timeout counts
	   from then. */
	int64_t wait_since;
	enum wish wish;
	char *note;  /* or NULL */
	char *calls; /* of a callback: what it is to be run for, as JSON; NULL: nothing any more */
	char *map_label; /* what a mapped instance calls itself; NULL: nothing but its map_index */
};

/* The pool of tasks that name none; with so many slots unless it is set otherwise. */
#define DEFAULT_POOL "default_pool"
enum { DEFAULT_POOL_SLOTS = 128 };

/* A pool: slots that tasks of all DAGs share. */
struct pool_record {
	char *name;
	int64_t slots;     /* -1: no limit */
	char *description; /* or NULL */
	bool include_deferred;
};

/* An asset was updated. */
struct asset_event_record {
	int64_t id; /* never reused */
	char *asset;
	int64_t at;
	char *dag_id, *run_id, *task_id; /* by which task; NULL: by hand */
	int map_index;
	char *extra; /* JSON object, or NULL */
};

/* How a backfill treats slots that have a run. */
enum reprocess { REPROCESS_NONE, REPROCESS_FAILED, REPROCESS_COMPLETED };

struct backfill_record {
	int64_t id; /* never reused */
	char *dag_id;
	int64_t from_date, to_date;
	char *conf; /* JSON object, or NULL */
	bool is_paused;
	enum reprocess reprocess;
	unsigned max_active_runs;
	bool is_backwards;
	int64_t created_at, updated_at;
	int64_t completed_at; /* INSTANT_NONE while it goes on */
};

/* What an attempt and all that it started took; -1: not known. */
struct attempt_usage {
	int64_t user_us, system_us;        /* of all processors */
	int64_t memory_bytes;              /* the largest of its processes, at its largest */
	int64_t read_bytes, written_bytes; /* from and to disks */
};

#define ATTEMPT_USAGE_NONE ((struct attempt_usage){-1, -1, -1, -1, -1})

/* In a backup: what became of the attempt since it was made is not known there. */
#define BOOT_RESTORED "restored"

struct attempt_record {
	int64_t id; /* never reused */
	int64_t run;
	char *task_id;
	int map_index;
	unsigned try_number;
	enum attempt_state state;
	uint8_t token[ATTEMPT_TOKEN_SIZE];
	char *boot_id; /* in which it was launched, or BOOT_RESTORED */
	int pid;       /* 0: unknown or none */
	int64_t launched_at, started_at, ended_at;
	int exit_code; /* -1: none */
	int signal;    /* 0: none */
	char *reason;
	struct attempt_usage usage; /* of one that has ended */
};

/* Free what the fields own, not the record itself. */
void dag_record_clear(struct dag_record *record);
void run_record_clear(struct run_record *record);
void task_record_clear(struct task_record *record);
void attempt_record_clear(struct attempt_record *record);
void missed_record_clear(struct missed_record *record);
void pool_record_clear(struct pool_record *record);
void asset_event_record_clear(struct asset_event_record *record);
void backfill_record_clear(struct backfill_record *record);
/* Copies with strings of their own; free with the matching clear. */
struct dag_record dag_record_copy(const struct dag_record *record);
struct run_record run_record_copy(const struct run_record *record);
struct task_record task_record_copy(const struct task_record *record);
struct attempt_record attempt_record_copy(const struct attempt_record *record);
struct missed_record missed_record_copy(const struct missed_record *record);
struct pool_record pool_record_copy(const struct pool_record *record);
struct asset_event_record asset_event_record_copy(const struct asset_event_record *record);
struct backfill_record backfill_record_copy(const struct backfill_record *record);
