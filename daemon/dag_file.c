/* SPDX-License-Identifier: MIT */
/*
 * A lease for reading is granted by the kernel only while nobody has the file open for writing, and
 * while it is held, whoever opens or truncates the file waits. So what is read under a lease is
 * whole, as far as its writer has closed it. There is none for files of another user (without
 * CAP_LEASE) and on most network file systems.
 */
#include "daemon/dag_file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/yaml/yaml.h"

/* There the server is asked, which refuses in the same words as the kernel for a file in use. */
static bool is_remote(int fd)
{
	enum { CIFS = 0xff534d42, SMB2 = 0xfe534d42 };
	struct statfs system;
	if (fstatfs(fd, &system) != 0)
		return true;
	unsigned magic = (unsigned)system.f_type;
	return magic == NFS_SUPER_MAGIC || magic == (unsigned)CIFS || magic == (unsigned)SMB2;
}

/* Until the file is closed. Who wants to write is told of by a signal: by one that is ignored
 * unless it is asked for. False: somebody writes it. */
static bool lease_take(struct dag_file *file, int fd)
{
	bool is_free = fcntl(fd, F_SETSIG, SIGURG) == 0 && fcntl(fd, F_SETLEASE, F_RDLCK) == 0;
	file->is_being_written = !is_free && errno == EAGAIN && !is_remote(fd);
	file->is_answered = is_free || file->is_being_written;
	/* What was there before the lease may be something else. */
	return !file->is_being_written && fstat(fd, &file->stat) == 0;
}

static bool is_same(const struct stat *before, const struct stat *after)
{
	return before->st_size == after->st_size && before->st_mtim.tv_sec == after->st_mtim.tv_sec
		&& before->st_mtim.tv_nsec == after->st_mtim.tv_nsec;
}

bool error_may_pass(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO;
}

/* 0 or errno. What is appended meanwhile is an event of its own. */
static int bytes_read(struct dag_file *file, int fd)
{
	size_t size = (size_t)file->stat.st_size;
	g_autofree char *text = g_malloc(size + 1);
	size_t n = 0;
	while (n < size) {
		ssize_t got = read(fd, text + n, size - n);
		if (got < 0)
			return errno;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	text[n] = '\0';
	file->len = n;
	file->text = g_steal_pointer(&text);
	return 0;
}

static int text_read(struct dag_file *file, int fd)
{
	struct stat after;
	int error = bytes_read(file, fd);
	if (error == 0 && !file->is_answered)
		file->is_being_written = fstat(fd, &after) != 0 || !is_same(&file->stat, &after);
	if (file->is_being_written)
		g_clear_pointer(&file->text, g_free);
	return error;
}

void dag_file_read(struct dag_file *file, struct problems *problems)
{
	struct place place = {.file = file->name};
	file->text = NULL;
	file->is_answered = file->is_being_written = false;
	/* Not blocking: a FIFO named .yaml must not hold the daemon. */
	int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int error = fd < 0 || fstat(fd, &file->stat) < 0 ? errno : 0;
	if (error == 0 && !g_utf8_validate(file->name, -1, NULL)) {
		/* Answers and the history of versions name it. */
		problem_add(problems, place, "the name of this file is not UTF-8: rename it");
	} else if (error == 0 && !S_ISREG(file->stat.st_mode)) {
		problem_add(problems, place, "is not a regular file");
	} else if (error == 0 && lease_take(file, fd)) {
		if (file->stat.st_size <= YAML_SIZE_MAX)
			error = text_read(file, fd);
		else
			problem_add(problems, place,
				"has %" G_GINT64_FORMAT " bytes; at most 16 MiB is read",
				(gint64)file->stat.st_size);
	}
	if (error != 0)
		problem_add(problems, place, "cannot be read: %s", g_strerror(error));
	file->is_unread = error_may_pass(error);
	if (fd >= 0)
		close(fd);
}
