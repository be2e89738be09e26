/* SPDX-License-Identifier: MIT */
/*
 * Every request carries the SHA-256 of its bytes inside the signature, so S3 itself refuses what
 * was damaged on the way or changed on disk between the two readings.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/aws/failure.h"
#include "lib/aws/s3_request.h"
#include "lib/aws/s3_xml.h"
#include "lib/aws/xml.h"
#include "lib/base/instant.h"

#define SINGLE_MAX (INT64_C(32) << 20)
#define PART_MIN (INT64_C(16) << 20)
/* S3 takes 10,000 parts of up to 5 GiB, 5 TiB altogether. */
#define N_PARTS_WANTED 8000
#define OBJECT_MAX (INT64_C(5) << 40)
/* Joining parts may take S3 minutes without a byte. */
#define JOIN_STALL_S 900

struct upload {
	struct s3 *s3;
	const char *bucket, *key;
	int fd;
	int64_t size;
	char *id; /* of a multipart upload */
};

static char *range_hash(int fd, int64_t offset, int64_t size, GError **error)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree unsigned char *buf = g_malloc(1 << 20);
	while (size > 0) {
		ssize_t n = pread(fd, buf, (size_t)MIN(size, 1 << 20), (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			g_set_error(error, LIB_ERROR, 0, "cannot read what is to be sent: %s",
				n < 0 ? g_strerror(errno) : "the file became shorter");
			return NULL;
		}
		g_checksum_update(sum, buf, n);
		offset += n;
		size -= n;
	}
	return g_strdup(g_checksum_get_string(sum));
}

/* PUT of a range of the file, as the object or as part of an upload; its ETag as S3 writes it. */
static char *range_put(const struct upload *upload, const struct sigv4_pair *query, size_t n_query,
	int64_t offset, int64_t size, GError **error)
{
	g_autofree char *hash = range_hash(upload->fd, offset, size, error);
	if (!hash)
		return NULL;
	const struct s3_request request = {
		.method = "PUT",
		.bucket = upload->bucket,
		.key = upload->key,
		.query = query,
		.n_query = n_query,
		.has_body_file = true,
		.body_fd = upload->fd,
		.body_offset = offset,
		.body_size = size,
		.payload_hash = hash,
		.need = "s3:PutObject",
	};
	struct http_answer answer;
	if (!s3_send(upload->s3, &request, &answer, error))
		return NULL;
	char *etag = g_strdup(http_header(&answer, "etag"));
	http_answer_clear(&answer);
	if (!etag)
		g_set_error(error, LIB_ERROR, 0, "%s took the bytes but gave no ETag",
			s3_endpoint(upload->s3));
	return etag;
}

static char *upload_begin(const struct upload *upload, GError **error)
{
	const struct sigv4_pair query = {"uploads", ""};
	const struct s3_request request = {
		.method = "POST",
		.bucket = upload->bucket,
		.key = upload->key,
		.query = &query,
		.n_query = 1,
		.body = "",
		.need = "s3:PutObject",
	};
	struct http_answer answer;
	if (!s3_send(upload->s3, &request, &answer, error))
		return NULL;
	char *id = xml_text(
		answer.body->str, answer.body->len, "InitiateMultipartUploadResult/UploadId");
	http_answer_clear(&answer);
	if (!id || !*id) {
		g_clear_pointer(&id, g_free);
		g_set_error(error, LIB_ERROR, 0, "%s gave no id for the upload",
			s3_endpoint(upload->s3));
	}
	return id;
}

/* What was sent of it costs money until it is thrown away. */
static void upload_abort(const struct upload *upload)
{
	const struct sigv4_pair query = {"uploadId", upload->id};
	const struct s3_request request = {
		.method = "DELETE",
		.bucket = upload->bucket,
		.key = upload->key,
		.query = &query,
		.n_query = 1,
		.need = "s3:AbortMultipartUpload",
	};
	struct http_answer answer;
	if (s3_send(upload->s3, &request, &answer, NULL))
		http_answer_clear(&answer);
}

static char *parts_send(const struct upload *upload, GError **error)
{
	int64_t part = MAX(PART_MIN, (upload->size / N_PARTS_WANTED | 0xfffff) + 1);
	g_autoptr(GString) list = g_string_new("<CompleteMultipartUpload>");
	for (int64_t offset = 0, n = 1; offset < upload->size; offset += part, n++) {
		g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, n);
		const struct sigv4_pair query[] = {
			{"partNumber", number}, {"uploadId", upload->id}};
		g_autofree char *etag = range_put(
			upload, query, 2, offset, MIN(part, upload->size - offset), error);
		if (!etag)
			return NULL;
		g_autofree char *escaped = g_markup_escape_text(etag, -1);
		g_string_append_printf(list,
			"<Part><PartNumber>%s</PartNumber><ETag>%s</ETag></Part>", number, escaped);
	}
	g_string_append(list, "</CompleteMultipartUpload>");
	return g_string_free(g_steal_pointer(&list), FALSE);
}

/* A try whose answer got lost may have joined the parts already: then the upload is gone and the
 * object there. */
static bool is_joined(const struct upload *upload)
{
	const struct s3_source source = {
		.bucket = upload->bucket, .key = upload->key, .size = upload->size};
	struct s3_object object;
	if (!s3_head(upload->s3, &source, &object, NULL))
		return false;
	bool in_parts = object.etag && strchr(object.etag, '-');
	bool fresh = g_get_real_time() - object.modified_at < DAY_US;
	s3_object_clear(&object);
	return in_parts && fresh;
}

static bool upload_join(const struct upload *upload, const char *parts, GError **error)
{
	const struct sigv4_pair query = {"uploadId", upload->id};
	const struct s3_request request = {
		.method = "POST",
		.bucket = upload->bucket,
		.key = upload->key,
		.query = &query,
		.n_query = 1,
		.body = parts,
		.stall_s = JOIN_STALL_S,
		.need = "s3:PutObject",
	};
	struct http_answer answer;
	g_autoptr(GError) why = NULL;
	if (!s3_send(upload->s3, &request, &answer, &why)) {
		if (strstr(why->message, "NoSuchUpload") && is_joined(upload))
			return true;
		g_propagate_error(error, g_steal_pointer(&why));
		return false;
	}
	/* The status is sent before the work is done, so an error can follow a 200. */
	g_autofree char *etag =
		xml_text(answer.body->str, answer.body->len, "CompleteMultipartUploadResult/ETag");
	if (!etag) {
		struct s3_complaint complaint;
		s3_complaint_read(answer.body->str, answer.body->len, &complaint);
		g_set_error(error, LIB_ERROR, 0, "%s did not join the parts of s3://%s/%s: %s",
			s3_endpoint(upload->s3), upload->bucket, upload->key,
			complaint.code ? complaint.code : "no reason given");
		s3_complaint_clear(&complaint);
	}
	http_answer_clear(&answer);
	return etag != NULL;
}

static bool put_in_parts(struct upload *upload, GError **error)
{
	upload->id = upload_begin(upload, error);
	if (!upload->id)
		return false;
	g_autofree char *parts = parts_send(upload, error);
	bool joined = parts && upload_join(upload, parts, error);
	if (!joined)
		upload_abort(upload);
	g_free(upload->id);
	return joined;
}

static bool put_at_once(const struct upload *upload, GError **error)
{
	g_autofree char *etag = range_put(upload, NULL, 0, 0, upload->size, error);
	return etag != NULL;
}

bool s3_put(struct s3 *s3, const char *bucket, const char *key, int fd, int64_t size,
	struct s3_object *object, GError **error)
{
	struct upload upload = {.s3 = s3, .bucket = bucket, .key = key, .fd = fd, .size = size};
	if (size > OBJECT_MAX) {
		g_set_error(error, AWS_LASTING_ERROR, 0,
			"the file has %" G_GINT64_FORMAT " bytes; an object of S3 can have 5 TiB",
			size);
		return false;
	}
	if (!(size > SINGLE_MAX ? put_in_parts(&upload, error) : put_at_once(&upload, error)))
		return false;
	const struct s3_source source = {.bucket = bucket, .key = key, .size = size};
	return s3_head(s3, &source, object, error);
}
