/* SPDX-License-Identifier: MIT */
/*
 * The folder of an attempt is made here, in `state/spare`, and gets its place in `state/attempts`
 * by a rename. A dagd that takes over removes the spare folder and makes one of its own before it
 * looks at what is in attempts: from then on one that was stopped in the middle of a launch, and
 * goes on, can put nothing there any more, and a missing folder proves that nobody will claim it.
 *
 * Folders of attempts that have ended come back here to be used again: on ext4, making and deleting
 * files is what costs most of a short attempt's time.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/executor/parts.h"
#include "lib/base/instant.h"

/* One that is not dead yet may put something into it at the last moment. */
#define REMOVALS_MAX 100

bool spares_open(struct executor *executor, GError **error)
{
	g_autofree char *path = g_build_filename(executor->state_folder, "spare", NULL);
	bool is_made = false;
	for (int i = 0; i < REMOVALS_MAX && !is_made; i++) {
		spool_remove(path);
		is_made = mkdir(path, 0700) == 0;
		if (!is_made && errno != EEXIST)
			break;
	}
	executor->spare_fd = is_made ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (executor->spare_fd < 0)
		g_set_error(error, LIB_ERROR, 0, "cannot make the folder \"%s\" anew: %s", path,
			g_strerror(errno));
	return executor->spare_fd >= 0;
}

/* 0 or -errno: EEXIST when the folder is there already. */
static int spare_place(struct executor *executor, const char *spare, const char *folder)
{
	int spare_fd = executor->spare_fd;
	int code = renameat2(spare_fd, spare, AT_FDCWD, folder, RENAME_NOREPLACE);
	/* Not every file system knows the flag; an empty folder in the place is as good. */
	if (code != 0 && errno == EINVAL)
		code = renameat(spare_fd, spare, AT_FDCWD, folder);
	return code == 0 ? 0 : -errno;
}

int spare_take(struct executor *executor, const char *folder)
{
	g_autofree char *spare = g_queue_pop_tail(executor->spares);
	if (spare && spare_place(executor, spare, folder) == 0)
		return 0;
	g_autofree char *name = g_path_get_basename(folder);
	if (mkdirat(executor->spare_fd, name, 0700) != 0)
		return -errno;
	int code = spare_place(executor, name, folder);
	if (code != 0)
		unlinkat(executor->spare_fd, name, AT_REMOVEDIR);
	return code;
}

bool spare_keep(struct executor *executor, const char *folder)
{
	if (executor->spares->length >= executor->n_workers_max || !spool_recycle(folder))
		return false;
	char *name = g_path_get_basename(folder);
	if (renameat(AT_FDCWD, folder, executor->spare_fd, name) == 0) {
		g_queue_push_tail(executor->spares, name);
		return true;
	}
	g_free(name);
	return false;
}
