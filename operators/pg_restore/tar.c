/* SPDX-License-Identifier: MIT */
/* The layout of heads is that of POSIX.1-1988, "ustar". */
#include "operators/pg_restore/tar.h"

#include <string.h>
#include <unistd.h>

#include "lib/base/error.h"

enum { BLOCK = 512, SIZE_AT = 124, SIZE_SIZE = 12, MAGIC_AT = 257 };

static bool block_read(int fd, int64_t at, unsigned char block[BLOCK])
{
	return pread(fd, block, BLOCK, at) == BLOCK;
}

static bool is_head(const unsigned char *block)
{
	return memcmp(block + MAGIC_AT, "ustar", 5) == 0;
}

static bool is_empty(const unsigned char *block)
{
	static const unsigned char empty[BLOCK];
	return memcmp(block, empty, BLOCK) == 0;
}

/* In octal digits, or, of what is larger, in bytes behind one with the highest bit. */
static int64_t size_of(const unsigned char *head)
{
	const unsigned char *digits = head + SIZE_AT;
	uint64_t size = 0;
	if (digits[0] & 0x80) {
		for (unsigned i = SIZE_SIZE - sizeof size; i < SIZE_SIZE; i++)
			size = size << 8 | digits[i];
		return (int64_t)(size & INT64_MAX);
	}
	for (unsigned i = 0; i < SIZE_SIZE && digits[i] && digits[i] != ' '; i++)
		size = size << 3 | (digits[i] & 7);
	return (int64_t)size;
}

bool tar_is_one(int fd)
{
	unsigned char block[BLOCK];
	return block_read(fd, 0, block) && is_head(block);
}

bool tar_check(int fd, int64_t size, const char *name, GError **error)
{
	unsigned char block[BLOCK];
	for (int64_t at = 0; block_read(fd, at, block);) {
		if (is_empty(block))
			return true;
		if (!is_head(block)) {
			g_set_error(error, LIB_ERROR, 0,
				"%s is damaged: byte %" G_GINT64_FORMAT
				" begins no member of the tar archive",
				name, at);
			return false;
		}
		int64_t body = size_of(block);
		if (body > size - at - BLOCK) {
			g_set_error(error, LIB_ERROR, 0,
				"%s is cut: it ends within the member that begins at byte "
				"%" G_GINT64_FORMAT "; fetch or make it again",
				name, at);
			return false;
		}
		at += BLOCK + (body + BLOCK - 1) / BLOCK * BLOCK;
	}
	g_set_error(error, LIB_ERROR, 0,
		"%s is cut: the tar archive has no end; fetch or make it again", name);
	return false;
}
