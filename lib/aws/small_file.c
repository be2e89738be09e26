/* SPDX-License-Identifier: MIT */
#include "lib/aws/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/aws/credentials.h"
#include "lib/aws/failure.h"

/* An errno; 0: all of the `size` bytes are there. */
static int bytes_read(int fd, char *out, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = read(fd, out + done, size - done);
		if (n == -1 && errno != EINTR)
			return errno;
		if (n == 0)
			return EAGAIN; /* it became shorter: somebody writes it at this moment */
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* Takes over the descriptor. What is wrong with the file is put into `wrong`. */
static char *open_read(int fd, size_t max, char **wrong)
{
	struct stat status;
	char *text = NULL;
	if (fstat(fd, &status) == -1) {
		*wrong = g_strdup(g_strerror(errno));
	} else if (!S_ISREG(status.st_mode)) {
		*wrong = g_strdup("it is not a regular file");
	} else if ((size_t)status.st_size > max) {
		*wrong = g_strdup_printf("it is larger than %zu bytes", max);
	} else {
		size_t size = (size_t)status.st_size;
		text = g_malloc0(size + 1);
		int failure = bytes_read(fd, text, size);
		if (failure)
			*wrong = g_strdup(g_strerror(failure));
		else if (!g_utf8_validate(text, (gssize)size, NULL))
			*wrong = g_strdup("it is not a text in UTF-8");
	}
	close(fd);
	return text;
}

char *small_file_read(const char *path, size_t max, GError **error)
{
	g_autofree char *wrong = NULL;
	/* A FIFO that nobody writes must not hold the task up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool absent = fd == -1 && (errno == ENOENT || errno == ENOTDIR);
	char *text = NULL;
	if (fd == -1)
		wrong = g_strdup(g_strerror(errno));
	else
		text = open_read(fd, max, &wrong);
	if (!wrong)
		return text;
	aws_secret_free(text);
	g_set_error(
		error, AWS_LASTING_ERROR, absent ? SMALL_FILE_ABSENT : 0, "%s: %s", path, wrong);
	return NULL;
}
