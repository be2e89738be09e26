/* SPDX-License-Identifier: MIT */
#include "operators/mongorestore/collection.h"

#include <string.h>

#include "lib/base/instant.h"

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

bool collection_count(mongoc_client_t *client, const char *name, int64_t *n, GError **error)
{
	const char *collection = strchr(name, '.') + 1;
	g_autofree char *database = g_strndup(name, (gsize)(collection - name - 1));
	int exists = collection_exists(client, database, collection, error);
	*n = -1;
	if (exists <= 0)
		return exists == 0;
	*n = documents_count(client, database, collection, error);
	return *n >= 0;
}

const char *collection_filled(mongoc_client_t *client, const char *const *names, GError **error)
{
	for (size_t i = 0; names[i]; i++) {
		int64_t n;
		if (!collection_count(client, names[i], &n, error))
			return NULL;
		if (n > 0)
			return names[i];
	}
	return NULL;
}
