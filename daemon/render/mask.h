/* SPDX-License-Identifier: MIT */
/* What may be shown of rendered values. */
#pragma once

#include <glib.h>
#include <jansson.h>

/* A copy in which every mask stands as `***`: g_free. */
char *text_masked(const char *text, const GPtrArray *masks);
/* The same, and so does all under keys that look secret. */
json_t *json_masked(const json_t *value, const GPtrArray *masks);
