/* SPDX-License-Identifier: MIT */
/* What may be forgotten, as conditions; ?1 is the instant. clean.h says what stays, and why. */
#pragma once

#include "daemon/store/schema.h"

/* Of the runs of its DAG that are like this one, it is the last by a column. */
#define IS_LAST_BY(column, alike)                                                     \
	"NOT EXISTS (SELECT 1 FROM run AS other WHERE other.dag_id = run.dag_id"      \
	" AND other." column " >= run." column " AND (other." column " > run." column \
	" OR other.id > run.id)" alike ")"
/* None that is like it lies, by logical date, between it and one that is not finished. */
#define IS_BEFORE_LIVE(alike)                                                              \
	"EXISTS (SELECT 1 FROM run AS live INDEXED BY run_live WHERE live.state IN (0, 1)" \
	" AND live.dag_id = run.dag_id AND live.logical_date > run.logical_date"           \
	" AND NOT EXISTS (SELECT 1 FROM run AS other WHERE other.dag_id = run.dag_id"      \
	" AND other.logical_date > run.logical_date"                                       \
	" AND other.logical_date < live.logical_date" alike "))"

#define SUCCEEDED " AND other.state = 2"
#define NOT_BY_PEOPLE " AND other.type <> 1"
#define IS_LAST IS_LAST_BY("run_after", "")
#define IS_LAST_SUCCESS "run.state = 2 AND " IS_LAST_BY("run_after", SUCCEEDED)
#define IS_LAST_DATE IS_LAST_BY("logical_date", "")
#define IS_LAST_SLOT IS_LAST_BY("logical_date", NOT_BY_PEOPLE)
#define IS_PAST IS_LAST_DATE " OR " IS_BEFORE_LIVE("")
#define IS_PAST_SLOT IS_LAST_SLOT " OR " IS_BEFORE_LIVE(NOT_BY_PEOPLE)
#define RUN_STAYS                                                              \
	"(" IS_LAST " OR " IS_LAST_SUCCESS " OR (run.logical_date IS NOT NULL" \
	" AND (" IS_PAST " OR (run.type <> 1 AND (" IS_PAST_SLOT ")))))"

#define RUN_IS_OLD                                              \
	"run.state IN (2, 3) AND run.id NOT IN (" LIVE_RUNS ")" \
	" AND run.ended_at < ?1 AND NOT " RUN_STAYS
/* The newest of each DAG goes on to grow. */
#define MISSED_IS_OLD                                                                 \
	"missed.at < ?1 AND EXISTS (SELECT 1 FROM missed AS other WHERE other.dag_id" \
	" = missed.dag_id AND other.first_slot > missed.first_slot)"
#define ASSET_EVENT_IS_OLD                                                                 \
	"asset_event.at < ?1"                                                              \
	" AND asset_event.id NOT IN (SELECT event FROM asset_heard)"                       \
	" AND NOT EXISTS (SELECT 1 FROM run_asset WHERE run_asset.event = asset_event.id)" \
	" AND asset_event.id <> (SELECT max(id) FROM asset_event AS other"                 \
	" WHERE other.asset = asset_event.asset)"
/* Never the newest: the highest id must stay. */
#define BACKFILL_IS_OLD                                                               \
	"backfill.completed_at < ?1 AND backfill.id < (SELECT max(id) FROM backfill)" \
	" AND NOT EXISTS (SELECT 1 FROM run WHERE run.dag_id = backfill.dag_id"       \
	" AND run.logical_date >= backfill.from_date"                                 \
	" AND run.logical_date <= backfill.to_date AND run.backfill = backfill.id)"
