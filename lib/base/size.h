/* SPDX-License-Identifier: MIT */
/* Numbers of bytes as people write them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* Bytes: `512`, `10kB`, `10MiB`, `1.5GB` (kB MB GB TB are powers of 1000, KiB MiB GiB TiB of 1024).
 */
bool size_parse(const char *text, int64_t *bytes, GError **error);
/* For people: `512 B`, `1.5 KiB`, `34 MiB`; two digits at least, rounded down. g_free. */
char *size_text(int64_t bytes);
