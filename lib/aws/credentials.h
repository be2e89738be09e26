/* SPDX-License-Identifier: MIT */
/* The keys that sign requests, looked for where AWS's own tools look: settings, environment, shared
 * files, roles. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "lib/aws/profile.h"
#include "lib/aws/s3_settings.h"

struct aws_credentials {
	char *access_key_id, *secret_access_key;
	char *session_token; /* NULL for lasting keys */
	int64_t expires_at;  /* INSTANT_NEVER for lasting keys */
	char *found_in;      /* for messages: `the environment` ... */
};

/*
 * The first that is there of: the settings; the environment, unless the settings name a profile;
 * the profile; the role of the container; the role of the instance (IMDSv2 only). Half a pair of
 * keys is an error, as is a profile that wants what is not supported (assuming a role, single
 * sign-on, a command).
 */
struct aws_credentials *aws_credentials_find(
	const struct s3_settings *settings, const struct aws_profile *profile, GError **error);

/* Whether they expire within five minutes, and should be looked for again. */
bool aws_credentials_stale(const struct aws_credentials *credentials, int64_t now);

/* Overwrites the secrets first. NULL is fine. */
void aws_credentials_free(struct aws_credentials *credentials);
