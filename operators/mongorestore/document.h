/* SPDX-License-Identifier: MIT */
/* The next BSON document of a file, as far as its length and its end tell that it is one. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "operators/mongorestore/unpacked.h"

/*
 * Reads it into `document`; a terminator of an archive (four bytes of 0xff) leaves that empty.
 * False with an error, which does not name the file, when there is neither.
 */
bool document_take(struct unpacked *bytes, GByteArray *document, GError **error);
