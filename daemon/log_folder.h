/* SPDX-License-Identifier: MIT */
/*
 * The folder with the logs of tasks, where old ones are removed: nothing outside of it is ever
 * touched, for no symbolic link is followed and no other file system entered.
 *
 * The logs of a run are first put aside by a rename, which takes no time, so that a new run of the
 * same name finds none; what is aside is removed later, by any thread. What a crash leaves aside is
 * removed the next time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct log_folder;

/* NULL and an error. May be opened by several threads, each for itself. */
struct log_folder *log_folder_open(const char *path, GError **error);
void log_folder_close(struct log_folder *folder); /* NULL is fine */

/* False: it has none, or it cannot be moved, which the journal is told. */
bool log_folder_put_aside(struct log_folder *folder, const char *dag_id, const char *run_id);

struct log_sum {
	int64_t n_files, n_bytes;
};
/* Removes what is aside, and adds it to the sum. Stops as soon as *is_stopped. */
void log_folder_empty(struct log_folder *folder, const bool *is_stopped, struct log_sum *sum);

struct log_owner {
	char *dag_id, *run_id;
};
/*
 * Runs that have logs, none of them touched since `before`: array of struct log_owner. Logs of DAGs
 * that were deleted before that are put aside at once.
 */
GArray *log_folder_owners(struct log_folder *folder, int64_t before);

/*
 * Removes each log that was not written since `before`, but none of the runs in `spared`, a set of
 * log_owner_name(). The folders stay. Stops as soon as *is_stopped.
 */
void log_folder_age(struct log_folder *folder, int64_t before, GHashTable *spared,
	const bool *is_stopped, struct log_sum *sum);
/* g_free */
char *log_owner_name(const char *dag_id, const char *run_id);
