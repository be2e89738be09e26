/* SPDX-License-Identifier: MIT */
/* Documents are those that the server's own count tells: counting them would read all of them. */
#include "operators/mongorestore/rehearsal.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/instant.h"

enum { LINES_MAX = 100 };

static int64_t documents_count(
	mongoc_client_t *client, const char *database, const char *collection, GError **error)
{
	bson_error_t why;
	mongoc_collection_t *handle = mongoc_client_get_collection(client, database, collection);
	int64_t n = mongoc_collection_estimated_document_count(handle, NULL, NULL, NULL, &why);
	mongoc_collection_destroy(handle);
	if (n < 0)
		g_set_error(error, LIB_ERROR, 0, "cannot count the documents of %s.%s: %s",
			database, collection, why.message);
	return n;
}

/* -1 with an error; 0 also where the collection is not there. */
static int collection_exists(
	mongoc_client_t *client, const char *database, const char *collection, GError **error)
{
	bson_error_t why;
	mongoc_database_t *handle = mongoc_client_get_database(client, database);
	bool exists = mongoc_database_has_collection(handle, collection, &why);
	mongoc_database_destroy(handle);
	if (exists || why.code == 0)
		return exists;
	g_set_error(error, LIB_ERROR, 0, "cannot list the collections of %s: %s", database,
		why.message);
	return -1;
}

bool rehearsal_run(mongoc_client_t *client, const char *const *collections, const char *fate,
	json_t *result, GError **error)
{
	int64_t n_existing = 0, n_documents = 0;
	size_t i;
	for (i = 0; collections[i]; i++) {
		const char *collection = strchr(collections[i], '.') + 1;
		g_autofree char *database =
			g_strndup(collections[i], (gsize)(collection - collections[i] - 1));
		int exists = collection_exists(client, database, collection, error);
		if (exists == 0)
			continue;
		int64_t n = exists < 0 ? -1 : documents_count(client, database, collection, error);
		if (n < 0)
			return false;
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
