/* SPDX-License-Identifier: MIT */
#include "daemon/store/opening.h"

#include <string.h>

#include "daemon/store/database.h"
#include "daemon/store/place.h"
#include "daemon/store/schema.h"
#include "daemon/store/store.h"
#include "daemon/store/upgrade.h"

/* Sealed in meta when the first dagd made the file: tells a wrong key from the right one. */
static const char proof_text[] = "dagd";
static const struct vault_place proof_place = {"meta", "key_proof"};

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

/* ---- the key ---- */

static bool proof_write(sqlite3 *db, const struct vault *vault, GError **error)
{
	uint8_t sealed[128];
	size_t size = vault_sealed_size(strlen(proof_text));
	g_assert(size <= sizeof sealed);
	vault_seal(vault, &proof_place, proof_text, strlen(proof_text), sealed);
	sqlite3_stmt *statement = database_prepare(db, "UPDATE meta SET key_proof = ?", error);
	if (statement == NULL)
		return false;
	sqlite3_bind_blob64(statement, 1, sealed, size, SQLITE_STATIC);
	bool is_written = sqlite3_step(statement) == SQLITE_DONE || database_error(db, error);
	sqlite3_finalize(statement);
	return is_written;
}

/* Whether the proof in the database opens with this key; *is_there: there is one. */
static bool proof_check(sqlite3 *db, const struct vault *vault, bool *fits, GError **error)
{
	sqlite3_stmt *statement = database_prepare(db, "SELECT key_proof FROM meta", error);
	if (statement == NULL)
		return false;
	bool is_read = sqlite3_step(statement) == SQLITE_ROW || database_error(db, error);
	if (is_read) {
		char *text = vault_unseal(vault, &proof_place, sqlite3_column_blob(statement, 0),
			(size_t)sqlite3_column_bytes(statement, 0), NULL);
		*fits = text != NULL && strcmp(text, proof_text) == 0;
		vault_forget(text);
	}
	sqlite3_finalize(statement);
	return is_read;
}

static bool refuse_key(
	const char *path, const char *key_path, const char *what, int64_t n_secrets, GError **error)
{
	g_set_error(error, STORE_ERROR, STORE_FAILED,
		"key file \"%s\" %s, and without it the values in \"%s\" (variables and "
		"connections: "
		"%" G_GINT64_FORMAT ") cannot be read: put the key back from a backup",
		key_path, what, path, n_secrets);
	return false;
}

/* With no secrets yet, any key will do, also a new one. */
static bool vault_fit(sqlite3 *db, struct opening *opening, const char *path, const char *key_path,
	GError **error)
{
	int64_t n_secrets;
	bool fits;
	bool is_there = g_file_test(key_path, G_FILE_TEST_EXISTS);
	if (!database_integer(db,
		    "SELECT (SELECT count(*) FROM variable) + (SELECT count(*) FROM connection)",
		    &n_secrets, error))
		return false;
	if (!is_there && n_secrets > 0)
		return refuse_key(path, key_path, "is missing", n_secrets, error);
	opening->vault = is_there ? vault_open(key_path, error) : vault_make(key_path, error);
	if (opening->vault == NULL || !proof_check(db, opening->vault, &fits, error))
		return false;
	if (!fits && n_secrets > 0)
		return refuse_key(path, key_path, "holds another key than the one used so far",
			n_secrets, error);
	return fits || proof_write(db, opening->vault, error);
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
	if (!schema_check(db, &version, error)
		|| (version > 0 && !vault_fit(db, opening, path, options->key_path, error))
		|| !tables_make(db, path, version, error))
		return false;
	database_reserve(db);
	if (version == 0 && !vault_fit(db, opening, path, options->key_path, error))
		return false;
	return epoch_raise(db, opening, error)
		&& default_pool_make(db, options->default_pool_slots, error)
		&& ids_read(db, opening, error);
}

bool opening_begin(struct opening *opening, const struct store_options *options, GError **error)
{
	const char *path = options->path;
	*opening = (struct opening){.vault = NULL};
	if (!place_check(path, options->key_path, error))
		return false;
	sqlite3 *db = database_open(path, DATABASE_WRITES, error);
	if (db == NULL)
		return false;
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
}
