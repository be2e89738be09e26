/* SPDX-License-Identifier: MIT */
#include "operators/mongorestore/document.h"

#include <string.h>

#include "lib/base/instant.h"

enum {
	TERMINATOR = -1,
	DOCUMENT_MIN = 5,
	DOCUMENT_MAX = 48 * 1024 * 1024, /* mongodump's own limit */
};

bool document_take(struct unpacked *bytes, GByteArray *document, GError **error)
{
	uint8_t head[4];
	if (!unpacked_take(bytes, head, sizeof head, error))
		return false;
	int32_t size = (int32_t)((uint32_t)head[0] | (uint32_t)head[1] << 8
		| (uint32_t)head[2] << 16 | (uint32_t)head[3] << 24);
	g_byte_array_set_size(document, 0);
	if (size == TERMINATOR)
		return true;
	if (size < DOCUMENT_MIN || size > DOCUMENT_MAX) {
		g_set_error_literal(
			error, LIB_ERROR, 0, "a document in it has an impossible length");
		return false;
	}
	g_byte_array_set_size(document, (guint)size);
	memcpy(document->data, head, sizeof head);
	if (!unpacked_take(bytes, document->data + sizeof head, (size_t)size - sizeof head, error))
		return false;
	if (document->data[size - 1] == 0)
		return true;
	g_set_error_literal(error, LIB_ERROR, 0, "a document in it does not end where it should");
	return false;
}
