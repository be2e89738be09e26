/* SPDX-License-Identifier: MIT */
/* What one instance of a mapped task is mapped to, and what all of them have left. */
#pragma once

#include "daemon/render/scope.h"

/* The values of this instance by name: arguments, `env`, the author's own. NULL and an error when a
 * source does not hold what was counted. */
json_t *mapped_values(struct scope *scope, GError **error);

/* A value that a task left, as `scope` sees it: of a mapped one a list, in the order of its
 * instances; of one in the same mapped group that of the same instance. NULL: it left none. */
json_t *xcom_value(const struct scope *scope, const char *task_id, const char *key);
/* The same of the instances that `map_indexes` names: a number, or a list of them. */
json_t *xcom_value_at(
	const struct scope *scope, const char *task_id, const json_t *map_indexes, const char *key);
