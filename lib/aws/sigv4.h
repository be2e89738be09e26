/* SPDX-License-Identifier: MIT */
/* AWS Signature Version 4, by S3's rules where the service is `s3`, else by those of the others.
 * Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The SHA-256 of nothing, as x-amz-content-sha256 of a request without a body. */
#define SIGV4_EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* A header (its name in lower case) or a query parameter (neither side encoded). */
struct sigv4_pair {
	const char *name, *value;
};

struct sigv4_key {
	const char *access_key_id, *secret_access_key;
};

struct sigv4_request {
	const char *method;
	const char *path;  /* as sent: see sigv4_encode_path */
	const char *query; /* as sent: see sigv4_query; may be empty */
	const struct sigv4_pair
		*headers; /* all that are to be signed, in any order, each once; host among them */
	size_t n_headers;
	const char *payload_hash; /* hex SHA-256 of the body, or UNSIGNED-PAYLOAD */
	const char *region, *service;
	int64_t at; /* the instant in x-amz-date */
};

/* `20130524T000000Z`, the value of x-amz-date. */
char *sigv4_date(int64_t at);

/* Percent-encodes all but letters, digits and `-_.~`. */
char *sigv4_encode(const char *text);
/* The same, but leaves `/` alone: a key as the path of a URL. */
char *sigv4_encode_path(const char *key);
/* `name=value&name=value`, encoded and in the order that is signed. */
char *sigv4_query(const struct sigv4_pair *parameters, size_t n);

/* What is hashed and signed; public for the tests and for explaining a refused signature. */
char *sigv4_canonical_request(const struct sigv4_request *request);

/* The value of the Authorization header. */
char *sigv4_authorization(const struct sigv4_request *request, const struct sigv4_key *key);
