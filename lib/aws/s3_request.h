/* SPDX-License-Identifier: MIT */
/* Below s3.h: one signed request, the judgement of its answer, and patience with what may pass. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "lib/aws/credentials.h"
#include "lib/aws/http.h"
#include "lib/aws/profile.h"
#include "lib/aws/s3.h"
#include "lib/aws/sigv4.h"

struct s3 {
	const struct s3_settings *settings;
	struct aws_profile *profile;
	struct aws_credentials *credentials;
	CURL *curl;
	char *region, *endpoint;
	struct http_origin origin;
	bool at_aws; /* the endpoint follows from the region */
	enum aws_choice fips, dual_stack;
	enum s3_addressing addressing;
	int64_t skew_us; /* the server's clock less ours, where they differ too much */
};

struct s3_request {
	const char *method;
	const char *bucket; /* NULL: all of them */
	const char *key;    /* NULL: the bucket */
	const struct sigv4_pair *query;
	size_t n_query;
	/* More headers, names in lower case; host, x-amz-date, x-amz-content-sha256 and the token
	 * are added. */
	const struct sigv4_pair *headers;
	size_t n_headers;
	const char *body; /* text, or NULL */
	bool has_body_file;
	int body_fd;
	int64_t body_offset, body_size;
	const char *payload_hash; /* of the file's bytes; that of a text is computed */
	http_sink *sink;
	void *sink_data;
	size_t body_max;  /* 0: 64 KiB */
	long stall_s;     /* 0: 60 */
	const char *need; /* the permission it takes, for messages: `s3:GetObject` */
};

/* How often one operation was tried, and what was put right on the way. Begins as
 * s3_patience(). */
struct s3_patience {
	unsigned n_tries, max_tries; /* of failures that may pass */
	bool moved, reclocked, rekeyed;
};

/* With the tries of the settings, of AWS_MAX_ATTEMPTS or of the profile (1 to 50), else 8. */
struct s3_patience s3_patience(const struct s3 *s3);

enum s3_outcome {
	S3_DONE,   /* a 2xx answer */
	S3_AGAIN,  /* try once more: it was waited already, or something was put right */
	S3_FAILED, /* with an error */
};

/* Sends once. The answer is to be cleared after each call. */
enum s3_outcome s3_try(struct s3 *s3, const struct s3_request *request,
	struct s3_patience *patience, struct http_answer *answer, GError **error);

/* s3_try until it is done or has failed. Not for a sink, which would get the first bytes twice. */
bool s3_send(struct s3 *s3, const struct s3_request *request, struct http_answer *answer,
	GError **error);

/*
 * What is waited after so many tries, where the server asked for `asked_s` (Retry-After; 0:
 * nothing) at least; `chance` from 0 to 1 cuts the rest.
 */
int64_t s3_pause_us(unsigned n_tries, int64_t asked_s, double chance);

/* Waits before a further try; false when there were enough of them. */
bool s3_patience_wait(struct s3_patience *patience, const char *retry_after);

/* The error of an answer that will not do, or of no answer. Always false. */
bool s3_failure(const struct s3 *s3, const struct s3_request *request,
	const struct http_answer *answer, GError **error);

struct s3_buckets {
	unsigned n;
	bool is_list;    /* the answer was one */
	bool are_denied; /* to these keys, be they known or not */
};
bool s3_buckets_read(struct s3 *s3, struct s3_buckets *buckets, GError **error);

/* Fills what the headers tell of an object; false when they are not those of S3, or tell no size.
 */
bool s3_object_from_headers(const struct s3 *s3, const struct s3_source *source,
	const struct http_answer *answer, struct s3_object *object, GError **error);

/* Whether no later try can mend why there is no answer: a certificate that is not trusted ... */
bool s3_failure_is_lasting(CURLcode failure);

/* Without its quotes; NULL for NULL. */
char *s3_etag_bare(const char *etag);

/* Goes to that region from now on; false when the name is none, or is the present one. */
bool s3_region_change(struct s3 *s3, const char *region);
