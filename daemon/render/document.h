/* SPDX-License-Identifier: MIT */
/* Values in the documents that MongoDB is given: data, and never a part of the query. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include "lib/dag/dag.h"
#include "lib/template/template.h"

/*
 * Whether `rendered`, in `scope`, has what its author wrote as `value`, and of each template in it
 * data only: no map whose keys are operators, and no text that names a field where an expression
 * stands. What comes from a template as a whole is what its author wanted to run. False: an error.
 */
bool document_check(const struct value *value, const struct template_object *scope,
	const json_t *rendered, GError **error);
