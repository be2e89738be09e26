/* SPDX-License-Identifier: MIT */
#include "daemon/store/asset.h"
#include "daemon/store/reader.h"
#include "daemon/store/row.h"

void asset_clear(struct asset *asset)
{
	g_clear_pointer(&asset->name, g_free);
}

void asset_event_clear(struct asset_event *event)
{
	asset_event_record_clear(&event->record);
}

void queued_asset_clear(struct queued_asset *queued)
{
	g_clear_pointer(&queued->dag_id, g_free);
	g_clear_pointer(&queued->name, g_free);
}

static bool asset_fill(struct reader *reader, sqlite3_stmt *row, void *record, GError **error)
{
	*(struct asset *)record = (struct asset){
		.id = sqlite3_column_int64(row, 0),
		.name = g_strdup(row_text(row, 1)),
		.created_at = row_instant(row, 2),
		.event = sqlite3_column_int64(row, 3),
		.event_at = row_instant(row, 4),
	};
	return true;
}

static bool asset_event_fill(struct reader *reader, sqlite3_stmt *row, void *record, GError **error)
{
	*(struct asset_event *)record = (struct asset_event){
		.record =
			{
				.id = sqlite3_column_int64(row, 0),
				.asset = g_strdup(row_text(row, 1)),
				.at = row_instant(row, 2),
				.dag_id = g_strdup(row_text(row, 3)),
				.run_id = g_strdup(row_text(row, 4)),
				.task_id = g_strdup(row_text(row, 5)),
				.map_index = sqlite3_column_int(row, 6),
				.extra = g_strdup(row_text(row, 7)),
			},
		.asset = sqlite3_column_int64(row, 8),
	};
	return true;
}

static bool queued_asset_fill(
	struct reader *reader, sqlite3_stmt *row, void *record, GError **error)
{
	*(struct queued_asset *)record = (struct queued_asset){
		.dag_id = g_strdup(row_text(row, 0)),
		.name = g_strdup(row_text(row, 1)),
		.asset = sqlite3_column_int64(row, 2),
		.at = row_instant(row, 3),
	};
	return true;
}

const struct row_kind asset_rows = {sizeof(struct asset), (GDestroyNotify)asset_clear, asset_fill};
const struct row_kind asset_event_rows = {
	sizeof(struct asset_event), (GDestroyNotify)asset_event_clear, asset_event_fill};
static const struct row_kind queued_asset_rows = {
	sizeof(struct queued_asset), (GDestroyNotify)queued_asset_clear, queued_asset_fill};

/* A statement whose only parameter is a number. */
static sqlite3_stmt *statement_of(
	struct reader *reader, enum read_statement which, int64_t id, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, which, error);
	if (statement != NULL)
		sqlite3_bind_int64(statement, 1, id);
	return statement;
}

static GArray *rows_of(
	struct reader *reader, sqlite3_stmt *statement, const struct row_kind *kind, GError **error)
{
	return statement != NULL ? reader_take_all(reader, statement, kind, error) : NULL;
}

bool reader_asset(struct reader *reader, int64_t id, struct asset *asset, GError **error)
{
	sqlite3_stmt *statement = statement_of(reader, READ_ASSET, id, error);
	return statement != NULL && reader_take(reader, statement, &asset_rows, asset, error);
}

bool reader_asset_event(
	struct reader *reader, int64_t id, struct asset_event *event, GError **error)
{
	sqlite3_stmt *statement = statement_of(reader, READ_ASSET_EVENT, id, error);
	return statement != NULL && reader_take(reader, statement, &asset_event_rows, event, error);
}

GArray *reader_events_of_run(struct reader *reader, int64_t run, GError **error)
{
	return rows_of(reader, statement_of(reader, READ_EVENTS_OF_RUN, run, error),
		&asset_event_rows, error);
}

GArray *reader_runs_of_event(struct reader *reader, int64_t event, GError **error)
{
	return rows_of(
		reader, statement_of(reader, READ_RUNS_OF_EVENT, event, error), &run_rows, error);
}

GArray *reader_queued_of_dag(struct reader *reader, const char *dag_id, GError **error)
{
	sqlite3_stmt *statement = reader_statement(reader, READ_QUEUED_OF_DAG, error);
	if (statement != NULL)
		bind_text(statement, 1, dag_id);
	return rows_of(reader, statement, &queued_asset_rows, error);
}

GArray *reader_queued_of_asset(struct reader *reader, int64_t asset, GError **error)
{
	return rows_of(reader, statement_of(reader, READ_QUEUED_OF_ASSET, asset, error),
		&queued_asset_rows, error);
}
