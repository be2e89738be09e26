/* SPDX-License-Identifier: MIT */
/* The words of mongorestore's command line that come from the task's arguments. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

/* --drop, --nsInclude=... and so on, as owned texts; NULL with an error when they contradict. */
GPtrArray *restore_options(const json_t *arguments, GError **error);

/* Whether only a part of the dump is wanted. */
bool restore_is_partial(const json_t *arguments);
