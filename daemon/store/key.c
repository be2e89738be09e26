/* SPDX-License-Identifier: MIT */
/*
 * The steps of a change: the new key is durable in `next`; all values are sealed with it in one
 * transaction; `next` takes the place of the old key. Whoever dies before the transaction leaves
 * the old key as the right one, whoever dies after it the one in `next`: which of the two it is
 * says the proof in the database. A credential cannot be replaced from here: `next` stays until it
 * has been.
 *
 * A transaction that failed may yet be whole in the log, unknown to SQLite, which lacked room only
 * for what it writes after that: whoever opens the database next finds it done. So `next` outlives
 * it, and the log is written anew before another change takes its place.
 */
#include "daemon/store/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "daemon/store/database.h"
#include "daemon/store/store.h"

/* Sealed in meta when the first dagd made the file: tells a wrong key from the right one. */
static const char proof_text[] = "dagd";
static const struct vault_place proof_place = {"meta", "key_proof"};

void key_files_init(struct key_files *files, const struct store_options *options)
{
	*files = (struct key_files){
		.database = g_strdup(options->path),
		.path = g_strdup(options->key_path),
		.next = g_strconcat(options->key_path, ".new", NULL),
		.credential = g_strdup(options->credential_path),
	};
}

void key_files_clear(struct key_files *files)
{
	g_free(files->database);
	g_free(files->path);
	g_free(files->next);
	g_free(files->credential);
	*files = (struct key_files){NULL};
}

/* ---- the proof ---- */

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

/* Whether the proof in the database opens with this key. */
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

/* ---- opening ---- */

/* What is looked at while the key is sought. */
struct search {
	const struct key_files *files;
	sqlite3 *db;
	int64_t n_secrets;
};

static bool is_there(const char *path)
{
	return path != NULL && g_file_test(path, G_FILE_TEST_EXISTS);
}

static bool refuse(
	const struct search *search, const char *what, const char *advice, GError **error)
{
	const struct key_files *files = search->files;
	g_set_error(error, STORE_ERROR, STORE_FAILED,
		"%s \"%s\" %s, and without it the values in \"%s\" (variables and connections: "
		"%" G_GINT64_FORMAT ") cannot be read: %s",
		files->credential ? "credential" : "key file",
		files->credential ? files->credential : files->path, what,
		sqlite3_db_filename(search->db, NULL), search->n_secrets, advice);
	return false;
}

/* The key in a file, if it is the one that opens the values; NULL: it is not, or an error. */
static struct vault *fitting(const struct search *search, const char *path, GError **error)
{
	bool fits = false;
	struct vault *vault = is_there(path) ? vault_open(path, error) : NULL;
	if (vault != NULL && proof_check(search->db, vault, &fits, error) && fits)
		return vault;
	vault_close(vault);
	return NULL;
}

/* The first key, or any where nothing is sealed. */
static struct vault *open_unsealed(
	const struct search *search, struct vault *vault, bool fits, GError **error)
{
	const struct key_files *files = search->files;
	if (vault == NULL)
		vault = vault_make(files->path, error);
	if (vault == NULL)
		return NULL;
	g_unlink(files->next);
	if (fits || proof_write(search->db, vault, error))
		return vault;
	vault_close(vault);
	return NULL;
}

/* A change whose last step is missing: it is done now. */
static bool change_end(const struct key_files *files, GError **error)
{
	if (files->credential != NULL)
		return true;
	if (rename(files->next, files->path) == 0 && vault_sync_folder(files->path))
		return true;
	g_set_error(error, STORE_ERROR, STORE_FAILED,
		"the new key cannot take the place of \"%s\": %s; it is \"%s\", which is taken at "
		"the next start",
		files->path, g_strerror(errno), files->next);
	return false;
}

/* The one that should do does not. */
static struct vault *open_other(const struct search *search, bool has_main, GError **error)
{
	const struct key_files *files = search->files;
	struct vault *vault = fitting(search, files->next, error);
	if (vault != NULL && change_end(files, error))
		return vault;
	vault_close(vault);
	if (error != NULL && *error != NULL)
		return NULL;
	vault = files->credential != NULL ? fitting(search, files->path, NULL) : NULL;
	bool is_own = vault != NULL;
	vault_close(vault);
	if (is_own)
		refuse(search, "holds another key than state/key, with which they are sealed",
			"start dagd without the credential, and give its key to `dagctl secrets "
			"rotate-key --new-key`; or make state/key the credential",
			error);
	else
		refuse(search,
			has_main ? "holds another key than the one used so far" : "is missing",
			"put the key back from a backup", error);
	return NULL;
}

static struct vault *open_main(const struct key_files *files, GError **error)
{
	return files->credential != NULL ? vault_open_credential(files->credential, error)
					 : vault_open(files->path, error);
}

struct vault *key_open(const struct key_files *files, sqlite3 *db, GError **error)
{
	struct search search = {.files = files, .db = db};
	bool fits = false;
	bool has_main = files->credential != NULL || is_there(files->path);
	if (!database_integer(db,
		    "SELECT (SELECT count(*) FROM variable) + (SELECT count(*) FROM connection)",
		    &search.n_secrets, error))
		return NULL;
	struct vault *vault = has_main ? open_main(files, error) : NULL;
	if (has_main && (vault == NULL || !proof_check(db, vault, &fits, error))) {
		vault_close(vault);
		return NULL;
	}
	if (search.n_secrets == 0)
		return open_unsealed(&search, vault, fits, error);
	if (fits) {
		g_unlink(files->next);
		return vault;
	}
	vault_close(vault);
	return open_other(&search, has_main, error);
}

bool key_is_ahead(const struct key_files *files, const struct vault *vault)
{
	struct vault *main = files->credential != NULL ? open_main(files, NULL) : NULL;
	bool is_ahead = main != NULL && !vault_is_same(main, vault);
	vault_close(main);
	return is_ahead;
}

/* ---- changing ---- */

struct resealing {
	const struct vault *old, *new;
	int64_t n_values;
};

static const struct sealed_table {
	const char *name, *list, *read, *write;
} sealed_tables[] = {
	{"variable", "SELECT key FROM variable", "SELECT sealed FROM variable WHERE key = ?",
		"UPDATE variable SET sealed = ?2 WHERE key = ?1"},
	{"connection", "SELECT conn_id FROM connection",
		"SELECT sealed FROM connection WHERE conn_id = ?",
		"UPDATE connection SET sealed = ?2 WHERE conn_id = ?1"},
};

static GPtrArray *names_read(sqlite3 *db, const struct sealed_table *table, GError **error)
{
	sqlite3_stmt *list = database_prepare(db, table->list, error);
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	int code = SQLITE_ERROR;
	while (list != NULL && (code = sqlite3_step(list)) == SQLITE_ROW)
		g_ptr_array_add(names, g_strdup((const char *)sqlite3_column_text(list, 0)));
	if (list != NULL && code != SQLITE_DONE)
		database_error(db, error);
	sqlite3_finalize(list);
	if (code == SQLITE_DONE)
		return names;
	g_ptr_array_unref(names);
	return NULL;
}

/* The statements are for one row each. */
static bool row_reseal(const struct resealing *resealing, const struct vault_place *place,
	sqlite3_stmt *read, sqlite3_stmt *write, GError **error)
{
	sqlite3 *db = sqlite3_db_handle(read);
	char *clear = NULL;
	sqlite3_bind_text(read, 1, place->key, -1, SQLITE_STATIC);
	if (sqlite3_step(read) == SQLITE_ROW)
		clear = vault_unseal(resealing->old, place, sqlite3_column_blob(read, 0),
			(size_t)sqlite3_column_bytes(read, 0), error);
	else
		database_error(db, error);
	sqlite3_reset(read);
	if (clear == NULL)
		return false;
	size_t size = vault_sealed_size(strlen(clear));
	uint8_t *sealed = g_malloc(size);
	vault_seal(resealing->new, place, clear, strlen(clear), sealed);
	vault_forget(clear);
	sqlite3_bind_text(write, 1, place->key, -1, SQLITE_STATIC);
	sqlite3_bind_blob64(write, 2, sealed, size, g_free);
	bool is_written = sqlite3_step(write) == SQLITE_DONE || database_error(db, error);
	sqlite3_reset(write);
	return is_written;
}

static bool table_reseal(
	struct resealing *resealing, sqlite3 *db, const struct sealed_table *table, GError **error)
{
	g_autoptr(GPtrArray) names = names_read(db, table, error);
	sqlite3_stmt *read = names ? database_prepare(db, table->read, error) : NULL;
	sqlite3_stmt *write = read ? database_prepare(db, table->write, error) : NULL;
	bool is_done = write != NULL;
	for (unsigned i = 0; is_done && i < names->len; i++) {
		struct vault_place place = {table->name, names->pdata[i]};
		is_done = row_reseal(resealing, &place, read, write, error);
		resealing->n_values += is_done;
	}
	sqlite3_finalize(read);
	sqlite3_finalize(write);
	return is_done;
}

static bool all_reseal(sqlite3 *db, void *data, GError **error)
{
	struct resealing *resealing = data;
	resealing->n_values = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(sealed_tables); i++)
		if (!table_reseal(resealing, db, &sealed_tables[i], error))
			return false;
	return proof_write(db, resealing->new, error);
}

static bool is_same_file(const char *path, const char *other)
{
	struct stat one, two;
	return stat(path, &one) == 0 && stat(other, &two) == 0 && one.st_dev == two.st_dev
		&& one.st_ino == two.st_ino;
}

/* Whether both are in one folder, whatever it is called. */
static bool is_beside(const char *path, const char *other)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *other_folder = g_path_get_dirname(other);
	return is_same_file(folder, other_folder);
}

/* Whether it has a name that files of keys, or of the database, get. */
static bool is_own(const struct key_files *files, const char *path)
{
	g_autofree char *name = g_path_get_basename(path);
	g_autofree char *key = g_path_get_basename(files->path);
	g_autofree char *next = g_path_get_basename(files->next);
	g_autofree char *database = g_path_get_basename(files->database);
	bool is_key = strcmp(name, key) == 0 || strcmp(name, next) == 0;
	return (is_key && is_beside(path, files->path))
		|| (g_str_has_prefix(name, database) && is_beside(path, files->database));
}

/* In a file of its own: not by a link to the one that is about to change. */
static bool is_kept_already(
	const struct key_files *files, const struct vault *vault, const char *path)
{
	const char *main = files->credential != NULL ? files->credential : files->path;
	struct vault *kept = is_same_file(path, main) ? NULL : vault_open(path, NULL);
	bool is_same = kept != NULL && vault_is_same(kept, vault);
	vault_close(kept);
	return is_same;
}

static bool refuse_keeping(const char *path, const char *why, GError **error)
{
	g_set_error(error, STORE_ERROR, STORE_FAILED, "the old key cannot be kept in \"%s\": %s",
		path, why);
	return false;
}

/* Never over another file, which may be the only copy of an older key. */
static bool old_keep(
	const struct key_files *files, const struct vault *vault, const char *path, GError **error)
{
	if (is_own(files, path))
		return refuse_keeping(
			path, "dagd has a use for this name itself; name another file", error);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int number = errno;
	if (fd < 0)
		return (number == EEXIST && is_kept_already(files, vault, path))
			|| refuse_keeping(path, g_strerror(number), error);
	close(fd);
	if (vault_save(vault, path, error))
		return true;
	g_unlink(path);
	return false;
}

static struct vault *new_key(const struct key_files *files, const struct vault *vault,
	const struct key_change *change, GError **error)
{
	if (files->credential != NULL && change->new_key == NULL) {
		g_set_error(error, STORE_ERROR, STORE_FAILED,
			"the key is a credential, which dagd cannot replace: make a new key with "
			"`openssl rand -hex 32`, give it with --new-key, then put it in place of "
			"the credential");
		return NULL;
	}
	struct vault *new =
		change->new_key != NULL ? vault_of_text(change->new_key, error) : vault_draw();
	if (new == NULL || !vault_is_same(vault, new))
		return new;
	vault_close(new);
	g_set_error(error, STORE_ERROR, STORE_FAILED, "this is the key that is used already");
	return NULL;
}

/* The key in use must be in its own place before `next` is written over. */
static bool main_check(const struct key_files *files, const struct vault *vault, GError **error)
{
	struct vault *main = open_main(files, error);
	if (main == NULL)
		return false;
	bool is_main = vault_is_same(main, vault);
	vault_close(main);
	if (is_main)
		return true;
	g_set_error(error, STORE_ERROR, STORE_FAILED,
		"\"%s\" no longer holds the key in use: put that back first",
		files->credential != NULL ? files->credential : files->path);
	return false;
}

/* Any transaction will do: its place in the log is that of one that failed. */
static bool log_renew(sqlite3 *db, void *data, GError **error)
{
	return proof_write(db, data, error);
}

/* What lies in `next` may be the only copy of the key in use: then it is not written over. */
static bool earlier_end(
	const struct key_files *files, struct writer *writer, struct vault *vault, GError **error)
{
	if (!is_there(files->next))
		return main_check(files, vault, error);
	struct vault *next = vault_open(files->next, error);
	if (next == NULL)
		return false;
	bool is_in_use = vault_is_same(next, vault);
	vault_close(next);
	if (!is_in_use)
		return main_check(files, vault, error)
			&& writer_transact(writer, log_renew, vault, error);
	if (files->credential == NULL)
		return change_end(files, error);
	g_set_error(error, STORE_ERROR, STORE_FAILED,
		"the key of the change before is not the credential yet: put \"%s\" in its place "
		"and restart dagd first",
		files->next);
	return false;
}

bool key_change(const struct key_files *files, struct writer *writer, struct vault *vault,
	struct key_change *change, GError **error)
{
	struct vault *new = earlier_end(files, writer, vault, error)
		? new_key(files, vault, change, error)
		: NULL;
	struct resealing resealing = {.old = vault, .new = new};
	if (new == NULL)
		return false;
	bool is_saved =
		(change->keep_old == NULL || old_keep(files, vault, change->keep_old, error))
		&& vault_save(new, files->next, error);
	if (is_saved)
		vault_add(vault, new);
	bool is_done = is_saved && writer_transact(writer, all_reseal, &resealing, error);
	change->n_values = resealing.n_values;
	vault_close(new);
	if (is_done) {
		vault_turn(vault);
		return change_end(files, error);
	}
	if (is_saved)
		vault_drop(vault);
	return false;
}
