/* SPDX-License-Identifier: MIT */
#include "lib/base/nest.h"

#include <sys/stat.h>

bool nest_enter(struct nest *nest, const struct nest *up, const char *path)
{
	struct stat folder;
	if (stat(path, &folder) < 0 || !S_ISDIR(folder.st_mode))
		return false;
	*nest = (struct nest){up, folder.st_dev, folder.st_ino};
	for (; up; up = up->up)
		if (up->device == nest->device && up->inode == nest->inode)
			return false;
	return true;
}
