/* SPDX-License-Identifier: MIT */
/* A small file that may hold secrets, such as a token or a file of profiles, read as a whole. */
#pragma once

#include <stddef.h>

#include <glib.h>

/* The code of the error when there is no such file; else it is 0. */
#define SMALL_FILE_ABSENT 2

/*
 * The text of a regular file of at most `max` bytes (aws_secret_free() it). NULL with an error of
 * AWS_LASTING_ERROR, `PATH: why`, also of what is no text in UTF-8.
 */
char *small_file_read(const char *path, size_t max, GError **error);
