/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* Whether `fd` begins as a tar archive does. */
bool tar_is_one(int fd);

/*
 * Follows the heads of the members of a tar archive of `size` bytes to the empty block behind the
 * last of them. An error that calls it `name` when the end of the file comes first: pg_restore
 * (seen with 15) would look for the next head there for ever.
 */
bool tar_check(int fd, int64_t size, const char *name, GError **error);
