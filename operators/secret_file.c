/* SPDX-License-Identifier: MIT */
#include "operators/secret_file.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/instant.h"

/* libpq refuses a password file that others may read, so its mode is set. */
static bool text_keep(int fd, const char *text)
{
	size_t size = strlen(text);
	return fchmod(fd, 0600) == 0 && write(fd, text, size) == (ssize_t)size
		&& lseek(fd, 0, SEEK_SET) == 0;
}

int secret_file_make(const char *text, GError **error)
{
	int fd = memfd_create("secret", MFD_CLOEXEC);
	if (fd >= 0 && text_keep(fd, text))
		return fd;
	g_set_error(error, LIB_ERROR, 0, "cannot make a file in memory for the password: %s",
		g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

char *inherited_path(int fd)
{
	return g_strdup_printf("/proc/self/fd/%d", fd);
}
