/* SPDX-License-Identifier: MIT */
/* What dagd takes of the disk, as far as that can be told at once, and what is left. */
#include "daemon/api/storage.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include "daemon/api/reply.h"
#include "daemon/store/clean.h"

static json_t *size_reply(const char *path)
{
	struct stat file;
	return stat(path, &file) == 0 ? json_integer(file.st_size) : json_null();
}

/* What dagd's user may still take of the disk with this folder. */
static json_t *room_reply(const char *folder)
{
	struct statvfs disk;
	if (statvfs(folder, &disk) != 0)
		return json_null();
	return json_integer((json_int_t)(disk.f_bavail * disk.f_frsize));
}

void storage_get(struct request *request, void *data)
{
	const struct daemon *daemon = data;
	int64_t n_spare;
	g_autoptr(GError) error = NULL;
	g_autofree char *database = g_build_filename(daemon->home.state, "dagd.db", NULL);
	g_autofree char *wal = g_strconcat(database, "-wal", NULL);
	if (!reader_spare_bytes(daemon->reader, &n_spare, &error)) {
		request_fail(request, error);
		return;
	}
	request_answer(request, 200,
		json_pack("{s:o, s:I, s:o, s:o, s:o}", "database_bytes", size_reply(database),
			"database_spare_bytes", (json_int_t)n_spare, "database_wal_bytes",
			size_reply(wal), "state_disk_free_bytes", room_reply(daemon->home.state),
			"logs_disk_free_bytes", room_reply(daemon->home.logs)));
}
