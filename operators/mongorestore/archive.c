/* SPDX-License-Identifier: MIT */
/*
 * An archive is a magic number; a prelude: one BSON document about the archive, one for each
 * collection, a terminator (four bytes of 0xff); and blocks: a BSON document that names a
 * collection, its documents, a terminator. The last block of a collection has no documents but says
 * EOF and the CRC-64 over all of them. Blocks of several collections are mixed. mongorestore checks
 * the same, but only as it goes, when --drop has emptied the target.
 */
#include "operators/mongorestore/archive.h"

#include <bson/bson.h>
#include <jansson.h>
#include <string.h>

#include "lib/base/instant.h"
#include "operators/mongorestore/document.h"
#include "operators/mongorestore/filled.h"
#include "operators/mongorestore/unpacked.h"

enum { MAGIC_SIZE = 4 };

#define CRC64_POLYNOMIAL UINT64_C(0xc96c5795d7870f42) /* ECMA-182, reflected */

struct collection {
	uint64_t crc;
	bool has_begun, has_ended; /* there was a block of it; there was its last one */
	bool has_documents;
	bool is_system, is_series;
};

struct walk {
	struct unpacked *bytes;
	struct archive *archive;
	GHashTable *collections; /* `db.name` -> struct collection */
	GByteArray *document;    /* the one read last; empty: a terminator */
	uint64_t crc_table[256];
};

static void crc_table_fill(uint64_t table[256])
{
	for (unsigned i = 0; i < 256; i++) {
		uint64_t crc = i;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? (crc >> 1) ^ CRC64_POLYNOMIAL : crc >> 1;
		table[i] = crc;
	}
}

static uint64_t crc_add(const uint64_t table[256], uint64_t crc, const uint8_t *bytes, size_t n)
{
	crc = ~crc;
	for (size_t i = 0; i < n; i++)
		crc = table[(uint8_t)crc ^ bytes[i]] ^ (crc >> 8);
	return ~crc;
}

static bool damaged(GError **error, const char *why)
{
	g_set_error_literal(error, LIB_ERROR, 0, why);
	return false;
}

static bool item_read(struct walk *walk, GError **error)
{
	return document_take(walk->bytes, walk->document, error);
}

static const char *field_text(const bson_t *document, const char *name)
{
	bson_iter_t field;
	return bson_iter_init_find(&field, document, name) && BSON_ITER_HOLDS_UTF8(&field)
		? bson_iter_utf8(&field, NULL)
		: NULL;
}

static bool item_parse(const struct walk *walk, bson_t *document, GError **error)
{
	if (walk->document->len > 0
		&& bson_init_static(document, walk->document->data, walk->document->len)
		&& bson_validate(document, BSON_VALIDATE_NONE, NULL))
		return true;
	return damaged(error, "a heading in it is no document");
}

static char *collection_name(const bson_t *heading)
{
	const char *database = field_text(heading, "db");
	const char *name = field_text(heading, "collection");
	return database && name ? g_strdup_printf("%s.%s", database, name) : NULL;
}

/* Users, roles, views and buckets are restored in ways of their own: not counted one by one. */
static bool is_system(const bson_t *heading)
{
	const char *database = field_text(heading, "db");
	const char *type = field_text(heading, "type");
	return g_str_has_prefix(field_text(heading, "collection"), "system.")
		|| g_str_equal(database, "admin") || g_str_equal(database, "config")
		|| (*database == '\0') || (type && !g_str_equal(type, "collection"));
}

static struct collection *collection_of(struct walk *walk, const bson_t *heading, GError **error)
{
	char *name = collection_name(heading);
	if (!name) {
		damaged(error, "a heading in it names no collection");
		return NULL;
	}
	struct collection *collection = g_hash_table_lookup(walk->collections, name);
	if (collection) {
		g_free(name);
		return collection;
	}
	collection = g_new0(struct collection, 1);
	collection->is_system = is_system(heading);
	collection->is_series = g_strcmp0(field_text(heading, "type"), "timeseries") == 0;
	g_hash_table_insert(walk->collections, name, collection);
	return collection;
}

/* Options and indexes, as JSON; nothing else would tell a wrong letter in them. */
static bool metadata_read(struct collection *collection, const bson_t *heading, GError **error)
{
	const char *text = field_text(heading, "metadata");
	json_t *metadata = text && *text ? json_loads(text, JSON_ALLOW_NUL, NULL) : json_object();
	bool is_object = json_is_object(metadata);
	if (json_object_get(json_object_get(metadata, "options"), "timeseries"))
		collection->is_series = true;
	json_decref(metadata);
	return is_object || damaged(error, "the options of a collection in it are no JSON object");
}

static bool prelude_read(struct walk *walk, GError **error)
{
	uint8_t magic[MAGIC_SIZE];
	static const uint8_t expected[MAGIC_SIZE] = {0x6d, 0xe2, 0x99, 0x81};
	bson_t document;
	if (!unpacked_take(walk->bytes, magic, sizeof magic, error))
		return false;
	if (memcmp(magic, expected, sizeof magic) != 0)
		return damaged(error, "it is no archive of mongodump (mongodump --archive)");
	if (!item_read(walk, error) || !item_parse(walk, &document, error))
		return false;
	walk->archive->server_version = g_strdup(field_text(&document, "server_version"));
	walk->archive->tool_version = g_strdup(field_text(&document, "tool_version"));
	for (;;) {
		if (!item_read(walk, error))
			return false;
		if (walk->document->len == 0)
			return true;
		if (!item_parse(walk, &document, error))
			return false;
		struct collection *collection = collection_of(walk, &document, error);
		if (!collection || !metadata_read(collection, &document, error))
			return false;
		walk->archive->n_collections++;
	}
}

/* What is in a block after its heading. */
static bool documents_read(struct walk *walk, struct collection *collection, GError **error)
{
	for (;;) {
		if (!item_read(walk, error))
			return false;
		if (walk->document->len == 0)
			return true;
		collection->has_documents = true;
		collection->crc = crc_add(walk->crc_table, collection->crc, walk->document->data,
			walk->document->len);
		if (!collection->is_system)
			walk->archive->n_documents++;
	}
}

static bool block_read(struct walk *walk, GError **error)
{
	bson_t heading;
	bson_iter_t field;
	if (!item_read(walk, error) || !item_parse(walk, &heading, error))
		return false;
	struct collection *collection = collection_of(walk, &heading, error);
	if (!collection)
		return false;
	collection->has_begun = true;
	bool ends = bson_iter_init_find(&field, &heading, "EOF") && bson_iter_as_bool(&field);
	int64_t crc = bson_iter_init_find(&field, &heading, "CRC") ? bson_iter_as_int64(&field) : 0;
	if (!documents_read(walk, collection, error))
		return false;
	if (!ends)
		return true;
	collection->has_ended = true;
	return (uint64_t)crc == collection->crc
		|| damaged(error, "the checksum of a collection in it is wrong");
}

/* Before MongoDB 8.3 the data of a time series are in the collection of its buckets. */
static bool buckets_have_ended(const struct walk *walk, const char *name)
{
	g_auto(GStrv) words = g_strsplit(name, ".", 2);
	g_autofree char *buckets = g_strdup_printf("%s.system.buckets.%s", words[0], words[1]);
	const struct collection *collection = g_hash_table_lookup(walk->collections, buckets);
	return collection && collection->has_ended;
}

/* Views and what the server keeps for itself may have no block at all, but what begins must end. */
static bool is_complete(
	const struct walk *walk, const char *name, const struct collection *collection)
{
	if (collection->has_ended)
		return true;
	if (collection->is_series)
		return buckets_have_ended(walk, name);
	return collection->is_system && !collection->has_begun;
}

static bool ends_check(const struct walk *walk, GError **error)
{
	GHashTableIter iterator;
	gpointer name, value;
	g_hash_table_iter_init(&iterator, walk->collections);
	while (g_hash_table_iter_next(&iterator, &name, &value)) {
		const struct collection *collection = value;
		bool is_plain = collection->is_series && collection->has_documents;
		if (is_plain && !walk->archive->plain_series)
			walk->archive->plain_series = g_strdup(name);
		if (collection->has_documents)
			filled_add(walk->archive->filled, name);
		if (is_complete(walk, name, collection))
			continue;
		g_set_error(error, LIB_ERROR, 0, "collection %s in it is not complete",
			(const char *)name);
		return false;
	}
	return true;
}

static bool archive_walk(struct walk *walk, GError **error)
{
	if (!prelude_read(walk, error))
		return false;
	for (;;) {
		bool is_at_end = false;
		if (!unpacked_at_end(walk->bytes, &is_at_end, error))
			return false;
		if (is_at_end)
			return ends_check(walk, error);
		if (!block_read(walk, error))
			return false;
	}
}

struct archive archive_empty(void)
{
	return (struct archive){
		.filled = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
}

bool archive_read(int fd, struct archive *archive, GError **error)
{
	*archive = archive_empty();
	struct walk walk = {.archive = archive,
		.bytes = unpacked_open(fd, error),
		.collections = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.document = g_byte_array_new()};
	crc_table_fill(walk.crc_table);
	bool is_whole = walk.bytes && archive_walk(&walk, error);
	if (is_whole)
		archive->is_gzip = unpacked_is_gzip(walk.bytes);
	else
		archive_clear(archive);
	unpacked_close(walk.bytes);
	g_hash_table_unref(walk.collections);
	g_byte_array_unref(walk.document);
	return is_whole;
}

void archive_clear(struct archive *archive)
{
	g_free(archive->server_version);
	g_free(archive->tool_version);
	g_free(archive->plain_series);
	g_clear_pointer(&archive->filled, g_hash_table_unref);
	*archive = (struct archive){0};
}
