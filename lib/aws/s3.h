/* SPDX-License-Identifier: MIT */
/* A client of S3 for one thread: list, head, get, put; signs, retries and verifies by itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "lib/aws/s3_settings.h"

struct s3;

/* An object as a listing, a HEAD or a GET tells of it. */
struct s3_object {
	char *key;
	char *etag;          /* without its quotes */
	char *version_id;    /* NULL: not versioned, or a listing (which does not tell) */
	char *storage_class; /* NULL: STANDARD */
	int64_t size;        /* bytes */
	int64_t modified_at; /* an instant; whole seconds */
};

void s3_object_clear(struct s3_object *object);

/* `settings` must outlive the client. Finds region, endpoint and credentials; nothing is sent to S3
 * yet. */
struct s3 *s3_open(const struct s3_settings *settings, GError **error);
void s3_close(struct s3 *s3);

/* Where requests go, for messages: `http://127.0.0.1:9000`. */
const char *s3_endpoint(const struct s3 *s3);

/* `s3://bucket/key`; the key is not decoded, and not empty. */
bool s3_uri_parse(const char *uri, char **bucket, char **key, GError **error);
char *s3_uri_text(const char *bucket, const char *key);

/* Called for every object under the prefix in the order of the keys; false stops the listing. */
typedef bool s3_visitor(void *data, const struct s3_object *object);
bool s3_list(struct s3 *s3, const char *bucket, const char *prefix, s3_visitor *visit, void *data,
	GError **error);

/* Which object is meant; what is not NULL (size: not -1) must match what S3 has. */
struct s3_source {
	const char *bucket, *key;
	const char *etag; /* with or without quotes */
	const char *version_id;
	int64_t size;
};

/* `object` is filled on success: clear it. */
bool s3_head(
	struct s3 *s3, const struct s3_source *source, struct s3_object *object, GError **error);

/*
 * Writes the object to `fd` (a file, from its offset 0 on), resuming by range after a cut. Its
 * length and every checksum that S3 offers for a whole object are verified. An object replaced
 * meanwhile is an error.
 */
bool s3_get(struct s3 *s3, const struct s3_source *source, int fd, struct s3_object *object,
	GError **error);

/* Stores the file `fd` of `size` bytes, in parts when it is large; `object` is what S3 has then. */
bool s3_put(struct s3 *s3, const char *bucket, const char *key, int fd, int64_t size,
	struct s3_object *object, GError **error);
