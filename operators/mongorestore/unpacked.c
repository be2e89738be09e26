/* SPDX-License-Identifier: MIT */
#include "operators/mongorestore/unpacked.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/base/instant.h"

enum { BLOCK_SIZE = 256 * 1024, GZIP_WINDOW = 15 + 16 };

struct unpacked {
	int fd;
	off_t offset;               /* of the next block in the file */
	uint8_t packed[BLOCK_SIZE]; /* as the file has it */
	uint8_t plain[BLOCK_SIZE];  /* what comes next, from `begin` on */
	size_t begin, end;
	bool is_gzip, file_ended;
	bool member_ended; /* gzip: between two members, of which a file may have several */
	z_stream stream;
};

bool unpacked_is_gzip(const struct unpacked *unpacked)
{
	return unpacked->is_gzip;
}

static bool block_read(struct unpacked *unpacked, uint8_t *block, size_t *n, GError **error)
{
	ssize_t got;
	do
		got = pread(unpacked->fd, block, BLOCK_SIZE, unpacked->offset);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		g_set_error(error, LIB_ERROR, 0, "it cannot be read: %s", g_strerror(errno));
		return false;
	}
	unpacked->offset += got;
	unpacked->file_ended = got == 0;
	*n = (size_t)got;
	return true;
}

static bool packed_fill(struct unpacked *unpacked, GError **error)
{
	size_t n = 0;
	if (unpacked->stream.avail_in > 0 || unpacked->file_ended)
		return true;
	if (!block_read(unpacked, unpacked->packed, &n, error))
		return false;
	unpacked->stream.next_in = unpacked->packed;
	unpacked->stream.avail_in = (uInt)n;
	return true;
}

/* One call of zlib; a file that ends inside a member is cut off. */
static bool packed_step(struct unpacked *unpacked, GError **error)
{
	z_stream *stream = &unpacked->stream;
	if (unpacked->member_ended) {
		inflateReset(stream);
		unpacked->member_ended = false;
	}
	stream->next_out = unpacked->plain;
	stream->avail_out = BLOCK_SIZE;
	int code = inflate(stream, Z_NO_FLUSH);
	unpacked->begin = 0;
	unpacked->end = BLOCK_SIZE - stream->avail_out;
	unpacked->member_ended = code == Z_STREAM_END;
	if (code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR)
		return true;
	g_set_error(error, LIB_ERROR, 0, "it is damaged: gzip says \"%s\"",
		stream->msg ? stream->msg : "no reason");
	return false;
}

static bool gzip_fill(struct unpacked *unpacked, GError **error)
{
	while (unpacked->begin == unpacked->end) {
		if (!packed_fill(unpacked, error))
			return false;
		bool is_dry = unpacked->stream.avail_in == 0 && unpacked->file_ended;
		if (is_dry && unpacked->member_ended)
			return true;
		if (!packed_step(unpacked, error))
			return false;
		if (is_dry && unpacked->begin == unpacked->end && !unpacked->member_ended) {
			g_set_error_literal(
				error, LIB_ERROR, 0, "it is cut off: its gzip data has no end");
			return false;
		}
	}
	return true;
}

/* After it `begin` equals `end` only at the end of the file. */
static bool plain_fill(struct unpacked *unpacked, GError **error)
{
	if (unpacked->begin < unpacked->end || unpacked->is_gzip)
		return unpacked->begin < unpacked->end || gzip_fill(unpacked, error);
	unpacked->begin = 0;
	unpacked->end = 0;
	return unpacked->file_ended || block_read(unpacked, unpacked->plain, &unpacked->end, error);
}

struct unpacked *unpacked_open(int fd, GError **error)
{
	uint8_t magic[2];
	ssize_t n = pread(fd, magic, sizeof magic, 0);
	if (n <= 0) {
		g_set_error(error, LIB_ERROR, 0, "it %s", n == 0 ? "is empty" : "cannot be read");
		return NULL;
	}
	struct unpacked *unpacked = g_new0(struct unpacked, 1);
	unpacked->fd = fd;
	unpacked->is_gzip = n == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
	if (unpacked->is_gzip && inflateInit2(&unpacked->stream, GZIP_WINDOW) != Z_OK)
		g_error("zlib cannot be used");
	return unpacked;
}

void unpacked_close(struct unpacked *unpacked)
{
	if (!unpacked)
		return;
	if (unpacked->is_gzip)
		inflateEnd(&unpacked->stream);
	g_free(unpacked);
}

bool unpacked_take(struct unpacked *unpacked, uint8_t *bytes, size_t n, GError **error)
{
	while (n > 0) {
		if (!plain_fill(unpacked, error))
			return false;
		size_t part = MIN(n, unpacked->end - unpacked->begin);
		if (part == 0) {
			g_set_error_literal(
				error, LIB_ERROR, 0, "it is cut off: it ends in the middle");
			return false;
		}
		memcpy(bytes, unpacked->plain + unpacked->begin, part);
		unpacked->begin += part;
		bytes += part;
		n -= part;
	}
	return true;
}

bool unpacked_at_end(struct unpacked *unpacked, bool *is_at_end, GError **error)
{
	if (!plain_fill(unpacked, error))
		return false;
	*is_at_end = unpacked->begin == unpacked->end;
	return true;
}
