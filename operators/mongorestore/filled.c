/* SPDX-License-Identifier: MIT */
#include "operators/mongorestore/filled.h"

#include <string.h>

static const char buckets[] = "system.buckets.";

/* `shop.series` of `shop.system.buckets.series`. */
static char *name_of_series(const char *name)
{
	const char *collection = strchr(name, '.') + 1;
	if (!g_str_has_prefix(collection, buckets))
		return g_strdup(name);
	return g_strdup_printf(
		"%.*s%s", (int)(collection - name), name, collection + strlen(buckets));
}

static bool is_own(const char *name)
{
	const char *dot = strchr(name, '.');
	return dot && dot != name && !g_str_has_prefix(name, "admin.")
		&& !g_str_has_prefix(name, "config.")
		&& (!g_str_has_prefix(dot, ".system.") || g_str_has_prefix(dot + 1, buckets));
}

void filled_add(GHashTable *filled, const char *name)
{
	if (is_own(name))
		g_hash_table_add(filled, name_of_series(name));
}

bool filled_has(GHashTable *filled, const char *const *names)
{
	for (; *names; names++) {
		g_autofree char *name = strchr(*names, '.') ? name_of_series(*names) : NULL;
		if (name && g_hash_table_contains(filled, name))
			return true;
	}
	return false;
}
