/* SPDX-License-Identifier: MIT */
/* The answers of S3 that are XML: a page of a listing, an error, the identity of an upload. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "lib/aws/s3.h"

/* One page; its objects are in the order of the answer. */
struct s3_page {
	GArray *objects; /* of struct s3_object */
	bool truncated;
	char *token; /* of the next page, NULL for none */
};

/* False when the text is no listing; clear the page also then. */
bool s3_page_read(const char *text, size_t size, struct s3_page *page, GError **error);
void s3_page_clear(struct s3_page *page);

/* What S3 complains of; all NULL when the body is not such an answer. */
struct s3_complaint {
	char *code, *message, *region;
};

void s3_complaint_read(const char *text, size_t size, struct s3_complaint *complaint);
void s3_complaint_clear(struct s3_complaint *complaint);
