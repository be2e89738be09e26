/* SPDX-License-Identifier: MIT */
/* What the store knows of assets: which there are, when they were updated, who has heard of it. */
#pragma once

#include "daemon/store/store.h"

struct asset {
	int64_t id; /* its name's own for ever */
	char *name;
	int64_t created_at;
	int64_t event, event_at; /* its newest update; 0 and INSTANT_NONE: none */
};
void asset_clear(struct asset *asset);

struct asset_event {
	struct asset_event_record record;
	int64_t asset; /* id */
};
void asset_event_clear(struct asset_event *event);

/* A DAG has heard of an asset since its last run by assets. */
struct queued_asset {
	char *dag_id, *name;
	int64_t asset; /* id */
	int64_t at;    /* for the first time */
};
void queued_asset_clear(struct queued_asset *queued);

/* As the lists and single rows of store.h. */
GArray *reader_assets(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error);
bool reader_asset(struct reader *reader, int64_t id, struct asset *asset, GError **error);
GArray *reader_asset_events(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error);
bool reader_asset_event(
	struct reader *reader, int64_t id, struct asset_event *event, GError **error);
/* Why a run was made, oldest first: array of struct asset_event. */
GArray *reader_events_of_run(struct reader *reader, int64_t run, GError **error);
/* The runs that an update was a reason for, oldest first: array of run_record. */
GArray *reader_runs_of_event(struct reader *reader, int64_t event, GError **error);
/* What a DAG has heard of; who has heard of an asset: arrays of struct queued_asset. */
GArray *reader_queued_of_dag(struct reader *reader, const char *dag_id, GError **error);
GArray *reader_queued_of_asset(struct reader *reader, int64_t asset, GError **error);
