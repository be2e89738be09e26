/* SPDX-License-Identifier: MIT */
/* The copy of an older dagd's database that is kept when its format is changed: the way back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* Makes, or makes again, `PATH.before-VERSION`: checked and durable. False and an error that says
 * what to do: nothing was changed. */
bool upgrade_keep(const char *path, int64_t version, GError **error);
/* The format is changed: copies from before earlier changes go. */
void upgrade_forget(const char *path, int64_t version);
