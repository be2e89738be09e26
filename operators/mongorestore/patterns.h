/* SPDX-License-Identifier: MIT */
/* Whether the names that a task says are those of collections of the dump. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

/*
 * `sources` are the collections that would be restored, as the dump names them. An error when one
 * of `ns_from` renames none of them, for then they would be written under their own names; and when
 * one of `ns_include` that has no star is none of them.
 */
bool patterns_check(const json_t *arguments, const GPtrArray *sources, GError **error);
