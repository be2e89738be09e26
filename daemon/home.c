/* SPDX-License-Identifier: MIT */
#include "daemon/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

/* Those that linux/magic.h lacks. */
#define LUSTRE_MAGIC 0x0BD00BD0
#define GPFS_MAGIC 0x47504653
#define GFS2_MAGIC 0x01161970

/* systemd passes a list with `:` when several folders are asked for; ours is the first. */
static char *systemd_folder(const char *name)
{
	const char *value = g_getenv(name);
	if (!value || !*value)
		return NULL;
	return g_strndup(value, strcspn(value, ":"));
}

static bool home_from_systemd(struct home *home)
{
	g_autofree char *config = systemd_folder("CONFIGURATION_DIRECTORY");
	g_autofree char *state = systemd_folder("STATE_DIRECTORY");
	g_autofree char *logs = systemd_folder("LOGS_DIRECTORY");
	g_autofree char *runtime = systemd_folder("RUNTIME_DIRECTORY");
	if (!config || !state || !logs || !runtime)
		return false;
	*home = (struct home){
		.config = g_build_filename(config, "dagd.yaml", NULL),
		.dags = g_build_filename(config, "dags", NULL),
		.operators = g_build_filename(config, "operators", NULL),
		.logs = g_steal_pointer(&logs),
		.state = g_steal_pointer(&state),
		.socket = g_build_filename(runtime, "dagd.sock", NULL),
	};
	return true;
}

static void home_from_path(const char *path, struct home *home)
{
	g_autofree char *absolute = g_canonicalize_filename(path, NULL);
	*home = (struct home){
		.path = g_strdup(absolute),
		.config = g_build_filename(absolute, "dagd.yaml", NULL),
		.dags = g_build_filename(absolute, "dags", NULL),
		.operators = g_build_filename(absolute, "operators", NULL),
		.logs = g_build_filename(absolute, "logs", NULL),
		.state = g_build_filename(absolute, "state", NULL),
		.socket = g_build_filename(absolute, "run", "dagd.sock", NULL),
	};
}

bool home_find(const char *path, struct home *home, GError **error)
{
	const char *variable = g_getenv("DAGD_HOME"), *user = g_getenv("HOME");
	if (!path && variable && *variable)
		path = variable;
	if (path) {
		home_from_path(path, home);
		return true;
	}
	if (home_from_systemd(home))
		return true;
	if (!user || !*user) {
		g_set_error(error, HOME_ERROR, HOME_FAILED,
			"no home for dagd: give --home DIR, or set DAGD_HOME or HOME");
		return false;
	}
	g_autofree char *own = g_build_filename(user, "dagd", NULL);
	home_from_path(own, home);
	return true;
}

static bool folder_make(const char *folder, mode_t mode, GError **error)
{
	if (g_mkdir_with_parents(folder, mode) == 0 && access(folder, W_OK | X_OK) == 0)
		return true;
	g_set_error(error, HOME_ERROR, HOME_FAILED,
		"%s cannot be made or written: %s; give another home with --home DIR, or mend its "
		"permissions",
		folder, g_strerror(errno));
	return false;
}

const char *filesystem_remote_name(long type)
{
	static const struct {
		uint32_t type;
		const char *name;
	} remote[] = {{NFS_SUPER_MAGIC, "NFS"}, {SMB_SUPER_MAGIC, "SMB"},
		{CIFS_SUPER_MAGIC, "CIFS"}, {SMB2_SUPER_MAGIC, "SMB"}, {AFS_SUPER_MAGIC, "AFS"},
		{AFS_FS_MAGIC, "AFS"}, {CEPH_SUPER_MAGIC, "Ceph"}, {V9FS_MAGIC, "9P"},
		{CODA_SUPER_MAGIC, "Coda"}, {OCFS2_SUPER_MAGIC, "OCFS2"}, {LUSTRE_MAGIC, "Lustre"},
		{GPFS_MAGIC, "GPFS"}, {GFS2_MAGIC, "GFS2"}};
	for (size_t i = 0; i < G_N_ELEMENTS(remote); i++)
		if (remote[i].type == (uint32_t)type)
			return remote[i].name;
	return NULL;
}

/* Two machines could have it at once, and SQLite's log is shared memory, which they do not share.
 */
static bool state_is_local(const struct home *home, GError **error)
{
	struct statfs about;
	const char *remote =
		statfs(home->state, &about) == 0 ? filesystem_remote_name(about.f_type) : NULL;
	if (!remote)
		return true;
	g_set_error(error, HOME_ERROR, HOME_FAILED,
		"%s is on a file system of the network (%s), where no database can be kept safely: "
		"give a home on a disk of this machine",
		home->state, remote);
	return false;
}

bool home_make(const struct home *home, GError **error)
{
	g_autofree char *runtime = g_path_get_dirname(home->socket);
	return folder_make(home->state, 0700, error) && state_is_local(home, error)
		&& folder_make(home->logs, 0750, error) && folder_make(runtime, 0755, error);
}

void home_clear(struct home *home)
{
	g_free(home->path);
	g_free(home->config);
	g_free(home->dags);
	g_free(home->operators);
	g_free(home->logs);
	g_free(home->state);
	g_free(home->socket);
	*home = (struct home){0};
}

static void set_busy(const struct home *home, int fd, GError **error)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
		g_set_error(error, HOME_ERROR, HOME_BUSY,
			"another dagd (pid %d) runs on this home; its state is %s", (int)lock.l_pid,
			home->state);
	else
		g_set_error(error, HOME_ERROR, HOME_BUSY,
			"another dagd runs on this home; its state is %s", home->state);
}

int home_lock(const struct home *home, GError **error)
{
	/* A record lock: unlike flock's it is not inherited by the workers. */
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	g_autofree char *path = g_build_filename(home->state, "lock", NULL);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		g_set_error(error, HOME_ERROR, HOME_FAILED, "%s cannot be opened: %s", path,
			g_strerror(errno));
		return -1;
	}
	if (fcntl(fd, F_SETLK, &lock) == 0)
		return fd;
	if (errno == EACCES || errno == EAGAIN)
		set_busy(home, fd, error);
	else
		g_set_error(error, HOME_ERROR, HOME_FAILED, "%s cannot be locked: %s", path,
			g_strerror(errno));
	close(fd);
	return -1;
}

bool home_was_cut(int lock, const char *boot_id)
{
	char before[64] = "";
	ssize_t n = pread(lock, before, sizeof before - 1, 0);
	return n > 0 && !g_str_equal(before, boot_id);
}

void home_sign_off(int lock)
{
	if (ftruncate(lock, 0) != 0)
		return; /* the same as when it is killed now */
}

void home_sign(int lock, const char *boot_id)
{
	home_sign_off(lock);
	if (pwrite(lock, boot_id, strlen(boot_id), 0) < 0)
		return; /* no room: nothing is checked after a power cut, that is all */
}
