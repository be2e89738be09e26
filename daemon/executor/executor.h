/* SPDX-License-Identifier: MIT */
/*
 * The pool of worker processes: gives an attempt to an idle one, takes results, adopts what an
 * earlier dagd left running, and takes back or declares lost what nobody runs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include <glib.h>
#include <uv.h>

#include "lib/wire/wire.h"

struct executor;

/*
 * What the executor reports; called from the loop, never from inside a call to the executor. Inside
 * of them the executor may be called, but not closed. The end of an attempt, one way or the other,
 * is to be answered with executor_acknowledge once it is committed.
 */
struct executor_events {
	/* Its result, perhaps more than once for one attempt. */
	void (*on_ended)(void *data, const struct wire_result *result);
	/*
	 * The operator's process runs (for showing its pid; the start itself is known before). Not
	 * called for one that ends within milliseconds, called anew for one that is adopted.
	 */
	void (*on_claimed)(void *data, int64_t attempt, int pid);
	/* Its worker died without a result and nothing of it is left running. */
	void (*on_lost)(void *data, int64_t attempt, const char *reason);
	/* Never claimed and now never will be: safe to start again under another id. */
	void (*on_taken_back)(void *data, int64_t attempt, const char *reason);
	/* Something that whoever looks after dagd should know, in one sentence. */
	void (*on_notice)(void *data, const char *sentence);
	void *data;
};

struct executor_options {
	uv_loop_t *loop;
	/* Path of dagd-worker. It is opened once: whatever an upgrade puts in its place meanwhile,
	 * dagd starts the workers that it came with. */
	const char *worker;
	const char *state_folder; /* holds attempts/ and worker.sock */
	const char *boot_id;
	const char *cgroup;        /* below which each attempt gets one of its own; NULL: none */
	const char *cgroup_suffix; /* of their names: several dagds may have one place */
	unsigned n_workers_max;    /* core.parallelism; the caller never starts more at once */
	const struct rlimit *file_limit; /* RLIMIT_NOFILE of tasks; NULL: dagd's own */
	struct executor_events events;
};

/* Makes state/attempts, listens on state/worker.sock, starts the first idle workers. NULL and an
 * error. */
struct executor *executor_open(const struct executor_options *options, GError **error);

/* A descriptor of dagd-worker as dagd came with it; it stays the executor's. */
int executor_worker(const struct executor *executor);

/* How many may run at once from now on. */
void executor_set_workers(struct executor *executor, unsigned n_workers_max);

/*
 * Leaves running attempts to their workers and lets idle ones exit. Its memory is freed when the
 * loop has run once more. NULL is fine.
 */
void executor_close(struct executor *executor);

/* Sees to it that there is a worker for the next attempt; false and an error: none can be started
 * now. */
bool executor_ready(struct executor *executor, GError **error);

/* Makes the attempt's folder; called once it is committed, before its arguments are rendered. */
bool executor_prepare(struct executor *executor, int64_t attempt, GError **error);

/* Gives a prepared attempt to an idle worker (starting one if need be). What fails is reported by
 * on_taken_back. */
void executor_start(struct executor *executor, const struct wire_start *start);

/* SIGTERM now, SIGKILL after the attempt's kill_after; its end is reported as any other. */
void executor_kill(struct executor *executor, int64_t attempt);

/*
 * What was reported (ended, lost or taken back) is committed: the worker may forget it and the
 * attempt's folder, with the claim in it, goes away now and not before. So does that of an attempt
 * that was prepared and has ended without being started.
 */
void executor_acknowledge(struct executor *executor, int64_t attempt);

/* An unfinished attempt as the store remembers it from an earlier dagd. */
struct executor_left {
	int64_t attempt;
	uint8_t token[WIRE_TOKEN_SIZE];
	const char *boot_id; /* of the boot in which it was launched */
	bool is_restored;    /* known from a backup: what it did since is not known */
};

/*
 * Classifies every attempt left by an earlier dagd: has a result -> on_ended; its worker lives ->
 * adopted, silently; never claimed in this boot -> on_taken_back; else -> on_lost once what it left
 * behind has been killed. `on_recovered` is called when all but adopted and still dying ones are
 * reported. Folders of attempts that are not in the list are removed.
 */
void executor_recover(struct executor *executor, const struct executor_left *left, size_t n,
	void (*on_recovered)(void *data));
