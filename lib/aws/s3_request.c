/* SPDX-License-Identifier: MIT */
#include "lib/aws/s3_request.h"

#include <string.h>

#include "lib/aws/chain.h"
#include "lib/aws/environment.h"
#include "lib/aws/failure.h"
#include "lib/aws/retry.h"
#include "lib/aws/s3_xml.h"
#include "lib/aws/transport.h"
#include "lib/base/instant.h"

#define TRIES_DEFAULT 8
#define PAUSE_FIRST_US (SECOND_US / 5)
#define PAUSE_MAX_US (20 * SECOND_US)
/* Who asks for more patience than this is not waited for so long. */
#define PAUSE_ASKED_MAX_S 60

struct s3_patience s3_patience(const struct s3 *s3)
{
	return (struct s3_patience){
		.max_tries = transport_tries(s3->settings, s3->profile, TRIES_DEFAULT)};
}

/* Retry-After, in seconds or as the time of day; 0 when it says nothing. */
static int64_t pause_asked_s(const char *retry_after)
{
	guint64 asked_s = 0;
	if (!retry_after)
		return 0;
	if (g_ascii_string_to_unsigned(retry_after, 10, 0, G_MAXINT64, &asked_s, NULL))
		return (int64_t)MIN(asked_s, PAUSE_ASKED_MAX_S);
	time_t at = curl_getdate(retry_after, NULL);
	int64_t left_s = at == -1 ? 0 : (int64_t)at - g_get_real_time() / SECOND_US;
	return CLAMP(left_s, 0, PAUSE_ASKED_MAX_S);
}

/* Doubling pauses, each cut at random, so that many clients do not come back at once. */
int64_t s3_pause_us(unsigned n_tries, int64_t asked_s, double chance)
{
	int64_t pause_us = MIN(PAUSE_FIRST_US << MIN(n_tries - 1, 10), PAUSE_MAX_US);
	return MAX((int64_t)(chance * (double)pause_us), asked_s * SECOND_US);
}

bool s3_patience_wait(struct s3_patience *patience, const char *retry_after)
{
	if (++patience->n_tries >= patience->max_tries)
		return false;
	g_usleep((gulong)s3_pause_us(
		patience->n_tries, pause_asked_s(retry_after), g_random_double()));
	return true;
}

/* A bucket whose name is a plain label can stand in the host name; a dot would not match TLS
 * wildcards. */
static bool in_host_name(const struct s3 *s3, const char *bucket)
{
	size_t len = strlen(bucket);
	switch (s3->addressing) {
	case S3_ADDRESSING_PATH:
		return false;
	case S3_ADDRESSING_VIRTUAL:
		return true;
	case S3_ADDRESSING_AUTO:
		break;
	}
	return s3->at_aws && len <= 63
		&& strspn(bucket, "abcdefghijklmnopqrstuvwxyz0123456789-") == len
		&& bucket[0] != '-' && bucket[len - 1] != '-';
}

static bool bucket_check(const char *bucket, GError **error)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
	size_t len = strlen(bucket);
	if (len >= 3 && len <= 255 && strspn(bucket, allowed) == len && !strstr(bucket, ".."))
		return true;
	g_set_error(error, AWS_LASTING_ERROR, 0,
		"\"%s\" is not the name of a bucket: 3 to 63 lower-case letters, digits, dots and "
		"hyphens "
		"are expected",
		bucket);
	return false;
}

/* A line break in a value would begin another header. */
static bool headers_check(const struct s3_request *request, GError **error)
{
	for (size_t i = 0; i < request->n_headers; i++)
		for (const char *c = request->headers[i].value; *c; c++)
			if (g_ascii_iscntrl(*c)) {
				g_set_error(error, AWS_LASTING_ERROR, 0,
					"s3://%s/%s: what is asked for by the header \"%s\" holds "
					"a "
					"control character",
					request->bucket, request->key, request->headers[i].name);
				return false;
			}
	return true;
}

struct address {
	char *authority, *path, *query;
};

static void address_make(
	const struct s3 *s3, const struct s3_request *request, struct address *address)
{
	address->query = sigv4_query(request->query, request->n_query);
	if (!request->bucket) {
		address->authority = g_strdup(s3->origin.authority);
		address->path = g_strconcat(s3->origin.path, "/", NULL);
		return;
	}
	bool virtual = in_host_name(s3, request->bucket);
	g_autofree char *key = request->key ? sigv4_encode_path(request->key) : g_strdup("");
	g_autofree char *bucket = sigv4_encode(request->bucket);
	address->authority = virtual
		? g_strdup_printf("%s.%s", request->bucket, s3->origin.authority)
		: g_strdup(s3->origin.authority);
	address->path = virtual ? g_strdup_printf("%s/%s", s3->origin.path, key)
				: g_strdup_printf("%s/%s%s%s", s3->origin.path, bucket,
					request->key ? "/" : "", key);
}

static void address_clear(struct address *address)
{
	g_free(address->authority);
	g_free(address->path);
	g_free(address->query);
}

static void pair_add(GArray *pairs, const char *name, const char *value)
{
	struct sigv4_pair pair = {name, value};
	g_array_append_val(pairs, pair);
}

/* `Name: value` lines, signed at this moment; each try needs new ones. */
static GPtrArray *headers_sign(const struct s3 *s3, const struct s3_request *request,
	const struct address *address, const char *payload_hash)
{
	int64_t now = g_get_real_time() + s3->skew_us;
	g_autofree char *date = sigv4_date(now);
	const struct aws_credentials *credentials = s3->credentials;
	g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(struct sigv4_pair));
	g_array_append_vals(pairs, request->headers, (guint)request->n_headers);
	pair_add(pairs, "host", address->authority);
	pair_add(pairs, "x-amz-date", date);
	pair_add(pairs, "x-amz-content-sha256", payload_hash);
	if (credentials->session_token)
		pair_add(pairs, "x-amz-security-token", credentials->session_token);
	if (s3->settings->requester_pays == AWS_YES)
		pair_add(pairs, "x-amz-request-payer", "requester");
	const struct sigv4_request to_sign = {
		.method = request->method,
		.path = address->path,
		.query = address->query,
		.headers = &g_array_index(pairs, struct sigv4_pair, 0),
		.n_headers = pairs->len,
		.payload_hash = payload_hash,
		.region = s3->region,
		.service = "s3",
		.at = now,
	};
	const struct sigv4_key key = {credentials->access_key_id, credentials->secret_access_key};
	g_autofree char *authorization = sigv4_authorization(&to_sign, &key);
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < pairs->len; i++) {
		const struct sigv4_pair *pair = &g_array_index(pairs, struct sigv4_pair, i);
		g_ptr_array_add(lines, g_strdup_printf("%s: %s", pair->name, pair->value));
	}
	g_ptr_array_add(lines, g_strdup_printf("Authorization: %s", authorization));
	g_ptr_array_add(lines, NULL);
	return lines;
}

static void exchange(struct s3 *s3, const struct s3_request *request, struct http_answer *answer)
{
	g_autofree char *hash = request->has_body_file ? g_strdup(request->payload_hash)
		: request->body
		? g_compute_checksum_for_string(G_CHECKSUM_SHA256, request->body, -1)
		: g_strdup(SIGV4_EMPTY_HASH);
	struct address address;
	address_make(s3, request, &address);
	g_autoptr(GPtrArray) headers = headers_sign(s3, request, &address, hash);
	g_autofree char *url = g_strdup_printf("%s://%s%s%s%s", s3->origin.scheme,
		address.authority, address.path, *address.query ? "?" : "", address.query);
	struct http_request http = {
		.method = request->method,
		.url = url,
		.headers = (const char *const *)headers->pdata,
		.body = request->body,
		.has_body_file = request->has_body_file,
		.body_fd = request->body_fd,
		.body_offset = request->body_offset,
		.body_size = request->body_size,
		.sink = request->sink,
		.sink_data = request->sink_data,
		.body_max = request->body_max,
		.stall_s = request->stall_s,
	};
	transport_set(&http, s3->settings, s3->profile);
	http_exchange(s3->curl, &http, answer);
	address_clear(&address);
}

/* The answer to a HEAD has no body, so nothing says whether it is the object that is not there, or
 * the bucket, or the key that signs; but a header may name another region. */
static bool is_mute(
	const struct s3 *s3, const struct s3_request *request, const struct http_answer *answer)
{
	const char *region = http_header(answer, "x-amz-bucket-region");
	long status = answer->status;
	return strcmp(request->method, "HEAD") == 0 && request->key && answer->failure == CURLE_OK
		&& (status == 403 || status == 404
			|| (status == 400 && (!region || strcmp(region, s3->region) == 0)));
}

/* A GET is refused for the same reason, and tells it. When it is not, the answer stays. */
static void reason_ask(struct s3 *s3, const struct s3_request *request, struct http_answer *answer)
{
	struct s3_request spoken = *request;
	struct http_answer told;
	struct s3_complaint complaint = {0};
	spoken.method = "GET";
	exchange(s3, &spoken, &told);
	if (told.failure == CURLE_OK && told.status / 100 == 4)
		s3_complaint_read(told.body->str, told.body->len, &complaint);
	if (complaint.code) {
		http_answer_clear(answer);
		*answer = told;
	} else {
		http_answer_clear(&told);
	}
	s3_complaint_clear(&complaint);
}

static bool code_is(const struct s3_complaint *complaint, const char *const *codes)
{
	return complaint->code && g_strv_contains(codes, complaint->code);
}

/* Asks for the bucket's region: whatever the answer is, it names it. */
static bool move_as_told(struct s3 *s3, const char *bucket)
{
	const struct s3_request request = {.method = "HEAD", .bucket = bucket};
	struct http_answer answer;
	exchange(s3, &request, &answer);
	bool moved = s3_region_change(s3, http_header(&answer, "x-amz-bucket-region"));
	http_answer_clear(&answer);
	return moved;
}

/* To the region that the answer points to: in a header also where there is no body. */
static bool move(struct s3 *s3, const char *bucket, const struct http_answer *answer,
	const struct s3_complaint *complaint)
{
	static const char *const codes[] = {"PermanentRedirect", "TemporaryRedirect",
		"AuthorizationHeaderMalformed", "IllegalLocationConstraintException", NULL};
	const char *header = http_header(answer, "x-amz-bucket-region");
	long status = answer->status;
	bool is_redirect = status == 301 || status == 302 || status == 307;
	if (!is_redirect && status != 400)
		return false;
	if (s3_region_change(s3, header) || s3_region_change(s3, complaint->region))
		return true;
	bool is_unsaid = bucket && !header && !complaint->region
		&& (is_redirect || !complaint->code || code_is(complaint, codes));
	return is_unsaid && move_as_told(s3, bucket);
}

/* What a refused request can be cured of at once, each thing once: another region, clock, or set of
 * keys. */
static bool mend(struct s3 *s3, const char *bucket, struct s3_patience *patience,
	const struct http_answer *answer, const struct s3_complaint *complaint)
{
	static const char *const expired[] = {
		"ExpiredToken", "ExpiredTokenException", "InvalidToken", NULL};
	static const char *const skewed[] = {"RequestTimeTooSkewed", "RequestExpired", NULL};
	bool told = complaint->code != NULL;
	if (!patience->moved && move(s3, bucket, answer, complaint))
		return patience->moved = true;
	if (!patience->reclocked && (code_is(complaint, skewed) || (!told && answer->status == 403))
		&& http_reclock(answer, &s3->skew_us))
		return patience->reclocked = true;
	/* The answer to a HEAD has no code: then its status is all that may mean it. */
	bool perhaps_expired = code_is(complaint, expired) || (!told && answer->status == 400);
	if (!patience->rekeyed && perhaps_expired && s3->credentials->session_token
		&& aws_credentials_renew(&s3->credentials, s3->settings, NULL))
		return patience->rekeyed = true;
	return false;
}

static bool may_pass(const struct http_answer *answer, const struct s3_complaint *complaint)
{
	static const char *const codes[] = {"RequestTimeout", "SlowDown", "Throttling",
		"ThrottlingException", "ThrottledException", "RequestThrottled",
		"RequestThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
		"BandwidthLimitExceeded", "InternalError", "ServiceUnavailable", "OperationAborted",
		NULL};
	long status = answer->status;
	return answer->failure != CURLE_OK || status == 408 || status == 429
		|| (status >= 500 && status != 501) || code_is(complaint, codes);
}

/* What only looks like a failed transfer: what is read or written here fails, or no later try is
 * any better. */
static bool is_final(CURLcode failure)
{
	return failure == CURLE_WRITE_ERROR || failure == CURLE_ABORTED_BY_CALLBACK
		|| failure == CURLE_READ_ERROR || s3_failure_is_lasting(failure);
}

/* S3 sends its status before it joins parts, so an error can follow a 200. */
static void late_error_read(struct http_answer *answer)
{
	struct s3_complaint complaint;
	if (!g_strstr_len(answer->body->str, (gssize)MIN(answer->body->len, 512), "<Error"))
		return;
	s3_complaint_read(answer->body->str, answer->body->len, &complaint);
	if (complaint.code)
		answer->status = 500;
	s3_complaint_clear(&complaint);
}

static enum s3_outcome judge(struct s3 *s3, const struct s3_request *request,
	struct s3_patience *patience, const struct http_answer *answer, GError **error)
{
	struct s3_complaint complaint = {0};
	if (answer->failure == CURLE_OK && answer->status / 100 != 2)
		s3_complaint_read(answer->body->str, answer->body->len, &complaint);
	bool again = mend(s3, request->bucket, patience, answer, &complaint)
		|| (may_pass(answer, &complaint) && !is_final(answer->failure)
			&& s3_patience_wait(patience, http_header(answer, "retry-after")));
	s3_complaint_clear(&complaint);
	if (again)
		return S3_AGAIN;
	s3_failure(s3, request, answer, error);
	if (patience->n_tries > 1)
		g_prefix_error(error, "after %u tries: ", patience->n_tries);
	return S3_FAILED;
}

enum s3_outcome s3_try(struct s3 *s3, const struct s3_request *request,
	struct s3_patience *patience, struct http_answer *answer, GError **error)
{
	*answer = (struct http_answer){0};
	if ((request->bucket && !bucket_check(request->bucket, error))
		|| !headers_check(request, error))
		return S3_FAILED;
	if (!aws_credentials_refresh(&s3->credentials, s3->settings, error))
		return S3_FAILED;
	exchange(s3, request, answer);
	if (is_mute(s3, request, answer))
		reason_ask(s3, request, answer);
	if (answer->failure == CURLE_OK && answer->status / 100 == 2)
		late_error_read(answer);
	if (answer->failure == CURLE_OK && answer->status / 100 == 2)
		return S3_DONE;
	return judge(s3, request, patience, answer, error);
}

bool s3_send(
	struct s3 *s3, const struct s3_request *request, struct http_answer *answer, GError **error)
{
	struct s3_patience patience = s3_patience(s3);
	for (;;) {
		enum s3_outcome outcome = s3_try(s3, request, &patience, answer, error);
		if (outcome == S3_DONE)
			return true;
		http_answer_clear(answer);
		if (outcome == S3_FAILED)
			return false;
	}
}
