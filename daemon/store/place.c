/* SPDX-License-Identifier: MIT */
#include "daemon/store/place.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/store/store.h"

/* The log's header: magic, format, page size, number, two salts, and the sums of these six. */
enum { LOG_MAGIC = 0x377f0682, HEADER_WORDS = 8, SUMMED_WORDS = 6 };

static char *user_name(uid_t uid)
{
	const struct passwd *user = getpwuid(uid);
	return user ? g_strdup(user->pw_name) : g_strdup_printf("with the number %u", uid);
}

static bool refuse_owner(const char *path, uid_t owner, GError **error)
{
	g_autofree char *theirs = user_name(owner), *ours = user_name(geteuid());
	g_set_error(error, STORE_ERROR, STORE_FAILED,
		"\"%s\" belongs to user %s, but dagd runs as user %s: start it as %s, or chown the "
		"state folder",
		path, theirs, ours, theirs);
	return false;
}

/* What is made only once there is a database; NULL: nothing of it is there. The key may be a
 * credential, but then attempts had their folder. */
static char *trace_of_use(const char *path, const char *key_path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *attempts = g_build_filename(folder, "attempts", NULL);
	if (g_file_test(key_path, G_FILE_TEST_EXISTS))
		return g_strdup(key_path);
	return g_file_test(attempts, G_FILE_TEST_EXISTS) ? g_steal_pointer(&attempts) : NULL;
}

static bool refuse_empty(const char *path, const char *trace, GError **error)
{
	g_set_error(error, STORE_ERROR, STORE_FAILED,
		"\"%s\" is empty, though \"%s\" is there: it held something once. Put a backup in "
		"its place, or remove it to begin anew",
		path, trace);
	return false;
}

static bool refuse_log(const char *path, GError **error)
{
	g_set_error(error, STORE_ERROR, STORE_FAILED,
		"\"%s\" is damaged, and with it the newest changes are lost: put a backup in place "
		"of the database, or remove this file to go on without them",
		path);
	return false;
}

static uint32_t word(const uint8_t *bytes, bool is_big)
{
	uint32_t value;
	memcpy(&value, bytes, sizeof value);
	return is_big ? GUINT32_FROM_BE(value) : GUINT32_FROM_LE(value);
}

/* As SQLite computes it, which begins a new log without a word where it does not fit. */
static bool is_log_header(const uint8_t *header)
{
	uint32_t sums[2] = {0, 0};
	uint32_t magic = word(header, true);
	bool is_big = magic & 1;
	for (size_t i = 0; i < SUMMED_WORDS; i += 2) {
		sums[0] += word(header + 4 * i, is_big) + sums[1];
		sums[1] += word(header + 4 * (i + 1), is_big) + sums[0];
	}
	return (magic & ~1u) == LOG_MAGIC && sums[0] == word(header + 24, true)
		&& sums[1] == word(header + 28, true);
}

/* Zeros are room for a log that has not begun. The log may be opened: SQLite locks the others. */
static bool is_log_fine(const char *path)
{
	static const uint8_t zeros[4 * HEADER_WORDS];
	uint8_t header[sizeof zeros];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return true;
	ssize_t n = pread(fd, header, sizeof header, 0);
	close(fd);
	return n < (ssize_t)sizeof header || memcmp(header, zeros, sizeof zeros) == 0
		|| is_log_header(header);
}

bool place_check(const char *path, const char *key_path, GError **error)
{
	struct stat about, log_about;
	g_autofree char *log = g_strconcat(path, "-wal", NULL);
	if (stat(path, &about) != 0)
		return true;
	if (about.st_uid != geteuid())
		return refuse_owner(path, about.st_uid, error);
	bool has_log = stat(log, &log_about) == 0 && log_about.st_size > 0;
	g_autofree char *trace =
		about.st_size == 0 && !has_log ? trace_of_use(path, key_path) : NULL;
	if (trace != NULL)
		return refuse_empty(path, trace, error);
	return is_log_fine(log) || refuse_log(log, error);
}
