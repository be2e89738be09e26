/* SPDX-License-Identifier: MIT */
#include "operators/mongorestore/rehearsal.h"

#include <stdio.h>

#include "operators/mongorestore/collection.h"

enum { LINES_MAX = 100 };

bool rehearsal_run(mongoc_client_t *client, const char *const *collections, const char *fate,
	json_t *result, GError **error)
{
	int64_t n_existing = 0, n_documents = 0;
	size_t i;
	for (i = 0; collections[i]; i++) {
		int64_t n;
		if (!collection_count(client, collections[i], &n, error))
			return false;
		if (n < 0)
			continue;
		n_documents += n;
		if (++n_existing <= LINES_MAX)
			printf("collection %s (%" G_GINT64_FORMAT " documents) %s\n",
				collections[i], n, fate);
		else if (n_existing == LINES_MAX + 1)
			printf("... and so on\n");
	}
	printf("of the dump's %zu collections there are already: %" G_GINT64_FORMAT
	       ", with %" G_GINT64_FORMAT " documents\n",
		i, n_existing, n_documents);
	json_object_set_new(result, "existing_collections", json_integer(n_existing));
	json_object_set_new(result, "existing_documents", json_integer(n_documents));
	return true;
}
