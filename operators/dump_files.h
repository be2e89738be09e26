/* SPDX-License-Identifier: MIT */
/* The file or files of a dump: whether they are those that are meant, and stay as they are. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

/* Those below a folder, relative to it, in the order of their bytes; NULL with an error. */
GPtrArray *dump_paths(const char *folder, GError **error);

/* The argument `sha256`: NULL when it is not given; an error when it is none. */
bool dump_digest_read(const json_t *arguments, const char **sha256, GError **error);

/*
 * Whether the bytes of the file `fd` give this SHA-256 (hex; NULL: any). For a folder (`fd` is -1,
 * `name` its path) these are the bytes of its files one after another, in the order of their paths.
 */
bool dump_digest_check(const char *name, int fd, const char *sha256, GError **error);

/* What a program changes that writes to a dump. */
struct dump_stamp {
	int64_t n_files, n_bytes;
	int64_t written_at_ns; /* the file that was written last, in ns since 1970 */
};

/* All is 0 when that cannot be known. */
struct dump_stamp dump_stamp(const char *name, int fd);

/*
 * Before the restore: an error when the dump is not what it was when it was read, for what nobody
 * has looked at is not let into a database.
 */
bool dump_unread_check(const char *name, int fd, const struct dump_stamp *before, GError **error);

/* After the restore: an error when the dump is not what it was when it was read. */
bool dump_stamp_check(const char *name, int fd, const struct dump_stamp *before, GError **error);
