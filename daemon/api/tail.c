/* SPDX-License-Identifier: MIT */
#include "daemon/api/tail.h"

#include <fcntl.h>
#include <unistd.h>

enum { PIECE_MAX = 64 * 1024 };

void tail_close(struct tail *tail)
{
	if (tail->fd >= 0)
		close(tail->fd);
	tail->fd = -1;
}

void tail_next(struct tail *tail, unsigned try_number)
{
	tail_close(tail);
	tail->offset = 0;
	tail->try_number = try_number;
}

char *tail_read(struct tail *tail, const char *path, bool goes_on)
{
	char piece[PIECE_MAX];
	if (tail->fd < 0)
		tail->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (tail->fd < 0)
		return NULL;
	ssize_t n = pread(tail->fd, piece, sizeof piece, tail->offset), whole = n;
	while (whole > 0 && piece[whole - 1] != '\n')
		whole--;
	/* An unfinished line is given when no more will come, or when it fills a piece by itself.
	 */
	if (whole > 0)
		n = whole;
	else if (goes_on && n < PIECE_MAX)
		n = 0;
	if (n <= 0)
		return NULL;
	tail->offset += n;
	return g_utf8_make_valid(piece, n);
}
