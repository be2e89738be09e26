/* SPDX-License-Identifier: MIT */
/* An XML answer of AWS, element by element, without entities of its own and not deep. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Called at the end of each element with its path from the root, `a/b/c`, and the text directly
 * inside. */
typedef void xml_visitor(void *data, const char *path, const char *text);

/* Whether all of it is well-formed and has no document type; what stood before is visited anyway.
 */
bool xml_read(const char *text, size_t size, xml_visitor *visit, void *data);

/* The text of one element, by its path: `InitiateMultipartUploadResult/UploadId`. NULL when it is
 * not there. */
char *xml_text(const char *text, size_t size, const char *path);
