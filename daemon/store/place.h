/* SPDX-License-Identifier: MIT */
/* What lies in the database's place, looked at before SQLite opens it, which would take it as it
 * is. */
#pragma once

#include <stdbool.h>

#include <glib.h>

/*
 * False and an error that says what to do: it belongs to another user, was emptied, or its
 * write-ahead log is damaged. Nothing is changed.
 */
bool place_check(const char *path, const char *key_path, GError **error);
