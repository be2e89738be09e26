/* SPDX-License-Identifier: MIT */
/*
 * unread.so: preloaded into dagd, it lets one read of a database fail as a disk does that does not
 * give what it has. The file that UNREAD names says how many are let pass before; then it is gone.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static bool is_due(const char *path)
{
	int n = 0;
	FILE *file = path ? fopen(path, "r+e") : NULL;
	if (!file)
		return false;
	bool is_told = fscanf(file, "%d", &n) == 1;
	if (is_told && n > 0) {
		rewind(file);
		fprintf(file, "%d\n", n - 1);
	}
	fclose(file);
	return is_told && n == 0 && unlink(path) == 0;
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t offset)
{
	pthread_mutex_lock(&mutex);
	bool fails = is_due(getenv("UNREAD"));
	pthread_mutex_unlock(&mutex);
	if (!fails)
		return (ssize_t)syscall(SYS_pread64, fd, bytes, size, offset);
	errno = EIO;
	return -1;
}
