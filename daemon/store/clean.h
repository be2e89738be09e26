/* SPDX-License-Identifier: MIT */
/*
 * What is old and may be forgotten: found by a reader in small portions, deleted by batches.
 *
 * A run is old when it ended before an instant. Of each DAG these stay however old they are, since
 * later runs are decided or rendered by them: the newest run, the newest that succeeded, the newest
 * by logical date with and without those that people made, and the ones before each unfinished run.
 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "daemon/store/store.h"

struct old_run {
	int64_t id;
	char *dag_id, *run_id;
	int64_t n_tasks; /* task instances */
};

/*
 * The next old runs whose id is higher than *after, which moves on with them: as many as may be
 * deleted at once without keeping others waiting. An array of struct old_run, empty when there are
 * no more; NULL and an error.
 */
GArray *reader_old_runs(struct reader *reader, int64_t before, int64_t *after, GError **error);

/* All runs that have not ended with all their callbacks: the same. */
GArray *reader_live_runs(struct reader *reader, GError **error);

/* What else is old: rows that no run that stays refers to. */
enum old_kind { OLD_MISSED, OLD_ASSET_EVENT, OLD_BACKFILL, N_OLD_KINDS };

struct old_counts {
	int64_t n_runs, n_tasks, n_attempts;
	int64_t n[N_OLD_KINDS];
};
bool reader_old_counts(
	struct reader *reader, int64_t before, struct old_counts *counts, GError **error);
/* The same of one kind alone. False: an error. */
bool reader_old_count(
	struct reader *reader, enum old_kind kind, int64_t before, int64_t *n, GError **error);

/* When the first run ended that ended at or after an instant; INSTANT_NEVER: none has. */
bool reader_next_ended(struct reader *reader, int64_t since, int64_t *at, GError **error);

/* At most this many rows go with one batch_old_delete. */
enum { OLD_ROWS_MAX = 500 };
void batch_old_delete(struct batch *batch, enum old_kind kind, int64_t before);

/*
 * Texts of DAGs that nothing uses: their hashes, NULL-terminated. *last_run is the newest run that
 * was looked at: batch_version_delete leaves a text alone that a later one uses.
 */
char **reader_unused_versions(struct reader *reader, int64_t *last_run, GError **error);
void batch_version_delete(struct batch *batch, const char *hash, int64_t last_run);

/* What the file has for new rows before it grows: the pages of deleted ones. False: an error. */
bool reader_spare_bytes(struct reader *reader, int64_t *n, GError **error);
