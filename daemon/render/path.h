/* SPDX-License-Identifier: MIT */
/* Values in the paths of files and URLs: names below what the author wrote, and no way out. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include "lib/dag/dag.h"
#include "lib/template/template.h"

/*
 * Whether in `rendered`, in `scope`, no `..` stands that a value brought into the author's own
 * path, written as `value`. A path that is a value as a whole is what the author wanted. False: an
 * error.
 */
bool path_check(const struct value *value, const struct template_object *scope,
	const json_t *rendered, GError **error);
