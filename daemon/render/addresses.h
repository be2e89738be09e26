/* SPDX-License-Identifier: MIT */
/* Values in lists of mail addresses: each is one address or a part of it, never one more. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include "lib/dag/dag.h"
#include "lib/template/template.h"

/*
 * Whether the text `rendered`, in `scope`, has no more addresses than its author wrote as `value`.
 * A text that is a value as a whole may be any number of them, and an item of a list is one
 * whatever it holds, as the operator sees to. False: an error.
 */
bool addresses_check(const struct value *value, const struct template_object *scope,
	const json_t *rendered, GError **error);
