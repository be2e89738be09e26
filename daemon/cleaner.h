/* SPDX-License-Identifier: MIT */
/*
 * Removes old runs, with all that hangs on them, and old logs: in small steps, each one transaction
 * of its own between others. What is old is looked for, and files are removed, by a thread.
 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "daemon/log_folder.h"

struct daemon;
struct cleaner;

struct cleaner *cleaner_open(struct daemon *daemon);
/* No step begins any more, and nobody is told. Before the store is closed. NULL is fine. */
void cleaner_stop(struct cleaner *cleaner);
/* After the loop has ended. */
void cleaner_free(struct cleaner *cleaner);

struct clean_wish {
	int64_t runs_before; /* runs that ended before, with their logs; INSTANT_NONE: none */
	int64_t logs_before; /* logs that were not written since, of runs that have ended; or NONE
			      */
};

struct clean_sums {
	int64_t n_runs, n_tasks; /* task instances */
	int64_t n_rows;          /* of missed slots, updates of assets and backfills */
	int64_t n_versions;      /* of DAGs */
	struct log_sum logs;
};

struct clean_listener {
	void (*on_progress)(void *data, const struct clean_sums *sums); /* or NULL */
	/* The last word; `error`: why not all was removed, or NULL. */
	void (*on_end)(void *data, const struct clean_sums *sums, const GError *error);
	void *data;
};

/* False: one goes on already. */
bool cleaner_begin(struct cleaner *cleaner, const struct clean_wish *wish,
	const struct clean_listener *listener);
/* Nobody listens any more: the step under way is the last one. */
void cleaner_leave(struct cleaner *cleaner);

/* The logs of a run whose rows are gone. */
void cleaner_drop_logs(struct cleaner *cleaner, const char *dag_id, const char *run_id);
