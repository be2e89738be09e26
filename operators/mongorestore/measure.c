/* SPDX-License-Identifier: MIT */
#include "operators/mongorestore/measure.h"

#include <sys/stat.h>

#include "lib/base/instant.h"

/* A folder holds one for each database, these the files; links are not followed. */
void folder_measure(const char *folder, struct source_info *info)
{
	g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
	for (const char *name; entries && (name = g_dir_read_name(entries)) != NULL;) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		struct stat about;
		if (lstat(path, &about) != 0)
			continue;
		if (S_ISDIR(about.st_mode)) {
			folder_measure(path, info);
		} else {
			info->size += about.st_size;
			info->modified_at =
				MAX(info->modified_at, about.st_mtim.tv_sec * SECOND_US);
		}
	}
}
