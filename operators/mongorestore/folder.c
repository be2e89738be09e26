/* SPDX-License-Identifier: MIT */
/*
 * A collection is two files of the folder of its database: its documents, one after the other, in
 * NAME.bson, its options and indexes in NAME.metadata.json; with --gzip each is called .gz and
 * compressed. mongorestore leaves out what is called otherwise, and exits 0.
 */
#include "operators/mongorestore/folder.h"

#include <bson/bson.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "lib/aws/source.h"
#include "lib/base/instant.h"
#include "operators/dump_files.h"
#include "operators/mongorestore/document.h"
#include "operators/mongorestore/filled.h"
#include "operators/mongorestore/unpacked.h"

enum { METADATA_MAX = 64 * 1024 * 1024 };

struct walk {
	const char *folder;
	struct archive *archive;
	const GPtrArray *paths; /* of all files, below the folder */
	int64_t n_packed, n_plain;
};

static bool damaged(GError **error, const char *path, const char *why)
{
	g_set_error(error, LIB_ERROR, 0, "%s: %s", path, why);
	return false;
}

static bool is_there(const struct walk *walk, const char *path)
{
	for (guint i = 0; i < walk->paths->len; i++)
		if (g_str_equal(walk->paths->pdata[i], path))
			return true;
	return false;
}

static bool file_is_packed(const char *path)
{
	return g_str_has_suffix(path, ".gz");
}

/* `shop/orders.bson.gz` with ".bson": `shop/orders`; NULL when that is not its ending. */
static char *stem(const char *path, const char *ending)
{
	size_t size = strlen(path) - (file_is_packed(path) ? strlen(".gz") : 0);
	size_t n = strlen(ending);
	if (size <= n || strncmp(path + size - n, ending, n) != 0)
		return NULL;
	return g_strndup(path, size - n);
}

static bool document_check(const GByteArray *document, GError **error)
{
	bson_t parsed;
	if (document->len > 0 && bson_init_static(&parsed, document->data, document->len)
		&& bson_validate(&parsed, BSON_VALIDATE_NONE, NULL))
		return true;
	g_set_error_literal(error, LIB_ERROR, 0, "a document in it is damaged");
	return false;
}

static bool documents_read(struct unpacked *bytes, int64_t *n_documents, GError **error)
{
	g_autoptr(GByteArray) document = g_byte_array_new();
	for (;;) {
		bool is_at_end = false;
		if (!unpacked_at_end(bytes, &is_at_end, error))
			return false;
		if (is_at_end)
			return true;
		if (!document_take(bytes, document, error) || !document_check(document, error))
			return false;
		(*n_documents)++;
	}
}

enum { KIND_COLLECTION, KIND_VIEW, KIND_SERIES };

static int64_t kind_of(const json_t *options)
{
	if (json_object_get(options, "timeseries"))
		return KIND_SERIES;
	return json_object_get(options, "viewOn") ? KIND_VIEW : KIND_COLLECTION;
}

static bool metadata_read(struct unpacked *bytes, int64_t *kind, GError **error)
{
	g_autoptr(GByteArray) text = g_byte_array_new();
	for (bool is_at_end = false;;) {
		uint8_t byte;
		if (!unpacked_at_end(bytes, &is_at_end, error))
			return false;
		if (is_at_end || text->len > METADATA_MAX)
			break;
		if (!unpacked_take(bytes, &byte, 1, error))
			return false;
		g_byte_array_append(text, &byte, 1);
	}
	json_t *metadata = json_loadb((const char *)text->data, text->len, JSON_ALLOW_NUL, NULL);
	bool is_object = json_is_object(metadata);
	const json_t *options = json_object_get(metadata, "options");
	*kind = kind_of(options);
	json_decref(metadata);
	if (!is_object)
		g_set_error_literal(error, LIB_ERROR, 0, "it is no JSON object");
	return is_object;
}

typedef bool file_reader(struct unpacked *bytes, int64_t *n, GError **error);

static bool file_read(
	struct walk *walk, const char *path, file_reader *reader, int64_t *n, GError **error)
{
	GError *why = NULL;
	int64_t size = 0;
	g_autofree char *full = g_build_filename(walk->folder, path, NULL);
	int fd = source_file_open(full, &size, error);
	if (fd < 0)
		return false;
	/* Of an empty collection. */
	bool is_empty = size == 0 && !file_is_packed(path) && reader == documents_read;
	struct unpacked *bytes = is_empty ? NULL : unpacked_open(fd, &why);
	bool is_read = is_empty;
	if (bytes && unpacked_is_gzip(bytes) != file_is_packed(path))
		g_set_error(&why, LIB_ERROR, 0,
			"it is %scompressed with gzip, unlike its name says",
			unpacked_is_gzip(bytes) ? "" : "not ");
	else if (bytes)
		is_read = reader(bytes, n, &why);
	unpacked_close(bytes);
	close(fd);
	if (!is_read)
		damaged(error, path, why->message);
	g_clear_error(&why);
	return is_read;
}

/* The other file of a collection has the same name but for its ending. */
static bool other_check(const struct walk *walk, const char *path, const char *name,
	const char *ending, GError **error)
{
	g_autofree char *other = g_strconcat(name, ending, file_is_packed(path) ? ".gz" : "", NULL);
	if (is_there(walk, other))
		return true;
	g_autofree char *why = g_strdup_printf("%s, which belongs to it, is missing", other);
	return damaged(error, path, why);
}

/* Users, roles and buckets are restored in ways of their own: not counted one by one. */
static bool is_counted(const char *name)
{
	return !strstr(name, "/system.") && !g_str_has_prefix(name, "admin/")
		&& !g_str_has_prefix(name, "config/");
}

/* `shop/orders`, in which letters that no file name may have are written as in a URL. */
static void filled_note(struct walk *walk, const char *name)
{
	g_autofree char *plain = g_uri_unescape_string(name, NULL);
	g_autofree char *text = g_strdup(plain ? plain : name);
	char *slash = strchr(text, '/');
	if (slash)
		*slash = '.';
	filled_add(walk->archive->filled, text);
}

static bool collection_read(struct walk *walk, const char *path, const char *name, GError **error)
{
	int64_t n = 0;
	bool is_oplog = g_str_equal(name, "oplog");
	if (!is_oplog && !strchr(name, '/'))
		return damaged(error, path,
			"this is the folder of one database; the one above it is wanted");
	if (!is_oplog && !strstr(name, "/system.")
		&& !other_check(walk, path, name, ".metadata.json", error))
		return false;
	if (!file_read(walk, path, documents_read, &n, error))
		return false;
	if (n > 0)
		filled_note(walk, name);
	walk->archive->n_collections += is_oplog ? 0 : 1;
	walk->archive->n_documents += is_counted(name) && !is_oplog ? n : 0;
	*(file_is_packed(path) ? &walk->n_packed : &walk->n_plain) += 1;
	return true;
}

/*
 * Before MongoDB 8.3 the documents of a time series are in the collection of its buckets. `name` is
 * `shop/series`.
 */
static bool series_check(struct walk *walk, const char *path, const char *name, GError **error)
{
	const char *ending = file_is_packed(path) ? ".bson.gz" : ".bson";
	g_autofree char *own = g_strconcat(name, ending, NULL);
	if (!is_there(walk, own)) {
		g_auto(GStrv) words = g_strsplit(name, "/", 2);
		g_autofree char *buckets =
			g_strdup_printf("%s/system.buckets.%s", words[0], words[1]);
		return other_check(walk, path, buckets, ".bson", error);
	}
	if (!walk->archive->plain_series)
		walk->archive->plain_series = g_strdelimit(g_strdup(name), "/", '.');
	return true;
}

static bool metadata_check(struct walk *walk, const char *path, const char *name, GError **error)
{
	int64_t kind = KIND_COLLECTION;
	if (!file_read(walk, path, metadata_read, &kind, error))
		return false;
	if (kind == KIND_SERIES && strchr(name, '/'))
		return series_check(walk, path, name, error);
	return kind == KIND_VIEW || other_check(walk, path, name, ".bson", error);
}

static bool path_read(struct walk *walk, const char *path, GError **error)
{
	g_autofree char *collection = stem(path, ".bson");
	g_autofree char *metadata = stem(path, ".metadata.json");
	if (collection)
		return collection_read(walk, path, collection, error);
	return !metadata || metadata_check(walk, path, metadata, error);
}

static bool folder_walk(struct walk *walk, GError **error)
{
	for (guint i = 0; i < walk->paths->len; i++)
		if (!path_read(walk, walk->paths->pdata[i], error))
			return false;
	if (walk->n_packed + walk->n_plain == 0)
		return damaged(error, walk->folder, "it holds no collection (NAME.bson)");
	if (walk->n_packed > 0 && walk->n_plain > 0)
		return damaged(error, walk->folder,
			"some of its files are compressed with gzip and some are not");
	walk->archive->is_gzip = walk->n_packed > 0;
	return true;
}

bool folder_read(const char *folder, struct archive *archive, GError **error)
{
	*archive = archive_empty();
	g_autoptr(GPtrArray) paths = dump_paths(folder, error);
	if (!paths)
		return false;
	struct walk walk = {.folder = folder, .archive = archive, .paths = paths};
	bool is_whole = folder_walk(&walk, error);
	if (!is_whole)
		archive_clear(archive);
	return is_whole;
}
