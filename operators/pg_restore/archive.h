/* SPDX-License-Identifier: MIT */
/* The head of an archive of pg_dump, which tells who made it even where pg_restore is too old. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "operators/pg_restore/contents.h"

/*
 * Fills the versions of server and pg_dump from the head that begins at byte `at`; false, and
 * nothing is filled, where it does not tell.
 */
bool archive_versions_read(int fd, off_t at, struct contents *contents);
