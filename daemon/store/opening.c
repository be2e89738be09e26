/* SPDX-License-Identifier: MIT */
#include "daemon/store/opening.h"

#include <string.h>

#include "daemon/store/database.h"
#include "daemon/store/place.h"
#include "daemon/store/schema.h"
#include "daemon/store/store.h"
#include "daemon/store/upgrade.h"

static bool epoch_raise(sqlite3 *db, struct opening *opening, GError **error)
{
	return database_run(db, "UPDATE meta SET epoch = epoch + 1", error)
		&& database_integer(db, "SELECT epoch FROM meta", &opening->epoch, error);
}

static bool ids_read(sqlite3 *db, struct opening *opening, GError **error)
{
	static const char run[] =
		"SELECT max(last_run, ifnull((SELECT max(id) FROM run), 0)) FROM meta";
	static const char attempt[] =
		"SELECT max(last_attempt, ifnull((SELECT max(id) FROM attempt), 0)) FROM meta";
	static const char backfill[] =
		"SELECT max(last_backfill, ifnull((SELECT max(id) FROM backfill), 0)) FROM meta";
	static const char asset_event[] =
		"SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'asset_event'), 0)";
	return database_integer(db, run, &opening->last_run, error)
		&& database_integer(db, attempt, &opening->last_attempt, error)
		&& database_integer(db, backfill, &opening->last_backfill, error)
		&& database_integer(db, asset_event, &opening->last_asset_event, error);
}

static bool vault_fit(sqlite3 *db, struct opening *opening, GError **error)
{
	opening->vault = key_open(&opening->key_files, db, error);
	return opening->vault != NULL;
}

/* ---- in order ---- */

/* Tasks that name no pool are in this one, so it is always there. */
static bool default_pool_make(sqlite3 *db, int64_t slots, GError **error)
{
	sqlite3_stmt *statement = database_prepare(db,
		"INSERT OR IGNORE INTO pool VALUES ('" DEFAULT_POOL "', ?, 'Default pool', 0)",
		error);
	if (statement == NULL)
		return false;
	sqlite3_bind_int64(statement, 1, slots != 0 ? slots : DEFAULT_POOL_SLOTS);
	bool is_made = sqlite3_step(statement) == SQLITE_DONE || database_error(db, error);
	sqlite3_finalize(statement);
	return is_made;
}

/* The way back is kept before the format of what is there is changed. */
static bool tables_make(sqlite3 *db, const char *path, int64_t version, GError **error)
{
	int64_t newest = schema_newest();
	bool is_changed = version > 0 && version < newest;
	if (is_changed && !upgrade_keep(path, newest, error))
		return false;
	if (!database_set_durable(db, error) || !schema_update(db, version, error))
		return false;
	if (is_changed)
		upgrade_forget(path, newest);
	return true;
}

/* All that can be refused is looked at before anything is written. */
static bool begin_writing(
	sqlite3 *db, struct opening *opening, const struct store_options *options, GError **error)
{
	int64_t version;
	const char *path = options->path;
	if (!schema_check(db, &version, error) || (version > 0 && !vault_fit(db, opening, error))
		|| !tables_make(db, path, version, error))
		return false;
	database_reserve(db);
	if (version == 0 && !vault_fit(db, opening, error))
		return false;
	return epoch_raise(db, opening, error)
		&& default_pool_make(db, options->default_pool_slots, error)
		&& ids_read(db, opening, error);
}

bool opening_begin(struct opening *opening, const struct store_options *options, GError **error)
{
	const char *path = options->path;
	*opening = (struct opening){.vault = NULL};
	key_files_init(&opening->key_files, options);
	sqlite3 *db = place_check(path, options->key_path, error)
		? database_open(path, DATABASE_WRITES, error)
		: NULL;
	if (db == NULL) {
		opening_end(opening);
		return false;
	}
	if (!begin_writing(db, opening, options, error)) {
		database_close(db);
		opening_end(opening);
		return false;
	}
	opening->writer = writer_new(db, opening->vault, opening->epoch, error);
	if (opening->writer != NULL) {
		writer_checkpoint(opening->writer);
		opening->loop_reader = reader_open(path, opening->vault, error);
	}
	if (opening->loop_reader != NULL)
		opening->query_reader = reader_open(path, opening->vault, error);
	if (opening->query_reader != NULL)
		return true;
	opening_end(opening);
	return false;
}

void opening_end(struct opening *opening)
{
	reader_close(opening->loop_reader);
	reader_close(opening->query_reader);
	writer_free(opening->writer);
	vault_close(opening->vault);
	key_files_clear(&opening->key_files);
}
