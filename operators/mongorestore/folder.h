/* SPDX-License-Identifier: MIT */
/* Reads a folder of mongodump --out from its first byte to its last, and counts what it holds. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "operators/mongorestore/archive.h"

/*
 * Checked are gzip's own checksums, the form of every document, the text of the metadata, and that
 * each collection has some. What ends between two documents of an uncompressed file is not noticed:
 * there is nothing to tell it by. The error names the file, not the folder. `archive` is filled on
 * success: clear it.
 */
bool folder_read(const char *folder, struct archive *archive, GError **error);
