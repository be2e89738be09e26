/* SPDX-License-Identifier: MIT */
/*
 * All three CRCs run in one 64-bit register, eight bytes a step: they are reflected, so that a CRC
 * of 32 bits is one of 64 bits whose upper half happens to be zero.
 */
#include "lib/aws/checksum.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

enum { STEP = 8 };

struct checksum {
	enum checksum_kind kind;
	GChecksum *digest; /* NULL for a CRC */
	uint64_t crc;
	uint64_t table[STEP][256];
};

static const struct {
	uint64_t polynomial; /* reflected; 0: a digest */
	uint64_t ones;       /* before and after */
	size_t size;         /* bytes of the value */
	const char *header;
	GChecksumType type;
} kinds[] = {
	[CHECKSUM_CRC32] = {0xedb88320, UINT32_MAX, 4, "x-amz-checksum-crc32", 0},
	[CHECKSUM_CRC32C] = {0x82f63b78, UINT32_MAX, 4, "x-amz-checksum-crc32c", 0},
	[CHECKSUM_CRC64NVME] = {UINT64_C(0x9a6c9329ac4bc9b5), UINT64_MAX, 8,
		"x-amz-checksum-crc64nvme", 0},
	[CHECKSUM_SHA1] = {0, 0, 20, "x-amz-checksum-sha1", G_CHECKSUM_SHA1},
	[CHECKSUM_SHA256] = {0, 0, 32, "x-amz-checksum-sha256", G_CHECKSUM_SHA256},
	[CHECKSUM_MD5] = {0, 0, 16, NULL, G_CHECKSUM_MD5},
};

const char *checksum_header(enum checksum_kind kind)
{
	return kinds[kind].header;
}

/* table[k][b]: what the byte b does to the register after k more bytes of zero. */
static void table_fill(struct checksum *checksum)
{
	uint64_t polynomial = kinds[checksum->kind].polynomial;
	for (unsigned byte = 0; byte < 256; byte++) {
		uint64_t value = byte;
		for (int bit = 0; bit < 8; bit++)
			value = value & 1 ? value >> 1 ^ polynomial : value >> 1;
		checksum->table[0][byte] = value;
	}
	for (int k = 1; k < STEP; k++)
		for (unsigned byte = 0; byte < 256; byte++) {
			uint64_t before = checksum->table[k - 1][byte];
			checksum->table[k][byte] = before >> 8 ^ checksum->table[0][before & 0xff];
		}
}

struct checksum *checksum_new(enum checksum_kind kind)
{
	struct checksum *checksum = g_new0(struct checksum, 1);
	checksum->kind = kind;
	checksum->crc = kinds[kind].ones;
	if (kinds[kind].polynomial)
		table_fill(checksum);
	else
		checksum->digest = g_checksum_new(kinds[kind].type);
	return checksum;
}

void checksum_free(struct checksum *checksum)
{
	if (!checksum)
		return;
	if (checksum->digest)
		g_checksum_free(checksum->digest);
	g_free(checksum);
}

static uint64_t crc_step(const struct checksum *checksum, uint64_t crc, const unsigned char *at)
{
	uint64_t word, next = 0;
	memcpy(&word, at, sizeof word);
	word = GUINT64_FROM_LE(word) ^ crc;
	for (int i = 0; i < STEP; i++)
		next ^= checksum->table[STEP - 1 - i][word >> (8 * i) & 0xff];
	return next;
}

void checksum_update(struct checksum *checksum, const void *bytes, size_t n)
{
	const unsigned char *at = bytes, *end = at + n;
	if (checksum->digest) {
		g_checksum_update(checksum->digest, bytes, (gssize)n);
		return;
	}
	uint64_t crc = checksum->crc;
	for (; end - at >= STEP; at += STEP)
		crc = crc_step(checksum, crc, at);
	for (; at < end; at++)
		crc = crc >> 8 ^ checksum->table[0][(crc ^ *at) & 0xff];
	checksum->crc = crc;
}

char *checksum_text(struct checksum *checksum)
{
	unsigned char value[32];
	gsize size = kinds[checksum->kind].size;
	if (checksum->kind == CHECKSUM_MD5)
		return g_strdup(g_checksum_get_string(checksum->digest));
	if (checksum->digest) {
		g_checksum_get_digest(checksum->digest, value, &size);
	} else {
		uint64_t crc = checksum->crc ^ kinds[checksum->kind].ones;
		for (size_t i = 0; i < size; i++)
			value[i] = (unsigned char)(crc >> (8 * (size - 1 - i)));
	}
	return g_base64_encode(value, size);
}
