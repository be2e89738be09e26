/* SPDX-License-Identifier: MIT */
/* How a database is opened: everything that can be wrong with it is found here, before a thread
 * runs. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "daemon/store/key.h"
#include "daemon/store/reader.h"
#include "daemon/store/vault.h"
#include "daemon/store/writer.h"

struct opening {
	struct key_files key_files;
	struct vault *vault;
	struct writer *writer;
	struct reader *loop_reader, *query_reader;
	int64_t epoch, last_run, last_attempt, last_backfill, last_asset_event;
};

struct store_options;
bool opening_begin(struct opening *opening, const struct store_options *options, GError **error);
/* Closes all of it. */
void opening_end(struct opening *opening);
