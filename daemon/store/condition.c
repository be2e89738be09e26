/* SPDX-License-Identifier: MIT */
#include "daemon/store/condition.h"

#include <string.h>

#include "daemon/store/reader.h"
#include "daemon/store/schema.h"
#include "lib/base/instant.h"

struct value {
	const char *text; /* borrowed from the listing; NULL: the integer */
	int64_t integer;
};

void conditions_init(struct conditions *conditions)
{
	*conditions = (struct conditions){
		.sql = g_string_new(NULL),
		.values = g_array_new(FALSE, FALSE, sizeof(struct value)),
	};
}

void conditions_clear(struct conditions *conditions)
{
	g_string_free(conditions->sql, TRUE);
	g_array_unref(conditions->values);
}

static void condition_add(struct conditions *conditions, const char *sql)
{
	g_string_append(conditions->sql, conditions->sql->len == 0 ? " WHERE " : " AND ");
	g_string_append(conditions->sql, sql);
}

static void condition_text(struct conditions *conditions, const char *sql, const char *text)
{
	struct value value = {.text = text};
	if (text == NULL)
		return;
	condition_add(conditions, sql);
	g_array_append_val(conditions->values, value);
}

static void condition_integer(struct conditions *conditions, const char *sql, int64_t integer)
{
	struct value value = {.integer = integer};
	condition_add(conditions, sql);
	g_array_append_val(conditions->values, value);
}

static void condition_instant(struct conditions *conditions, const char *sql, int64_t at)
{
	if (at != INSTANT_NONE)
		condition_integer(conditions, sql, at);
}

static const char *unless_any(const char *id)
{
	return id != NULL && strcmp(id, "~") != 0 ? id : NULL;
}

static void condition_pattern(struct conditions *conditions, const char *sql, const char *pattern)
{
	condition_text(conditions, sql, unless_any(pattern));
}

/* ---- words ---- */

static bool condition_type(
	struct conditions *conditions, const struct listing *listing, GError **error)
{
	enum run_type type;
	g_autofree char *sql = NULL;
	if (listing->run_type == NULL)
		return true;
	if (!run_type_parse(listing->run_type, &type)) {
		g_set_error(error, STORE_ERROR, STORE_ASKED,
			"\"%s\" is no type of a run: expected scheduled, manual, "
			"backfill or asset_triggered",
			listing->run_type);
		return false;
	}
	sql = g_strdup_printf("run.type = %d", (int)type);
	condition_add(conditions, sql);
	return true;
}

typedef bool state_number(const char *name, int *number);

static bool run_number(const char *name, int *number)
{
	enum run_state state;
	bool is_known = run_state_parse(name, &state);
	*number = is_known ? (int)state : 0;
	return is_known;
}

static bool task_number(const char *name, int *number)
{
	enum task_state state;
	bool is_known = task_state_parse(name, &state);
	*number = is_known ? (int)state : 0;
	return is_known;
}

/* The numbers of the wanted states as a set of bits; none: no condition. */
static bool states_parse(
	const struct listing *listing, state_number *parse, unsigned *states, GError **error)
{
	*states = 0;
	for (size_t i = 0; listing->states != NULL && listing->states[i] != NULL; i++) {
		int number;
		if (!parse(listing->states[i], &number)) {
			g_set_error(error, STORE_ERROR, STORE_ASKED, "there is no state \"%s\"",
				listing->states[i]);
			return false;
		}
		*states |= 1u << number;
	}
	return true;
}

static void condition_states(struct conditions *conditions, const char *column, unsigned states)
{
	g_autoptr(GString) sql = g_string_new(column);
	if (states == 0)
		return;
	const char *before = " IN (";
	for (int i = 0; i < 32; i++) {
		if ((states & (1u << i)) == 0)
			continue;
		g_string_append_printf(sql, "%s%d", before, i);
		before = ", ";
	}
	g_string_append_c(sql, ')');
	condition_add(conditions, sql->str);
}

/* ---- of each kind of list ---- */

/* Those that only a scan of the runs can answer. */
static void conditions_of_run(struct conditions *conditions, const struct listing *listing)
{
	condition_text(conditions, "run.run_id = ?", unless_any(listing->run_id));
	condition_instant(conditions, "run.run_after >= ?", listing->run_after_gte);
	condition_instant(conditions, "run.run_after <= ?", listing->run_after_lte);
	condition_instant(conditions, "run.logical_date >= ?", listing->logical_date_gte);
	condition_instant(conditions, "run.logical_date <= ?", listing->logical_date_lte);
}

bool conditions_of_runs(
	struct conditions *conditions, const struct listing *listing, GError **error)
{
	unsigned states;
	if (!states_parse(listing, run_number, &states, error))
		return false;
	condition_text(conditions, "run.dag_id = ?", unless_any(listing->dag_id));
	condition_states(conditions, "run.state", states);
	gsize counted_len = conditions->sql->len;
	if (!condition_type(conditions, listing, error))
		return false;
	conditions_of_run(conditions, listing);
	condition_pattern(conditions, "run.run_id LIKE ?", listing->pattern);
	condition_instant(conditions, "run.started_at >= ?", listing->started_gte);
	condition_instant(conditions, "run.started_at <= ?", listing->started_lte);
	condition_instant(conditions, "run.ended_at >= ?", listing->ended_gte);
	condition_instant(conditions, "run.ended_at <= ?", listing->ended_lte);
	conditions->is_counted = conditions->sql->len == counted_len;
	return true;
}

static unsigned live_task_states(void)
{
	unsigned states = 0;
	for (unsigned state = 0; state < N_TASK_STATES; state++)
		if (!task_state_is_finished((enum task_state)state))
			states |= 1u << state;
	return states;
}

bool conditions_of_tasks(
	struct conditions *conditions, const struct listing *listing, GError **error)
{
	unsigned states;
	if (!states_parse(listing, task_number, &states, error)
		|| !condition_type(conditions, listing, error))
		return false;
	condition_text(conditions, "run.dag_id = ?", unless_any(listing->dag_id));
	conditions_of_run(conditions, listing);
	condition_text(conditions, "task.task_id = ?", listing->task_id);
	condition_pattern(conditions, "task.task_id LIKE ?", listing->pattern);
	condition_states(conditions, "task.state", states);
	if (states != 0 && (states & ~live_task_states()) == 0)
		condition_add(conditions, "task." TASK_IS_LIVE); /* lets SQLite use that index */
	condition_instant(conditions, "task.started_at >= ?", listing->started_gte);
	condition_instant(conditions, "task.started_at <= ?", listing->started_lte);
	condition_instant(conditions, "task.ended_at >= ?", listing->ended_gte);
	condition_instant(conditions, "task.ended_at <= ?", listing->ended_lte);
	return true;
}

bool conditions_of_backfills(
	struct conditions *conditions, const struct listing *listing, GError **error)
{
	condition_text(conditions, "backfill.dag_id = ?", unless_any(listing->dag_id));
	return true;
}

bool conditions_of_assets(
	struct conditions *conditions, const struct listing *listing, GError **error)
{
	condition_pattern(conditions, "asset.name LIKE ?", listing->pattern);
	condition_pattern(conditions, "asset.name LIKE ?", listing->uri_pattern);
	condition_text(
		conditions, "asset.name IN (SELECT value FROM json_each(?))", listing->names);
	return true;
}

bool conditions_of_asset_events(
	struct conditions *conditions, const struct listing *listing, GError **error)
{
	if (listing->asset != 0)
		condition_integer(conditions, "asset.id = ?", listing->asset);
	if (listing->map_index != MAP_INDEX_ANY)
		condition_integer(conditions, "asset_event.map_index = ?", listing->map_index);
	condition_text(conditions, "asset_event.dag_id = ?", unless_any(listing->dag_id));
	condition_text(conditions, "asset_event.run_id = ?", listing->run_id);
	condition_text(conditions, "asset_event.task_id = ?", listing->task_id);
	condition_instant(conditions, "asset_event.at >= ?", listing->at_gte);
	condition_instant(conditions, "asset_event.at <= ?", listing->at_lte);
	return true;
}

bool conditions_of_pools(
	struct conditions *conditions, const struct listing *listing, GError **error)
{
	condition_pattern(conditions, "pool.name LIKE ?", listing->pattern);
	return true;
}

bool conditions_of_variables(
	struct conditions *conditions, const struct listing *listing, GError **error)
{
	condition_pattern(conditions, "variable.key LIKE ?", listing->pattern);
	return true;
}

bool conditions_of_connections(
	struct conditions *conditions, const struct listing *listing, GError **error)
{
	condition_pattern(conditions, "connection.conn_id LIKE ?", listing->pattern);
	return true;
}

void conditions_bind(const struct conditions *conditions, sqlite3_stmt *statement)
{
	for (guint i = 0; i < conditions->values->len; i++) {
		const struct value *value = &g_array_index(conditions->values, struct value, i);
		if (value->text != NULL)
			bind_text(statement, (int)i + 1, value->text);
		else
			sqlite3_bind_int64(statement, (int)i + 1, value->integer);
	}
}
