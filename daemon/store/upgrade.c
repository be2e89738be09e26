/* SPDX-License-Identifier: MIT */
#include "daemon/store/upgrade.h"

#include <string.h>

#include <glib/gstdio.h>

#include "daemon/store/backup.h"
#include "daemon/store/store.h"

#define BEFORE ".before-"

static char *kept_path(const char *path, int64_t version)
{
	return g_strdup_printf("%s" BEFORE "%" G_GINT64_FORMAT, path, version);
}

static void on_progress(void *data, int n_done, int n_pages)
{
}

bool upgrade_keep(const char *path, int64_t version, GError **error)
{
	static const bool is_never_stopped;
	g_autofree char *kept = kept_path(path, version);
	g_autoptr(GError) why = NULL;
	int64_t n_bytes;
	struct backup_options options = {
		.database = path,
		.path = kept,
		.replaces = true,
		.is_beside = true,
		.is_stopped = &is_never_stopped,
		.on_progress = on_progress,
	};
	if (backup_make(&options, &n_bytes, &why))
		return true;
	g_set_error(error, STORE_ERROR, STORE_FAILED,
		"the format of \"%s\" is to be changed, but no copy can be made before: %s", path,
		why->message);
	return false;
}

void upgrade_forget(const char *path, int64_t version)
{
	g_autofree char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);
	g_autofree char *prefix = g_strconcat(name, BEFORE, NULL);
	g_autofree char *kept = kept_path(path, version);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *entry;
	while (dir && (entry = g_dir_read_name(dir))) {
		g_autofree char *other = g_build_filename(folder, entry, NULL);
		if (g_str_has_prefix(entry, prefix) && strcmp(other, kept) != 0)
			g_unlink(other);
	}
}
