/* SPDX-License-Identifier: MIT */
/* The socket to which the workers of an earlier dagd come. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/executor/parts.h"
#include "lib/base/descriptor.h"
#include "lib/base/instant.h"

/* While there is no descriptor for one more. */
enum { PAUSE_MS = 1000 };

static void on_connection(uv_poll_t *poll, int status, int events);

static void on_pause_over(uv_timer_t *pause)
{
	struct executor *executor = pause->data;
	uv_poll_start(executor->listener, UV_READABLE, on_connection);
}

/* Who waits in the socket's queue would wake the loop again at once, and who is sent away would
 * come back at once. */
static void listen_pause(struct executor *executor)
{
	uv_poll_stop(executor->listener);
	uv_timer_start(&executor->listen_pause, on_pause_over, PAUSE_MS, 0);
}

/* A watch of the loop may be lacking as well. */
static bool is_for_want_of_room(int error)
{
	return descriptor_is_lacking(error) || error == ENOSPC;
}

/* Takes `fd` over. False: for want of something that the next one would want as well. */
static bool peer_take(struct executor *executor, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	bool is_ours =
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
	if (!is_ours) {
		close(fd);
		return true;
	}
	return worker_adopt(executor, peer.pid, fd) || !is_for_want_of_room(errno);
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct executor *executor = poll->data;
	int fd;
	while ((fd = accept4(executor->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
		if (!peer_take(executor, fd)) {
			listen_pause(executor);
			return;
		}
	if (is_for_want_of_room(errno))
		listen_pause(executor);
}

/* It gets its name only when it listens, so whoever sees the name can connect. */
static int socket_listen(struct executor *executor)
{
	int state_fd = executor->state_fd;
	struct stat status;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/worker.sock.new",
		state_fd);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	unlinkat(state_fd, "worker.sock.new", 0);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0
		&& fchmodat(state_fd, "worker.sock.new", 0600, 0) == 0 && listen(fd, 4096) == 0
		&& fstatat(state_fd, "worker.sock.new", &status, AT_SYMLINK_NOFOLLOW) == 0
		&& renameat(state_fd, "worker.sock.new", state_fd, "worker.sock") == 0) {
		executor->socket_device = status.st_dev;
		executor->socket_inode = status.st_ino;
		return fd;
	}
	int code = -errno;
	close(fd);
	return code;
}

/* Where it cannot be made, or its name is taken, workers look for themselves every few seconds. */
static void bell_ring(int state_fd)
{
	mkfifoat(state_fd, WIRE_BELL, 0600);
	/* Nobody waits: ENXIO. */
	int fd = openat(state_fd, WIRE_BELL, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
}

bool listen_start(struct executor *executor, GError **error)
{
	int fd = socket_listen(executor);
	if (fd < 0) {
		g_set_error(error, LIB_ERROR, 0, "cannot listen on \"%s/worker.sock\": %s",
			executor->state_folder, g_strerror(-fd));
		return false;
	}
	executor->listen_fd = fd;
	bell_ring(executor->state_fd);
	executor->listener = executor_poll(executor, fd, executor, on_connection, error);
	return executor->listener != NULL;
}

void listen_stop(struct executor *executor)
{
	struct stat status;
	if (executor->listener
		&& fstatat(executor->state_fd, "worker.sock", &status, AT_SYMLINK_NOFOLLOW) == 0
		&& status.st_dev == executor->socket_device
		&& status.st_ino == executor->socket_inode)
		unlinkat(executor->state_fd, "worker.sock", 0);
	executor_poll_close(executor, executor->listener);
}
