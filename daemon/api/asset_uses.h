/* SPDX-License-Identifier: MIT */
/* What the DAGs that are loaded say about assets. */
#pragma once

#include "daemon/api/assets.h"

/* Which DAGs are looked at: those whose file is there, or those that are gone, too. */
enum whose { OF_ACTIVE, OF_ALL };
/* The names that DAGs use, as a JSON list (g_free): those of `dag_ids` (NULL-terminated), of all
 * when it is empty. */
char *asset_names(struct daemon *daemon, const char *const *dag_ids, enum whose whose);

/* Ids of the DAGs with a task that updates it: g_ptr_array_unref, borrowed. */
GPtrArray *asset_makers(struct daemon *daemon, const char *name);

/* Who waits for, reads and updates each of some assets. */
struct asset_uses;
/* `assets`: of struct asset, which must live as long. */
struct asset_uses *asset_uses_new(struct daemon *daemon, const GArray *assets);
void asset_uses_free(struct asset_uses *uses);
/* As Airflow shows it. */
json_t *asset_reply(const struct asset_uses *uses, const struct asset *asset);
