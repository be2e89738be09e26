/* SPDX-License-Identifier: MIT */
/* JSON values written as YAML 1.2. */
#pragma once

#include <glib.h>
#include <jansson.h>

/* Ends in a newline: g_free. */
char *yaml_text(const json_t *value);
