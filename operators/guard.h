/* SPDX-License-Identifier: MIT */
/* What stands before a restore: `protected` and `allow_restore` of the connection, and versions. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include "operators/connection.h"

/*
 * Whether data of `databases` (NULL-terminated; none: only the words are read) may be destroyed
 * through this connection. Each must be one of `allow_restore`, where the connection has that, and
 * be named by the task's argument `confirm` (a text or a list of texts), where the connection is
 * `protected` or the argument is there. With `allow_restore` or `protected` no parameter may name
 * another server than the connection's. The error says what is to be written where.
 */
bool guard_check(const json_t *arguments, const struct connection *connection,
	const char *const *databases, GError **error);

/*
 * Whether a complaint about versions (taken over; NULL is none) lets the restore go on: it does
 * where the task's argument `allow_version_mismatch` is true, and is then printed as a warning.
 * Else it is the error.
 */
bool guard_versions(const json_t *arguments, char *complaint, GError **error);

/* Whether a key of a connection's extra is a guard's, and so no option of a driver. */
bool guard_is_key(const char *name);
