/* SPDX-License-Identifier: MIT */
/* The bytes of a file, unpacked on the way when it is gzip, whose checksum is verified then. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

struct unpacked;

/* Reads `fd` from offset 0 without moving its offset. NULL with an error when it is empty. */
struct unpacked *unpacked_open(int fd, GError **error);
void unpacked_close(struct unpacked *unpacked);

bool unpacked_is_gzip(const struct unpacked *unpacked);

/* The next `n` bytes; false with an error when the file is cut off or damaged before. */
bool unpacked_take(struct unpacked *unpacked, uint8_t *bytes, size_t n, GError **error);

/* Whether there is nothing more; false with an error when that cannot be known. */
bool unpacked_at_end(struct unpacked *unpacked, bool *is_at_end, GError **error);
