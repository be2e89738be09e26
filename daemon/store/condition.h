/* SPDX-License-Identifier: MIT */
/* What a listing asks for, as a WHERE clause and the values to bind to it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <sqlite3.h>

#include "daemon/store/store.h"

struct conditions {
	GString *sql; /* "" or " WHERE ..." */
	GArray *values;
	bool is_counted; /* on runs: asks for nothing but DAG and state, whose numbers are kept */
};

/* The functions that add the conditions of one kind of list. False and an error: a word is not
 * known. */
typedef bool conditions_add(
	struct conditions *conditions, const struct listing *listing, GError **error);
conditions_add conditions_of_runs, conditions_of_tasks, conditions_of_backfills,
	conditions_of_assets, conditions_of_asset_events, conditions_of_pools,
	conditions_of_variables, conditions_of_connections;

void conditions_init(struct conditions *conditions);
void conditions_clear(struct conditions *conditions);
void conditions_bind(const struct conditions *conditions, sqlite3_stmt *statement);
