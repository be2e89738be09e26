/* SPDX-License-Identifier: MIT */
/*
 * A Unix socket's address ends at 108 bytes, a home may be deeper: sockets are bound and connected
 * through /proc/self/fd/FOLDER/name. The new socket is made beside its place and renamed onto it,
 * so that there is no moment without a socket, nor one with a socket of a wrong mode.
 */
#include "daemon/http/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/instant.h"

enum { BACKLOG = 1024, NAME_MAX_BYTES = 64, MODE = 0660 };

static bool fail(GError **error, const char *path, const char *what)
{
	g_set_error(error, LIB_ERROR, 0, "cannot %s \"%s\": %s", what, path, g_strerror(errno));
	return false;
}

static struct sockaddr_un address_in(int folder, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int n = snprintf(
		address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", folder, name);
	g_assert(n > 0 && (size_t)n < sizeof(address.sun_path));
	return address;
}

static int socket_new(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/*
 * Whether the name may be taken: nothing is there, or a socket. One on which somebody listens is
 * taken, too: who comes here has the lock of its home, so it is of a dagd that has lost it.
 */
static bool place_is_free(const struct listener *listener, const char *path, GError **error)
{
	struct stat status;
	if (fstatat(listener->folder, listener->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT || fail(error, path, "look at");
	if (S_ISSOCK(status.st_mode))
		return true;
	g_set_error(error, LIB_ERROR, 0,
		"cannot listen on \"%s\": a file that is not a socket is in its place", path);
	return false;
}

static bool bind_at(struct listener *listener, const char *path, GError **error)
{
	g_autofree char *beside = g_strdup_printf(".%s.%d", listener->name, (int)getpid());
	unlinkat(listener->folder, beside, 0);
	struct sockaddr_un address = address_in(listener->folder, beside);
	struct stat status;
	/* The mode of the unbound socket is what bind gives to the file, less the umask. */
	bool bound = fchmod(listener->fd, MODE) == 0
		&& bind(listener->fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	bool ready = bound && fchmodat(listener->folder, beside, MODE, 0) == 0
		&& fstatat(listener->folder, beside, &status, AT_SYMLINK_NOFOLLOW) == 0
		&& listen(listener->fd, BACKLOG) == 0
		&& renameat(listener->folder, beside, listener->folder, listener->name) == 0;
	if (ready) {
		listener->device = status.st_dev;
		listener->inode = status.st_ino;
		return true;
	}
	fail(error, path, "listen on");
	if (bound)
		unlinkat(listener->folder, beside, 0);
	return false;
}

static bool open_in_folder(struct listener *listener, const char *path, GError **error)
{
	if (strlen(listener->name) > NAME_MAX_BYTES) {
		g_set_error(error, LIB_ERROR, 0,
			"cannot listen on \"%s\": the name of a socket has at most %d bytes", path,
			NAME_MAX_BYTES);
		return false;
	}
	g_autofree char *folder = g_path_get_dirname(path);
	listener->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (listener->folder < 0)
		return fail(error, folder, "open the folder");
	if (!place_is_free(listener, path, error))
		return false;
	listener->fd = socket_new();
	if (listener->fd < 0)
		return fail(error, path, "make a socket for");
	return bind_at(listener, path, error);
}

bool listener_open(struct listener *listener, const char *path, GError **error)
{
	*listener = (struct listener){.fd = -1, .folder = -1, .name = g_path_get_basename(path)};
	if (open_in_folder(listener, path, error))
		return true;
	if (listener->fd >= 0)
		close(listener->fd);
	listener_close(listener);
	return false;
}

void listener_close(struct listener *listener)
{
	struct stat status;
	if (listener->inode != 0
		&& fstatat(listener->folder, listener->name, &status, AT_SYMLINK_NOFOLLOW) == 0
		&& status.st_dev == listener->device && status.st_ino == listener->inode)
		unlinkat(listener->folder, listener->name, 0);
	if (listener->folder >= 0)
		close(listener->folder);
	g_free(listener->name);
	*listener = (struct listener){.fd = -1, .folder = -1};
}
