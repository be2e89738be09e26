/* SPDX-License-Identifier: MIT */
/*
 * All pages are read in one transaction, so that they are of one instant; the write-ahead log grows
 * meanwhile. What was copied is synced every few megabytes: a single sync at the end would keep the
 * commits of others waiting for all of it.
 */
#include "daemon/store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "daemon/store/database.h"
#include "daemon/store/draft.h"
#include "daemon/store/schema.h"
#include "lib/base/error.h"
#include "lib/engine/record.h"

enum { STEP_PAGES = 1024, CHECK_OPERATIONS = 100000 };

/* The header of a file of SQLite, as far as it tells what the file is. */
#define SQLITE_MAGIC "SQLite format 3"
enum { HEADER_SIZE = 100, LOG_KIND_AT = 18, LOG_IS_NONE = 1, APPLICATION_AT = 68 };

/* One file is all of it, without a log beside it; and what runs now will have gone on since. */
static const char complete_sql[] =
	"PRAGMA journal_mode = DELETE;"
	"UPDATE attempt SET boot_id = '" BOOT_RESTORED "' WHERE " ATTEMPT_IS_LIVE ";";

struct backup {
	const struct backup_options *options;
	char *folder_path, *name; /* of the copy */
	char *state_path;         /* the folder of the database */
	struct draft draft;       /* until it is whole */
	int folder;
};

static bool is_stopped(const struct backup *backup)
{
	return __atomic_load_n(backup->options->is_stopped, __ATOMIC_RELAXED);
}

static bool refuse_stopped(GError **error)
{
	return error_say(error, "the backup was given up");
}

/* ---- where the copy is to be ---- */

static bool refuse_folder(const struct backup *backup, int number, GError **error)
{
	const char *advice = "";
	if (number == EROFS)
		advice = "; under systemd the unit may say so";
	else if (number == EACCES)
		advice = "; choose one that this user may write to";
	return error_say(error, "dagd (user %s) cannot write in folder \"%s\": %s%s",
		g_get_user_name(), backup->folder_path, g_strerror(number), advice);
}

/* The folder of the database belongs to dagd. */
static bool folder_check(const struct backup *backup, GError **error)
{
	struct stat ours, theirs;
	if (backup->options->is_beside)
		return true;
	if (fstat(backup->folder, &theirs) != 0 || stat(backup->state_path, &ours) != 0)
		return refuse_folder(backup, errno, error);
	if (ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino)
		return error_say(error, "folder \"%s\" is dagd's own; choose another one",
			backup->folder_path);
	return true;
}

/* Closing a descriptor of the database itself would drop the locks that SQLite holds on it. */
static bool is_database(const struct backup *backup, const struct stat *there)
{
	struct stat ours;
	return stat(backup->options->database, &ours) == 0 && ours.st_dev == there->st_dev
		&& ours.st_ino == there->st_ino;
}

/* A database in use has a write-ahead log, a backup has none. */
static bool is_backup_header(const uint8_t *header)
{
	uint32_t application;
	memcpy(&application, header + APPLICATION_AT, sizeof application);
	return memcmp(header, SQLITE_MAGIC, sizeof SQLITE_MAGIC) == 0
		&& header[LOG_KIND_AT] == LOG_IS_NONE
		&& GUINT32_FROM_BE(application) == APPLICATION_ID;
}

/* Who may ask for a backup may not for that write over anything that dagd may write. */
static bool is_replaceable(const struct backup *backup, const struct stat *there)
{
	uint8_t header[HEADER_SIZE];
	if (backup->options->is_beside || there->st_size == 0)
		return true;
	if (is_database(backup, there))
		return false;
	int fd = openat(
		backup->folder, backup->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = pread(fd, header, sizeof header, 0);
	close(fd);
	return n == sizeof header && is_backup_header(header);
}

static bool name_check(const struct backup *backup, GError **error)
{
	struct stat there;
	if (fstatat(backup->folder, backup->name, &there, AT_SYMLINK_NOFOLLOW) != 0)
		return true;
	if (!backup->options->replaces)
		return error_say(error, "\"%s\" is there already; --force replaces it",
			backup->options->path);
	if (!S_ISREG(there.st_mode))
		return error_say(
			error, "\"%s\" is no file, and is not replaced", backup->options->path);
	if (!is_replaceable(backup, &there))
		return error_say(error, "\"%s\" is no backup of dagd, and is not replaced",
			backup->options->path);
	return true;
}

static bool backup_open(struct backup *backup, GError **error)
{
	const char *path = backup->options->path;
	backup->folder_path = g_path_get_dirname(path);
	backup->name = g_path_get_basename(path);
	backup->state_path = g_path_get_dirname(backup->options->database);
	backup->folder = open(backup->folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (backup->folder < 0)
		return refuse_folder(backup, errno, error);
	if (!folder_check(backup, error) || !name_check(backup, error))
		return false;
	struct draft_place place = {backup->folder, backup->folder_path, backup->state_path};
	return draft_open(&backup->draft, &place) || refuse_folder(backup, errno, error);
}

static void backup_close(struct backup *backup)
{
	draft_close(&backup->draft);
	if (backup->folder >= 0)
		close(backup->folder);
	g_free(backup->folder_path);
	g_free(backup->name);
	g_free(backup->state_path);
}

/* ---- copying ---- */

/* Unlike with dagd's own database nothing is lost when it cannot be written. */
static bool refuse_copy(const struct backup *backup, sqlite3 *copy, int code, GError **error)
{
	int number = sqlite3_system_errno(copy);
	bool is_full = (code & 0xff) == SQLITE_FULL || number == ENOSPC;
	const char *why = number ? g_strerror(number) : sqlite3_errstr(code);
	return error_say(error, "\"%s\" cannot be written: %s", backup->options->path,
		is_full ? g_strerror(ENOSPC) : why);
}

static bool sync_file(const struct backup *backup, GError **error)
{
	return fdatasync(backup->draft.fd) == 0
		|| error_say(error, "\"%s\" cannot be written: %s", backup->options->path,
			g_strerror(errno));
}

static bool pages_copy(
	const struct backup *backup, sqlite3_backup *pages, sqlite3 *copy, GError **error)
{
	int code = SQLITE_OK;
	while (code == SQLITE_OK) {
		if (is_stopped(backup))
			return refuse_stopped(error);
		code = sqlite3_backup_step(pages, STEP_PAGES);
		if ((code == SQLITE_OK || code == SQLITE_DONE) && !sync_file(backup, error))
			return false;
		int n_pages = sqlite3_backup_pagecount(pages);
		backup->options->on_progress(
			backup->options->data, n_pages - sqlite3_backup_remaining(pages), n_pages);
	}
	return code == SQLITE_DONE || refuse_copy(backup, copy, code, error);
}

static bool database_copy(
	const struct backup *backup, sqlite3 *database, sqlite3 *copy, GError **error)
{
	int64_t unused;
	if (!database_run(database, "BEGIN", error)
		|| !database_integer(database, "SELECT epoch FROM meta", &unused, error))
		return false;
	/* Nobody else knows of the copy yet: it needs neither journal nor syncs of SQLite. */
	sqlite3_exec(copy, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF", NULL, NULL, NULL);
	sqlite3_backup *pages = sqlite3_backup_init(copy, "main", database, "main");
	if (pages == NULL)
		return refuse_copy(backup, copy, sqlite3_errcode(copy), error);
	bool is_copied = pages_copy(backup, pages, copy, error);
	sqlite3_backup_finish(pages);
	if (is_copied && sqlite3_exec(copy, complete_sql, NULL, NULL, NULL) != SQLITE_OK)
		return refuse_copy(backup, copy, sqlite3_errcode(copy), error);
	return is_copied;
}

/* ---- checking ---- */

static int on_checked(void *data)
{
	return is_stopped(data);
}

static bool copy_check(const struct backup *backup, sqlite3 *copy, GError **error)
{
	sqlite3_stmt *statement;
	sqlite3_progress_handler(copy, CHECK_OPERATIONS, on_checked, (void *)backup);
	if (sqlite3_prepare_v2(copy, "PRAGMA integrity_check(1)", -1, &statement, NULL)
		!= SQLITE_OK)
		return refuse_copy(backup, copy, sqlite3_errcode(copy), error);
	int code = sqlite3_step(statement);
	g_autofree char *found = code == SQLITE_ROW
		? g_strdup((const char *)sqlite3_column_text(statement, 0))
		: NULL;
	sqlite3_finalize(statement);
	if (code == SQLITE_INTERRUPT)
		return refuse_stopped(error);
	if (found && strcmp(found, "ok") == 0)
		return true;
	return error_say(error, "\"%s\" is damaged, and so would be its copy: %s",
		backup->options->database, found ? found : sqlite3_errstr(code));
}

static sqlite3 *copy_open(const struct backup *backup, GError **error)
{
	sqlite3 *copy;
	if (sqlite3_open_v2(
		    backup->draft.path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)
		== SQLITE_OK)
		return copy;
	refuse_copy(backup, copy, sqlite3_errcode(copy), error);
	sqlite3_close(copy);
	return NULL;
}

/* ---- in order ---- */

static bool copy_make(const struct backup *backup, GError **error)
{
	sqlite3 *copy = copy_open(backup, error);
	sqlite3 *database =
		copy ? database_open(backup->options->database, DATABASE_READS, error) : NULL;
	bool is_made = database && database_copy(backup, database, copy, error);
	if (database)
		database_close(database);
	/* Read again from the file: what is in memory proves nothing. */
	if (copy)
		sqlite3_close(copy);
	copy = is_made ? copy_open(backup, error) : NULL;
	is_made = copy && copy_check(backup, copy, error);
	if (copy)
		sqlite3_close(copy);
	return is_made && sync_file(backup, error);
}

/* Gives the copy its name; one that came there meanwhile is not lost. */
static bool draft_publish(const struct backup *backup, GError **error)
{
	if (!name_check(backup, error))
		return false;
	unsigned flags = backup->options->replaces ? 0 : RENAME_NOREPLACE;
	int code =
		renameat2(backup->folder, backup->draft.name, backup->folder, backup->name, flags);
	/* Some file systems know no flags. */
	if (code != 0 && errno == EINVAL)
		code = renameat(backup->folder, backup->draft.name, backup->folder, backup->name);
	if (code == 0 && fsync(backup->folder) == 0)
		return true;
	return error_say(
		error, "\"%s\" cannot be written: %s", backup->options->path, g_strerror(errno));
}

bool backup_make(const struct backup_options *options, int64_t *n_bytes, GError **error)
{
	struct backup backup = {.options = options, .draft.fd = -1, .folder = -1};
	struct stat made = {0};
	bool is_made = backup_open(&backup, error) && copy_make(&backup, error)
		&& draft_publish(&backup, error);
	if (is_made && fstat(backup.draft.fd, &made) == 0)
		*n_bytes = made.st_size;
	backup_close(&backup);
	return is_made;
}
