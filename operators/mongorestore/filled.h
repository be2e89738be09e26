/* SPDX-License-Identifier: MIT */
/* Which of the users' own collections of a dump hold documents. */
#pragma once

#include <stdbool.h>

#include <glib.h>

/*
 * Adds the collection `name`, as `shop.orders`, to the set of owned texts. The buckets of a time
 * series count as the series; what the server keeps for itself is left out.
 */
void filled_add(GHashTable *filled, const char *name);

/* Whether one of `names` (NULL-terminated) is among them. */
bool filled_has(GHashTable *filled, const char *const *names);
