/* SPDX-License-Identifier: MIT */
/* JSON as text that commands no terminal: what could is escaped, which means the same. */
#pragma once

#include <jansson.h>

/* As json_dumps() with these flags; g_free. */
char *json_text(const json_t *value, size_t flags);
