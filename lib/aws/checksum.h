/* SPDX-License-Identifier: MIT */
/* The checksums that S3 keeps of an object, computed while its bytes pass by. */
#pragma once

#include <stddef.h>

enum checksum_kind {
	CHECKSUM_CRC32,
	CHECKSUM_CRC32C,
	CHECKSUM_CRC64NVME,
	CHECKSUM_SHA1,
	CHECKSUM_SHA256,
	CHECKSUM_MD5,
};

struct checksum;

struct checksum *checksum_new(enum checksum_kind kind);
/* NULL is fine. */
void checksum_free(struct checksum *checksum);
void checksum_update(struct checksum *checksum, const void *bytes, size_t n);

/* Ends it. Base64 as in the headers x-amz-checksum-*; MD5 in lower-case hex, as in an ETag. */
char *checksum_text(struct checksum *checksum);

/* `x-amz-checksum-crc32` ...; NULL for MD5, which is an object's ETag. */
const char *checksum_header(enum checksum_kind kind);
