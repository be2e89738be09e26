/* SPDX-License-Identifier: MIT */
/*
 * Every request carries the SHA-256 of its bytes inside the signature, so S3 itself refuses what
 * was damaged on the way or changed on disk between the two readings. Beside it goes a checksum
 * that S3 keeps with the object, for whoever reads it.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/aws/checksum.h"
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
#define BLOCK (1 << 20)
/* Joining parts may take S3 minutes without a byte. */
#define JOIN_STALL_S 900

/* More headers of one request: each has its place. */
#define N_HEADERS_MAX 5

struct upload {
	struct s3 *s3;
	const char *bucket, *key;
	int fd;
	int64_t size;
	/* In parts: */
	char *id;
	struct checksum *whole; /* of all bytes so far */
	bool is_whole_wanted;   /* S3 keeps its checksum with the object */
	GChecksum *etags;       /* what S3 makes the ETag of the whole from */
	int64_t n_parts;
};

/* A piece of the file, and what its bytes give. */
struct range {
	int64_t offset, size;
	char *hash; /* SHA-256 in hex, for the signature */
	char *crc;  /* CRC-32 in Base64: what every server that keeps checksums knows */
};

static void range_clear(struct range *range)
{
	g_free(range->hash);
	g_free(range->crc);
}

static ssize_t range_read(int fd, void *buf, int64_t size, int64_t offset, GError **error)
{
	ssize_t n;
	do
		n = pread(fd, buf, (size_t)MIN(size, BLOCK), (off_t)offset);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		g_set_error(error, LIB_ERROR, 0, "cannot read what is to be sent: %s",
			n < 0 ? g_strerror(errno) : "the file became shorter");
	return n;
}

static bool range_sum(const struct upload *upload, struct range *range, GError **error)
{
	g_autoptr(GChecksum) sha = g_checksum_new(G_CHECKSUM_SHA256);
	struct checksum *crc = checksum_new(CHECKSUM_CRC32);
	g_autofree unsigned char *buf = g_malloc(BLOCK);
	int64_t done = 0;
	ssize_t n = 0;
	for (; done < range->size && n >= 0; done += n) {
		n = range_read(upload->fd, buf, range->size - done, range->offset + done, error);
		if (n <= 0)
			break;
		g_checksum_update(sha, buf, n);
		checksum_update(crc, buf, (size_t)n);
		if (upload->whole)
			checksum_update(upload->whole, buf, (size_t)n);
	}
	range->hash = g_strdup(g_checksum_get_string(sha));
	range->crc = checksum_text(crc);
	checksum_free(crc);
	return done == range->size;
}

/* How S3 is to encrypt what it keeps. */
static size_t encryption_headers(const struct s3 *s3, struct sigv4_pair *headers)
{
	size_t n = 0;
	if (s3->settings->server_side_encryption)
		headers[n++] = (struct sigv4_pair){
			"x-amz-server-side-encryption", s3->settings->server_side_encryption};
	if (s3->settings->sse_kms_key_id)
		headers[n++] = (struct sigv4_pair){"x-amz-server-side-encryption-aws-kms-key-id",
			s3->settings->sse_kms_key_id};
	return n;
}

/* PUT of a range of the file, as the object or as part of an upload; its ETag as S3 writes it. */
static char *range_put(const struct upload *upload, const struct sigv4_pair *query, size_t n_query,
	const struct range *range, GError **error)
{
	struct sigv4_pair headers[N_HEADERS_MAX] = {{checksum_header(CHECKSUM_CRC32), range->crc}};
	const struct s3_request request = {
		.method = "PUT",
		.bucket = upload->bucket,
		.key = upload->key,
		.query = query,
		.n_query = n_query,
		.headers = headers,
		.n_headers = 1 + (n_query ? 0 : encryption_headers(upload->s3, headers + 1)),
		.has_body_file = true,
		.body_fd = upload->fd,
		.body_offset = range->offset,
		.body_size = range->size,
		.payload_hash = range->hash,
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

static char *upload_begin(struct upload *upload, GError **error)
{
	const struct sigv4_pair query = {"uploads", ""};
	struct sigv4_pair headers[N_HEADERS_MAX] = {
		{"x-amz-checksum-algorithm", "CRC32"}, {"x-amz-checksum-type", "FULL_OBJECT"}};
	const struct s3_request request = {
		.method = "POST",
		.bucket = upload->bucket,
		.key = upload->key,
		.query = &query,
		.n_query = 1,
		.headers = headers,
		.n_headers = 2 + encryption_headers(upload->s3, headers + 2),
		.body = "",
		.need = "s3:PutObject",
	};
	struct http_answer answer;
	if (!s3_send(upload->s3, &request, &answer, error))
		return NULL;
	char *id = xml_text(
		answer.body->str, answer.body->len, "InitiateMultipartUploadResult/UploadId");
	const char *type = http_header(&answer, "x-amz-checksum-type");
	upload->is_whole_wanted = type && strcmp(type, "FULL_OBJECT") == 0;
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

/* S3 makes the ETag of the whole from the MD5 sums of the parts, unless they are encrypted. */
static void etag_count(struct upload *upload, const char *etag)
{
	g_autofree char *bare = s3_etag_bare(etag);
	for (const char *c = bare ? bare : ""; c[0] && c[1]; c += 2) {
		guchar byte =
			(guchar)(g_ascii_xdigit_value(c[0]) << 4 | g_ascii_xdigit_value(c[1]));
		g_checksum_update(upload->etags, &byte, 1);
	}
	upload->n_parts++;
}

/* Sends one part and adds it to the list of those that are to be joined. */
static bool part_send(struct upload *upload, struct range *range, GString *list, GError **error)
{
	g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, upload->n_parts + 1);
	const struct sigv4_pair query[] = {{"partNumber", number}, {"uploadId", upload->id}};
	g_autofree char *etag =
		range_sum(upload, range, error) ? range_put(upload, query, 2, range, error) : NULL;
	if (!etag)
		return false;
	g_autofree char *escaped = g_markup_escape_text(etag, -1);
	g_string_append_printf(list,
		"<Part><PartNumber>%s</PartNumber><ETag>%s</ETag>"
		"<ChecksumCRC32>%s</ChecksumCRC32></Part>",
		number, escaped, range->crc);
	etag_count(upload, etag);
	return true;
}

static char *parts_send(struct upload *upload, GError **error)
{
	int64_t part = MAX(PART_MIN, (upload->size / N_PARTS_WANTED | 0xfffff) + 1);
	g_autoptr(GString) list = g_string_new("<CompleteMultipartUpload>");
	for (int64_t offset = 0; offset < upload->size; offset += part) {
		struct range range = {offset, MIN(part, upload->size - offset), NULL, NULL};
		bool sent = part_send(upload, &range, list, error);
		range_clear(&range);
		if (!sent)
			return NULL;
	}
	g_string_append(list, "</CompleteMultipartUpload>");
	return g_string_free(g_steal_pointer(&list), FALSE);
}

/* A try whose answer got lost may have joined the parts already: then the upload is gone and the
 * object there. */
static bool is_joined(const struct upload *upload)
{
	g_autofree char *etag = g_strdup_printf(
		"%s-%" G_GINT64_FORMAT, g_checksum_get_string(upload->etags), upload->n_parts);
	const struct s3_source source = {
		.bucket = upload->bucket, .key = upload->key, .etag = etag, .size = upload->size};
	struct s3_object object;
	if (!s3_head(upload->s3, &source, &object, NULL))
		return false;
	s3_object_clear(&object);
	return true;
}

static bool upload_join(const struct upload *upload, const char *parts, GError **error)
{
	const struct sigv4_pair query = {"uploadId", upload->id};
	g_autofree char *crc = checksum_text(upload->whole);
	const struct sigv4_pair headers[] = {
		{checksum_header(CHECKSUM_CRC32), crc}, {"x-amz-checksum-type", "FULL_OBJECT"}};
	const struct s3_request request = {
		.method = "POST",
		.bucket = upload->bucket,
		.key = upload->key,
		.query = &query,
		.n_query = 1,
		.headers = headers,
		.n_headers = upload->is_whole_wanted ? G_N_ELEMENTS(headers) : 0,
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
	g_autofree char *etag =
		xml_text(answer.body->str, answer.body->len, "CompleteMultipartUploadResult/ETag");
	http_answer_clear(&answer);
	if (!etag)
		g_set_error(error, LIB_ERROR, 0,
			"%s did not join the parts of s3://%s/%s: its answer has no ETag",
			s3_endpoint(upload->s3), upload->bucket, upload->key);
	return etag != NULL;
}

static bool put_in_parts(struct upload *upload, GError **error)
{
	upload->id = upload_begin(upload, error);
	if (!upload->id)
		return false;
	upload->whole = checksum_new(CHECKSUM_CRC32);
	upload->etags = g_checksum_new(G_CHECKSUM_MD5);
	g_autofree char *parts = parts_send(upload, error);
	bool joined = parts && upload_join(upload, parts, error);
	if (!joined)
		upload_abort(upload);
	checksum_free(upload->whole);
	g_checksum_free(upload->etags);
	g_free(upload->id);
	return joined;
}

static bool put_at_once(const struct upload *upload, GError **error)
{
	struct range range = {0, upload->size, NULL, NULL};
	g_autofree char *etag =
		range_sum(upload, &range, error) ? range_put(upload, NULL, 0, &range, error) : NULL;
	range_clear(&range);
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
