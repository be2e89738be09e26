/* SPDX-License-Identifier: MIT */
/*
 * What is to be written, packed on the loop's thread into one run of bytes that the writer only has
 * to bind: the number of a statement, the number of its parameters, the parameters.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "daemon/store/store.h"

enum write_statement {
	WRITE_DAG,
	WRITE_MISSED,
	WRITE_VERSION,
	WRITE_RUN,
	WRITE_TASK,
	WRITE_ATTEMPT,
	WRITE_TRY_END,
	WRITE_BACKFILL,
	WRITE_POOL,
	WRITE_XCOM,
	WRITE_RENDERED,
	WRITE_VARIABLE,
	WRITE_CONNECTION,
	WRITE_ASSET,
	WRITE_ASSET_EVENT,
	WRITE_ASSET_HEARD,
	WRITE_RUN_ASSETS,
	FORGET_ASSETS_HEARD,
	FORGET_ASSET_HEARD,
	FORGET_TASK,
	FORGET_LOOKS,
	FORGET_XCOMS,
	FORGET_POOL,
	FORGET_VARIABLE,
	FORGET_CONNECTION,
	/* With all that hangs on it, in this order. */
	FORGET_RUN_XCOMS,
	FORGET_RUN_RENDERED,
	FORGET_RUN_ASSETS,
	FORGET_RUN_TASKS,
	FORGET_RUN_KEEP_IDS,
	FORGET_RUN_ATTEMPTS,
	FORGET_RUN,
	FORGET_OLD_MISSED,
	FORGET_OLD_ASSET_EVENTS,
	FORGET_OLD_BACKFILLS,
	FORGET_VERSION,
	FORGET_DAG_XCOMS,
	FORGET_DAG_RENDERED,
	FORGET_DAG_ASSETS,
	FORGET_DAG_ASSETS_HEARD,
	FORGET_DAG_TASKS,
	FORGET_DAG_KEEP_IDS,
	FORGET_DAG_ATTEMPTS,
	FORGET_DAG_BACKFILLS,
	FORGET_DAG_RUNS,
	FORGET_DAG_COUNTS,
	FORGET_DAG_VERSIONS,
	FORGET_DAG_MISSED,
	FORGET_DAG,
	N_WRITE_STATEMENTS,
};

struct batch {
	uint8_t *bytes;
	size_t len, size;
	bool has_secrets;                                            /* overwrite before freeing */
	int64_t run_max, attempt_max, backfill_max, asset_event_max; /* the highest ids in it */
	/* While it is the store's. */
	store_done *done;
	void *data;
	unsigned generation;           /* see store.c */
	struct key_change *key_change; /* it is nothing else; NULL: it is none */
	GError *error;
	struct batch *next;
};

enum parameter_kind {
	PARAMETER_NULL,
	PARAMETER_INTEGER,
	PARAMETER_TEXT,
	PARAMETER_BLOB,
	PARAMETER_SECRET, /* text to be sealed; the first parameter is its key */
};

/* One parameter as the writer meets it; the bytes lie in the batch. */
struct parameter {
	enum parameter_kind kind;
	int64_t integer;
	const char *bytes;
	size_t len;
};

struct batch_cursor {
	const uint8_t *at, *end;
};
struct batch_cursor batch_cursor(const struct batch *batch);
/* The next statement and how many parameters follow; false: that was all. */
bool batch_next(
	struct batch_cursor *cursor, enum write_statement *statement, unsigned *n_parameters);
struct parameter batch_parameter(struct batch_cursor *cursor);
