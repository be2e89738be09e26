/* SPDX-License-Identifier: MIT */
/* What S3 complains of, as a sentence that says what to do, and whether trying again later can
 * help. */
#include <string.h>

#include "lib/aws/failure.h"
#include "lib/aws/s3_request.h"
#include "lib/aws/s3_xml.h"
#include "lib/base/instant.h"

static char *subject(const struct s3_request *request)
{
	if (!request->bucket)
		return g_strdup("the list of buckets");
	if (request->key)
		return s3_uri_text(request->bucket, request->key);
	return g_strdup_printf("bucket \"%s\"", request->bucket);
}

enum cause {
	CAUSE_SECRET,
	CAUSE_KEY_ID,
	CAUSE_BUCKET,
	CAUSE_DENIED,
	CAUSE_ABSENT,
	CAUSE_VERSION,
	CAUSE_REPLACED,
	CAUSE_ARCHIVED,
	CAUSE_CLOCK,
	CAUSE_EXPIRED,
	CAUSE_REGION,
	CAUSE_DAMAGED,
	CAUSE_OTHER,
};

static const struct {
	const char *code;
	enum cause cause;
} causes[] = {
	{"SignatureDoesNotMatch", CAUSE_SECRET},
	{"InvalidAccessKeyId", CAUSE_KEY_ID},
	{"XAdminUserNotFound", CAUSE_KEY_ID},
	{"NoSuchBucket", CAUSE_BUCKET},
	{"AccessDenied", CAUSE_DENIED},
	{"AllAccessDisabled", CAUSE_DENIED},
	{"NoSuchKey", CAUSE_ABSENT},
	{"NoSuchVersion", CAUSE_VERSION},
	{"PreconditionFailed", CAUSE_REPLACED},
	{"InvalidObjectState", CAUSE_ARCHIVED},
	{"RequestTimeTooSkewed", CAUSE_CLOCK},
	{"ExpiredToken", CAUSE_EXPIRED},
	{"InvalidToken", CAUSE_EXPIRED},
	{"PermanentRedirect", CAUSE_REGION},
	{"TemporaryRedirect", CAUSE_REGION},
	{"AuthorizationHeaderMalformed", CAUSE_REGION},
	{"IllegalLocationConstraintException", CAUSE_REGION},
	{"NoSuchUpload", CAUSE_OTHER},
	{"BadDigest", CAUSE_DAMAGED},
	{"XAmzContentSHA256Mismatch", CAUSE_DAMAGED},
};

static enum cause cause_find(const char *code, long status, const struct s3_request *request)
{
	for (size_t i = 0; code && i < G_N_ELEMENTS(causes); i++)
		if (strcmp(code, causes[i].code) == 0)
			return causes[i].cause;
	/* A server that knows no such list answers with anything. */
	if (!request->bucket)
		return CAUSE_OTHER;
	/* The answer to a HEAD has no body, so its status is all there is. */
	switch (status) {
	case 301:
	case 302:
	case 307:
		return CAUSE_REGION;
	case 403:
		return CAUSE_DENIED;
	case 404:
		return request->key ? CAUSE_ABSENT : CAUSE_BUCKET;
	case 412:
		return CAUSE_REPLACED;
	default:
		return CAUSE_OTHER;
	}
}

static char *clock_sentence(const struct s3 *s3, const struct http_answer *answer)
{
	const char *date = http_header(answer, "date");
	time_t theirs = date ? curl_getdate(date, NULL) : -1;
	if (theirs == -1)
		return g_strdup_printf(
			"the clocks of this machine and of %s differ too much", s3->endpoint);
	g_autofree char *apart = duration_text(
		ABS((int64_t)theirs * SECOND_US - g_get_real_time()) / SECOND_US * SECOND_US);
	return g_strdup_printf(
		"the clocks of this machine and of %s are %s apart; at most 15m are allowed",
		s3->endpoint, apart);
}

/* Of the causes that name the keys; the secret itself appears nowhere. */
static char *keys_sentence(const struct s3 *s3, const struct s3_request *request, enum cause cause,
	bool has_code, const char *what)
{
	const char *id = s3->credentials->access_key_id, *place = s3->credentials->found_in;
	if (cause == CAUSE_SECRET)
		return g_strdup_printf(
			"%s refuses the signature: the secret access key is not the one of "
			"access key \"%s\" (from %s)",
			s3->endpoint, id, place);
	if (cause == CAUSE_KEY_ID)
		return g_strdup_printf("%s does not know the access key \"%s\" (from %s)",
			s3->endpoint, id, place);
	if (cause == CAUSE_EXPIRED)
		return g_strdup_printf(
			"%s refuses the session token of access key \"%s\" (from %s): it "
			"has expired or is not valid",
			s3->endpoint, id, place);
	return g_strdup_printf(
		"access to %s is denied for access key \"%s\" (from %s): it needs %s%s", what, id,
		place, request->need,
		!has_code ? ", or its secret is wrong (this answer does not tell)"
			: request->key
			? " (without s3:ListBucket, an object that is not there looks the same)"
			: "");
}

static char *sentence(const struct s3 *s3, const struct s3_request *request, enum cause cause,
	const struct http_answer *answer, const struct s3_complaint *complaint)
{
	g_autofree char *what = subject(request);
	g_autofree char *where = request->bucket ? g_strdup_printf("bucket \"%s\"", request->bucket)
						 : g_strdup(s3->endpoint);
	switch (cause) {
	case CAUSE_SECRET:
	case CAUSE_KEY_ID:
	case CAUSE_EXPIRED:
	case CAUSE_DENIED:
		return keys_sentence(s3, request, cause, complaint->code != NULL, what);
	case CAUSE_BUCKET:
		return g_strdup_printf(
			"there is no bucket \"%s\" at %s", request->bucket, s3->endpoint);
	case CAUSE_ABSENT:
		return g_strdup_printf("there is no object %s at %s", what, s3->endpoint);
	case CAUSE_VERSION:
		return g_strdup_printf("%s has no such version at %s any more", what, s3->endpoint);
	case CAUSE_REPLACED:
		return g_strdup_printf(
			"%s was replaced since it was found: its ETag is another one now", what);
	case CAUSE_ARCHIVED:
		return g_strdup_printf(
			"%s is archived (%s); restore it in S3 before it can be read", what,
			complaint->message ? complaint->message : "no storage class told");
	case CAUSE_CLOCK:
		return clock_sentence(s3, answer);
	case CAUSE_REGION:
		return g_strdup_printf("%s is not in region \"%s\"%s%s%s", where, s3->region,
			complaint->region ? " but in \"" : "",
			complaint->region ? complaint->region : "", complaint->region ? "\"" : "");
	case CAUSE_DAMAGED:
		return g_strdup_printf(
			"%s: the bytes came to %s damaged, or the file was changed while it was "
			"read (%s)",
			what, s3->endpoint, complaint->code);
	case CAUSE_OTHER:
		break;
	}
	/* The answer to a HEAD cannot say so. */
	if (answer->status == 400 && !complaint->code)
		return g_strdup_printf(
			"%s: %s answered 400 without a reason; is its region \"%s\"?", what,
			s3->endpoint, s3->region);
	return g_strdup_printf("%s: %s answered %ld%s%s%s%s", what, s3->endpoint, answer->status,
		complaint->code ? " " : "", complaint->code ? complaint->code : "",
		complaint->message ? ": " : "", complaint->message ? complaint->message : "");
}

/* Another object may come, a clock be put right; the others want a change by somebody. */
static bool is_lasting(enum cause cause, long status)
{
	switch (cause) {
	case CAUSE_SECRET:
	case CAUSE_KEY_ID:
	case CAUSE_BUCKET:
	case CAUSE_DENIED:
	case CAUSE_VERSION:
	case CAUSE_REPLACED:
	case CAUSE_ARCHIVED:
	case CAUSE_REGION:
		return true;
	case CAUSE_ABSENT:
	case CAUSE_CLOCK:
	case CAUSE_EXPIRED:
	case CAUSE_DAMAGED:
		return false;
	case CAUSE_OTHER:
		break;
	}
	return status >= 400 && status < 500 && status != 408 && status != 409 && status != 429;
}

bool s3_failure_is_lasting(CURLcode failure)
{
	return failure == CURLE_PEER_FAILED_VERIFICATION || failure == CURLE_SSL_CACERT_BADFILE
		|| failure == CURLE_SSL_ISSUER_ERROR;
}

static void no_answer(const struct s3 *s3, const struct http_answer *answer, GError **error)
{
	if (s3_failure_is_lasting(answer->failure))
		g_set_error(error, AWS_LASTING_ERROR, 0,
			"%s cannot be trusted: %s; the file of certificates to trust is named by "
			"\"verify\" in the connection's extra, by AWS_CA_BUNDLE, or by ca_bundle "
			"in "
			"the profile",
			s3->endpoint, answer->failure_text);
	else
		g_set_error(error, LIB_ERROR, 0, "%s cannot be reached, or broke off: %s",
			s3->endpoint, answer->failure_text);
}

bool s3_failure(const struct s3 *s3, const struct s3_request *request,
	const struct http_answer *answer, GError **error)
{
	if (answer->failure != CURLE_OK) {
		no_answer(s3, answer, error);
		return false;
	}
	struct s3_complaint complaint;
	s3_complaint_read(answer->body->str, answer->body->len, &complaint);
	enum cause cause = cause_find(complaint.code, answer->status, request);
	g_autofree char *text = sentence(s3, request, cause, answer, &complaint);
	bool changed = cause == CAUSE_ABSENT || cause == CAUSE_VERSION || cause == CAUSE_REPLACED;
	g_set_error_literal(error,
		is_lasting(cause, answer->status) ? AWS_LASTING_ERROR : LIB_ERROR,
		changed ? AWS_OBJECT_CHANGED : 0, text);
	s3_complaint_clear(&complaint);
	return false;
}
