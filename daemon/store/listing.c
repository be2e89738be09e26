/* SPDX-License-Identifier: MIT */
/*
 * Listings differ in their conditions and order, so their SQL is put together anew each time: from
 * texts that stand here only, never from what a user gave. His values are bound.
 */
#include <string.h>

#include "daemon/store/asset.h"
#include "daemon/store/condition.h"
#include "daemon/store/database.h"
#include "daemon/store/reader.h"
#include "daemon/store/row.h"
#include "lib/base/instant.h"

const struct listing listing_all = {
	.run_after_gte = INSTANT_NONE,
	.run_after_lte = INSTANT_NONE,
	.logical_date_gte = INSTANT_NONE,
	.logical_date_lte = INSTANT_NONE,
	.started_gte = INSTANT_NONE,
	.started_lte = INSTANT_NONE,
	.ended_gte = INSTANT_NONE,
	.ended_lte = INSTANT_NONE,
	.at_gte = INSTANT_NONE,
	.at_lte = INSTANT_NONE,
	.map_index = MAP_INDEX_ANY,
	.limit = 100,
};

/* A name of Airflow's for a column. */
struct order {
	const char *name, *expression;
};

struct list_kind {
	const char *what; /* "runs" */
	const char *columns, *from;
	conditions_add *add_conditions;
	const char *ties[3];       /* the primary key */
	const char *default_order; /* NULL: the first of orders */
	const struct order *orders;
	size_t n_orders;
	const struct row_kind *rows;
};

/* By name, as Airflow sorts them: failed before queued. */
#define RUN_STATE_NAME                                                                          \
	"CASE run.state WHEN 0 THEN 'queued' WHEN 1 THEN 'running' WHEN 2 THEN 'success' ELSE " \
	"'failed' END"
#define TASK_STATE_NAME                                                                           \
	"CASE task.state WHEN 0 THEN NULL WHEN 1 THEN 'scheduled' WHEN 2 THEN 'queued'"           \
	" WHEN 3 THEN 'running' WHEN 4 THEN 'success' WHEN 5 THEN 'failed' WHEN 6 THEN 'skipped'" \
	" WHEN 7 THEN 'upstream_failed' WHEN 8 THEN 'up_for_retry' WHEN 9 THEN 'restarting'"      \
	" ELSE 'removed' END"

static const struct order run_orders[] = {
	{"id", "run.id"},
	{"run_after", "run.run_after"},
	{"logical_date", "run.logical_date"},
	{"start_date", "run.started_at"},
	{"end_date", "run.ended_at"},
	{"state", RUN_STATE_NAME},
	{"dag_id", "run.dag_id"},
	{"run_id", "run.run_id"},
	{"dag_run_id", "run.run_id"},
	{"run_type",
		"CASE run.type WHEN 0 THEN 'scheduled' WHEN 1 THEN 'manual' WHEN 2 THEN 'backfill'"
		" ELSE 'asset_triggered' END"},
	{"queued_at", "run.queued_at"},
	{"data_interval_start", "run.data_interval_start"},
	{"data_interval_end", "run.data_interval_end"},
	{"duration", "run.ended_at - run.started_at"},
};

static const struct order task_orders[] = {
	{"id", "task.run"},
	{"task_id", "task.task_id"},
	{"map_index", "task.map_index"},
	{"state", TASK_STATE_NAME},
	{"start_date", "task.started_at"},
	{"end_date", "task.ended_at"},
	{"duration", "task.ended_at - task.started_at"},
	{"try_number", "task.try_number"},
	{"scheduled_when", "task.scheduled_at"},
	{"queued_when", "task.queued_at"},
	{"dag_id", "run.dag_id"},
	{"run_id", "run.run_id"},
	{"dag_run_id", "run.run_id"},
	{"run_after", "run.run_after"},
	{"logical_date", "run.logical_date"},
	{"data_interval_start", "run.data_interval_start"},
	{"data_interval_end", "run.data_interval_end"},
};

static const struct order backfill_orders[] = {
	{"id", "backfill.id"},
	{"dag_id", "backfill.dag_id"},
	{"from_date", "backfill.from_date"},
	{"to_date", "backfill.to_date"},
	{"created_at", "backfill.created_at"},
	{"updated_at", "backfill.updated_at"},
	{"completed_at", "backfill.completed_at"},
};

static const struct order asset_orders[] = {
	{"id", "asset.id"},
	{"name", "asset.name"},
	{"uri", "asset.name"},
	{"created_at", "asset.created_at"},
	{"updated_at", "ifnull(newest.at, asset.created_at)"},
};

static const struct order asset_event_orders[] = {
	{"timestamp", "asset_event.at"},
	{"id", "asset_event.id"},
	{"asset_id", "asset.id"},
	{"source_dag_id", "asset_event.dag_id"},
	{"source_task_id", "asset_event.task_id"},
	{"source_run_id", "asset_event.run_id"},
	{"source_map_index", "asset_event.map_index"},
};

static const struct order pool_orders[] = {
	{"name", "pool.name"},
	{"pool", "pool.name"},
	{"id", "pool.name"},
	{"slots", "pool.slots"},
	{"description", "pool.description"},
	{"include_deferred", "pool.include_deferred"},
};

static const struct order variable_orders[] = {
	{"key", "variable.key"},
	{"id", "variable.key"},
	{"description", "variable.description"},
};

static const struct order connection_orders[] = {
	{"conn_id", "connection.conn_id"},
	{"connection_id", "connection.conn_id"},
	{"id", "connection.conn_id"},
	{"conn_type", "connection.conn_type"},
	{"description", "connection.description"},
};

#define ORDERS(list) .orders = (list), .n_orders = G_N_ELEMENTS(list)

static const struct list_kind run_list = {
	.what = "runs",
	.add_conditions = conditions_of_runs,
	.columns = RUN_COLUMNS,
	.from = "run",
	.ties = {"run.id"},
	.default_order = "-run_after",
	ORDERS(run_orders),
	.rows = &run_rows,
};

/* A left join, so that SQLite leaves the runs out where nothing of them is asked for. */
static const struct list_kind task_list = {
	.what = "task instances",
	.add_conditions = conditions_of_tasks,
	.columns = TASK_COLUMNS,
	.from = "task LEFT JOIN run ON run.id = task.run",
	.ties = {"task.run", "task.task_id", "task.map_index"},
	ORDERS(task_orders),
	.rows = &task_rows,
};

static const struct list_kind backfill_list = {
	.what = "backfills",
	.add_conditions = conditions_of_backfills,
	.columns = BACKFILL_COLUMNS,
	.from = "backfill",
	.ties = {"backfill.id"},
	ORDERS(backfill_orders),
	.rows = &backfill_rows,
};

static const struct list_kind asset_list = {
	.what = "assets",
	.add_conditions = conditions_of_assets,
	.columns = ASSET_COLUMNS,
	.from = ASSETS,
	.ties = {"asset.id"},
	ORDERS(asset_orders),
	.rows = &asset_rows,
};

static const struct list_kind asset_event_list = {
	.what = "updates of assets",
	.add_conditions = conditions_of_asset_events,
	.columns = ASSET_EVENT_COLUMNS,
	.from = ASSET_EVENTS,
	.ties = {"asset_event.id"},
	ORDERS(asset_event_orders),
	.rows = &asset_event_rows,
};

static const struct list_kind pool_list = {
	.what = "pools",
	.add_conditions = conditions_of_pools,
	.columns = POOL_COLUMNS,
	.from = "pool",
	.ties = {"pool.name"},
	ORDERS(pool_orders),
	.rows = &pool_rows,
};

static const struct list_kind variable_list = {
	.what = "variables",
	.add_conditions = conditions_of_variables,
	.columns = VARIABLE_COLUMNS,
	.from = "variable",
	.ties = {"variable.key"},
	ORDERS(variable_orders),
	.rows = &variable_rows,
};

static const struct list_kind connection_list = {
	.what = "connections",
	.add_conditions = conditions_of_connections,
	.columns = CONNECTION_COLUMNS,
	.from = "connection",
	.ties = {"connection.conn_id"},
	ORDERS(connection_orders),
	.rows = &connection_rows,
};

/* ---- order ---- */

static bool refuse_order(const struct list_kind *kind, const char *name, GError **error)
{
	g_autoptr(GString) names = g_string_new(NULL);
	for (size_t i = 0; i < kind->n_orders; i++)
		g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", kind->orders[i].name);
	g_set_error(error, STORE_ERROR, STORE_ASKED,
		"%s cannot be sorted by \"%s\": expected one of %s", kind->what, name, names->str);
	return false;
}

static void ties_add(GString *sql, const struct list_kind *kind, const char *direction)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kind->ties) && kind->ties[i] != NULL; i++)
		g_string_append_printf(sql, ", %s %s", kind->ties[i], direction);
}

/* Ties are broken by the primary key, nulls come last in both directions. */
static bool order_add(
	GString *sql, const struct list_kind *kind, const char *order_by, GError **error)
{
	const char *order = order_by != NULL ? order_by : kind->default_order;
	if (order == NULL)
		order = kind->orders[0].name;
	bool is_descending = order[0] == '-';
	const char *direction = is_descending ? "DESC" : "ASC";
	for (size_t i = 0; i < kind->n_orders; i++) {
		if (strcmp(kind->orders[i].name, order + is_descending) != 0)
			continue;
		g_string_append_printf(
			sql, " ORDER BY %s %s NULLS LAST", kind->orders[i].expression, direction);
		ties_add(sql, kind, direction);
		return true;
	}
	return refuse_order(kind, order + is_descending, error);
}

/* ---- rows and their number ---- */

/* The numbers of runs by DAG and state stand in for the runs, where those two are all that is
 * asked. */
static bool total_read(struct reader *reader, const struct list_kind *kind,
	const struct conditions *conditions, int64_t *total, GError **error)
{
	g_autofree char *sql = conditions->is_counted
		? g_strconcat("SELECT ifnull(sum(n), 0) FROM run_count AS run",
			conditions->sql->str, NULL)
		: g_strconcat("SELECT count(*) FROM ", kind->from, conditions->sql->str, NULL);
	sqlite3_stmt *statement = database_prepare(reader->db, sql, error);
	if (statement == NULL)
		return false;
	conditions_bind(conditions, statement);
	bool is_read = sqlite3_step(statement) == SQLITE_ROW || database_error(reader->db, error);
	if (is_read)
		*total = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return is_read;
}

static GArray *rows_read(struct reader *reader, const struct list_kind *kind,
	const struct conditions *conditions, const struct listing *listing, GError **error)
{
	g_autoptr(GString) sql = g_string_new(NULL);
	g_string_printf(
		sql, "SELECT %s FROM %s%s", kind->columns, kind->from, conditions->sql->str);
	if (!order_add(sql, kind, listing->order_by, error))
		return NULL;
	g_string_append_printf(sql, " LIMIT %u OFFSET %u", listing->limit, listing->offset);
	sqlite3_stmt *statement = database_prepare(reader->db, sql->str, error);
	if (statement == NULL)
		return NULL;
	conditions_bind(conditions, statement);
	GArray *rows = reader_take_all(reader, statement, kind->rows, error);
	sqlite3_finalize(statement);
	return rows;
}

static GArray *list_read(struct reader *reader, const struct list_kind *kind,
	const struct listing *listing, int64_t *total, GError **error)
{
	struct conditions conditions;
	GArray *rows = NULL;
	conditions_init(&conditions);
	if (kind->add_conditions(&conditions, listing, error)
		&& (total == NULL || total_read(reader, kind, &conditions, total, error)))
		rows = rows_read(reader, kind, &conditions, listing, error);
	conditions_clear(&conditions);
	return rows;
}

GArray *reader_runs(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error)
{
	return list_read(reader, &run_list, listing, total, error);
}

GArray *reader_tasks(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error)
{
	return list_read(reader, &task_list, listing, total, error);
}

GArray *reader_backfills(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error)
{
	return list_read(reader, &backfill_list, listing, total, error);
}

GArray *reader_assets(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error)
{
	return list_read(reader, &asset_list, listing, total, error);
}

GArray *reader_asset_events(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error)
{
	return list_read(reader, &asset_event_list, listing, total, error);
}

GArray *reader_pools(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error)
{
	return list_read(reader, &pool_list, listing, total, error);
}

GArray *reader_variables(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error)
{
	return list_read(reader, &variable_list, listing, total, error);
}

GArray *reader_connections(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error)
{
	return list_read(reader, &connection_list, listing, total, error);
}
