/* SPDX-License-Identifier: MIT */
/* The one connection that writes: commits batches, and moves the write-ahead log into the file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>
#include <sqlite3.h>

#include "daemon/store/batch.h"
#include "daemon/store/vault.h"

struct writer;

/* Takes `db` over, also when it fails. The vault is borrowed. */
struct writer *writer_new(sqlite3 *db, const struct vault *vault, int64_t epoch, GError **error);
/* Moves and syncs nothing. NULL is fine. */
void writer_free(struct writer *writer);

/*
 * Commits batches in one transaction. Returns how many, counted from the first, are durable; *error
 * is set when that is not all, and of the others nothing has happened.
 */
size_t writer_commit(struct writer *writer, struct batch *const *batches, size_t n, GError **error);

/*
 * One transaction that is no batch: `work` does it on the writer's connection. False and an error:
 * nothing has happened.
 */
typedef bool writer_work(sqlite3 *db, void *data, GError **error);
bool writer_transact(struct writer *writer, writer_work *work, void *data, GError **error);

/* The log is long enough to be moved once there is nothing else to do. */
bool writer_wants_checkpoint(const struct writer *writer);
void writer_checkpoint(struct writer *writer);

/* For tests: the connection, between two commits. */
sqlite3 *writer_database(struct writer *writer);
