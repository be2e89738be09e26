/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lib/aws/failure.h"
#include "lib/aws/s3_request.h"
#include "lib/base/instant.h"

char *s3_etag_bare(const char *etag)
{
	/* A proxy that recodes answers makes strong tags weak; the bytes are verified anyway. */
	if (etag && g_str_has_prefix(etag, "W/"))
		etag += 2;
	/* Some servers have none for what was laid beside them, and say so by an empty one. */
	size_t len = etag ? strlen(etag) : 0;
	if (len == 0 || strcmp(etag, "\"\"") == 0)
		return NULL;
	if (len >= 2 && etag[0] == '"' && etag[len - 1] == '"')
		return g_strndup(etag + 1, len - 2);
	return g_strdup(etag);
}

/* The size of the whole object, also in the answer to a range. */
static bool size_read(const struct http_answer *answer, int64_t *size)
{
	const char *range = http_header(answer, "content-range");
	const char *text = range ? strchr(range, '/') : http_header(answer, "content-length");
	guint64 value;
	if (range && text)
		text++;
	if (!text || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &value, NULL))
		return false;
	*size = (int64_t)value;
	return true;
}

/* Whoever lets people sign in before they may go on answers with status 200, too: but S3 tells an
 * ETag, if only an empty one. */
static bool is_of_s3(const struct http_answer *answer)
{
	static const char *const texts[] = {
		"etag", "x-amz-version-id", "x-amz-storage-class", NULL};
	for (const char *const *name = texts; *name; name++) {
		const char *text = http_header(answer, *name);
		if (text && !g_utf8_validate(text, -1, NULL))
			return false;
	}
	return http_header(answer, "etag") != NULL;
}

bool s3_object_from_headers(const struct s3 *s3, const struct s3_source *source,
	const struct http_answer *answer, struct s3_object *object, GError **error)
{
	const char *version = http_header(answer, "x-amz-version-id");
	const char *storage_class = http_header(answer, "x-amz-storage-class");
	const char *modified = http_header(answer, "last-modified");
	time_t modified_s = modified ? curl_getdate(modified, NULL) : -1;
	int64_t size;
	if (!is_of_s3(answer)) {
		g_set_error(error, LIB_ERROR, 0,
			"what %s says of s3://%s/%s is no answer of S3, which tells an ETag; does "
			"another server or a proxy answer there?",
			s3->endpoint, source->bucket, source->key);
		return false;
	}
	if (!size_read(answer, &size)) {
		g_set_error(error, LIB_ERROR, 0, "%s does not tell the size of s3://%s/%s",
			s3->endpoint, source->bucket, source->key);
		return false;
	}
	*object = (struct s3_object){
		.key = g_strdup(source->key),
		.etag = s3_etag_bare(http_header(answer, "etag")),
		.version_id = version && strcmp(version, "null") != 0 ? g_strdup(version) : NULL,
		.storage_class = storage_class && strcmp(storage_class, "STANDARD") != 0
			? g_strdup(storage_class)
			: NULL,
		.size = size,
		.modified_at = modified_s == -1 ? INSTANT_NONE : (int64_t)modified_s * SECOND_US,
	};
	return true;
}

static bool object_compare(const struct s3_source *source, const char *etag,
	const struct s3_object *object, GError **error)
{
	if (source->size != -1 && source->size != object->size) {
		g_set_error(error, AWS_LASTING_ERROR, AWS_OBJECT_CHANGED,
			"s3://%s/%s was replaced since it was found: it has %" G_GINT64_FORMAT
			" bytes, not %" G_GINT64_FORMAT,
			source->bucket, source->key, object->size, source->size);
		return false;
	}
	/* There are servers that do not know If-Match. */
	if (etag && g_strcmp0(etag, object->etag) != 0) {
		g_set_error(error, AWS_LASTING_ERROR, AWS_OBJECT_CHANGED,
			"s3://%s/%s was replaced since it was found: its ETag is another one now",
			source->bucket, source->key);
		return false;
	}
	return true;
}

bool s3_head(
	struct s3 *s3, const struct s3_source *source, struct s3_object *object, GError **error)
{
	g_autofree char *etag = s3_etag_bare(source->etag);
	g_autofree char *match = etag ? g_strdup_printf("\"%s\"", etag) : NULL;
	const struct sigv4_pair version = {"versionId", source->version_id};
	const struct sigv4_pair header = {"if-match", match};
	const struct s3_request request = {
		.method = "HEAD",
		.bucket = source->bucket,
		.key = source->key,
		.query = &version,
		.n_query = source->version_id ? 1 : 0,
		.headers = &header,
		.n_headers = match ? 1 : 0,
		.need = "s3:GetObject",
	};
	struct http_answer answer;
	if (!s3_send(s3, &request, &answer, error))
		return false;
	bool told = s3_object_from_headers(s3, source, &answer, object, error);
	http_answer_clear(&answer);
	if (!told)
		return false;
	bool is_same = object_compare(source, etag, object, error);
	if (!is_same)
		s3_object_clear(object);
	return is_same;
}
