/* SPDX-License-Identifier: MIT */
/*
 * One stream from the first byte to the last, so that a checksum can run along; after a cut it goes
 * on where it stopped. If-Match holds it to one state of the object, and the ETag of each answer is
 * looked at as well, since there are servers that do not know If-Match.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/aws/checksum.h"
#include "lib/aws/failure.h"
#include "lib/aws/s3_request.h"
#include "lib/base/instant.h"

/* A try that got so much further than all before was a good one, and the patience begins anew. */
#define PROGRESS (1 << 20)

struct download {
	const struct s3 *s3;
	const struct s3_source *source;
	char *name; /* s3://bucket/key */
	int fd;
	int64_t offset;   /* bytes that are written */
	int64_t furthest; /* the largest that `offset` ever was after a try */
	char *etag;       /* that every answer must have; NULL: not known yet */
	struct s3_object object;
	bool known;    /* object is filled */
	bool accepted; /* the answer at hand */
	struct checksum *checksum;
	char *wanted;       /* its value; NULL: S3 offers none for a whole object */
	const char *method; /* its name, for messages */
	GError *why;        /* what ended it on this side */
};

static bool refuse(struct download *download, GQuark domain, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
static bool refuse(struct download *download, GQuark domain, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_clear_error(&download->why);
	download->why = g_error_new_valist(domain, 0, format, values);
	va_end(values);
	return false;
}

/* The ETag is an MD5 unless the object came in parts or is encrypted with a key of its own. */
static bool etag_is_md5(const char *etag, const struct http_answer *answer)
{
	const char *encryption = http_header(answer, "x-amz-server-side-encryption");
	return etag && strlen(etag) == 32 && strspn(etag, "0123456789abcdef") == 32
		&& !(encryption && g_str_has_prefix(encryption, "aws:kms"))
		&& !http_header(answer, "x-amz-server-side-encryption-customer-algorithm");
}

static void checksum_choose(struct download *download, const struct http_answer *answer)
{
	const char *type = http_header(answer, "x-amz-checksum-type");
	bool composite = type && strcmp(type, "COMPOSITE") == 0;
	for (int kind = CHECKSUM_CRC32; kind < CHECKSUM_MD5 && !composite; kind++) {
		const char *value = http_header(answer, checksum_header((enum checksum_kind)kind));
		if (!value || strchr(value, '-'))
			continue;
		download->checksum = checksum_new((enum checksum_kind)kind);
		download->wanted = g_strdup(value);
		download->method = checksum_header((enum checksum_kind)kind);
		return;
	}
	if (etag_is_md5(download->object.etag, answer)) {
		download->checksum = checksum_new(CHECKSUM_MD5);
		download->wanted = g_strdup(download->object.etag);
		download->method = "ETag (MD5)";
	}
}

static bool first_answer_accept(struct download *download, const struct http_answer *answer)
{
	const struct s3_source *source = download->source;
	if (!s3_object_from_headers(
		    download->s3, source, answer, &download->object, &download->why))
		return false;
	download->known = true;
	if (source->size != -1 && source->size != download->object.size)
		return refuse(download, AWS_LASTING_ERROR,
			"%s was replaced since it was found: it has %" G_GINT64_FORMAT
			" bytes, not %" G_GINT64_FORMAT,
			download->name, download->object.size, source->size);
	checksum_choose(download, answer);
	return true;
}

/* Part of an object must be the part that is missing. */
static bool range_accept(struct download *download, const struct http_answer *answer)
{
	const char *range = http_header(answer, "content-range");
	g_autofree char *wanted =
		g_strdup_printf("bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
			download->offset, download->object.size - 1, download->object.size);
	if (answer->status != 206 || g_strcmp0(range, wanted) == 0)
		return true;
	return refuse(download, LIB_ERROR,
		"%s: bytes from %" G_GINT64_FORMAT
		" on were asked for (%s), but the answer has \"%s\"",
		download->name, download->offset, wanted, range ? range : "no range");
}

/* A server that does not know ranges begins anew with status 200: what is written comes again. */
static bool further_answer_accept(struct download *download, const struct http_answer *answer)
{
	struct s3_object object;
	if (!s3_object_from_headers(
		    download->s3, download->source, answer, &object, &download->why))
		return false;
	bool is_same = object.size == download->object.size;
	s3_object_clear(&object);
	if (answer->status == 200 && !is_same)
		return refuse(
			download, LIB_ERROR, "%s was replaced while it was read", download->name);
	if (answer->status == 200 && download->offset > 0) {
		download->offset = 0;
		g_clear_pointer(&download->checksum, checksum_free);
		g_clear_pointer(&download->wanted, g_free);
		checksum_choose(download, answer);
	}
	return true;
}

/* Who asked for no certain state of the object may take the new one at the next try. */
static bool refuse_replaced(struct download *download)
{
	if (!download->source->etag)
		return refuse(
			download, LIB_ERROR, "%s was replaced while it was read", download->name);
	return refuse(download, AWS_LASTING_ERROR,
		"%s was replaced since it was found: its ETag is another one now", download->name);
}

static bool answer_accept(struct download *download, const struct http_answer *answer)
{
	g_autofree char *etag = s3_etag_bare(http_header(answer, "etag"));
	download->accepted = (download->known ? further_answer_accept(download, answer)
					      : first_answer_accept(download, answer))
		&& range_accept(download, answer);
	if (download->accepted && download->etag && g_strcmp0(etag, download->etag) != 0) {
		download->accepted = false;
		refuse_replaced(download);
	}
	if (!download->etag)
		download->etag = g_steal_pointer(&etag);
	return download->accepted;
}

static bool on_bytes(void *data, const struct http_answer *answer, const void *bytes, size_t n)
{
	struct download *download = data;
	if (!download->accepted && !answer_accept(download, answer))
		return false;
	if (download->offset + (int64_t)n > download->object.size)
		return refuse(download, LIB_ERROR, "%s: more bytes came than the object has",
			download->name);
	for (size_t done = 0; done < n;) {
		ssize_t written = pwrite(download->fd, (const char *)bytes + done, n - done,
			(off_t)(download->offset + (int64_t)done));
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return refuse(download, LIB_ERROR, "cannot write what is read from %s: %s",
				download->name, g_strerror(errno));
		done += (size_t)written;
	}
	download->offset += (int64_t)n;
	if (download->checksum)
		checksum_update(download->checksum, bytes, n);
	return true;
}

static enum s3_outcome part_fetch(
	struct s3 *s3, struct download *download, struct s3_patience *patience, GError **error)
{
	const struct s3_source *source = download->source;
	const char *version = download->known ? download->object.version_id : source->version_id;
	g_autofree char *match = download->etag ? g_strdup_printf("\"%s\"", download->etag) : NULL;
	g_autofree char *range = g_strdup_printf("bytes=%" G_GINT64_FORMAT "-", download->offset);
	struct sigv4_pair headers[3] = {{"x-amz-checksum-mode", "ENABLED"}};
	size_t n_headers = 1;
	if (match)
		headers[n_headers++] = (struct sigv4_pair){"if-match", match};
	/* Without an ETag nothing says that the rest is one of the same object: all of it again. */
	if (download->offset > 0 && download->etag)
		headers[n_headers++] = (struct sigv4_pair){"range", range};
	const struct sigv4_pair query = {"versionId", version};
	const struct s3_request request = {
		.method = "GET",
		.bucket = source->bucket,
		.key = source->key,
		.query = &query,
		.n_query = version ? 1 : 0,
		.headers = headers,
		.n_headers = n_headers,
		.sink = on_bytes,
		.sink_data = download,
		.need = version ? "s3:GetObjectVersion" : "s3:GetObject",
	};
	struct http_answer answer;
	download->accepted = false;
	enum s3_outcome outcome = s3_try(s3, &request, patience, &answer, error);
	/* An object without bytes never reaches the sink. */
	if (outcome == S3_DONE && !download->accepted)
		answer_accept(download, &answer);
	if (answer.status == 412)
		refuse_replaced(download);
	http_answer_clear(&answer);
	return outcome;
}

static bool is_whole(const struct download *download)
{
	return download->known && download->offset == download->object.size;
}

/* What follows from one answer: whether it goes on. */
static bool download_continues(struct download *download, struct s3_patience *patience,
	enum s3_outcome outcome, int64_t before)
{
	if (download->why || is_whole(download))
		return false;
	if (outcome == S3_DONE) { /* the end came early, and looked like one */
		refuse(download, LIB_ERROR,
			"%s ends after %" G_GINT64_FORMAT
			" bytes; it should have %" G_GINT64_FORMAT,
			download->name, download->offset, download->object.size);
		if (!s3_patience_wait(patience, NULL))
			return false;
		g_clear_error(&download->why);
	}
	if (outcome == S3_FAILED)
		return false;
	if (download->offset > before)
		printf("%s broke off after %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
		       " bytes; going on from there\n",
			download->name, download->offset, download->object.size);
	if (download->offset - download->furthest >= PROGRESS) {
		patience->n_tries = 0;
		patience->rekeyed = false;
	}
	download->furthest = MAX(download->furthest, download->offset);
	return true;
}

static bool download_run(struct s3 *s3, struct download *download)
{
	struct s3_patience patience = s3_patience(s3);
	for (bool more = true; more;) {
		g_autoptr(GError) why = NULL;
		int64_t before = download->offset;
		enum s3_outcome outcome = part_fetch(s3, download, &patience, &why);
		more = download_continues(download, &patience, outcome, before);
		if (!more && !download->why && !is_whole(download))
			download->why = g_steal_pointer(&why);
	}
	return !download->why;
}

static bool download_verify(struct download *download)
{
	if (!download->checksum)
		return true;
	g_autofree char *found = checksum_text(download->checksum);
	if (strcmp(found, download->wanted) == 0)
		return true;
	return refuse(download, LIB_ERROR,
		"%s came damaged: its bytes give \"%s\", its %s is \"%s\"", download->name, found,
		download->method, download->wanted);
}

bool s3_get(struct s3 *s3, const struct s3_source *source, int fd, struct s3_object *object,
	GError **error)
{
	struct download download = {
		.s3 = s3,
		.source = source,
		.name = s3_uri_text(source->bucket, source->key),
		.fd = fd,
		.etag = s3_etag_bare(source->etag),
	};
	bool fetched = download_run(s3, &download) && download_verify(&download);
	if (fetched) {
		*object = download.object;
	} else {
		g_propagate_error(error, download.why);
		s3_object_clear(&download.object);
	}
	checksum_free(download.checksum);
	g_free(download.wanted);
	g_free(download.etag);
	g_free(download.name);
	return fetched;
}
