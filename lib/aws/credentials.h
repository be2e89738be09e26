/* SPDX-License-Identifier: MIT */
/* The keys that sign requests: one frozen set, with the instant from which a new one is due. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct aws_credentials {
	char *access_key_id, *secret_access_key;
	char *session_token; /* NULL for lasting keys */
	int64_t expires_at;  /* INSTANT_NEVER for lasting keys */
	int64_t renew_at;    /* new ones should be had from then on; INSTANT_NEVER likewise */
	char *found_in;      /* for messages: `the environment` ... */
};

/* What any provider gives; the token may be NULL. */
struct aws_keys {
	const char *access_key_id, *secret_access_key, *session_token;
	int64_t expires_at;
};

/*
 * A copy of both. It is to be renewed when a quarter of its life is left, but at most fifteen
 * minutes before it ends. NULL and an error of keys that have expired already, or cannot be sent.
 */
struct aws_credentials *aws_credentials_new(
	const struct aws_keys *keys, const char *found_in, GError **error);

bool aws_credentials_stale(const struct aws_credentials *credentials, int64_t now);

/* Overwrites the secrets first. NULL is fine. */
void aws_credentials_free(struct aws_credentials *credentials);

/* An instant as AWS writes it, such as `2026-11-24T03:00:00Z`; NULL is none. */
bool aws_expiry_parse(const char *text, int64_t *at);

/* Overwrites the text before its memory is given back. NULL is fine. */
void aws_secret_free(char *secret);
