/* SPDX-License-Identifier: MIT */
/*
 * A custom archive begins with it, as toc.dat of a folder and of a tar archive does:
 *
 *     PGDMP, the version of the format (3 bytes), the size of an integer, of an offset, the format
 *     how it is compressed: an integer, from format 1.15 on a byte
 *     7 integers: when it was made; 3 texts: the database, the versions of its server and of
 * pg_dump
 *
 * An integer is a byte for its sign and its bytes from the lowest on, a text its length and its
 * bytes. So it has been since format 1.10; where a later one changes it, what is read is no
 * version.
 */
#include "operators/pg_restore/archive.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_SIZE = 4096, N_OF_DATE = 7, MINOR_OF_BYTE = 15 };

static const char magic[] = "PGDMP";

struct head {
	unsigned char bytes[HEAD_SIZE];
	size_t n, at;
	size_t integer_size;
	bool is_cut; /* something was to be read behind its end */
};

static const unsigned char *bytes_take(struct head *head, size_t n)
{
	static const unsigned char nothing[UINT8_MAX];
	if (n > head->n - head->at) {
		head->is_cut = true;
		return nothing;
	}
	head->at += n;
	return head->bytes + head->at - n;
}

static int64_t integer_take(struct head *head)
{
	const unsigned char *bytes = bytes_take(head, 1 + head->integer_size);
	int64_t value = 0;
	for (size_t i = head->integer_size; i > 0; i--)
		value = value << 8 | bytes[i];
	return bytes[0] ? -value : value;
}

static int version_take(struct head *head)
{
	int64_t size = integer_take(head);
	if (size < 0 || (size_t)size > head->n - head->at) {
		head->is_cut = true;
		return 0;
	}
	g_autofree char *text =
		g_strndup((const char *)bytes_take(head, (size_t)size), (size_t)size);
	return version_read(text);
}

static bool head_read(struct head *head, int fd, off_t at)
{
	ssize_t n = pread(fd, head->bytes, sizeof head->bytes, at);
	head->n = n > 0 ? (size_t)n : 0;
	if (memcmp(bytes_take(head, strlen(magic)), magic, strlen(magic)) != 0)
		return false;
	int minor = bytes_take(head, 3)[1];
	head->integer_size = bytes_take(head, 3)[0];
	if (head->integer_size < 1 || head->integer_size > sizeof(int32_t))
		return false;
	bytes_take(head, minor >= MINOR_OF_BYTE ? 1 : 1 + head->integer_size);
	for (int i = 0; i < N_OF_DATE; i++)
		integer_take(head);
	return !head->is_cut;
}

bool archive_versions_read(int fd, off_t at, struct contents *contents)
{
	struct head head = {.n = 0};
	if (!head_read(&head, fd, at))
		return false;
	version_take(&head); /* the name of the database */
	int server = version_take(&head), pg_dump = version_take(&head);
	if (head.is_cut || server == 0 || pg_dump == 0)
		return false;
	contents->server_version = server;
	contents->pg_dump_version = pg_dump;
	return true;
}
