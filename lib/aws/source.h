/* SPDX-License-Identifier: MIT */
/* A dump, wherever it is, as an open file: an S3 object is fetched and verified first. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

#include "lib/aws/s3_settings.h"
#include "lib/aws/source_limits.h"

struct source_info {
	char *name;                             /* s3://bucket/key, or the path: for messages */
	char *bucket, *key, *etag, *version_id; /* NULL for a file */
	int64_t size;                           /* bytes */
	int64_t modified_at;                    /* an instant; of an object in whole seconds */
	double seconds;                         /* that the fetch took; 0 for a file */
};

/*
 * Opens what `source` names: an object `{bucket, key, etag, size, version_id}` as s3_find_latest
 * returns it (bucket and key are needed; the others, when there, must match what S3 has), a text
 * `s3://bucket/key`, or the path of a file. An S3 object goes to an unlinked temporary file in
 * $TMPDIR, else /var/tmp, after a look at the free space; its length and checksums are verified. A
 * file is opened where it is. What `limits` (NULL: none) refuse is not fetched.
 *
 * Returns a descriptor at offset 0, close-on-exec, readable and seekable (the caller closes it;
 * pass it on as /proc/self/fd/N after clearing FD_CLOEXEC), or -1 with an error. `info` is filled
 * on success: clear it. Progress goes to stdout.
 */
int source_fetch(const json_t *source, const struct s3_settings *settings,
	const struct source_limits *limits, struct source_info *info, GError **error);

/* Only says what `source` names: bucket and key, or a path in `name`; size is -1 where it is not
 * told. */
bool source_read(const json_t *source, struct source_info *info, GError **error);

/* Opens a regular file for reading, close-on-exec; -1 with an error. */
int source_file_open(const char *path, int64_t *size, GError **error);

void source_info_clear(struct source_info *info);
