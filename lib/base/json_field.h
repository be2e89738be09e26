/* SPDX-License-Identifier: MIT */
/* Fields of JSON objects that others have made. */
#pragma once

#include <jansson.h>

/* A text, which belongs to the object; NULL: it is absent, empty, or no text. */
const char *json_field_text(const json_t *object, const char *name);
